"""Bastions: one connection to each is shared by all machines behind it. Not what is said to those machines."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future

import paramiko

from engine.contracts import SshMachine
from workers.runner.channels import CannotConnect
from workers.ssh import behind_bastions
from workers.ssh.transports import QuietTransport

Connect = Callable[[], QuietTransport]
"""Logs in; raises CannotConnect."""


_ANSWER_LIMIT = 5.0
"""Seconds within which a server says yes or no to something that it need not do anything for."""


class Tunnel:
    """A connection that a bastion made, as a socket; the last one that is closed takes the bastion's along."""

    def __init__(self, channel: paramiko.Channel, let_go: Callable[[], None]) -> None:
        self._channel = channel
        self._let_go = let_go
        self._guard = threading.Lock()
        self._closed = False  # paramiko's transport looks at this name, which is a socket's

    def recv(self, size: int) -> bytes:
        """As a socket's."""
        return self._channel.recv(size)

    def send(self, data: bytes) -> int:
        """As a socket's."""
        return self._channel.send(data)

    def settimeout(self, seconds: float | None) -> None:
        """As a socket's."""
        self._channel.settimeout(seconds)

    def gettimeout(self) -> float | None:
        """As a socket's."""
        return self._channel.gettimeout()

    def shutdown(self, _how: int) -> None:
        """As a socket's; wakes who waits for data, which the channel's own does not."""
        self._channel.close()

    def close(self) -> None:
        """As a socket's."""
        with self._guard:
            if self._closed:
                return
            self._closed = True
        self._channel.close()
        self._let_go()


class Bastion:
    """The connection to one bastion, made when the first machine behind it is reached; for many threads at once."""

    def __init__(self, machine: SshMachine, connect: Connect) -> None:
        self._machine = machine
        self._connect = connect
        self._guard = threading.Lock()
        self._attempt: Future[QuietTransport] | None = None
        self._users = 0  # tunnels, and who waits for one

    def reach(self, machine: SshMachine, seconds: float) -> Tunnel:
        """A connection to this machine, which the bastion makes within this time. Raises CannotConnect."""
        with self._guard:
            self._users += 1
        try:
            return Tunnel(self._open(machine, seconds), self._let_go)
        except BaseException:
            self._let_go()
            raise

    def _open(self, machine: SshMachine, seconds: float) -> paramiko.Channel:
        try:
            transport = self._ready()
        except CannotConnect as error:
            raise behind_bastions.no_bastion(machine, self._machine, error) from None
        try:
            # OpenSSH shows the last address in its log only; nobody is told that it is not ours.
            return transport.open_channel(
                "direct-tcpip", (machine.host, machine.port), ("127.0.0.1", 0), timeout=seconds
            )
        except (paramiko.SSHException, EOFError, OSError):
            if refusal := transport.last_refusal():
                raise behind_bastions.not_let_through(machine, self._machine, *refusal) from None
            if _still_answers(transport, min(seconds, _ANSWER_LIMIT)):
                raise behind_bastions.no_answer(machine, self._machine, seconds) from None
            transport.close()  # all behind it come again over a new one
            raise behind_bastions.lost(machine, self._machine) from None

    def _ready(self) -> QuietTransport:
        """The connection; who asks while it is made waits for the same one, and gets the same error."""
        with self._guard:
            attempt = self._attempt
            if attempt is not None and attempt.done() and (attempt.exception() or not attempt.result().is_active()):
                attempt = None
            is_mine = attempt is None
            if attempt is None:
                attempt = self._attempt = Future()
        if is_mine:
            try:
                attempt.set_result(self._connect())
            except BaseException as error:
                attempt.set_exception(error)
        return attempt.result()

    def _let_go(self) -> None:
        with self._guard:
            self._users -= 1
            if self._users:
                return
            attempt, self._attempt = self._attempt, None
        if attempt is not None and attempt.done() and not attempt.exception():
            attempt.result().close()


def _still_answers(transport: QuietTransport, seconds: float) -> bool:
    """Is it the machine that does not answer, and not the bastion? Asked for a session, a server answers at once, if
    only with a refusal; on a half-open connection nobody does.
    """
    try:
        transport.open_session(timeout=seconds).close()
    except (paramiko.SSHException, EOFError, OSError):
        return transport.last_refusal() is not None
    return True
