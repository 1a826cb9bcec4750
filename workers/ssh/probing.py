"""Tries a machine that is not configured yet: which host key it shows, and whether a script could run there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from engine.contracts import Account, Health, Secret, SshMachine
from engine.ports import Clock
from workers.runner.channels import CannotConnect
from workers.ssh.connecting import Connector, Limits
from workers.ssh.worker import SshWorker


@dataclass(frozen=True)
class Probed:
    """What a machine showed. `kind`: of its host key."""

    kind: str
    fingerprint: str
    health: Health


def probe(
    slug: str, host: str, port: int, username: str, key: Path, *, clock: Clock, passphrase: str | None = None
) -> Probed:
    """Connect, log in with this key and ask what is there. The key that the machine shows is trusted for this one look
    only: whoever asked compares it. Raises CannotConnect.
    """
    nobody = Account(slug, username, Secret(""))
    machine = SshMachine(slug, host, port, "", nobody)
    try:
        text = key.read_text()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise CannotConnect(f"The key {key} cannot be read: {why}.", "Give the private key's file.") from None
    kind, fingerprint = Connector(machine, Limits()).look()
    secret = Secret(passphrase) if passphrase is not None else None
    account = replace(nobody, private_key=Secret(text), passphrase=secret)
    worker = SshWorker(replace(machine, host_key=fingerprint, account=account), clock=clock)
    try:
        health = worker.check_health()
    finally:
        worker.close()
    return Probed(kind, fingerprint, health)
