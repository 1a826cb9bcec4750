"""What people hold up and let go again: pauses and draining here, locks and freezes beside it. One row, one message."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, select, true
from sqlalchemy.orm import Session

from engine.database import Database
from engine.definitions import Definitions
from engine.domain.grants import Permission
from engine.domain.holds import Hold, HoldKind
from engine.models import HoldRow, Task
from engine.services import access, configuration, names, outbox
from engine.services.queue_errors import AlreadyDraining, AlreadyPaused, NotDraining, NothingToResume
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
        before = next((h for h in rows(session, HoldKind.PAUSE) if h.project in {None, slug}), None)
        if before is not None:
            raise AlreadyPaused(what=_paused(before.project), by=before.by, why=because(before.reason))
        where = slack_channel(found, slug, None, slack_channel_typed)
        row = begin(session, now, HoldKind.PAUSE, person, reason, project=slug, slack_channel=where)
        return view_of(session, row)


def resume(db: Database, now: datetime, *, person: str, project: str | None = None) -> HoldView:
    """Let it go on. Raises UnknownProject, NotPermitted, NothingToResume."""
    with db.write() as session:
        found = access.rules(session, now)
        slug = access.require_project(found, project) if project else None
        _require(found, person, slug, "resume")
        paused = rows(session, HoldKind.PAUSE)
        row = next((row for row in paused if row.project == slug), None)
        if row is None:
            raise NothingToResume(what=_paused(slug), others=[row.project for row in paused])
        return end(session, now, row, person)


def drain(db: Database, now: datetime, *, person: str, reason: str = "") -> HoldView:
    """Let nothing new begin, so that Foredeck can be stopped. Raises NotPermitted, AlreadyDraining."""
    with db.write() as session:
        found = access.rules(session, now)
        _require(found, person, None, "drain")
        if before := rows(session, HoldKind.DRAIN):
            raise AlreadyDraining(by=before[0].by)
        where = found.definitions.defaults.slack_channel
        row = begin(session, now, HoldKind.DRAIN, person, reason, slack_channel=where)
        return view_of(session, row)


def end_drain(db: Database, now: datetime, *, person: str) -> HoldView:
    """Let new work begin again. Raises NotPermitted, NotDraining."""
    with db.write() as session:
        _require(access.rules(session, now), person, None, "drain")
        drains = rows(session, HoldKind.DRAIN)
        if not drains:
            raise NotDraining
        return end(session, now, drains[0], person)


def current(db: Database) -> tuple[HoldView, ...]:
    """Everything that holds deployments up now, oldest first."""
    with db.read() as session:
        return views(session)


def view(db: Database, hold: int) -> HoldView:
    """This one, over or not."""
    with db.read() as session:
        return view_of(session, session.get_one(HoldRow, hold))


def views(session: Session) -> tuple[HoldView, ...]:
    """The same, within a transaction."""
    return tuple(view_of(session, row) for row in rows(session))


def in_force(session: Session) -> tuple[Hold, ...]:
    """All that hold something up now, as the domain sees them."""
    return tuple(hold_of(row) for row in rows(session))


def holds_back(hold: Hold, task: Task) -> bool:
    """Does this task have to wait for its end?"""
    return hold.holds_back(
        project=task.project,
        environment=task.environment,
        requested_by=task.requested_by,
        overrides=task.overrides,
        is_emergency=task.is_emergency,
    )


def headline(hold: Hold, definitions: Definitions) -> str:
    """What is held up and by whom, as a sentence without its full stop."""
    return _headline(hold, names.of_scope(definitions, hold.project, hold.environment))


def headline_of(view: HoldView) -> str:
    """The same of what people see."""
    return _headline(view, view.shown)


def _headline(hold: Hold | HoldView, shown: str) -> str:
    match hold.kind:
        case HoldKind.PAUSE:
            return f"{shown or 'the queue'} is paused by {hold.by}"
        case HoldKind.DRAIN:
            return f"Foredeck is being drained by {hold.by}"
        case HoldKind.LOCK:
            return f"{shown or 'everything'} is locked by {hold.by}"
        case HoldKind.FREEZE:
            return f"{shown or 'everything'} is frozen" + (f" by {hold.by}" if hold.by else "")


def scope(hold: Hold | HoldView) -> str:
    """`production of web`, `production`, `web`, as it is typed."""
    return scope_of(hold.project, hold.environment)


def scope_of(project: str | None, environment: str | None) -> str:
    """The same of a project and an environment."""
    return " of ".join(name for name in (environment, project) if name) or "everything"


def because(reason: str) -> str:
    """` because …`, or nothing."""
    return f" because {reason}" if reason else ""


def stands(db: Database, now: datetime, hold: int) -> None:
    """Its message stands in chat now: the cards of those whom it holds up can link to it."""
    with db.write() as session:
        row = session.get_one(HoldRow, hold)
        for task in covered(session, row) if row.ended_at is None else ():
            outbox.tell_card(session, now, task)


def begin(
    session: Session,
    now: datetime,
    kind: HoldKind,
    person: str,
    reason: str,
    *,
    project: str | None = None,
    environment: str | None = None,
    until: datetime | None = None,
    slack_channel: str | None = None,
) -> HoldRow:
    """From now on; told in this channel."""
    row = HoldRow(
        kind=kind.value,
        project=project,
        environment=environment,
        by=person,
        reason=reason[:500],
        since=now,
        until=until,
        slack_channel=slack_channel,
    )
    session.add(row)
    session.flush()
    _tell(session, now, row)
    return row


def end(session: Session, now: datetime, row: HoldRow, person: str | None) -> HoldView:
    """It is over; `person` is None when it ran out."""
    row.nag_at = None
    row.ended_at, row.ended_by = now, person
    session.flush()
    _tell(session, now, row)
    return view_of(session, row)


def _tell(session: Session, now: datetime, row: HoldRow) -> None:
    """Its own message, and the cards of those whom it holds up."""
    outbox.tell_hold(session, now, row.id, row.slack_channel)
    for task in covered(session, row):
        outbox.tell_card(session, now, task)


def covered(session: Session, row: HoldRow) -> Sequence[Task]:
    """The first of those in line whom it is about, its owner's own among them."""
    line = select(Task).where(Task.in_line, _covered(row)).order_by(Task.rank, Task.line)
    return session.scalars(line.limit(_CARDS_TOLD)).all()


def _covered(row: HoldRow) -> ColumnElement[bool]:
    project = Task.project == row.project if row.project else true()
    return and_(project, Task.environment == row.environment if row.environment else true())


def rows(session: Session, kind: HoldKind | None = None) -> Sequence[HoldRow]:
    """What is not over, oldest first."""
    wanted = select(HoldRow).where(HoldRow.ended_at.is_(None)).order_by(HoldRow.id)
    return session.scalars(wanted.where(HoldRow.kind == kind.value) if kind else wanted).all()


def _require(found: access.Rules, person: str, project: str | None, verb: str) -> None:
    what = f"{verb} {project or ('Foredeck' if verb == 'drain' else 'the whole queue')}"
    found.require(person, Permission.QUEUE_PAUSE, what, project=project)


def _paused(project: str | None) -> str:
    return project or "The whole queue"


def slack_channel(found: access.Rules, project: str | None, environment: str | None, typed: str | None) -> str | None:
    """Where it is told: where the cards of what it covers go, as far as that is one channel."""
    definitions = found.definitions
    of_environment = definitions.environments[environment].slack_channel if environment else None
    of_project = definitions.projects[project].slack_channel if project else None
    return of_environment or of_project or definitions.defaults.slack_channel or typed


def hold_of(row: HoldRow) -> Hold:
    """As the domain sees it."""
    return Hold(
        id=row.id,
        kind=HoldKind(row.kind),
        by=row.by,
        since=row.since,
        reason=row.reason,
        project=row.project,
        environment=row.environment,
        until=row.until,
        is_lenient=row.is_lenient,
    )


def view_of(session: Session, row: HoldRow) -> HoldView:
    """As people see it."""
    definitions = configuration.current(session).definitions
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
        shown=names.of_scope(definitions, row.project, row.environment),
    )
