"""Why there is no way to a machine, as sentences: what happened, what it means, what to do. No text of a library."""

from __future__ import annotations

import errno
import socket
from collections.abc import Sequence

from engine.contracts import SshMachine
from workers.runner.channels import CannotConnect


def _place(machine: SshMachine) -> str:
    return f"{machine.slug} ({machine.host}:{machine.port})"


def no_connection(machine: SshMachine, error: OSError, seconds: float) -> CannotConnect:
    """The TCP connection was not made."""
    place = _place(machine)
    if isinstance(error, socket.gaierror):
        temporary = error.errno == socket.EAI_AGAIN
        what = "could not be looked up now" if temporary else "is not known"
        return CannotConnect(
            f"{machine.slug} was not reached: the name {machine.host} {what}.",
            "Look for a typo in its `ssh:` address, or at the DNS of the bot's machine.",
            retryable=temporary,
        )
    if isinstance(error, ConnectionRefusedError):
        return CannotConnect(
            f"{place} refused the connection: the machine is up, but no SSH server listens there.",
            "Look at the port in its `ssh:` address, and whether the SSH server runs.",
            retryable=False,
        )
    if isinstance(error, TimeoutError):
        return CannotConnect(
            f"{place} did not answer within {seconds:.0f} s.",
            "The machine may be off, the address wrong, or a firewall in between.",
            retryable=False,
        )
    if error.errno in (errno.ENETUNREACH, errno.EHOSTUNREACH):
        return CannotConnect(
            f"{place} was not reached: there is no network route to it.",
            "Look at the address, and at the network of the bot's machine.",
            retryable=False,
        )
    return CannotConnect(f"The connection to {place} broke off while it was made.", "Look at the network in between.")


def no_greeting(machine: SshMachine) -> CannotConnect:
    """Something took the connection and then closed it, or never spoke SSH."""
    return CannotConnect(
        f"{_place(machine)} took the connection and ended it before the login.",
        "Either it is no SSH server, or it turns clients away for now (MaxStartups, PerSourcePenalties, fail2ban): "
        "look at its log.",
    )


def slow_greeting(machine: SshMachine, seconds: float) -> CannotConnect:
    """It took the connection and went silent."""
    return CannotConnect(
        f"{_place(machine)} took the connection, but its SSH server did not speak for {seconds:.0f} s.",
        "The machine may be overloaded or hang; look at it on its console.",
    )


def no_common_algorithm(machine: SshMachine) -> CannotConnect:
    """Too old a server, or one that allows too little."""
    return CannotConnect(
        f"The SSH server of {_place(machine)} and Foredeck have no way of encryption in common.",
        "The server is too old or allows too little: let it offer curve25519-sha256 and aes128-gcm@openssh.com.",
        retryable=False,
    )


def wrong_host_key(machine: SshMachine, seen: Sequence[str]) -> CannotConnect:
    """None of the keys that the server showed is the pinned one; nothing was sent to it."""
    shown = ", ".join(seen) or "no key"
    check = "Compare it on the machine's own console: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub"
    if not machine.host_key:
        return CannotConnect(
            f"No host key is pinned for {_place(machine)}, so it was not logged in to. It shows {shown}.",
            f"{check}. If it is the same, set `host_key: {_first_fingerprint(seen)}`.",
            retryable=False,
        )
    return CannotConnect(
        f"The host key of {_place(machine)} is not the pinned one, so it was not logged in to. "
        f"Pinned is {machine.host_key}; it shows {shown}.",
        f"If the machine was set up anew: {check[0].lower()}{check[1:]}, then set "
        f"`host_key: {_first_fingerprint(seen)}`. If not, somebody may be in between: change nothing and find out.",
        retryable=False,
    )


def _first_fingerprint(seen: Sequence[str]) -> str:
    return seen[0].split()[-1] if seen else "SHA256:…"


def refused_login(machine: SshMachine) -> CannotConnect:
    """The server does not take this key for this user."""
    user, account = machine.account.username, machine.account.slug
    return CannotConnect(
        f"{_place(machine)} refused the login of {user} with the key of account {account}.",
        f"Look whether the public key is in ~{user}/.ssh/authorized_keys there, whether that file and its folders are "
        f"writable by {user} only, and whether the user may log in.",
        retryable=False,
    )


def other_login(machine: SshMachine, allowed: Sequence[str]) -> CannotConnect:
    """The server wants more than a key, or something else."""
    ways = ", ".join(allowed) or "nothing that is known"
    return CannotConnect(
        f"{_place(machine)} does not let {machine.account.username} in with a key alone; it asks for: {ways}.",
        "Allow PubkeyAuthentication for this user, without a second factor.",
        retryable=False,
    )


def unusable_key(machine: SshMachine, why: str, way_out: str) -> CannotConnect:
    """The account's private key cannot be used; nothing was connected."""
    return CannotConnect(f"The key of account {machine.account.slug} cannot be used: {why}.", way_out, retryable=False)


def no_channel(machine: SshMachine) -> CannotConnect:
    """Logged in, but no command may be run."""
    return CannotConnect(
        f"{_place(machine)} let {machine.account.username} in, but allows no command.",
        "Look at MaxSessions, at ForceCommand, and at `restrict` or `command=` in authorized_keys.",
        retryable=False,
    )
