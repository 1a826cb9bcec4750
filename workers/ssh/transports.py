"""paramiko's transport, made quiet and talkative: it wakes seldom, and tells why the other end opened no channel.

What is private to paramiko here is held by tests to do what it did.
"""

from __future__ import annotations

import contextlib
import socket
import threading

import paramiko

_LONGEST_REFUSAL = 100
_AHEAD = 1 << 16


class ReadAhead(socket.socket):
    """A socket that reads what is there; paramiko asks for each packet in two pieces. For one reading thread."""

    _ahead, _taken = b"", 0

    @classmethod
    def of(cls, sock: socket.socket) -> ReadAhead:
        """The same connection; the other object lets go of it."""
        return cls(sock.family, sock.type, sock.proto, fileno=sock.detach())

    def recv(self, size: int, flags: int = 0) -> bytes:
        """As a socket's."""
        if self._taken == len(self._ahead):
            self._ahead, self._taken = super().recv(max(size, _AHEAD), flags), 0
        begin, self._taken = self._taken, min(self._taken + size, len(self._ahead))
        return self._ahead[begin : self._taken]


class QuietTransport(paramiko.Transport):
    """A transport that wakes every few seconds, not ten times a second: 200 idle ones took 6 % of a core."""

    _active_check_timeout = 5.0

    def __init__(self, sock: object) -> None:
        super().__init__(sock)  # type: ignore[arg-type]
        self._mine = threading.local()
        self._refusals: dict[int, tuple[int, str]] = {}

    def close(self) -> None:
        """End it at once: the shutdown wakes the thread that waits for the socket."""
        with contextlib.suppress(OSError, EOFError, paramiko.SSHException):
            self.sock.shutdown(socket.SHUT_RDWR)
        super().close()
        self.sock.close()  # paramiko leaves it open when the other end was first

    def _log(self, *_: object) -> None:
        """Nobody reads paramiko's log: what matters is said by us."""

    def _parse_debug(self, _message: paramiko.Message) -> None:
        """What a server says for its own developers."""

    def last_refusal(self) -> tuple[int, str] | None:
        """The code (RFC 4254, 5.1) and the words with which the other end did not open the channel that this thread
        asked for last; paramiko keeps one code for all threads, and no words.
        """
        return self._refusals.pop(getattr(self._mine, "channel", -1), None)

    def _next_channel(self) -> int:
        number: int = super()._next_channel()  # type: ignore[misc]
        self._mine.channel = number
        return number

    def _parse_channel_open_failure(self, message: paramiko.Message) -> None:
        number, code, said = message.get_int(), message.get_int(), message.get_binary()
        text = said.decode("utf-8", "replace")
        self._refusals[number] = code, "".join(c for c in text if c.isprintable())[:_LONGEST_REFUSAL]
        message.rewind()
        super()._parse_channel_open_failure(message)  # type: ignore[misc]
