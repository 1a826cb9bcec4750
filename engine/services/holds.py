"""What people hold up and let go again: pauses of the queue or of a project, and draining. One row each, told once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, select, true
from sqlalchemy.orm import Session

from engine.database import Database
from engine.domain.grants import Permission
from engine.domain.holds import Hold, HoldKind
from engine.models import HoldRow, Task
from engine.services import access, outbox
from engine.services.errors import AlreadyDraining, AlreadyPaused, NotDraining, NothingToResume
from engine.services.views import HoldView

_CARDS_TOLD = 50
"""So many of those who wait have their cards brought up to date when something begins or ends to hold them up."""


def pause(
    db: Database,
    now: datetime,
    *,
    person: str,
    project: str | None = None,
    reason: str = "",
    slack_channel_typed: str | None = None,
) -> HoldView:
    """Let nothing new begin: of this project, or at all. Raises UnknownProject, NotPermitted, AlreadyPaused."""
    with db.write() as session:
        found = access.rules(session, now)
        slug = access.require_project(found, project) if project else None
        _require(found, person, slug, "pause")
        before = next((h for h in _rows(session, HoldKind.PAUSE) if h.project in {None, slug}), None)
        if before is not None:
            raise AlreadyPaused(what=_paused(before.project), by=before.by, why=because(before.reason))
        row = _begin(session, now, HoldKind.PAUSE, person, reason, project=slug)
        row.slack_channel = _slack_channel(found, slug, slack_channel_typed)
        _tell(session, now, row)
        return _view(row)


def resume(db: Database, now: datetime, *, person: str, project: str | None = None) -> HoldView:
    """Let it go on. Raises UnknownProject, NotPermitted, NothingToResume."""
    with db.write() as session:
        found = access.rules(session, now)
        slug = access.require_project(found, project) if project else None
        _require(found, person, slug, "resume")
        paused = _rows(session, HoldKind.PAUSE)
        row = next((row for row in paused if row.project == slug), None)
        if row is None:
            raise NothingToResume(what=_paused(slug), others=[row.project for row in paused])
        return _end(session, now, row, person)


def drain(db: Database, now: datetime, *, person: str, reason: str = "") -> HoldView:
    """Let nothing new begin, so that Foredeck can be stopped. Raises NotPermitted, AlreadyDraining."""
    with db.write() as session:
        found = access.rules(session, now)
        _require(found, person, None, "drain")
        if before := _rows(session, HoldKind.DRAIN):
            raise AlreadyDraining(by=before[0].by)
        row = _begin(session, now, HoldKind.DRAIN, person, reason)
        row.slack_channel = found.definitions.defaults.slack_channel
        _tell(session, now, row)
        return _view(row)


def end_drain(db: Database, now: datetime, *, person: str) -> HoldView:
    """Let new work begin again. Raises NotPermitted, NotDraining."""
    with db.write() as session:
        _require(access.rules(session, now), person, None, "drain")
        rows = _rows(session, HoldKind.DRAIN)
        if not rows:
            raise NotDraining
        return _end(session, now, rows[0], person)


def current(db: Database) -> tuple[HoldView, ...]:
    """Everything that holds deployments up now, oldest first."""
    with db.read() as session:
        return views(session)


def view(db: Database, hold: int) -> HoldView:
    """This one, over or not."""
    with db.read() as session:
        return _view(session.get_one(HoldRow, hold))


def views(session: Session) -> tuple[HoldView, ...]:
    """The same, within a transaction."""
    return tuple(_view(row) for row in _rows(session))


def in_force(session: Session) -> tuple[Hold, ...]:
    """All that hold something up now, as the domain sees them."""
    return tuple(_hold(row) for row in _rows(session))


def because(reason: str) -> str:
    """` because …`, or nothing."""
    return f" because {reason}" if reason else ""


def _begin(
    session: Session, now: datetime, kind: HoldKind, person: str, reason: str, *, project: str | None = None
) -> HoldRow:
    row = HoldRow(kind=kind.value, project=project, by=person, reason=reason[:500], since=now)
    session.add(row)
    session.flush()
    return row


def _end(session: Session, now: datetime, row: HoldRow, person: str | None) -> HoldView:
    row.ended_at, row.ended_by = now, person
    session.flush()
    _tell(session, now, row)
    return _view(row)


def _tell(session: Session, now: datetime, row: HoldRow) -> None:
    """Its own message, and the cards of those whom it holds up."""
    outbox.tell_hold(session, now, row.id, row.slack_channel)
    held: Sequence[Task] = session.scalars(
        select(Task).where(Task.in_line, _covered(row)).order_by(Task.rank, Task.line).limit(_CARDS_TOLD)
    ).all()
    for task in held:
        outbox.tell_card(session, now, task)


def _covered(row: HoldRow) -> ColumnElement[bool]:
    project = Task.project == row.project if row.project else true()
    return and_(project, Task.environment == row.environment if row.environment else true())


def _rows(session: Session, kind: HoldKind | None = None) -> Sequence[HoldRow]:
    wanted = select(HoldRow).where(HoldRow.ended_at.is_(None)).order_by(HoldRow.id)
    return session.scalars(wanted.where(HoldRow.kind == kind.value) if kind else wanted).all()


def _require(found: access.Rules, person: str, project: str | None, verb: str) -> None:
    what = f"{verb} {project or ('Foredeck' if verb == 'drain' else 'the whole queue')}"
    found.require(person, Permission.QUEUE_PAUSE, what, project=project)


def _paused(project: str | None) -> str:
    return project or "The whole queue"


def _slack_channel(found: access.Rules, project: str | None, typed: str | None) -> str | None:
    own = found.definitions.projects[project].slack_channel if project else None
    return own or found.definitions.defaults.slack_channel or typed


def _hold(row: HoldRow) -> Hold:
    return Hold(row.id, HoldKind(row.kind), row.by, row.since, row.reason, row.project, row.environment, row.until)


def _view(row: HoldRow) -> HoldView:
    return HoldView(
        id=row.id,
        kind=HoldKind(row.kind),
        project=row.project,
        environment=row.environment,
        by=row.by,
        reason=row.reason,
        since=row.since,
        until=row.until,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
        slack_channel=row.slack_channel,
    )
