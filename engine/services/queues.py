"""The queue: looking at it, entering it, moving to its front."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select, true, tuple_
from sqlalchemy.orm import Session

from engine.database import Database
from engine.definitions import Definitions, QueueRules
from engine.domain.grants import Permission
from engine.domain.queueing import Rank
from engine.domain.states import InterruptionKind, InterruptionState, TaskState
from engine.models import Interruption, Task
from engine.services import access, holds, isolation, lines, names, outbox, packages, task_views, tasks
from engine.services.queue_errors import NotInLine
from engine.services.views import QueueEntryView, QueueView, TaskView

SHOWN = 10
"""So many of each kind are shown; who has a phone in hand reads no further."""

_OPEN = (TaskState.QUEUED.value, *lines.RUNNING)
_ASKED = select(Interruption.task_id).where(Interruption.state == InterruptionState.PENDING.value)
_IS_RUNNING = Task.state.in_(lines.RUNNING)
_IS_IN_LINE: ColumnElement[bool] = Task.in_line.expression  # `= 1`, as the partial index has it
_IS_LOOKING = and_(Task.state == TaskState.QUEUED.value, Task.awaits_packages, Task.due_at.is_(None))
_IS_ASKING = and_(Task.state == TaskState.QUEUED.value, Task.id.in_(_ASKED))


def view(db: Database, person: str, project: str | None = None) -> QueueView:
    """The queue, of what this person may see. Raises UnknownProject."""
    with db.read() as session:
        found = access.rules(session)
        slug = access.require_project(found, project) if project else None
        mine = and_(_visible(session, found, person), Task.project == slug if slug else true())
        running = session.execute(_columns().where(_IS_RUNNING, mine).order_by(Task.started_at, Task.id).limit(SHOWN))
        asking = session.scalars(select(Task).where(_IS_ASKING, mine).order_by(Task.id).limit(SHOWN)).all()
        line = session.scalars(select(Task).where(Task.in_line, mine).order_by(Task.rank, Task.line).limit(SHOWN)).all()
        told = isolation.briefly(session, found.definitions)
        later = select(Task).where(Task.due_at.is_not(None), mine).order_by(Task.due_at).limit(SHOWN)
        scheduled = session.scalars(later).all()
        looking = session.scalars(select(Task).where(_IS_LOOKING, mine).order_by(Task.id).limit(SHOWN)).all()
        return QueueView(
            project=slug,
            cap=found.definitions.defaults.task_cap,
            holds=tuple(hold for hold in holds.views(session) if slug is None or hold.project in {None, slug}),
            running=tuple(
                # Columns only: each task carries a plan.
                _entry(found.definitions, r, told.get(r.id, ""), since=r.started_at)
                for r in running
            ),
            asking=tuple(_entry(found.definitions, task, _asked_for(session, task)) for task in asking),
            in_line=tuple(_entry(found.definitions, task, _why(session, task, found)) for task in line),
            scheduled=tuple(
                _entry(found.definitions, task, _looks_for(session, task), since=task.due_at) for task in scheduled
            ),
            looking=tuple(_entry(found.definitions, task, _looks_for(session, task)) for task in looking),
            running_count=_count(session, _IS_RUNNING, mine),
            asking_count=_count(session, _IS_ASKING, mine),
            in_line_count=_count(session, _IS_IN_LINE, mine),
            scheduled_count=_count(session, Task.due_at.is_not(None), mine),
            looking_count=_count(session, _IS_LOOKING, mine),
        )


def enter(session: Session, now: datetime, task: Task, found: access.Rules) -> None:
    """A new task joins the line: at its end by its project's priority, or where those stood that it supersedes."""
    project = found.definitions.projects.get(task.project)
    rules = project.queue if project else QueueRules()
    task.rank = int(Rank.HIGH if rules.priority == "high" else Rank.REGULAR)
    task.line = task.id
    if task.is_emergency:
        task.rank = int(Rank.EMERGENCY)
    if task.awaits_packages:
        outbox.tell_card(session, now, task)
    else:
        _join(session, now, task, found)


def packages_found(session: Session, now: datetime, task: Task, found: access.Rules) -> None:
    """The packages of its release are there: now it joins the line, unless its time has not come."""
    task.awaits_packages, task.changed_at = False, now
    _join(session, now, task, found)


def _join(session: Session, now: datetime, task: Task, found: access.Rules) -> None:
    project = found.definitions.projects.get(task.project)
    task.in_line = task.due_at is None
    if project is not None and project.queue.supersede and task.in_line and task.runbook is None:
        _supersede(session, now, task)
    outbox.tell_card(session, now, task)


def move_first(db: Database, now: datetime, *, person: str, number: int) -> TaskView:
    """Move a task that waits for its turn to the front. Raises UnknownTask, NotPermitted, NotInLine."""
    with db.write() as session:
        found = access.rules(session, now)
        task = tasks.require(session, number)
        where = {"project": task.project, "environment": task.environment}
        what = f"move deployments of {task.project} to {task.environment} to the front"
        found.require(person, Permission.TASK_PRIORITIZE, what, **where)
        if not task.in_line:
            raise NotInLine(number=number, how=_how(task))
        if task.rank > int(Rank.FIRST):
            lines.move_first(session, task)
            task.changed_at = now
            session.flush()
        for other in (task, *lines.touched(session, task.place)):
            outbox.tell_card(session, now, other)
        return task_views.build(session, task, found)


def _supersede(session: Session, now: datetime, task: Task) -> None:
    """Cancel the older ones of its place that have not begun, and stand where the first of them stood."""
    older = lines.superseded_by(session, task)
    if not older:
        return
    if not task.is_emergency:
        task.rank, task.line = min((other.rank, other.line) for other in older)
        task.rank = min(task.rank, int(Rank.REGULAR))
    _cancel_for(session, now, older, task)


def succeeded(session: Session, now: datetime, task: Task, definitions: Definitions) -> None:
    """What is older and still waits for an approval is canceled, if its project says so: nobody should approve it."""
    project = definitions.projects.get(task.project)
    if project is not None and project.queue.supersede:
        _cancel_for(session, now, lines.paused_before(session, task), task)


def _cancel_for(session: Session, now: datetime, older: Sequence[Task], task: Task) -> None:
    for other in older:
        other.ended_because = f"superseded by #{task.id} ({task.version}, asked for by {task.requested_by})"
        tasks.request_cancel(session, now, other, by=None)


def _how(task: Task) -> str:
    state = TaskState(task.state)
    if state.is_final:
        return "is over"
    if task.due_at is not None or task.awaits_packages:
        return "waits for its time" if task.due_at is not None else "looks for its packages"
    return "waits for a person" if state is TaskState.QUEUED else "runs already"


def _visible(session: Session, found: access.Rules, person: str) -> ColumnElement[bool]:
    """Asked for by this person, or where they may look."""
    pairs = session.execute(select(Task.project, Task.environment).where(Task.state.in_(_OPEN)).distinct()).all()
    allowed = [
        (project, environment)
        for project, environment in pairs
        if found.may(person, Permission.DEPLOYMENT_VIEW, project=project, environment=environment)
    ]
    if len(allowed) == len(pairs):
        return true()
    return or_(Task.requested_by == person, tuple_(Task.project, Task.environment).in_(allowed))


_Columns: TypeAlias = Row[int, str, str, str, str, datetime | None, datetime]


def _columns() -> Select[int, str, str, str, str, datetime | None, datetime]:
    return select(
        Task.id,
        Task.project,
        Task.version,
        Task.environment,
        Task.requested_by,
        Task.started_at,
        Task.queued_at,
    )


def _entry(definitions: Definitions, task: Task | _Columns, why: str, since: datetime | None = None) -> QueueEntryView:
    project, environment = (
        names.of_project(definitions, task.project),
        names.of_environment(definitions, task.environment),
    )
    return QueueEntryView(task.id, project, task.version, environment, task.requested_by, since or task.queued_at, why)


def _why(session: Session, task: Task, found: access.Rules) -> str:
    waiting = lines.waiting(session, task, found.definitions)
    return (waiting.brief or waiting.text) if waiting else "about to begin"


def _looks_for(session: Session, task: Task) -> str:
    """Which packages it looks for, where, and what is in the way; empty when they are there."""
    if not task.awaits_packages:
        return ""
    words = packages.waiting(session, task).text
    return f"{words[:1].lower()}{words[1:]}"


def _asked_for(session: Session, task: Task) -> str:
    asked: Sequence[Interruption] = session.scalars(
        select(Interruption).where(
            Interruption.task_id == task.id, Interruption.state == InterruptionState.PENDING.value
        )
    ).all()
    return "; ".join(f"{row.step_name}: {_who_or_why(row)}" for row in asked)


def _who_or_why(row: Interruption) -> str:
    if row.kind == InterruptionKind.GUIDED.value:
        return f"it failed, and {row.taken_by} is on it" if row.taken_by else "it failed, and nobody is on it yet"
    return " or ".join(row.teams) or "its end is unknown"


def _count(session: Session, *conditions: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(Task).where(*conditions)) or 0
