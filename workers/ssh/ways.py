"""The ways to machines: a connection of its own, or one that a bastion makes; and how many may log in at once."""

from __future__ import annotations

import socket
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from engine.contracts import SshMachine
from workers.ssh import problems
from workers.ssh.bastions import Bastion, Tunnel
from workers.ssh.connecting import Connector, Limits
from workers.ssh.transports import ReadAhead

_DEAD_AFTER_MS = 30_000  # data that nobody acknowledges for so long means that the connection is dead


class Ways:
    """Shared by all machines of a process; for many threads at once."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._guard = threading.Lock()
        self._bastions: dict[str, tuple[SshMachine, Bastion]] = {}
        self._at_address = defaultdict[object, threading.Semaphore](self._slots(self.limits.at_once))
        self._behind = defaultdict[str, threading.Semaphore](self._slots(self.limits.at_once_behind))

    def connector(self, machine: SshMachine) -> Connector:
        """What logs in there."""
        return Connector(machine, self.limits, self)

    def reach(self, machine: SshMachine) -> socket.socket | Tunnel:
        """A connection to the machine. Raises CannotConnect."""
        if machine.via is not None:
            return self._bastion(machine.via).reach(machine, self.limits.connect)
        try:
            sock = socket.create_connection((machine.host, machine.port), timeout=self.limits.connect)
        except OSError as error:
            raise problems.no_connection(machine, error, self.limits.connect) from None
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # without it each request waits 40 ms
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _DEAD_AFTER_MS)
        return ReadAhead.of(sock)

    @contextmanager
    def turn(self, machine: SshMachine) -> Iterator[None]:
        """Wait until not too many others log in at this address, or behind its bastion."""
        via = machine.via.slug if machine.via is not None else ""
        with self._guard:
            slots = [self._at_address[machine.host, machine.port, via]]
            if via:
                slots.insert(0, self._behind[via])
        with ExitStack() as held:
            for slot in slots:
                held.enter_context(slot)
            yield

    def _bastion(self, machine: SshMachine) -> Bastion:
        """Its connection; one whose address, key or account changed is made anew."""
        with self._guard:
            known = self._bastions.get(machine.slug)
            if known is None or known[0] != machine:
                known = self._bastions[machine.slug] = machine, Bastion(machine, self.connector(machine).connect)
            return known[1]

    @staticmethod
    def _slots(count: int) -> Callable[[], threading.Semaphore]:
        return lambda: threading.Semaphore(count)
