"""The built-in worker: runs scripts on the bot's own machine, through a runner that is the bot's child.

Not a sandbox: without `run_as` a script has the rights of the bot's account.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import subprocess
from pathlib import Path

from engine.contracts import BuiltIn
from engine.ports import Clock
from workers.identity import Identity, identify, not_started
from workers.runner import protocol
from workers.runner.channels import CannotConnect, Channel
from workers.runner.pace import Pace
from workers.runner.worker import RunnerWorker

SLUG = "built-in"

_PIPE_BYTES = 1 << 20


class BuiltInWorker(RunnerWorker):
    """Runs scripts below `folder`, which is made when it is missing; as another account below that one's home. One
    resident runner serves all actions.
    """

    def __init__(
        self,
        folder: Path,
        *,
        clock: Clock,
        pace: Pace | None = None,
        settings: BuiltIn | None = None,
        shell: tuple[str, ...] = (),
    ) -> None:
        """`shell` starts the runner and keeps it; when left out it is bash, or `sh` where there is none."""
        self.settings = settings or BuiltIn()
        self._shell = shell
        root = "" if self.settings.run_as else str(folder.resolve())
        super().__init__(SLUG, "The built-in worker", self._open_channel, clock=clock, root=root, pace=pace)

    def _open_channel(self, root: str) -> Channel:
        shell, *arguments = protocol.bootstrap(root, in_bash=not self._shell)
        identity = identify(self.settings)
        try:
            stream = ChildStream(identity, [*identity.limits, *(self._shell or (shell,)), *arguments])
        except OSError as error:
            raise CannotConnect(
                f"The built-in worker's shell `{(self._shell or (shell,))[0]}` cannot be started: {error.strerror}.",
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

    def _explain(self, failure: str, evidence: str) -> CannotConnect:
        if failure == "no-runner" and self.settings.run_as:
            return not_started(self.settings.run_as, evidence)
        return super()._explain(failure, evidence)


class ChildStream:
    """The pipes of a child. When we are gone, however that came, it reads the end of its input and leaves."""

    def __init__(self, identity: Identity, command: list[str]) -> None:
        self._child = subprocess.Popen(
            [*identity.prefix, *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,  # why a shell did not start is said there
            env=dict(identity.environ),
            cwd="/",
            user=identity.user,
            group=identity.group,
            extra_groups=identity.groups,
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
            with contextlib.suppress(PermissionError):  # sudo is not ours to end; it ends with what it started
                self._child.kill()
                self._child.wait()


def _ready(descriptor: int, events: int, timeout: float) -> bool:
    poller = select.poll()  # not select(): it refuses descriptors above 1023
    poller.register(descriptor, events)
    return bool(poller.poll(timeout * 1000))
