"""The built-in worker: runs scripts on the bot's own machine, through a runner that is the bot's child.

Not a sandbox: without `run_as` a script has the rights of the bot's account.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import subprocess
from collections.abc import Mapping
from pathlib import Path

from engine.ports import Clock
from workers.runner import protocol
from workers.runner.channels import CannotConnect, Channel
from workers.runner.pace import Pace
from workers.runner.worker import RunnerWorker

SLUG = "built-in"

PASSED_ON = frozenset({"PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR"})
"""Environment variables of the bot that scripts see, beside `LC_*`; its tokens and settings are not among them."""

_PIPE_BYTES = 1 << 20
_DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class BuiltInWorker(RunnerWorker):
    """Runs scripts below `folder`, which is made when it is missing. One resident runner serves all actions."""

    def __init__(
        self, folder: Path, *, clock: Clock, pace: Pace | None = None, shell: tuple[str, ...] = ("sh",)
    ) -> None:
        self._environ = clean_environ(os.environ)
        self._shell = shell
        super().__init__(
            SLUG, "The built-in worker", self._open_channel, clock=clock, root=str(folder.resolve()), pace=pace
        )

    def _open_channel(self, root: str) -> Channel:
        _, *arguments = protocol.bootstrap(root)
        try:
            stream = ChildStream([*self._shell, *arguments], self._environ)
        except OSError as error:
            raise CannotConnect(
                f"The built-in worker's shell `{self._shell[0]}` cannot be started: {error.strerror}.",
                "Look whether a POSIX shell is installed, and whether the machine has processes and memory left.",
                retryable=False,
            ) from error
        channel = Channel(stream)
        try:
            channel.send(protocol.RUNNER)
        except BaseException:
            channel.close()
            raise
        return channel


def clean_environ(environ: Mapping[str, str]) -> dict[str, str]:
    """What of the bot's environment a script may see: what is allowed by name, nothing else."""
    kept = {name: value for name, value in environ.items() if name in PASSED_ON or name.startswith("LC_")}
    kept.setdefault("PATH", _DEFAULT_PATH)
    kept.setdefault("LANG", "C.UTF-8")
    return kept


class ChildStream:
    """The pipes of a child. When we are gone, however that came, it reads the end of its input and leaves."""

    def __init__(self, command: list[str], environ: Mapping[str, str]) -> None:
        self._child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,  # why a shell did not start is said there
            env=dict(environ),
            cwd="/",
            start_new_session=True,  # a Ctrl-C at the bot's terminal is for the bot
            bufsize=0,
        )
        if self._child.stdin is None or self._child.stdout is None:
            raise OSError("the child has no pipes")
        self._input, self._output = self._child.stdin, self._child.stdout
        os.set_blocking(self._input.fileno(), False)
        for pipe in (self._input, self._output):
            with contextlib.suppress(OSError):  # an account may have used up its share of pipe memory
                fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, _PIPE_BYTES)

    def read(self, limit: int, timeout: float) -> bytes | None:
        """Up to `limit` bytes; `b""` at the end; None when nothing came in time."""
        if not _ready(self._output.fileno(), select.POLLIN, timeout):
            return None
        return os.read(self._output.fileno(), limit)

    def write(self, data: bytes, timeout: float) -> int:
        """Write what the pipe takes within the time."""
        if not _ready(self._input.fileno(), select.POLLOUT, timeout):
            return 0
        try:
            return os.write(self._input.fileno(), data)
        except BlockingIOError:
            return 0

    def close(self) -> None:
        """Close the pipes and collect the child; it leaves at the end of its input, else it is ended."""
        for pipe in (self._input, self._output):
            with contextlib.suppress(OSError):
                pipe.close()
        try:
            self._child.wait(0.5)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()


def _ready(descriptor: int, events: int, timeout: float) -> bool:
    poller = select.poll()  # not select(): it refuses descriptors above 1023
    poller.register(descriptor, events)
    return bool(poller.poll(timeout * 1000))
