"""Logs in to a machine: connection, host key, login, in this order. Who lacks the pinned key is told nothing."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

import paramiko
from paramiko.ssh_exception import IncompatiblePeer

from engine.contracts import SshMachine
from workers.runner.channels import REPLY_LIMIT
from workers.ssh import logins, problems
from workers.ssh.keys import HOST_KEY_FAMILIES, fingerprint, is_pinned
from workers.ssh.transports import QuietTransport

_KEEPALIVE = 15

# A Diffie-Hellman group costs ten times the time of a curve. GCM costs less than CTR with a MAC.
_KEX = ("curve25519-sha256@libssh.org", "ecdh-sha2-nistp256")
_CIPHERS = ("aes128-gcm@openssh.com", "aes256-gcm@openssh.com")


@dataclass(frozen=True)
class Limits:
    """How long each part of a login may take and an open channel may be silent, in seconds; how many may log in at
    once, at one address and behind one bastion: OpenSSH turns some away from the tenth on (MaxStartups).
    """

    connect: float = 10.0
    greeting: float = 15.0
    login: float = 20.0
    channel: float = 15.0
    reply: float = REPLY_LIMIT
    at_once: int = 6
    at_once_behind: int = 32


class Ways(Protocol):
    """How machines are reached."""

    def reach(self, machine: SshMachine) -> object:
        """A socket, or what acts as one, that is connected to this machine. Raises CannotConnect."""
        ...

    def turn(self, machine: SshMachine) -> AbstractContextManager[None]:
        """Wait until not too many others log in there; meanwhile one is among them."""
        ...


class Connector:
    """Logs in to one machine, again and again; remembers which kind of host key matched the pin."""

    def __init__(self, machine: SshMachine, limits: Limits, ways: Ways) -> None:
        self._machine = machine
        self._limits = limits
        self._ways = ways
        self._matched: tuple[str, ...] | None = None
        logging.getLogger("paramiko").setLevel(logging.CRITICAL)  # it logs tracebacks; what matters is said by us

    def look(self) -> tuple[str, str]:
        """The kind of host key that the machine shows first, and its fingerprint.

        Nobody logs in. Raises CannotConnect.
        """
        with self._ways.turn(self._machine):
            transport = self._greet(None)
        if transport is None:
            raise problems.no_common_algorithm(self._machine)
        key = transport.get_remote_server_key()
        transport.close()
        return key.get_name(), fingerprint(key.asbytes())

    def host_keys(self) -> dict[str, str]:
        """Every host key that the machine shows, by kind: its fingerprint. Nobody logs in. Raises CannotConnect."""
        shown: dict[str, str] = {}
        for family in HOST_KEY_FAMILIES:
            with self._ways.turn(self._machine):
                transport = self._greet(family)
            if transport is not None:
                key = transport.get_remote_server_key()
                transport.close()
                shown[key.get_name()] = fingerprint(key.asbytes())
        if not shown:
            raise problems.no_common_algorithm(self._machine)
        return shown

    def connect(self) -> QuietTransport:
        """A transport that is logged in; raises CannotConnect."""
        login = logins.prepare(self._machine)
        with self._ways.turn(self._machine):
            return self._connect(login)

    def _connect(self, login: logins.Login) -> QuietTransport:
        transport = self._meet()
        try:
            logins.log_in(transport, self._machine, login)
        except BaseException:
            transport.close()
            raise
        transport.set_keepalive(_KEEPALIVE)
        return transport

    def _meet(self) -> QuietTransport:
        """A transport to a machine that proved to have the pinned key, not logged in."""
        seen: dict[str, str] = {}
        for family in self._families():
            if family is not None and any(name in family for name in seen):
                continue
            transport = self._greet(family)
            if transport is None:
                continue
            key = transport.get_remote_server_key()
            shown = fingerprint(key.asbytes())
            if is_pinned(self._machine.host_key, shown):
                self._matched = next((kind for kind in HOST_KEY_FAMILIES if _name(key) in kind), None)
                return transport
            transport.close()
            seen[_name(key)] = shown
        if not seen:
            raise problems.no_common_algorithm(self._machine)
        raise problems.wrong_host_key(self._machine, [f"{name} {shown}" for name, shown in seen.items()])

    def _families(self) -> Iterator[tuple[str, ...] | None]:
        """What to ask for: the kind that matched last time, or the server's choice; then each kind by itself."""
        yield self._matched
        yield from HOST_KEY_FAMILIES

    def _greet(self, family: Sequence[str] | None) -> QuietTransport | None:
        """Exchange keys; None when the server has no host key of this family, or nothing in common with us."""
        transport = QuietTransport(self._ways.reach(self._machine))
        try:
            transport.banner_timeout = transport.handshake_timeout = self._limits.greeting
            transport.auth_timeout, transport.channel_timeout = self._limits.login, self._limits.channel
            options = transport.get_security_options()
            options.kex = _preferred(_KEX, options.kex)
            options.ciphers = _preferred(_CIPHERS, options.ciphers)
            if family is not None:
                options.key_types = tuple(name for name in family if name in options.key_types)
            transport.start_client(timeout=self._limits.greeting)
            transport.get_remote_server_key()
        except IncompatiblePeer:
            transport.close()
            return None
        except (paramiko.SSHException, EOFError, OSError):
            silent = transport.is_active()
            transport.close()
            if silent:
                raise problems.slow_greeting(self._machine, self._limits.greeting) from None
            raise problems.no_greeting(self._machine) from None
        except BaseException:
            transport.close()
            raise
        return transport


def _name(key: paramiko.PKey) -> str:
    """The family's first word: a host key of type ssh-rsa signs as rsa-sha2-*."""
    return "rsa-sha2-512" if key.get_name() == "ssh-rsa" else key.get_name()


def _preferred(first: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    return (*(name for name in first if name in known), *(name for name in known if name not in first))
