"""Locks: somebody keeps a place for themselves, with a reason and an end; others queue behind it or take it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from engine.database import Database
from engine.domain.grants import Permission
from engine.domain.holds import HoldKind
from engine.models import HoldRow, Task
from engine.services import access, holds, names, outbox, schedules
from engine.services.errors import NotPermitted
from engine.services.queue_errors import AlreadyHeld, NotHeld, ReasonMissing, TooFarAway
from engine.services.scopes import read_scope
from engine.services.views import HoldView

LASTS = timedelta(hours=8)
"""How long a lock lasts when nobody says until when: a working day."""

NAG_AFTER = timedelta(hours=1)
"""How often its owner is asked whether it is still needed, while it holds somebody up."""


def lock(
    db: Database,
    now: datetime,
    *,
    person: str,
    names: Sequence[str],
    reason: str,
    until: str = "",
    take: bool = False,
    slack_channel_typed: str | None = None,
) -> HoldView:
    """Keep a place. `names`: the environment and perhaps the project, in any order. `take`: from whoever has it.

    Raises UnknownName, ScopeUnclear, NotPermitted, ReasonMissing, UnclearTime, TooFarAway, AlreadyHeld.
    """
    with db.write() as session:
        found = access.rules(session, now)
        scope = read_scope(found, names, needs_environment="lock")
        what = f"lock {scope.spelled}"
        found.require(person, Permission.DEPLOYMENT_CREATE, what, project=scope.project, environment=scope.environment)
        if not reason.strip():
            raise ReasonMissing
        ends_at = _end_of(session, now, found, person, until)
        for row in holds.rows(session, HoldKind.LOCK):
            if holds.hold_of(row).overlaps(project=scope.project, environment=scope.environment):
                _take_away(session, now, found, row, person, take=take, reason=reason)
        row = holds.begin(
            session,
            now,
            HoldKind.LOCK,
            person,
            reason,
            project=scope.project,
            environment=scope.environment,
            until=ends_at,
            slack_channel=holds.slack_channel(found, scope.project, scope.environment, slack_channel_typed),
        )
        row.nag_at = now + NAG_AFTER
        return holds.view_of(session, row)


def take(db: Database, now: datetime, *, person: str, hold: int, reason: str = "") -> HoldView:
    """Take this lock from its owner, who is told; for this reason, where one was said. Raises NotPermitted, NotHeld."""
    with db.write() as session:
        found = access.rules(session, now)
        old = session.get(HoldRow, hold)
        if old is None or old.ended_at is not None or old.kind != HoldKind.LOCK.value:
            raise NotHeld(scope=holds.scope(holds.hold_of(old)) if old else "That", done="locked any more", others="")
        found.require(
            person,
            Permission.DEPLOYMENT_CREATE,
            f"lock {holds.scope(holds.hold_of(old))}",
            project=old.project,
            environment=old.environment,
        )
        _take_away(session, now, found, old, person, take=True, reason=reason)
        row = holds.begin(
            session,
            now,
            HoldKind.LOCK,
            person,
            f"{reason} (taken from {old.by})" if reason else f"it was taken from {old.by}",
            project=old.project,
            environment=old.environment,
            until=now + LASTS,
            slack_channel=old.slack_channel,
        )
        row.nag_at = now + NAG_AFTER
        return holds.view_of(session, row)


def unlock(db: Database, now: datetime, *, person: str, names: Sequence[str]) -> HoldView:
    """Release a lock: one's own, or by permission another's, who is told. Raises UnknownName, NotPermitted, NotHeld."""
    with db.write() as session:
        found = access.rules(session, now)
        locks = holds.rows(session, HoldKind.LOCK)
        scope = read_scope(found, names)
        row = next((r for r in locks if (r.project, r.environment) == (scope.project, scope.environment)), None)
        if row is None:
            others = ", ".join(holds.scope(holds.hold_of(r)) for r in locks)
            raise NotHeld(scope=scope.spelled, done="locked", others=f"Locked: {others}." if others else "")
        return release(session, now, found, row, person)


def unlock_this(db: Database, now: datetime, *, person: str, hold: int) -> HoldView:
    """The same for one that is known. Raises NotPermitted, NotHeld."""
    with db.write() as session:
        row = session.get(HoldRow, hold)
        if row is None or row.ended_at is not None:
            raise NotHeld(scope=holds.scope(holds.hold_of(row)) if row else "That", done="locked any more", others="")
        return release(session, now, access.rules(session, now), row, person)


def release(session: Session, now: datetime, found: access.Rules, row: HoldRow, person: str | None) -> HoldView:
    """End it and tell the next in line. `person` is None when it ran out."""
    if person is not None and person != row.by:
        _require_take(found, row, person, f"release the lock of {row.by}")
        outbox.tell_person(session, now, row.by, row.id, "released")
    _tell_next(session, now, row)
    return holds.end(session, now, row, person)


def nag(session: Session, now: datetime, row: HoldRow) -> None:
    """Ask its owner whether it is still needed, if it holds anybody up."""
    row.nag_at = now + NAG_AFTER
    held = [task.id for task in _held(session, row)]
    if held:
        outbox.tell_person(session, now, row.by, row.id, "nag", held=held[:10])


def _held(session: Session, row: HoldRow) -> list[Task]:
    hold = holds.hold_of(row)
    return [task for task in holds.covered(session, row) if holds.holds_back(hold, task)]


def _tell_next(session: Session, now: datetime, row: HoldRow) -> None:
    held = _held(session, row)
    if held:
        outbox.tell_person(session, now, held[0].requested_by, row.id, "free", task=held[0].id)


def _take_away(
    session: Session, now: datetime, found: access.Rules, row: HoldRow, person: str, *, take: bool, reason: str
) -> None:
    """Make room for another lock. Raises AlreadyHeld, NotPermitted."""
    hold = holds.hold_of(row)
    why = holds.because(row.reason)
    if row.by == person:
        if not take:
            shown = names.of_scope(found.definitions, hold.project, hold.environment) or "everything"
            headline, typed = f"{shown} is locked by you", f"unlock {holds.scope(hold)}"
            raise AlreadyHeld(hold=row.id, headline=headline, why=why, typed=typed)
    elif not take:
        may_take = _may_take(found, row, person)
        typed = f"lock take {holds.scope(hold)} because …" if may_take else ""
        raise AlreadyHeld(
            hold=row.id, headline=holds.headline(hold, found.definitions), why=why, typed=typed, may_take=may_take
        )
    else:
        _require_take(found, row, person, f"take the lock of {row.by}")
        outbox.tell_person(session, now, row.by, row.id, "taken", why=reason[:500])
    holds.end(session, now, row, person)


def _may_take(found: access.Rules, row: HoldRow, person: str) -> bool:
    return Permission.LOCK_TAKE in found.permissions(person, project=row.project, environment=row.environment)


def _require_take(found: access.Rules, row: HoldRow, person: str, what: str) -> None:
    if not _may_take(found, row, person):
        allowed = found.people_who_may(Permission.LOCK_TAKE, project=row.project, environment=row.environment)
        raise NotPermitted(person=person, what=what, allowed=dict.fromkeys((row.by, *allowed)))


def _end_of(session: Session, now: datetime, found: access.Rules, person: str, until: str) -> datetime:
    if not until:
        return now + LASTS
    zone = schedules.zone_of(session, found.definitions, person)
    ends_at = schedules.moment(until, now, zone, "until")
    if ends_at - now > schedules.FARTHEST:
        raise TooFarAway(at=zone.spelled(ends_at), latest=zone.spelled(now + schedules.FARTHEST))
    return ends_at
