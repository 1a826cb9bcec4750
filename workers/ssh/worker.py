"""The SSH worker: one connection to its machine is kept, and one channel on it carries the talk of all actions."""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Sequence

import paramiko

from engine.contracts import SshMachine
from engine.ports import Clock
from workers.runner import protocol
from workers.runner.channels import Channel, ChannelLost, SideSession
from workers.runner.pace import Pace
from workers.runner.worker import RunnerWorker
from workers.ssh import problems
from workers.ssh.ways import Ways


class SshWorker(RunnerWorker):
    """Runs scripts on a machine, below `~/.foredeck` of its account."""

    def __init__(
        self, machine: SshMachine, *, clock: Clock, pace: Pace | None = None, ways: Ways | None = None
    ) -> None:
        """`ways` is shared by machines that are behind one bastion."""
        self._machine = machine
        ways = ways or Ways()
        self._limits = ways.limits
        self._connector = ways.connector(machine)
        place = f"{machine.slug} ({machine.host}:{machine.port})"
        self._transport: paramiko.Transport | None = None
        super().__init__(machine.slug, place, self._open_channel, clock=clock, pace=pace, open_side=self._open_side)

    @property
    def machine(self) -> SshMachine:
        """What it was made for."""
        return self._machine

    def _open_channel(self, root: str) -> Channel:
        transport = self._connector.connect()
        problem = problems.no_session
        try:
            session = transport.open_session(timeout=self._limits.channel)
            problem = problems.no_command
            session.set_combine_stderr(True)  # why a shell did not start is said there
            session.settimeout(self._limits.channel)
            session.exec_command(protocol.login_command(root))
        except (paramiko.SSHException, EOFError, OSError):
            alive = transport.is_active()
            transport.close()
            raise (problem if alive else problems.no_greeting)(self._machine) from None
        self._transport = transport
        channel = Channel(SessionStream(transport, session), limit=self._limits.reply)
        try:
            channel.send(protocol.RUNNER)
        except BaseException:
            channel.close()
            raise
        return channel

    def _open_side(self, command: Sequence[str]) -> SideSession:
        """A session of its own on the connection that is open; a server may allow only one (MaxSessions)."""
        transport = self._transport
        if transport is None or not transport.is_active():
            raise ChannelLost("the connection ended")
        try:
            session = transport.open_session(timeout=self._limits.channel)
            session.settimeout(self._limits.channel)
            session.exec_command(shlex.join(command))
        except (paramiko.SSHException, EOFError, OSError):
            raise ChannelLost("it has no second session") from None
        return SecondStream(transport, session)


class SessionStream:
    """An SSH session's two directions; closing it closes the connection, which is this channel's own."""

    def __init__(self, transport: paramiko.Transport, session: paramiko.Channel) -> None:
        self._transport = transport
        self._session = session

    def read(self, limit: int, timeout: float) -> bytes | None:
        """Up to `limit` bytes; `b""` at the end; None when nothing came in time. Raises OSError when the connection
        broke, which is not the end of the session.
        """
        self._session.settimeout(timeout)
        data: bytes | None = None
        try:
            data = self._session.recv(limit)
        except TimeoutError:
            pass
        except (
            paramiko.SSHException,
            EOFError,
        ) as error:  # it tells the machine how much it took, and may fail at that
            raise OSError("the connection ended") from error
        if not data and not self._transport.is_active():
            raise OSError("the connection ended")
        return data

    def write(self, data: bytes, timeout: float) -> int:
        """Write what the window takes within the time."""
        self._session.settimeout(timeout)
        try:
            written = self._session.send(data)
        except TimeoutError:
            return 0
        except (paramiko.SSHException, EOFError) as error:
            raise OSError("the session ended") from error
        if not written:
            raise OSError("the session ended")
        return written

    def close(self) -> None:
        """Close the connection; the runner sees the end of its input, scripts go on."""
        with contextlib.suppress(OSError, EOFError, paramiko.SSHException):
            self._session.close()
        with contextlib.suppress(OSError, EOFError, paramiko.SSHException):
            self._transport.close()


class SecondStream(SessionStream):
    """A session beside the runner's, on the same connection."""

    def finish(self) -> None:
        """The command reads the end of its input."""
        try:
            self._session.shutdown_write()
        except (paramiko.SSHException, EOFError) as error:
            raise OSError("the session ended") from error

    def close(self) -> None:
        """End the session only."""
        with contextlib.suppress(OSError, EOFError, paramiko.SSHException):
            self._session.close()
