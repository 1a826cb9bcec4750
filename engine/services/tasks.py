"""Tasks: looking at one, listing them, canceling, reading logs."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import logs
from engine.contracts import LogLevel, LogSegment
from engine.database import Database
from engine.domain.grants import Permission
from engine.domain.states import InterruptionState, RunState, TaskState
from engine.models import ActionRun, Highlight, Interruption, Task
from engine.services import access, isolation, lines, outbox, planned, task_views
from engine.services.errors import AlreadyCanceling, NotPermitted, TaskIsOver, UnknownTask
from engine.services.queue_errors import NothingThere, NotStuck
from engine.services.views import LogPage, PlanView, TaskView

_ENDED = {
    TaskState.SUCCESS: "is done",
    TaskState.FAILED: "has failed",
    TaskState.CANCELED: "was canceled",
    TaskState.TIMED_OUT: "has expired",
}
_LOUD = frozenset({LogLevel.ERROR, LogLevel.WARNING})
_DECISIVE, _DECISIVE_ERRORS = 5, 3
_OVER = tuple(state.value for state in TaskState if state.is_final)
_OPEN = tuple(state.value for state in TaskState if not state.is_final)


def view(db: Database, number: int) -> TaskView:
    """The task as it stands. Raises UnknownTask. For our own use: asks no permission."""
    with db.read() as session:
        return task_views.build(session, require(session, number), access.rules(session))


def authorised_view(db: Database, number: int, person: str) -> TaskView:
    """The task, for this person. Raises UnknownTask, NotPermitted."""
    with db.read() as session:
        found = access.rules(session)
        task = require(session, number)
        _require_view(found, task, person)
        return task_views.build(session, task, found)


def plan_of(db: Database, number: int, person: str) -> PlanView:
    """Its whole plan, for this person. Raises UnknownTask, NotPermitted."""
    with db.read() as session:
        found = access.rules(session)
        task = require(session, number)
        _require_view(found, task, person)
        return planned.view_of(session, task)


def active(db: Database, person: str) -> tuple[TaskView, ...]:
    """What runs or waits, oldest first, of what this person may see."""
    with db.read() as session:
        found = access.rules(session)
        rows = session.scalars(select(Task).where(Task.state.in_(_OPEN)).order_by(Task.id))
        return tuple(task_views.build(session, row, found) for row in rows if _may_view(found, row, person))


def recent(db: Database, person: str, limit: int = 5) -> tuple[TaskView, ...]:
    """What is over, newest first, of what this person may see."""
    with db.read() as session:
        found = access.rules(session)
        rows = session.scalars(select(Task).where(Task.state.in_(_OVER)).order_by(Task.id.desc()).limit(200))
        visible = [row for row in rows if _may_view(found, row, person)][:limit]
        return tuple(task_views.build(session, row, found) for row in visible)


def cancel(db: Database, now: datetime, *, person: str, number: int) -> TaskView:
    """Ask to cancel. The requester may; others need `task_cancel`.

    Raises UnknownTask, NotPermitted, TaskIsOver, AlreadyCanceling.
    """
    with db.write() as session:
        found = access.rules(session, now)
        task = require(session, number)
        where = {"project": task.project, "environment": task.environment}
        if person != task.requested_by and not found.may(person, Permission.TASK_CANCEL, **where):
            allowed = dict.fromkeys((task.requested_by, *found.people_who_may(Permission.TASK_CANCEL, **where)))
            raise NotPermitted(person=person, what=f"cancel deployments of {task.project}", allowed=allowed)
        if TaskState(task.state).is_final:
            raise TaskIsOver(number=number, ended=_ENDED[TaskState(task.state)])
        if task.cancel_requested_at is not None:
            raise AlreadyCanceling(by=task.cancel_requested_by, number=number)
        request_cancel(session, now, task, by=person)
        return task_views.build(session, task, found)


def abandon(db: Database, now: datetime, *, person: str, number: int, machines: Sequence[str] = ()) -> TaskView:
    """Let go of a task whose cancel is stuck: it ends as canceled, its place is free, and what runs may run on. With
    `machines`: only of what runs there, and the task ends with the rest.

    From ten minutes after the cancel on; not undoable. Raises UnknownTask, NotPermitted, NotStuck, NothingThere.
    """
    with db.write() as session:
        found = access.rules(session, now)
        task = require(session, number)
        where = {"project": task.project, "environment": task.environment}
        found.require(person, Permission.TASK_EDIT, f"abandon deployments of {task.project}", **where)
        if reason := _not_stuck(task, now):
            how, way_out = reason
            raise NotStuck(number=number, how=how, way_out=way_out)
        running = _unfinished(session, task)
        if machines:
            _let_go_of(session, now, task, person, _on(running, task, machines), RunState.CANCELED)
        else:
            _let_go(session, now, task, person, running)
        return task_views.build(session, task, found)


def _not_stuck(task: Task, now: datetime) -> tuple[str, str] | None:
    """How it stands and the way out, when it is not stuck."""
    if TaskState(task.state).is_final:
        return _ENDED[TaskState(task.state)], ""
    if task.cancel_requested_at is None:
        return (
            "is not being canceled",
            f"Cancel it first: `cancel {task.id}`; only a cancel that is stuck is abandoned.",
        )
    left = task.cancel_requested_at + lines.ABANDONED_AFTER - now
    if left > timedelta():
        minutes = -(-left // timedelta(minutes=1))
        return "may still end by itself", f"It can be abandoned in {minutes} min."
    return None


def _unfinished(session: Session, task: Task) -> Sequence[ActionRun]:
    return session.scalars(
        select(ActionRun).where(ActionRun.task_id == task.id, ActionRun.state.in_((RunState.RUNNING, RunState.QUEUED)))
    ).all()


def _on(running: Sequence[ActionRun], task: Task, machines: Sequence[str]) -> list[ActionRun]:
    """What runs on each of these, which are targets or workers. Raises NothingThere."""
    meant: list[ActionRun] = []
    for name in machines:
        there = [run for run in running if name.casefold() in (run.machine.casefold(), (run.worker or "").casefold())]
        if not there:
            known = dict.fromkeys(run.machine or run.worker or "" for run in running)
            raise NothingThere(number=task.id, machine=name, places=", ".join(filter(None, known)) or "no machine")
        meant += there
    return meant


def _let_go_of(
    session: Session, now: datetime, task: Task, person: str, runs: Sequence[ActionRun], state: RunState
) -> None:
    """These runs are followed no longer and count as this; what they wait for and what they hold is free."""
    for run in runs:
        where = f" on {run.worker}" if run.worker else ""
        run.reason = f"abandoned by {person}; it may still run{where}"
        run.state = (state if run.state == RunState.RUNNING.value else RunState.CANCELED).value
        run.finished_at = now
    task.advance_due, task.changed_at = True, now
    session.flush()
    isolation.tell_line(
        session, now, {machine for run in runs for machine in (run.waits_for or run.worker or "").split()}
    )
    outbox.tell_card(session, now, task)


def _let_go(session: Session, now: datetime, task: Task, person: str, running: Sequence[ActionRun]) -> None:
    _let_go_of(session, now, task, person, running, RunState.LOST)
    task.state, task.finished_at, task.changed_at = TaskState.CANCELED.value, now, now
    task.holds_place = task.in_line = task.advance_due = False
    task.ended_because = f"abandoned by {person}: what ran may still run"
    for other in (task, *lines.touched(session, task.place)):
        outbox.tell_card(session, now, other)
    outbox.tell_notice(session, now, task, "finished")


def request_cancel(session: Session, now: datetime, task: Task, *, by: str | None) -> None:
    """Write down that a cancel is wanted; what follows is the next move. `by` is None when no person wants it."""
    task.state = TaskState.CANCELLING.value
    task.in_line, task.due_at, task.expires_at = False, None, None
    task.cancel_requested_at, task.cancel_requested_by = now, by
    task.advance_due, task.changed_at = True, now
    outbox.tell_card(session, now, task)


def cancel_running(db: Database, now: datetime, *, by: str) -> int:
    """Ask to cancel everything that runs or is about to (the demo's end); returns how many.

    What waits for a person runs nothing, and waits on in its row.
    """
    asked = select(Interruption.task_id).where(Interruption.state == InterruptionState.PENDING.value)
    with db.write() as session:
        rows = session.scalars(
            select(Task).where(Task.state.not_in(_OVER), Task.cancel_requested_at.is_(None), Task.id.not_in(asked))
        ).all()
        for task in rows:
            request_cancel(session, now, task, by=by)
        return len(rows)


def running_count(db: Database) -> int:
    """How many tasks are being executed or canceled."""
    busy = (TaskState.EXECUTING.value, TaskState.CANCELLING.value)
    with db.read() as session:
        return len(session.scalars(select(Task.id).where(Task.state.in_(busy))).all())


def highlights(db: Database, run_id: int, after: int = 0) -> tuple[tuple[int, str], ...]:
    """The highlighted lines of a run: (id, text), those after the given id."""
    with db.read() as session:
        rows = session.execute(
            select(Highlight.id, Highlight.text)
            .where(Highlight.action_run_id == run_id, Highlight.id > after)
            .order_by(Highlight.id)
        )
        return tuple((identifier, text) for identifier, text in rows)


def read_log(db: Database, run_id: int, start: int = 0, limit: int = 1_000_000) -> LogPage:
    """The stored log of this run from `start` on, about `limit` bytes of it. Raises UnknownTask when there is none."""
    with db.read() as session:
        row = session.execute(
            select(ActionRun.task_id, ActionRun.log_length, ActionRun.state).where(ActionRun.id == run_id)
        ).first()
    if row is None:
        raise UnknownTask(number=run_id)
    path = logs.path_of(db.path.parent, row.task_id, run_id)
    segments: list[LogSegment] = []
    position = start
    for after, segment in logs.read(path, start=start, end=row.log_length):
        position = after
        segments.append(segment)
        if position - start >= limit:
            break
    is_over = not RunState(row.state).is_active
    return LogPage(run_id, start, position, is_over and position >= row.log_length, tuple(segments))


def log_end(db: Database, run_id: int) -> int:
    """The position after the last byte of the stored log of this run."""
    with db.read() as session:
        return session.scalar(select(ActionRun.log_length).where(ActionRun.id == run_id)) or 0


def whole_log(db: Database, run_id: int) -> Iterator[str]:
    """All of the stored log of this run as text, piece by piece, so that a long one never fills the memory."""
    with db.read() as session:
        row = session.execute(select(ActionRun.task_id, ActionRun.log_length).where(ActionRun.id == run_id)).first()
    if row is None:
        return
    path = logs.path_of(db.path.parent, row.task_id, run_id)
    for _, segment in logs.read(path, start=0, end=row.log_length):
        yield segment.text


def last_lines(db: Database, run_id: int, lines: int = 15) -> str:
    """The last lines of the stored log of this run, without empty and verbose ones; empty when it has none."""
    return "\n".join(line for _, line in deque(_said(db, run_id), maxlen=lines))


def decisive_lines(db: Database, run_id: int, *, within: int | None = None) -> str:
    """The few lines that most likely say why it failed, in the order of the log: the last ones, the last errors among
    them even when much was printed after those. `within`: only the last so many bytes are looked at, for somebody who
    waits."""
    last: deque[tuple[int, str]] = deque(maxlen=_DECISIVE)
    errors: deque[tuple[int, str]] = deque(maxlen=_DECISIVE_ERRORS)
    for number, (level, line) in enumerate(_said(db, run_id, within)):
        last.append((number, line))
        if level in _LOUD:
            errors.append((number, line))
    kept = dict(errors)
    for number, line in reversed(last):
        if len(kept) < _DECISIVE:
            kept[number] = line
    return "\n".join(line for _, line in sorted(kept.items()))


def _said(db: Database, run_id: int, within: int | None = None) -> Iterator[tuple[LogLevel, str]]:
    """The lines of the log of this run with their levels, without empty and verbose ones; about the last `within` bytes
    of it. A very long one loses its beginning."""
    with db.read() as session:
        row = session.execute(select(ActionRun.task_id, ActionRun.log_length).where(ActionRun.id == run_id)).first()
    if row is None:
        return
    path = logs.path_of(db.path.parent, row.task_id, run_id)
    begun: dict[tuple[LogLevel, str], str] = {}  # a line may come in pieces, and another stream between them
    start = logs.end_of(path, end=row.log_length, size=within) if within else 0
    for _, segment in logs.read(path, start=start, end=row.log_length):
        if segment.level is LogLevel.VERBOSE:
            continue
        source = (segment.level, segment.stream)
        *whole, begun[source] = (begun.get(source, "") + segment.text)[-100_000:].split("\n")
        yield from ((segment.level, line) for line in whole if line.strip())
    yield from ((level, line) for (level, _), line in begun.items() if line.strip())


def require(session: Session, number: int) -> Task:
    """The task. Raises UnknownTask."""
    task = session.get(Task, number)
    if task is None:
        raise UnknownTask(number=number)
    return task


def _may_view(found: access.Rules, task: Task, person: str) -> bool:
    return person == task.requested_by or found.may(
        person, Permission.DEPLOYMENT_VIEW, project=task.project, environment=task.environment
    )


def _require_view(found: access.Rules, task: Task, person: str) -> None:
    if not _may_view(found, task, person):
        where = {"project": task.project, "environment": task.environment}
        raise NotPermitted(
            person=person,
            what=f"see deployments of {task.project} to {task.environment}",
            allowed=found.people_who_may(Permission.DEPLOYMENT_VIEW, **where),
        )
