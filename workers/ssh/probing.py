"""Tries a machine that is not configured yet: which host key it shows, and whether a script could run there."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.contracts import Health, SshMachine
from engine.ports import Clock
from workers.ssh.ways import Ways
from workers.ssh.worker import SshWorker


@dataclass(frozen=True)
class Probed:
    """What a machine showed. `kind`: of its host key."""

    kind: str
    fingerprint: str
    health: Health


def host_keys(machine: SshMachine) -> dict[str, str]:
    """Every host key that the machine shows, by kind: its fingerprint. Raises CannotConnect."""
    return Ways().connector(machine).host_keys()


def probe(machine: SshMachine, *, clock: Clock) -> Probed:
    """Connect, log in and ask what is there. The host key that the machine shows is trusted for this one look only:
    whoever asked compares it. Raises CannotConnect.
    """
    ways = Ways()
    kind, fingerprint = ways.connector(machine).look()
    worker = SshWorker(replace(machine, host_key=fingerprint), clock=clock, ways=ways)
    try:
        health = worker.check_health()
    finally:
        worker.close()
    return Probed(kind, fingerprint, health)
