"""Lets tasks begin whose turn has come. Who they are is decided in the domain; here it is written down."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from engine.domain.queueing import Rank, choose
from engine.domain.states import TaskState
from engine.models import Task
from engine.orchestration import advancing
from engine.sealing import Sealer
from engine.services import configuration, lines, outbox


def chosen(session: Session) -> tuple[int, ...]:
    """The tasks that may begin now, in order."""
    if not lines.has_anybody(session):
        return ()
    situation = lines.situation(session, configuration.current(session).definitions)
    if not situation.free and not lines.has_emergency(session):
        return ()
    return tuple(waiter.number for waiter in choose(lines.heads(session, situation.holds), situation))


def admit(session: Session, now: datetime, task_id: int) -> bool:
    """Let it begin, if its turn still has come; False when something came in between."""
    if task_id not in chosen(session):
        return False
    task = session.get_one(Task, task_id, with_for_update=True)
    task.holds_place, task.in_line, task.expires_at = True, False, None
    task.rank = int(Rank.BEGUN)
    task.state = TaskState.EXECUTING.value
    task.started_at = task.started_at or now
    task.changed_at = now
    task.advance_due = True
    session.flush()
    for other in (task, *lines.touched(session, task.place)):
        outbox.tell_card(session, now, other)
    return True


def begin(session: Session, now: datetime, task_id: int, sealer: Sealer) -> None:
    """Let it begin and make its first moves."""
    if admit(session, now, task_id):
        advancing.advance(session, now, task_id, sealer)
