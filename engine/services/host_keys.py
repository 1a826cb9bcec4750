"""Host keys that changed: somebody trusts the new one, by hand and with a reason. The configuration stays as it is, and
goes before as soon as it pins something else.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.database import Database
from engine.definitions import BastionDefinition, Definitions, TargetDefinition, WorkerDefinition
from engine.domain.grants import Permission
from engine.errors import ForedeckError
from engine.models import TrustedKey
from engine.services import access, configuration, health, machine_use, outbox
from engine.services.machine_errors import WhyMissing

_REASON_LIMIT = 500

_Known = TypeVar("_Known", WorkerDefinition, TargetDefinition, BastionDefinition)


class UnknownMachine(ForedeckError):
    """No such slug."""

    message = "There is no worker, target or bastion {machine} that is reached over SSH."
    hint_text = "`foredeck workers list` shows them."


class NotShown(ForedeckError):
    """What is to be trusted is not what is there."""

    message = "{machine} does not show the key {fingerprint}, so nothing was changed. It shows {shown}."
    hint_text = "Compare it on the machine's own console: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub"


@dataclass(frozen=True)
class Trust:
    """Who trusts which key since when, why, and what counted before."""

    machine: str
    before: str
    fingerprint: str
    by: str
    reason: str
    at: datetime


def in_force(session: Session) -> Definitions:
    """The definitions in force, with the host keys that are trusted since. Raises NoConfiguration."""
    definitions = configuration.current(session).definitions
    rows = session.scalars(select(TrustedKey).order_by(TrustedKey.id)).all()
    if not rows:
        return definitions
    keys = {(row.machine, row.configured): row.fingerprint for row in rows}  # the newest counts
    return replace(
        definitions,
        workers=_pinned(definitions.workers, keys),
        targets=_pinned(definitions.targets, keys),
        bastions=_pinned(definitions.bastions, keys),
    )


def machine_of(db: Database, slug: str) -> tuple[Definitions, WorkerDefinition | TargetDefinition | BastionDefinition]:
    """What is in force, and this machine in it. Raises UnknownMachine."""
    with db.read() as session:
        definitions = in_force(session)
        return definitions, _find(definitions, slug)


def trust(
    db: Database, now: datetime, *, person: str, machine: str, fingerprint: str, shown: Collection[str], reason: str
) -> Trust:
    """From now on this is the machine's host key. `shown`: the fingerprints that it shows. Raises UnknownMachine,
    NotPermitted, WhyMissing, NotShown.
    """
    with db.write() as session:
        found = access.rules(session, now)
        configured = _find(found.definitions, machine)
        _require(found, person, configured)
        if not reason.strip():
            raise WhyMissing
        if fingerprint not in shown:
            raise NotShown(machine=machine, fingerprint=fingerprint, shown=", ".join(shown) or "none")
        row = TrustedKey(
            machine=machine,
            configured=configured.host_key,
            before=_find(in_force(session), machine).host_key,
            fingerprint=fingerprint,
            by=person,
            reason=reason.strip()[:_REASON_LIMIT],
            at=now,
        )
        session.add(row)
        session.flush()
        health.look_soon(session, now, machine)
        channel = (
            found.definitions.defaults.slack_channel
            if isinstance(configured, BastionDefinition)
            else health.slack_channel_of(found.definitions, configured)
        )
        outbox.tell_trusted(session, now, row.id, channel)
        return _view(row)


def refusal(db: Database, now: datetime, *, person: str, machine: str) -> ForedeckError | None:
    """Why this person may not trust another key of this machine; None when they may."""
    with db.read() as session:
        found = access.rules(session, now)
        try:
            _require(found, person, _find(found.definitions, machine))
        except ForedeckError as error:
            return error
        return None


def trusted_now(session: Session, definitions: Definitions) -> dict[str, Trust]:
    """By machine, whom one owes it that another key counts than the configuration pins."""
    rows = session.scalars(select(TrustedKey).order_by(TrustedKey.id))  # the newest counts
    return {
        row.machine: _view(row)
        for row in rows
        if (known := definitions.machine(row.machine)) is not None and known.host_key == row.configured
    }


def told(db: Database, number: int) -> Trust:
    """What a message tells."""
    with db.read() as session:
        return _view(session.get_one(TrustedKey, number))


def like(db: Database, trust: Trust) -> tuple[str, ...]:
    """The other machines at the same address that still pin the key it had before: the same thing happened to them."""
    with db.read() as session:
        definitions = in_force(session)
        it = _find(definitions, trust.machine)
        others = (*definitions.machines, *definitions.bastions.values())
        return tuple(
            other.slug
            for other in others
            if other.slug != it.slug
            and (other.host, other.port, other.via) == (it.host, it.port, it.via)
            and other.host_key == trust.before
        )


def history(db: Database) -> Sequence[Trust]:
    """All that was ever trusted so, oldest first."""
    with db.read() as session:
        return [_view(row) for row in session.scalars(select(TrustedKey).order_by(TrustedKey.id))]


def _pinned(machines: Mapping[str, _Known], keys: Mapping[tuple[str, str], str]) -> Mapping[str, _Known]:
    return {
        slug: replace(machine, host_key=keys.get((slug, machine.host_key), machine.host_key))
        for slug, machine in machines.items()
    }


def _find(definitions: Definitions, slug: str) -> WorkerDefinition | TargetDefinition | BastionDefinition:
    found = definitions.machine(slug) or definitions.bastions.get(slug)
    if found is None:
        raise UnknownMachine(machine=slug)
    return found


def _require(
    found: access.Rules, person: str, machine: WorkerDefinition | TargetDefinition | BastionDefinition
) -> None:
    if isinstance(machine, BastionDefinition):
        found.require(person, Permission.MACHINE_EDIT, f"trust {machine.slug}", project=None, environment=None)
    else:
        machine_use.require(found, person, Permission.MACHINE_EDIT, "trust", [machine])


def _view(row: TrustedKey) -> Trust:
    return Trust(row.machine, row.before, row.fingerprint, row.by, row.reason, row.at)
