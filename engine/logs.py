"""The stored log of an action run: a file of frames beside the database; the row says how much of it is true."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from engine.contracts import LogLevel, LogSegment

_HEADER_LIMIT = 64
_HEADER = re.compile(rb"[0-9]{10,16} [a-z]+ [a-z]+ (?P<size>[0-9]{1,12})\n")
_CANDIDATES = 50
"""So many places that look like the head of a frame are tried; a log that has more before its first frame is rare."""


def path_of(folder: Path, task_id: int, run_id: int) -> Path:
    """Where the log of this run is, below the state folder."""
    return folder / "logs" / str(task_id) / f"{run_id}.log"


class LogWriter:
    """Appends frames. What stood beyond `length` (written, but never committed) is cut off first."""

    def __init__(self, path: Path, length: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._file = os.fdopen(descriptor, "r+b", buffering=0)
        self._file.truncate(length)
        self._file.seek(length)
        self.length = length

    def append(self, segments: Iterable[LogSegment]) -> int:
        """Write these segments to the disk, durably; returns the new length in bytes."""
        data = b"".join(_frame(segment) for segment in segments)
        if data:
            view = memoryview(data)
            while view:
                view = view[self._file.write(view) :]
            os.fdatasync(self._file.fileno())
            self.length += len(data)
        return self.length

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def read(path: Path, *, start: int, end: int) -> Iterator[tuple[int, LogSegment]]:
    """The segments between these byte positions, each with the position after it. `start` must be such a position.

    A file that is shorter than it should be (a disk lost it) is read as far as it goes.
    """
    if start >= end or not path.exists():
        return
    with path.open("rb") as file:
        file.seek(start)
        position = start
        while position < end:
            header = file.readline(_HEADER_LIMIT)
            if not header.endswith(b"\n"):
                return
            moment, level, stream, size = header.split()
            text = file.read(int(size))
            position += len(header) + len(text)
            yield (
                position,
                LogSegment(
                    at=datetime.fromtimestamp(int(moment) / 1000, UTC),
                    level=LogLevel(level.decode()),
                    stream=stream.decode(),
                    text=text.decode(errors="replace"),
                ),
            )


def end_of(path: Path, *, end: int, size: int) -> int:
    """Where to begin to read about the last `size` bytes before `end`: at a frame, so a little later. 0 where the log
    is shorter, or where no frame is found.
    """
    first = end - size
    if first <= 0 or not path.exists():
        return 0
    with path.open("rb") as file:
        file.seek(first)
        stretch = file.read(size)
    for found in islice(_HEADER.finditer(stretch), _CANDIDATES):
        if _leads_to_the_end(stretch, found.start()):
            return first + found.start()
    return 0


def _leads_to_the_end(stretch: bytes, position: int) -> bool:
    """Do frames follow one another from here to the end? What a script printed may look like the head of one."""
    while position < len(stretch):
        found = _HEADER.match(stretch, position)
        if found is None:
            return False
        position = found.end() + int(found["size"])
    return position == len(stretch)


def _frame(segment: LogSegment) -> bytes:
    text = segment.text.encode(errors="replace")
    moment = int(segment.at.timestamp() * 1000)
    return b"%d %s %s %d\n%s" % (moment, segment.level.value.encode(), segment.stream.encode(), len(text), text)
