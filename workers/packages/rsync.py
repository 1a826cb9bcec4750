"""Our rsync speaks with the machine's, over a session of the connection that is open: it sees pipes, and no ssh."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workers.packages.sides import Side
from workers.runner.channels import ChannelLost

# What rsync takes for the remote shell: says which command it was asked to run there, then passes on what comes.
_BRIDGE = 'shift; echo "$*" >/dev/fd/{out}; cat </dev/fd/{into} & exec cat >/dev/fd/{out}'
_OPTION = re.compile(r"-[A-Za-z0-9.,=_-]+\Z")
_SILENCE = 60
"""Seconds after which either rsync gives up."""

_PATIENCE = 300.0
"""Seconds. On a weak link much of what was sent is under way for long, and rsync says nothing meanwhile; that the
connection itself is dead is seen earlier."""


def is_here() -> bool:
    """Has the bot's machine rsync?"""
    return shutil.which("rsync") is not None


class LocalRsync:
    """The child that sends one file. `options` are what the machine's rsync is to be started with."""

    def __init__(self, child: subprocess.Popen[bytes], into: int, out: int) -> None:
        self._child, self._into, self._out = child, into, out
        self.options: tuple[str, ...] = ()

    def speak(self, side: Side) -> None:
        """Pass on what both say until the machine's end is done. Raises ChannelLost, Interrupted, OSError."""
        side.patience = _PATIENCE
        failures: list[BaseException] = []
        sender = threading.Thread(target=self._send, args=(side, failures), name="foredeck-rsync", daemon=True)
        sender.start()
        try:
            while (data := side.receive()) != b"":
                if data and self._child.poll() is None:  # afterwards the machine only says that it is alive
                    self._write(data)
        finally:
            self._end()
            sender.join()
        if failures:
            raise failures[0]

    def _end(self) -> None:
        self._child.kill()
        self._child.wait()
        self.close()  # the bridge ends, and with it what is read from it

    def close(self) -> None:
        """Let go of what is written to."""
        into, self._into = self._into, -1
        if into >= 0:
            os.close(into)

    def _send(self, side: Side, failures: list[BaseException]) -> None:
        try:
            while data := os.read(self._out, 1 << 16):
                side.send(data)
            side.finish()
        except BaseException as error:
            failures.append(error)

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        with contextlib.suppress(BrokenPipeError):
            while view:
                view = view[os.write(self._into, view) :]

    def await_start(self) -> None:
        """Hear from it what the machine's end is to be started with. Raises ChannelLost."""
        line = b""
        while not line.endswith(b"\n"):
            letter = os.read(self._out, 1)
            if not letter:
                raise ChannelLost("rsync did not start")
            line += letter
        # rsync --server OPTION… . TO
        self.options = tuple(line.decode().split()[2:-2])
        if not all(map(_OPTION.match, self.options)):
            raise ChannelLost("this rsync speaks otherwise")


@contextmanager
def started(package: Path) -> Iterator[LocalRsync]:
    """An rsync that wants to send this file. Raises ChannelLost, OSError."""
    (theirs_in, into), (out, theirs_out) = os.pipe(), os.pipe()
    try:
        bridge = _BRIDGE.format(into=theirs_in, out=theirs_out)
        child = subprocess.Popen(
            # Times are ignored, or an old one of the same size and age would be taken for the new one.
            ["rsync", "--ignore-times", f"--timeout={_SILENCE}", f"--rsh=sh -c '{bridge}' sh", package, "machine:new"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            pass_fds=(theirs_in, theirs_out),
        )
    except BaseException:
        os.close(into)
        os.close(out)
        raise
    finally:
        os.close(theirs_in)
        os.close(theirs_out)
    rsync = LocalRsync(child, into, out)
    try:
        rsync.await_start()
        yield rsync
    finally:
        child.kill()
        child.wait()
        rsync.close()
        os.close(out)
