"""The health of machines: which are to be checked, what a check came to, and who is told. It connects to nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from engine.contracts import Health, HealthState
from engine.database import Database
from engine.definitions import Definitions, Machine, TargetDefinition
from engine.models import DisabledMachine, HealthChange, MachineHealth
from engine.services import comebacks, configuration, outbox
from engine.services.machine_rows import next_check_at

TAKES = timedelta(minutes=5)
"""A check that was begun and of which nothing is heard for so long is begun anew: its process is gone."""

BURST = timedelta(minutes=5)
"""What changes within this time is told in one message: when a network breaks, a hundred machines go at once."""

KEPT = timedelta(days=90)
"""So long the changes of machines are kept."""

_WHY_LIMIT = 1000
_USABLE = frozenset({HealthState.HEALTHY, HealthState.HAS_WARNINGS})


@dataclass(frozen=True)
class Change:
    """A machine went from one state to another."""

    machine: str
    before: HealthState
    state: HealthState
    why: str
    at: datetime


@dataclass(frozen=True)
class Bulletin:
    """The changes that one message tells, the last one of each machine, oldest first."""

    begun_at: datetime
    changes: tuple[Change, ...]


def due(session: Session, now: datetime, limit: int) -> Sequence[str]:
    """The machines whose time has come, those that wait longest first. Nobody looks at a disabled one."""
    is_disabled = exists().where(DisabledMachine.machine == MachineHealth.slug, DisabledMachine.ended_at.is_(None))
    query = select(MachineHealth.slug).where(MachineHealth.next_check_at <= now, ~is_disabled)
    return session.scalars(query.order_by(MachineHealth.next_check_at, MachineHealth.slug).limit(limit)).all()


def begin(session: Session, now: datetime, machine: str) -> bool:
    """Take the check of this machine; False when somebody else has it, or it is no more."""
    row = session.get(MachineHealth, machine, with_for_update=True)
    if row is None or row.next_check_at > now:
        return False
    row.next_check_at = now + TAKES
    return True


def look_soon(session: Session, now: datetime, machine: str) -> None:
    """Somebody asks, or a step did not get through to it: it is checked next."""
    row = session.get(MachineHealth, machine)
    if row is not None:
        row.next_check_at = min(row.next_check_at, now)


def forget(session: Session, now: datetime, machine: str) -> None:
    """Nobody has looked at it for a while: what was known counts no more, and it is checked next."""
    row = session.get(MachineHealth, machine)
    if row is not None:
        row.state, row.since, row.next_check_at = HealthState.UNKNOWN.value, now, now


def record(session: Session, now: datetime, machine: str, health: Health) -> None:
    """Write down what a check came to, and tell of it if that is news."""
    row = session.get(MachineHealth, machine, with_for_update=True)
    definitions = configuration.current(session).definitions
    known = definitions.machine(machine)
    if row is None or known is None:
        return
    before = HealthState(row.state)
    row.checked_at, row.why, row.facts = now, health.message[:_WHY_LIMIT], dict(health.facts) or row.facts
    if row.next_check_at > now:  # else somebody has asked meanwhile, and wants to know how it is since
        row.next_check_at = next_check_at(definitions, known, health.state, now)
    if health.state is not HealthState.HEALTHY:
        row.last_error, row.last_error_at = row.why, now
    if health.state is not before:
        row.state, row.since = health.state.value, now
        if health.healthy and before not in _USABLE and isinstance(known, TargetDefinition):
            comebacks.note(session, now, definitions, known)
        _tell(session, now, row, before, definitions, known)


def bulletin(db: Database, number: int) -> Bulletin:
    """What this message tells."""
    with db.read() as session:
        rows = session.scalars(select(HealthChange).where(HealthChange.bulletin == number).order_by(HealthChange.id))
        changes = [Change(r.machine, HealthState(r.before), HealthState(r.state), r.why, r.at) for r in rows]
    last = {change.machine: change for change in changes}
    return Bulletin(changes[0].at, tuple(sorted(last.values(), key=lambda change: change.at)))


def _tell(
    session: Session,
    now: datetime,
    row: MachineHealth,
    before: HealthState,
    definitions: Definitions,
    known: Machine,
) -> None:
    session.execute(delete(HealthChange).where(HealthChange.at < now - KEPT))
    change = HealthChange(machine=row.slug, before=before.value, state=row.state, why=row.why, at=now)
    session.add(change)
    session.flush()
    skips = definitions.policy_of(known).skips_unavailable
    if not is_news(before, HealthState(row.state), skips_unavailable=skips):
        return
    change.slack_channel = slack_channel_of(definitions, known)
    change.bulletin = _burst(session, now, change.slack_channel) or change.id
    outbox.tell_health(session, now, change.bulletin, change.slack_channel)


def is_news(before: HealthState, after: HealthState, *, skips_unavailable: bool) -> bool:
    """That a new machine is well is no news, nor is the coming and going of one that may be off."""
    if skips_unavailable and HealthState.UNAVAILABLE in {before, after}:
        return after in {HealthState.UNHEALTHY, HealthState.HAS_WARNINGS}
    return not (before is HealthState.UNKNOWN and after is HealthState.HEALTHY)


def _burst(session: Session, now: datetime, slack_channel: str | None) -> int | None:
    """The message of a burst that began a short while ago in this channel."""
    newest = session.scalar(
        select(HealthChange.bulletin)
        .where(HealthChange.bulletin.is_not(None), HealthChange.slack_channel == slack_channel)
        .order_by(HealthChange.id.desc())
        .limit(1)
    )
    first = session.get(HealthChange, newest) if newest is not None else None
    return newest if first is not None and now - first.at <= BURST else None


def slack_channel_of(definitions: Definitions, machine: Machine) -> str | None:
    """Where people hear of it: in the channel of a target's first environment that has one, else in the default one."""
    environments = machine.environments if isinstance(machine, TargetDefinition) else ()
    of_environments = (definitions.environments[slug].slack_channel for slug in environments)
    return next(filter(None, of_environments), None) or definitions.defaults.slack_channel
