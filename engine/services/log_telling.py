"""How the log of a run is told in its thread: in batches while it runs, then, when it is long, whole as a file."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import logs
from engine.contracts import LogLevel
from engine.database import Database
from engine.domain.states import RunState
from engine.models import ActionRun, LogCursor, OutboxRow, Task
from engine.services import outbox

BATCH_CHARACTERS = 2_500
"""How much of a log one message shows; Slack's own limit for a block of text is 3,000 characters."""

MAXIMUM_BATCHES = 6
"""How many messages of log one run gets; what is longer follows as a file."""

FIRST_WAIT_SECONDS = 4
"""How long a run is quiet after its first message of log; each wait is twice the one before: a long run stays calm."""


def tell_new(db: Database, now: datetime) -> int:
    """Write outbox rows for what was logged since the last look; returns how many. Asked every few seconds."""
    with db.read() as session:
        due = [run.id for run, task in _open_runs(session) if _has_news(session, run, now) and task.slack_channel]
    if not due:
        return 0
    told = 0
    with db.write() as session:
        for run_id in due:
            run = session.get_one(ActionRun, run_id)
            told += tell_run(session, now, session.get_one(Task, run.task_id), run, db)
    return told


def tell_run(session: Session, now: datetime, task: Task, run: ActionRun, db: Database) -> int:
    """Write the outbox rows that this run is due now: one message; at its end also the file, if not all was shown."""
    is_over = not RunState(run.state).is_active
    cursor = session.get(LogCursor, run.id) or LogCursor(
        action_run_id=run.id, position=0, batches=0, cut=False, closed=False
    )
    session.add(cursor)
    told = 0
    path = logs.path_of(db.path.parent, task.id, run.id)
    while cursor.position < run.log_length and cursor.batches < MAXIMUM_BATCHES and not cursor.cut and not told:
        end, characters = _stretch(path, cursor.position, run.log_length)
        if end <= cursor.position:
            break
        if characters:
            outbox.tell_log(session, now, task, run.id, cursor.position, end)
            cursor.batches += 1
            cursor.cut = characters > BATCH_CHARACTERS
            told += 1
        cursor.position = end
    if is_over and not cursor.closed:
        cursor.closed = True
        if cursor.cut or _has_visible(path, cursor.position, run.log_length):
            outbox.tell_file(session, now, task, run.id)
            told += 1
    return told


def _open_runs(session: Session) -> list[tuple[ActionRun, Task]]:
    query = (
        select(ActionRun, Task)
        .join(Task, Task.id == ActionRun.task_id)
        .outerjoin(LogCursor, LogCursor.action_run_id == ActionRun.id)
        .where(
            ActionRun.log_length > 0,
            ActionRun.state == RunState.RUNNING.value,
            (LogCursor.action_run_id.is_(None)) | (LogCursor.closed.is_(False)),
        )
    )
    return [(run, task) for run, task in session.execute(query)]


def _has_news(session: Session, run: ActionRun, now: datetime) -> bool:
    cursor = session.get(LogCursor, run.id)
    if cursor is None:
        return True
    if cursor.position >= run.log_length or cursor.batches >= MAXIMUM_BATCHES or cursor.cut:
        return False
    # A batch that is still on its way will be followed by the next one; they never pile up.
    states, latest = session.execute(
        select(
            func.count().filter(OutboxRow.state.in_(("pending", "sending"))),
            func.max(OutboxRow.created_at),
        ).where(OutboxRow.kind == outbox.LOG, OutboxRow.message_key.startswith(f"log:{run.id}:"))
    ).one()
    wait = timedelta(seconds=FIRST_WAIT_SECONDS * 2 ** max(0, cursor.batches - 1))
    return not states and (latest is None or now - latest >= wait)


def _stretch(path: Path, start: int, end: int) -> tuple[int, int]:
    """Where a batch from `start` ends, and its visible characters: too many when one piece is too long."""
    position, characters = start, 0
    for after, segment in logs.read(path, start=start, end=end):
        visible = 0 if segment.level is LogLevel.VERBOSE else len(segment.text)
        if characters and characters + visible > BATCH_CHARACTERS:
            break  # the next message has room for it
        position, characters = after, characters + visible
        if characters >= BATCH_CHARACTERS:
            break
    return position, characters


def _has_visible(path: Path, start: int, end: int) -> bool:
    """Is there anything between these positions that people would see?"""
    return any(
        segment.level is not LogLevel.VERBOSE and segment.text.strip()
        for _, segment in logs.read(path, start=start, end=end)
    )
