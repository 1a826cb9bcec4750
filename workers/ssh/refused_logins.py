"""Why a machine does not let an account in, as sentences: what happened, what it means, what to do."""

from __future__ import annotations

from collections.abc import Sequence

from engine.contracts import AgentLogin, KeyLogin, SshMachine
from workers.runner.channels import CannotConnect
from workers.ssh.problems import place_of

_LONGEST_QUESTION = 80


def refused_login(machine: SshMachine) -> CannotConnect:
    """The server does not take this key for this user."""
    user, account = machine.account.username, machine.account.slug
    return _for_good(
        f"{place_of(machine)} refused the login of {user} with the key of account {account}.",
        f"Look whether the public key is in ~{user}/.ssh/authorized_keys there, whether that file and its folders are "
        f"writable by {user} only, and whether the user may log in.",
    )


def refused_keys(machine: SshMachine, count: int) -> CannotConnect:
    """The server takes none of the agent's keys for this user."""
    user, account = machine.account.username, machine.account.slug
    keys = "the one key" if count == 1 else f"any of the {count} keys"
    return _for_good(
        f"{place_of(machine)} refused the login of {user} with {keys} of the agent of account {account}.",
        f"Look whether one of what `ssh-add -L` prints is in ~{user}/.ssh/authorized_keys there, and whether the user "
        "may log in.",
    )


def too_many_keys(machine: SshMachine, tried: int, held: int) -> CannotConnect:
    """The server ended the connection while the agent's keys were tried."""
    account = machine.account.slug
    return _for_good(
        f"{place_of(machine)} ended the login of {machine.account.username} after {tried} of the {held} keys of the "
        f"agent of account {account}.",
        "Say which key it is: `public_key: SHA256:…`, as `ssh-add -l` prints it. A server allows MaxAuthTries of them.",
    )


def refused_password(machine: SshMachine) -> CannotConnect:
    """The server does not take this password for this user."""
    return _for_good(
        f"{place_of(machine)} refused the login of {machine.account.username} with the password of account "
        f"{machine.account.slug}.",
        "Look whether the password is right and has not expired, and whether the user may log in there (AllowUsers, "
        "PermitRootLogin, a login shell that exists).",
    )


def more_questions(machine: SshMachine, question: str) -> CannotConnect:
    """The server asks for something besides the password."""
    asked = "".join(character for character in question if character.isprintable()).strip()[:_LONGEST_QUESTION]
    return _for_good(
        f"{place_of(machine)} asks {machine.account.username} for more than a password: “{asked}”",
        "Let this user in without a second factor, best with a key: `type: ssh_key`.",
    )


def other_login(machine: SshMachine, allowed: Sequence[str]) -> CannotConnect:
    """The server wants more than what the account has, or something else."""
    ways = ", ".join(allowed) or "nothing that is known"
    match machine.account.login:
        case KeyLogin() | AgentLogin():
            with_what, hint = "a key alone", "Allow PubkeyAuthentication for this user, without a second factor."
        case _:
            with_what = "a password alone"
            hint = (
                "Allow PasswordAuthentication for this user without a second factor, or give it a key: `type: ssh_key`."
            )
    return _for_good(
        f"{place_of(machine)} does not let {machine.account.username} in with {with_what}; it asks for: {ways}.", hint
    )


def slow_login(machine: SshMachine, seconds: float) -> CannotConnect:
    """It speaks SSH, and does not say whether the account may come in."""
    return CannotConnect(
        f"{place_of(machine)} did not decide about the login of {machine.account.username} within {seconds:.0f} s.",
        "Its directory of users (LDAP, PAM) or its DNS may hang; look at the log of its SSH server.",
    )


def unusable_key(machine: SshMachine, why: str, way_out: str) -> CannotConnect:
    """The account's private key cannot be used; nothing was connected."""
    return _for_good(f"The key of account {machine.account.slug} cannot be used: {why}.", way_out)


def unusable_agent(machine: SshMachine, why: str, way_out: str) -> CannotConnect:
    """The account's agent cannot be used."""
    return _for_good(f"The agent of account {machine.account.slug} cannot be used: {why}.", way_out)


def _for_good(what: str, way_out: str) -> CannotConnect:
    """Nothing of this changes by itself within seconds."""
    return CannotConnect(what, way_out, retryable=False)
