"""Why there is no way to a machine, as sentences: what happened, what it means, what to do. No text of a library."""

from __future__ import annotations

import errno
import socket
from collections.abc import Sequence

from engine.contracts import SshMachine
from workers.runner.channels import CannotConnect, NobodyThere


def place_of(machine: SshMachine) -> str:
    """`build-1 (10.0.0.7:22)`."""
    return f"{machine.slug} ({machine.host}:{machine.port})"


def no_connection(machine: SshMachine, error: OSError, seconds: float) -> CannotConnect:
    """The TCP connection was not made."""
    place = place_of(machine)
    if isinstance(error, socket.gaierror):
        temporary = error.errno == socket.EAI_AGAIN
        what = "could not be looked up now" if temporary else "is not known"
        return NobodyThere(
            f"{machine.slug} was not reached: the name {machine.host} {what}.",
            "Look for a typo in its `ssh:` address, or at the DNS of the bot's machine.",
            retryable=temporary,
        )
    if isinstance(error, ConnectionRefusedError):
        return NobodyThere(
            f"{place} refused the connection: the machine is up, but no SSH server listens there.",
            "Start its SSH server, or correct the port in its `ssh:` address.",
            retryable=False,
        )
    if isinstance(error, TimeoutError):
        return NobodyThere(
            f"{place} did not answer within {seconds:.0f} s.",
            "The machine may be off, the address wrong, or a firewall in between.",
            retryable=False,
        )
    if error.errno in (errno.ENETUNREACH, errno.EHOSTUNREACH):
        return NobodyThere(
            f"{place} was not reached: there is no network route to it.",
            "Look at the address, and at the network of the bot's machine.",
            retryable=False,
        )
    return NobodyThere(f"The connection to {place} broke off while it was made.", "Look at the network in between.")


def no_greeting(machine: SshMachine) -> CannotConnect:
    """Something took the connection and then closed it, or never spoke SSH."""
    return NobodyThere(
        f"{place_of(machine)} took the connection and ended it before the login.",
        "Either it is no SSH server, or it turns clients away for now (MaxStartups, PerSourcePenalties, fail2ban): "
        "look at its log.",
    )


def slow_greeting(machine: SshMachine, seconds: float) -> CannotConnect:
    """It took the connection and went silent."""
    return NobodyThere(
        f"{place_of(machine)} took the connection, but its SSH server did not speak for {seconds:.0f} s.",
        "The machine may be overloaded or hang; look at it on its console.",
    )


def no_common_algorithm(machine: SshMachine) -> CannotConnect:
    """Too old a server, or one that allows too little."""
    return CannotConnect(
        f"The SSH server of {place_of(machine)} and Foredeck have no way of encryption in common.",
        "The server is too old or allows too little: let it offer curve25519-sha256 and aes128-gcm@openssh.com.",
        retryable=False,
    )


def wrong_host_key(machine: SshMachine, seen: Sequence[str]) -> CannotConnect:
    """None of the keys that the server showed is the pinned one; nothing was sent to it."""
    shown = ", ".join(seen) or "no key"
    check = "Compare it on the machine's own console: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub"
    if not machine.host_key:
        return CannotConnect(
            f"No host key is pinned for {place_of(machine)}, so it was not logged in to. It shows {shown}.",
            f"{check}. If it is the same, set `host_key: {_first_fingerprint(seen)}`.",
            retryable=False,
        )
    return CannotConnect(
        f"The host key of {place_of(machine)} is not the pinned one, so it was not logged in to. "
        f"Pinned is {machine.host_key}; it shows {shown}.",
        "If the machine was set up anew, compare the key on its own console (`ssh-keygen -lf "
        f"/etc/ssh/ssh_host_ed25519_key.pub`), then trust it: `/workers trust {machine.slug}` in chat, or in a terminal"
        f" `foredeck worker trust {machine.slug} --fingerprint {_first_fingerprint(seen)} --because WHY`. If not, "
        "somebody may be in between: change nothing and find out.",
        retryable=False,
    )


def _first_fingerprint(seen: Sequence[str]) -> str:
    return seen[0].split()[-1] if seen else "SHA256:…"


def no_session(machine: SshMachine) -> CannotConnect:
    """Logged in, but the server opens no session on the connection."""
    return CannotConnect(
        f"{place_of(machine)} let {machine.account.username} in, but opens no session: there are too many, or none is "
        "allowed.",
        "Look at MaxSessions in its sshd_config (Foredeck needs one for each machine), and at `restrict` and "
        "`no-pty` in authorized_keys.",
    )


def no_command(machine: SshMachine) -> CannotConnect:
    """There is a session, but no command may be run in it."""
    return CannotConnect(
        f"{place_of(machine)} let {machine.account.username} in, but allows no command.",
        "Look at ForceCommand and ChrootDirectory in its sshd_config, and at `command=` in authorized_keys.",
        retryable=False,
    )
