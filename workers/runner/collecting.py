"""Collects the files that a script named as artifacts, over the channel that it is followed on. It stores nothing."""

from __future__ import annotations

import codecs
from collections.abc import Callable

from engine.contracts import LogLevel
from engine.ports import RunSink
from workers.runner import wording
from workers.runner.protocol import Fetched
from workers.runner.reading import Reading
from workers.stream import NamedArtifact

Fetch = Callable[[str, int, int], Fetched]
"""Path, how many bytes at most, from which offset on. Raises OutOfReach when the machine does not answer."""

_PART = 1 << 20
_OVERLAP = 4096  # characters: a secret across two parts is seen, too

_WHY = {
    "missing": "there is no such file",
    "folder": "it is a folder. Pack it, for example `tar czf site.tgz site/`, and name the archive",
    "link": "it is a link. Name the file that it leads to",
    "outside": "a link on its way leads out of the script's folder",
    "special": "it is no ordinary file",
    "unreadable": "the account may not read it",
}


class OutOfReach(Exception):
    """The machine does not answer any more."""


class _NotKept(Exception):
    """Why it was not kept, in the middle of a sentence."""


def collect(reading: Reading, sink: RunSink, fetch: Fetch) -> None:
    """Hand over every file that was named and not collected yet; what cannot be kept is said in the log."""
    while (artifact := reading.next_artifact) is not None:
        try:
            size, holds_secret = _Collecting(reading, sink, fetch, artifact).keep()
        except _NotKept as reason:
            reading.artifact_is_collected(LogLevel.WARNING, f"The artifact {artifact.name} was not kept: {reason}.")
        except OutOfReach:
            said = "the machine cannot be reached any more"
            reading.artifact_is_collected(LogLevel.WARNING, f"The artifact {artifact.name} was not kept: {said}.")
        else:
            kept = f"The artifact {artifact.name} ({wording.rough_size(size)}) was kept"
            if holds_secret:
                said = f"{kept}, and not attached to the thread: there is a secret in it."
                reading.artifact_is_collected(LogLevel.WARNING, said)
            else:
                # Not among the last lines of what failed: the file itself stands in the thread.
                reading.artifact_is_collected(LogLevel.VERBOSE, f"{kept}.")


class _Collecting:
    """One file on its way."""

    def __init__(self, reading: Reading, sink: RunSink, fetch: Fetch, artifact: NamedArtifact) -> None:
        self._reading, self._sink, self._fetch, self._artifact = reading, sink, fetch, artifact
        self._tail = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._holds_secret = False

    def keep(self) -> tuple[int, bool]:
        """Its size, and whether there is a secret in it."""
        first = self._fetch(self._artifact.path, _PART, 0)
        self._judge(first)
        try:
            keeping = self._sink.keep_artifact(self._artifact.number, self._artifact.name)
        except OSError as error:
            raise _NotKept(_of_our_disk(error)) from error
        try:
            self._copy(first, keeping.write)
            keeping.commit(holds_secret=self._holds_secret)
        except OSError as error:
            keeping.discard()
            raise _NotKept(_of_our_disk(error)) from error
        except BaseException:
            keeping.discard()
            raise
        return first.size, self._holds_secret

    def _judge(self, first: Fetched) -> None:
        if first.what != "file":
            raise _NotKept(_WHY.get(first.what, "it cannot be read"))
        limits = self._sink.artifact_limits()
        if first.size > limits.file:
            allowed = wording.size(limits.file)
            raise _NotKept(f"it has {wording.rough_size(first.size)}, and a file may have {allowed}")
        if first.size > limits.room:
            raise _NotKept(
                f"it has {wording.rough_size(first.size)}, and the artifacts of this deployment are at their limit"
            )

    def _copy(self, part: Fetched, write: Callable[[bytes], None]) -> None:
        size, offset = part.size, 0
        while True:
            write(part.data)
            self._search(part.data)
            offset += len(part.data)
            if offset >= size:
                return
            part = self._fetch(self._artifact.path, min(_PART, size - offset), offset)
            if part.what != "file" or not part.data:
                raise _NotKept("it changed while it was collected")

    def _search(self, data: bytes) -> None:
        if not self._holds_secret:
            text = self._tail + self._decoder.decode(data).replace("\0", "")  # so that of UTF-16 is seen, too
            self._holds_secret = self._reading.holds_secret(text)
            self._tail = text[-_OVERLAP:]


def _of_our_disk(error: OSError) -> str:
    return f"the bot cannot write it ({error.strerror or 'its disk may be full'})"
