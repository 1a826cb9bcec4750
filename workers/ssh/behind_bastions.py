"""Why there is no way to a machine behind a bastion, as sentences; the bastion's faults are told as the bastion's."""

from __future__ import annotations

from engine.contracts import SshMachine
from workers.runner.channels import CannotConnect, NobodyThere
from workers.ssh.problems import place_of

_PROHIBITED = 1  # RFC 4254, 5.1


def no_bastion(machine: SshMachine, bastion: SshMachine, error: CannotConnect) -> CannotConnect:
    """The bastion itself was not reached, or did not let us in."""
    kind = NobodyThere if isinstance(error, NobodyThere) else CannotConnect
    return kind(
        f"{machine.slug} was not reached, because its bastion {bastion.slug} was not: {error}",
        error.hint,
        retryable=error.retryable,
    )


def not_let_through(machine: SshMachine, bastion: SshMachine, code: int, said: str) -> CannotConnect:
    """The bastion lets us in, and made no connection to the machine. `said`: the words of its server."""
    place = place_of(machine)
    if code == _PROHIBITED:
        return CannotConnect(
            f"The bastion {place_of(bastion)} lets {bastion.account.username} in, but makes no connection to {place}.",
            "Look at AllowTcpForwarding and PermitOpen in its sshd_config, and at `restrict`, `no-port-forwarding` and "
            "`permitopen` in authorized_keys.",
            retryable=False,
        )
    because = f": {said.rstrip('.')}" if said else ""
    return NobodyThere(
        f"{place} was not reached from the bastion {bastion.slug}, where the connection to it failed{because}.",
        f"Try it there: nc -vz {machine.host} {machine.port}. The name is looked up on the bastion, and the machine's "
        "firewall must let the bastion in.",
        retryable=False,
    )


def no_answer(machine: SshMachine, bastion: SshMachine, seconds: float) -> CannotConnect:
    """The bastion still tries."""
    return NobodyThere(
        f"{place_of(machine)} did not answer the bastion {bastion.slug} within {seconds:.0f} s.",
        "The machine may be off, the address wrong, or a firewall between it and the bastion.",
        retryable=False,
    )


def lost(machine: SshMachine, bastion: SshMachine) -> CannotConnect:
    """The bastion's connection broke meanwhile."""
    return NobodyThere(
        f"{machine.slug} was not reached, because the connection to its bastion {place_of(bastion)} broke.",
        "Look at the network in between and at the log of the bastion's SSH server.",
    )
