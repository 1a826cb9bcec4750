"""Taking machines out of use and back, and asking for a check: who, why and how long are rows; no file is changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from engine.database import Database
from engine.definitions import Machine, TargetDefinition
from engine.domain.chosen_targets import NoSuchTarget, chosen
from engine.domain.grants import Permission
from engine.errors import ForedeckError
from engine.models import DisabledMachine
from engine.services import access, health, outbox, schedules, usability
from engine.services.errors import UnknownName
from engine.services.machine_errors import (
    AlreadyDisabled,
    NoMachines,
    NotDisabled,
    NothingToLookAt,
    NotLookedAt,
    WhyMissing,
)
from engine.services.queue_errors import TooFarAway

_REASON_LIMIT = 500


@dataclass(frozen=True)
class Disabled:
    """Machines that one person took out of use at once."""

    machines: tuple[str, ...]
    by: str
    reason: str
    since: datetime
    until: datetime | None
    back: tuple[str, ...] = ()  # those of them that are in use again
    back_by: str | None = None  # who enabled the last of them; None: it ran out
    back_at: datetime | None = None


def disable(
    db: Database, now: datetime, *, person: str, names: Sequence[str], reason: str, until: str = ""
) -> tuple[str, ...]:
    """From now on nothing begins on these machines; what runs there goes on. The slugs of those that were meant.

    `names`: slugs, patterns, ranges or tags. Raises UnknownName, NoMachines, NotPermitted, WhyMissing, UnclearTime,
    TooFarAway, AlreadyDisabled.
    """
    with db.write() as session:
        found = access.rules(session, now)
        machines = find(found, names, with_regions=True)
        require(found, person, Permission.MACHINE_EDIT, "disable", machines)
        if not reason.strip():
            raise WhyMissing
        ends_at = _end_of(session, now, found, person, until)
        out = usability.disabled(session, found.definitions)
        left = [machine for machine in machines if machine.slug not in out]
        if not left:
            raise AlreadyDisabled(machine=machines[0].slug, why=out[machines[0].slug])
        rows = [
            DisabledMachine(
                machine=machine.slug,
                by=person,
                reason=reason.strip()[:_REASON_LIMIT],
                since=now,
                until=ends_at,
                slack_channel=health.slack_channel_of(found.definitions, machine),
            )
            for machine in left
        ]
        session.add_all(rows)
        session.flush()
        for row in rows:
            _tell(session, now, row)
        return tuple(row.machine for row in rows)


def enable(db: Database, now: datetime, *, person: str, names: Sequence[str]) -> tuple[str, ...]:
    """They are in use again, and are checked at once. Raises UnknownName, NoMachines, NotPermitted, NotDisabled."""
    with db.write() as session:
        found = access.rules(session, now)
        machines = find(found, names, with_regions=True)
        require(found, person, Permission.MACHINE_EDIT, "enable", machines)
        meant = {machine.slug for machine in machines}
        rows = [row for row in _open(session) if row.machine in meant]
        if not rows:
            raise NotDisabled(machine=machines[0].slug)
        for row in rows:
            _end(session, now, row, person)
        return tuple(row.machine for row in rows)


def refusal(db: Database, now: datetime, *, person: str, name: str) -> ForedeckError | None:
    """Why this person may not take it out of use; None when they may."""
    with db.read() as session:
        found = access.rules(session, now)
        try:
            require(found, person, Permission.MACHINE_EDIT, "disable", find(found, [name]))
        except ForedeckError as error:
            return error
        return None


def check_now(db: Database, now: datetime, *, person: str, names: Sequence[str]) -> tuple[str, ...]:
    """Have these machines looked at next; the slugs of those that are. Raises UnknownName, NoMachines, NotPermitted,
    NothingToLookAt, NotLookedAt.
    """
    with db.write() as session:
        found = access.rules(session, now)
        meant = find(found, names, with_regions=True)
        machines = [one for one in meant if not isinstance(one, TargetDefinition) or one.has_machine]
        if not machines:
            raise NothingToLookAt(region=meant[0].slug)
        require(found, person, Permission.MACHINE_EDIT, "check", machines)
        out = usability.disabled(session, found.definitions)
        left = [machine.slug for machine in machines if machine.slug not in out]
        if not left:
            raise NotLookedAt(machine=machines[0].slug, why=out[machines[0].slug])
        for slug in left:
            health.look_soon(session, now, slug)
        return tuple(left)


def find(found: access.Rules, names: Sequence[str], *, with_regions: bool = False) -> tuple[Machine, ...]:
    """The machines that these names mean, each once; `with_regions`: and the cloud regions. Raises UnknownName,
    NoMachines.
    """
    definitions = found.definitions
    everything = {place.slug: place for place in (definitions.places if with_regions else definitions.machines)}
    known = {
        slug: place.tags if isinstance(place, TargetDefinition) else place.pools for slug, place in everything.items()
    }
    if not known:
        raise NoMachines
    meant: dict[str, Machine] = {}
    for name in names:
        try:
            meant.update((slug, everything[slug]) for slug in chosen(name, known, known))
        except NoSuchTarget:
            raise UnknownName(kind="worker or target", name=name, known=known) from None
    return tuple(meant.values())


def require(found: access.Rules, person: str, permission: Permission, verb: str, machines: Sequence[Machine]) -> None:
    """This person may do it on all of them: on a target in each of its environments. Raises NotPermitted."""
    for machine in machines:
        for environment in environments_of(machine):
            found.require(person, permission, f"{verb} {machine.slug}", project=None, environment=environment)


def environments_of(machine: Machine) -> tuple[str | None, ...]:
    """Where one needs to be allowed; a worker serves all, so it takes what is restricted to none."""
    return machine.environments if isinstance(machine, TargetDefinition) else (None,)


def is_due(session: Session, now: datetime) -> bool:
    """Has the time of any come to be in use again?"""
    over = (DisabledMachine.ended_at.is_(None), DisabledMachine.until <= now)
    return session.scalar(select(DisabledMachine.id).where(*over).limit(1)) is not None


def run_out(session: Session, now: datetime) -> None:
    """Put back into use those whose time is over."""
    for row in _open(session):
        if row.until is not None and row.until <= now:
            _end(session, now, row, None)


def told(db: Database, number: int) -> Disabled:
    """What a message tells: this row, and those of the same person, moment, reason and channel."""
    with db.read() as session:
        first = session.get_one(DisabledMachine, number)
        rows = session.scalars(select(DisabledMachine).where(*_same_as(first)).order_by(DisabledMachine.id)).all()
        ended = sorted((row for row in rows if row.ended_at is not None), key=lambda row: (row.ended_at, row.id))
        last = ended[-1] if ended else None
        return Disabled(
            machines=tuple(row.machine for row in rows),
            by=first.by,
            reason=first.reason,
            since=first.since,
            until=first.until,
            back=tuple(row.machine for row in ended),
            back_by=last.ended_by if last else None,
            back_at=last.ended_at if last else None,
        )


def _same_as(row: DisabledMachine) -> tuple[ColumnElement[bool], ...]:
    return (
        DisabledMachine.by == row.by,
        DisabledMachine.since == row.since,
        DisabledMachine.reason == row.reason,
        DisabledMachine.slack_channel == row.slack_channel,
    )


def _tell(session: Session, now: datetime, row: DisabledMachine) -> None:
    first = session.scalar(select(DisabledMachine.id).where(*_same_as(row)).order_by(DisabledMachine.id).limit(1))
    outbox.tell_disabled(session, now, first or row.id, row.slack_channel)


def _open(session: Session) -> Sequence[DisabledMachine]:
    return session.scalars(
        select(DisabledMachine).where(DisabledMachine.ended_at.is_(None)).order_by(DisabledMachine.id)
    ).all()


def _end(session: Session, now: datetime, row: DisabledMachine, person: str | None) -> None:
    row.ended_at, row.ended_by = now, person
    session.flush()
    health.forget(session, now, row.machine)
    _tell(session, now, row)


def _end_of(session: Session, now: datetime, found: access.Rules, person: str, until: str) -> datetime | None:
    if not until:
        return None
    zone = schedules.zone_of(session, found.definitions, person)
    ends_at = schedules.moment(until, now, zone, "until")
    if ends_at - now > schedules.FARTHEST:
        raise TooFarAway(at=zone.spelled(ends_at), latest=zone.spelled(now + schedules.FARTHEST))
    return ends_at
