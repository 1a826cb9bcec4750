"""What happens because time passes: tasks come due or expire, locks and freezes end, owners of locks are asked."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine.domain.holds import HoldKind
from engine.domain.states import TaskState
from engine.models import HoldRow, Task
from engine.services import (
    access,
    comebacks,
    configuration,
    emergencies,
    freezes,
    holds,
    lines,
    locks,
    machine_use,
    outbox,
)

_AT_ONCE = 100
"""So many tasks are moved in one transaction; the rest follows in the next."""


def is_due(session: Session, now: datetime) -> bool:
    """Has the time come for anything?"""
    tasks = select(Task.id).where(or_(Task.due_at <= now, Task.expires_at <= now))
    is_over = or_(HoldRow.until <= now, HoldRow.nag_at <= now)
    kept = select(HoldRow.id).where(HoldRow.ended_at.is_(None), is_over)
    is_due = any(session.scalar(query.limit(1)) is not None for query in (tasks, kept))
    is_due = is_due or machine_use.is_due(session, now) or comebacks.is_due(session, now)
    return is_due or emergencies.is_due(session, now) or freezes.differs(session, now)


def pass_time(session: Session, now: datetime) -> None:
    """Do what the time has come for. Safe at any time and any number of times."""
    freezes.follow(session, now)
    emergencies.nag(session, now)
    machine_use.run_out(session, now)
    comebacks.follow(session, now)
    expired = session.scalars(select(Task).where(Task.expires_at <= now).order_by(Task.expires_at).limit(_AT_ONCE))
    for task in expired.all():
        _expire(session, now, task)
    due = session.scalars(select(Task).where(Task.due_at <= now).order_by(Task.due_at, Task.id).limit(_AT_ONCE))
    for task in due.all():
        task.due_at, task.in_line, task.changed_at = None, not task.awaits_packages, now
        outbox.tell_card(session, now, task)
    for row in holds.rows(session):
        if row.until is not None and row.until <= now:
            _run_out(session, now, row)
        elif row.nag_at is not None and row.nag_at <= now:
            locks.nag(session, now, row)


def _expire(session: Session, now: datetime, task: Task) -> None:
    task.ended_because = _in_its_way(session, task)
    task.state, task.finished_at, task.changed_at = TaskState.TIMED_OUT.value, now, now
    task.in_line = task.advance_due = False
    task.due_at = task.expires_at = None
    session.flush()
    for other in (task, *lines.touched(session, task.place)):
        outbox.tell_card(session, now, other)
    outbox.tell_notice(session, now, task, "finished")


def _in_its_way(session: Session, task: Task) -> str:
    """Why it could not begin, as the middle of a sentence."""
    if task.due_at is not None:
        return "Foredeck did not run meanwhile"
    waiting = lines.waiting(session, task, configuration.current(session).definitions)
    return waiting.text if waiting else ""


def _run_out(session: Session, now: datetime, row: HoldRow) -> None:
    if row.kind == HoldKind.LOCK.value:
        locks.release(session, now, access.rules(session, now), row, None)
    else:
        holds.end(session, now, row, None)
