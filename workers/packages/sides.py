"""Sends a package over a session of its own, so that nobody waits behind it: all of it, or a patch of an earlier one.

The runner is asked afterwards whether it is there; nothing here tells that.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib import resources
from pathlib import Path

from workers.runner.channels import REPLY_LIMIT, SLICE, ChannelLost, Interrupted, OpenSide, SideSession

_PIECE = 1 << 18
_BEGINS = b"foredeck-receiving\n"
_MOST_NOISE = 1 << 16
_BOOTSTRAP = 'text=$(dd bs="$1" count=1 iflag=fullblock 2>/dev/null); shift; eval "$text"'


@contextmanager
def opened(
    open_side: OpenSide, arguments: tuple[str, ...], interrupted: Callable[[], bool], script: str = "receive.sh"
) -> Iterator[Side]:
    """The machine's end runs and waits for what these arguments announce. Raises ChannelLost, Interrupted."""
    text = _text(script)
    stream = open_side(("sh", "-c", _BOOTSTRAP, "foredeck-receive", str(len(text)), *arguments))
    side = Side(stream, interrupted)
    try:
        side.send(text)
        side.await_begin()
        side.count = 0
        yield side
    except OSError as error:
        raise ChannelLost(str(error)) from None
    finally:
        stream.close()


class Side:
    """One such session; `count` is how many bytes were sent over it, which `on_sent` is told."""

    def __init__(self, stream: SideSession, interrupted: Callable[[], bool]) -> None:
        self._stream = stream
        self._interrupted = interrupted
        self._heard_at = time.monotonic()
        self._is_told = False
        self._held = b""  # read, and not yet asked for
        self.count = 0
        self.patience = REPLY_LIMIT  # seconds of silence, after which it counts as dead
        self.on_sent: Callable[[int], None] = lambda _count: None

    def send_file(self, path: Path, offset: int = 0) -> None:
        """Send a file from there on, and wait until the other end is done with it."""
        self._is_told = True
        with path.open("rb") as file:
            file.seek(offset)
            while data := file.read(_PIECE):
                self.send(data)
        self.finish()
        while self.receive() != b"":
            pass

    def send(self, data: bytes) -> None:
        """Send all of it. While the link takes nothing of a file, the other end tells that it is alive."""
        view = memoryview(data)
        while view:
            self._look_up()
            written = self._stream.write(bytes(view[: 1 << 16]), SLICE)
            if written:
                self._heard_at = time.monotonic()
                self.count += written
                self.on_sent(self.count)
                view = view[written:]
            elif self._is_told and self._stream.read(4096, 0.001):
                self._heard_at = time.monotonic()

    def receive(self) -> bytes | None:
        """What came, within a moment; empty at the end."""
        self._look_up()
        if self._held:
            data, self._held = self._held, b""
            return data
        came = self._stream.read(1 << 16, SLICE)
        if came is not None:
            self._heard_at = time.monotonic()
        return came

    def finish(self) -> None:
        """Nothing more is sent."""
        self._stream.finish()

    def await_begin(self) -> None:
        """Skip what a login prints; what comes behind may have come with it."""
        seen = b""
        while _BEGINS not in seen:
            data = self.receive()
            if data == b"" or len(seen) > _MOST_NOISE:
                raise ChannelLost("it did not take the package")
            seen += data or b""
        self._held = seen.partition(_BEGINS)[2]

    def _look_up(self) -> None:
        if self._interrupted():
            raise Interrupted
        if time.monotonic() - self._heard_at > self.patience:
            raise ChannelLost(f"nothing came for {self.patience:.0f} s")


@cache
def _text(script: str) -> bytes:
    return resources.files(__package__).joinpath(script).read_bytes().rstrip(b"\n")
