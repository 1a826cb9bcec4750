"""Freezes by chat: nothing goes there until they end. They refuse what would begin meanwhile and hold what waits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from engine.database import Database
from engine.domain.grants import Permission
from engine.domain.holds import HoldKind
from engine.services import access, holds, schedules
from engine.services.errors import AlreadyHeld, EndMissing, NotHeld, ReasonMissing, TooFarAway
from engine.services.scopes import read_scope
from engine.services.views import HoldView

LONGEST = timedelta(days=366)
"""Nothing is frozen for longer by chat."""


def freeze(
    db: Database,
    now: datetime,
    *,
    person: str,
    names: Sequence[str],
    until: str,
    reason: str,
    slack_channel_typed: str | None = None,
) -> HoldView:
    """Let nothing begin there. `names`: an environment, a project, or both.

    Raises UnknownName, ScopeUnclear, NotPermitted, ReasonMissing, EndMissing, UnclearTime, TooFarAway, AlreadyHeld.
    """
    with db.write() as session:
        found = access.rules(session, now)
        scope = read_scope(found, names)
        where = {"project": scope.project, "environment": scope.environment}
        found.require(person, Permission.FREEZE_ADMINISTER, f"freeze {scope.spelled}", **where)
        if not until:
            raise EndMissing
        if not reason.strip():
            raise ReasonMissing
        zone = schedules.zone_of(session, found.definitions, person)
        ends_at = schedules.moment(until, now, zone, "until")
        if ends_at - now > LONGEST:
            raise TooFarAway(at=zone.spelled(ends_at), latest=zone.spelled(now + LONGEST))
        for row in holds.rows(session, HoldKind.FREEZE):
            if (row.project, row.environment) == (scope.project, scope.environment):
                raise AlreadyHeld(
                    hold=row.id,
                    headline=holds.headline(holds.hold_of(row)),
                    why=holds.because(row.reason),
                    typed=f"thaw {scope.spelled}",
                )
        row = holds.begin(
            session,
            now,
            HoldKind.FREEZE,
            person,
            reason,
            until=ends_at,
            slack_channel=holds.slack_channel(found, scope.project, scope.environment, slack_channel_typed),
            **where,
        )
        return holds.view_of(row)


def thaw(db: Database, now: datetime, *, person: str, names: Sequence[str]) -> HoldView:
    """End a freeze. Raises UnknownName, ScopeUnclear, NotPermitted, NotHeld."""
    with db.write() as session:
        found = access.rules(session, now)
        scope = read_scope(found, names)
        where = {"project": scope.project, "environment": scope.environment}
        found.require(person, Permission.FREEZE_ADMINISTER, f"thaw {scope.spelled}", **where)
        frozen = holds.rows(session, HoldKind.FREEZE)
        row = next((r for r in frozen if (r.project, r.environment) == (scope.project, scope.environment)), None)
        if row is None:
            others = ", ".join(holds.scope(holds.hold_of(r)) for r in frozen)
            raise NotHeld(scope=scope.spelled, done="frozen", others=f"Frozen: {others}." if others else "")
        return holds.end(session, now, row, person)
