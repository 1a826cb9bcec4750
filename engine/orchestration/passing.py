"""What happens because time passes: scheduled tasks come due, those that could not begin in time expire."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine.domain.states import TaskState
from engine.models import Task
from engine.services import lines, outbox

_AT_ONCE = 100
"""So many tasks are moved in one transaction; the rest follows in the next."""


def is_due(session: Session, now: datetime) -> bool:
    """Has the time come for anything?"""
    return session.scalar(select(Task.id).where(or_(Task.due_at <= now, Task.expires_at <= now)).limit(1)) is not None


def pass_time(session: Session, now: datetime) -> None:
    """Do what the time has come for. Safe at any time and any number of times."""
    expired = session.scalars(select(Task).where(Task.expires_at <= now).order_by(Task.expires_at).limit(_AT_ONCE))
    for task in expired.all():
        _expire(session, now, task)
    due = session.scalars(select(Task).where(Task.due_at <= now).order_by(Task.due_at, Task.id).limit(_AT_ONCE))
    for task in due.all():
        task.due_at, task.in_line, task.changed_at = None, True, now
        outbox.tell_card(session, now, task)


def _expire(session: Session, now: datetime, task: Task) -> None:
    task.state, task.finished_at, task.changed_at = TaskState.TIMED_OUT.value, now, now
    task.in_line = task.advance_due = False
    task.due_at = task.expires_at = None
    session.flush()
    for other in (task, *lines.touched(session, task.place)):
        outbox.tell_card(session, now, other)
    outbox.tell_notice(session, now, task, "finished")
