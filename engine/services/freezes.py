"""Freezes: nothing begins there until they end. By chat; and windows of the configuration, which become rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.database import Database
from engine.definitions import Definitions, FreezeDefinition
from engine.domain.grants import Permission
from engine.domain.holds import Hold, HoldKind
from engine.domain.moments import Zone
from engine.domain.windows import Repeats, Window, occurrence, read_mark
from engine.models import HoldRow
from engine.services import access, configuration, holds, schedules
from engine.services.errors import NoConfiguration
from engine.services.queue_errors import AlreadyHeld, EndMissing, NotHeld, ReasonMissing, TooFarAway
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
                    headline=holds.headline(holds.hold_of(row), found.definitions),
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
        return holds.view_of(session, row)


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


def differs(session: Session, now: datetime) -> bool:
    """Has a window of the configuration opened or closed since somebody looked?"""
    try:
        definitions = configuration.current(session).definitions
    except NoConfiguration:
        return False
    opened = {(row.source, row.project, row.environment, row.since) for row in _open_windows(session)}
    wanted = {window.key for window in _windows_at(definitions, now)}
    return bool(opened - wanted) or any(not _was_opened(session, key) for key in wanted - opened)


def follow(session: Session, now: datetime) -> None:
    """Open the windows of the configuration that are open now, and close the others."""
    if not differs(session, now):
        return
    found = access.rules(session, now)
    windows = {window.key: window for window in _windows_at(found.definitions, now)}
    for row in _open_windows(session):
        if (row.source, row.project, row.environment, row.since) not in windows:
            holds.end(session, now, row, None)
    for key, window in windows.items():
        if not _was_opened(session, key):  # open already, or thawed by somebody
            where = holds.slack_channel(found, window.project, window.environment, None)
            _begin(session, window, where)


def foreseen(session: Session, definitions: Definitions, at: datetime) -> tuple[Hold, ...]:
    """The windows of the configuration that will be open at this time and have no row yet."""
    return tuple(
        Hold(
            id=0,
            kind=HoldKind.FREEZE,
            by="",
            since=window.start,
            reason=window.definition.name,
            project=window.project,
            environment=window.environment,
            until=window.end,
            is_lenient=not window.definition.refuses,
        )
        for window in _windows_at(definitions, at)
        if not _was_opened(session, window.key)
    )


@dataclass(frozen=True)
class _OpenWindow:
    definition: FreezeDefinition
    project: str | None
    environment: str | None
    start: datetime
    end: datetime

    @property
    def key(self) -> tuple[str, str | None, str | None, datetime]:
        return (self.definition.slug, self.project, self.environment, self.start)


def _windows_at(definitions: Definitions, at: datetime) -> Iterator[_OpenWindow]:
    for definition in definitions.freezes.values():
        name = definition.time_zone or definitions.defaults.time_zone
        repeats = Repeats(definition.repeats)
        opens, closes = (read_mark(text, repeats) for text in (definition.opens, definition.closes))
        if opens is None or closes is None:
            continue  # the configuration was checked: this is never so
        found = occurrence(Window(opens, closes, repeats), Zone(name, ZoneInfo(name)), at)
        if found is None:
            continue
        for project in definition.scope.projects or (None,):
            for environment in definition.scope.environments or (None,):
                yield _OpenWindow(definition, project, environment, *found)


def _open_windows(session: Session) -> Sequence[HoldRow]:
    return session.scalars(select(HoldRow).where(HoldRow.ended_at.is_(None), HoldRow.source.is_not(None))).all()


def _was_opened(session: Session, key: tuple[str, str | None, str | None, datetime]) -> bool:
    source, project, environment, start = key
    wanted = select(HoldRow.id).where(
        HoldRow.source == source,
        HoldRow.since == start,
        HoldRow.project.is_(None) if project is None else HoldRow.project == project,
        HoldRow.environment.is_(None) if environment is None else HoldRow.environment == environment,
    )
    return session.scalar(wanted.limit(1)) is not None


def _begin(session: Session, window: _OpenWindow, slack_channel: str | None) -> None:
    row = holds.begin(
        session,
        window.start,
        HoldKind.FREEZE,
        "",
        window.definition.name,
        project=window.project,
        environment=window.environment,
        until=window.end,
        slack_channel=slack_channel,
    )
    row.source, row.is_lenient = window.definition.slug, not window.definition.refuses
