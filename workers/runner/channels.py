"""A channel: two streams of bytes to a runner. Not what is said on it: that is `protocol.py`."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from engine.errors import ForedeckError

SLICE = 0.2
"""Seconds after which a wait looks up to see whether somebody wants it to end."""

REPLY_LIMIT = 30.0
"""Seconds without a byte after which an open channel counts as dead."""

_LONGEST_LINE = 64 * 1024

_TRICKLES = 1.0
"""Seconds after which an answer that still comes is a slow one: who wants it to end does not wait for the rest."""


class ChannelLost(Exception):
    """The channel broke, or said what no runner says; what was asked may or may not have arrived."""


class ChannelBroke(ChannelLost):
    """What carries the channel broke, so that its end says nothing about the other side."""


class Interrupted(Exception):
    """A wait was given up because the bot stops."""


class CannotConnect(ForedeckError):
    """There is no way to the machine now. `retryable` says whether trying again soon may help."""

    message = "{what}"
    hint_text = "{way_out}"

    def __init__(self, what: str, way_out: str, *, retryable: bool = True) -> None:
        super().__init__(what=what, way_out=way_out)
        self.retryable = retryable


class NobodyThere(CannotConnect):
    """Nothing answered that could be talked to: the machine may be off. What answers and refuses is no such case."""


class ByteStream(Protocol):
    """What a child's pipes and an SSH channel have in common."""

    def read(self, limit: int, timeout: float) -> bytes | None:
        """Up to `limit` bytes; `b""` at the end of the stream, None when nothing came within `timeout` seconds."""
        ...

    def write(self, data: bytes, timeout: float) -> int:
        """Write some of `data` within `timeout` seconds and return how many bytes; raises OSError when it is broken."""
        ...

    def close(self) -> None:
        """Let go of it; never raises."""
        ...


class SideSession(ByteStream, Protocol):
    """A command of its own beside the runner, on the same connection. Closing it leaves the connection open."""

    def finish(self) -> None:
        """Nothing more is written; raises OSError when it is broken."""
        ...


OpenSide = Callable[[Sequence[str]], SideSession]
"""Start a command on the connection that is open. Raises ChannelLost when that is not possible."""


def _never() -> bool:
    return False


class Channel:
    """Lines and counted bytes over a stream; every wait has a limit and can be interrupted."""

    def __init__(self, stream: ByteStream, *, limit: float = REPLY_LIMIT) -> None:
        self._stream = stream
        self._limit = limit
        self._held = b""  # read, and not yet asked for
        self.interrupted: Callable[[], bool] = _never
        self.last_used = time.monotonic()

    def send(self, data: bytes, effective: int = 0, sent: Callable[[], None] = lambda: None) -> None:
        """Write all of it; `sent` is called as soon as the first `effective` bytes are written (all, if 0)."""
        rest = len(data) - effective if effective else 0
        view = memoryview(data)
        deadline = time.monotonic() + self._limit
        while view:
            try:
                written = self._stream.write(bytes(view[: 1 << 16]), SLICE)
            except OSError as error:
                raise ChannelBroke("it broke while something was sent") from error
            if written:
                if len(view) - written <= rest < len(view):
                    sent()
                view = view[written:]
                deadline = time.monotonic() + self._limit
            if view:  # also while it goes on: a slow link takes minutes for what is large
                self._look_up(deadline)
        self.last_used = time.monotonic()

    def receive_line(self) -> str:
        """The next line, without its end."""
        while b"\n" not in self._held:
            if len(self._held) > _LONGEST_LINE:
                raise ChannelLost("a line without end came")
            self._held += self._more(_LONGEST_LINE)
        line, _, self._held = self._held.partition(b"\n")
        return line.decode("utf-8", "replace")

    def receive(self, count: int) -> bytes:
        """Exactly `count` bytes."""
        if count <= len(self._held):
            data, self._held = self._held[:count], self._held[count:]
            return data
        parts, missing = [self._held], count - len(self._held)
        self._held = b""
        begun = time.monotonic()
        while missing:
            part = self._more(missing)
            parts.append(part)
            missing -= len(part)
            if missing and time.monotonic() - begun > _TRICKLES and self.interrupted():
                raise Interrupted
        return b"".join(parts)

    def receive_rest(self, limit: int = 4096) -> bytes:
        """What is still to come before the end of the stream, for an error message."""
        with contextlib.suppress(OSError):
            while len(self._held) < limit and (part := self._stream.read(limit, 2.0)):
                self._held += part
        return self._held[:limit]

    def close(self) -> None:
        """Close both directions; the runner sees the end and leaves, scripts go on."""
        self._stream.close()

    def _more(self, limit: int) -> bytes:
        deadline = time.monotonic() + self._limit
        while True:
            try:
                data = self._stream.read(min(limit, 1 << 20), SLICE)
            except OSError as error:
                raise ChannelBroke("it broke while an answer was read") from error
            if data:
                self.last_used = time.monotonic()
                return data
            if data is not None:
                raise ChannelLost("it was closed at the other end")
            self._look_up(deadline)

    def _look_up(self, deadline: float) -> None:
        if self.interrupted():
            raise Interrupted
        if time.monotonic() > deadline:
            raise ChannelLost(f"nothing came for {self._limit:.0f} s")
