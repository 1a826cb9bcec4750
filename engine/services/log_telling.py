"""How the log of a run is told in its thread: in messages that grow rarer, and whole as a file where they cut it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import logs
from engine.contracts import LogLevel, LogSegment
from engine.database import Database
from engine.domain.processes import AD_HOC
from engine.domain.states import RunState
from engine.models import ActionRun, LogCursor, OutboxRow, Task
from engine.services import outbox

BATCH_CHARACTERS = 2_500
"""How much of a log one message shows; Slack's own limit for a block of text is 3,000 characters."""

LINE_CHARACTERS = 500
"""How much of one line a message shows."""

STRETCH_BYTES = 1_000_000
"""How much of a stored log one message may stand for: what is not shown (verbose lines) has to be read, too."""

MAXIMUM_BATCHES = 6
"""How many messages of log a run gets while it runs."""

FIRST_WAIT = timedelta(seconds=4)
"""When the first message is due; each wait is twice the one before, so a long run stays calm."""


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
    """Write the outbox rows that this run is due now: the next message. At its end what is left, if it fits into one;
    and the file, if not all was shown."""
    if not _is_told(session, task, run):
        return 0
    is_over = not RunState(run.state).is_active
    cursor = session.get(LogCursor, run.id) or LogCursor(
        action_run_id=run.id, position=0, batches=0, cut=False, closed=False
    )
    session.add(cursor)
    path = logs.path_of(db.path.parent, task.id, run.id)
    stretch = _stretch(path, cursor.position, run.log_length)
    is_shown = cursor.batches < MAXIMUM_BATCHES
    if is_over:
        is_shown = not cursor.batches or not _has_visible(path, stretch.end, run.log_length)
    told = 0
    if stretch.characters and is_shown:
        outbox.tell_log(session, now, task, run.id, stretch.start, stretch.end)
        cursor.batches, cursor.told_at = cursor.batches + 1, now
        cursor.cut = cursor.cut or stretch.is_cut
        told += 1
    if is_shown or not stretch.characters:
        cursor.position = stretch.end
    if is_over and not cursor.closed:
        cursor.closed = True
        if cursor.cut or _has_visible(path, cursor.position, run.log_length):
            outbox.tell_file(session, now, task, run.id)
            told += 1
    return told


MAXIMUM_TOLD_MACHINES = 3
"""Of so many failed targets of a step the log is told in the thread; the card names them all."""


MAXIMUM_TOLD_OF_A_SCRIPT = 20
"""Of so many machines what a script printed that somebody ran there by hand; that is why they ran it."""


def _is_told(session: Session, task: Task, run: ActionRun) -> bool:
    """A step on many targets would flood the thread: of those only the first failures are told, at their end."""
    if not run.machine:
        return True
    is_script = task.project == AD_HOC
    if not is_script and not RunState(run.state).is_failure:
        return False
    told = session.scalar(
        select(func.count())
        .select_from(LogCursor)
        .join(ActionRun, ActionRun.id == LogCursor.action_run_id)
        .where(ActionRun.task_id == run.task_id, ActionRun.step == run.step, ActionRun.machine != "")
    )
    return (told or 0) < (MAXIMUM_TOLD_OF_A_SCRIPT if is_script else MAXIMUM_TOLD_MACHINES)


def _open_runs(session: Session) -> list[tuple[ActionRun, Task]]:
    query = (
        select(ActionRun, Task)
        .join(Task, Task.id == ActionRun.task_id)
        .outerjoin(LogCursor, LogCursor.action_run_id == ActionRun.id)
        .where(
            ActionRun.log_length > 0,
            ActionRun.state == RunState.RUNNING.value,
            ActionRun.machine == "",
            (LogCursor.action_run_id.is_(None)) | (LogCursor.closed.is_(False)),
        )
    )
    return [(run, task) for run, task in session.execute(query)]


def _has_news(session: Session, run: ActionRun, now: datetime) -> bool:
    cursor = session.get(LogCursor, run.id)
    batches, last = (cursor.batches, cursor.told_at) if cursor is not None else (0, None)
    if batches >= MAXIMUM_BATCHES or (cursor is not None and cursor.position >= run.log_length):
        return False
    since = last or run.started_at
    if since is not None and now - since < FIRST_WAIT * 2**batches:
        return False
    # A batch that is still on its way will be followed by the next one; they never pile up.
    unsent = session.scalar(
        select(OutboxRow.id).where(
            OutboxRow.kind == outbox.LOG,
            OutboxRow.state.in_(("pending", "sending")),
            OutboxRow.message_key.startswith(f"log:{run.id}:"),
        )
    )
    return unsent is None


@dataclass(frozen=True)
class _Stretch:
    """What one message stands for."""

    start: int
    end: int
    characters: int = 0  # as the message counts them
    is_cut: bool = False  # the message cannot show all of it


def _stretch(path: Path, start: int, end: int) -> _Stretch:
    """The next stretch from `start` on: as much as fits, but at least one piece that people see."""
    first, position, characters, is_cut = start, start, 0, False
    source, open_line = ("", ""), 0
    for after, segment in logs.read(path, start=start, end=end):
        if segment.level is LogLevel.VERBOSE:
            if characters and after - first > STRETCH_BYTES:
                break
        else:
            shown = _characters(segment)
            if characters and (characters + shown > BATCH_CHARACTERS or after - first > STRETCH_BYTES):
                break  # the next message has room for it
            first = first if characters else position
            lengths = [len(line) for line in segment.text.split("\n")]
            lengths[0] += open_line if source == (segment.level, segment.stream) else 0
            source, open_line = (segment.level, segment.stream), lengths[-1]
            characters, is_cut = characters + shown, is_cut or max(lengths) > LINE_CHARACTERS
        position = after
    return _Stretch(first, position, characters, is_cut or characters > BATCH_CHARACTERS)


def _characters(segment: LogSegment) -> int:
    """How much room a message needs for it at most: its lines, and a mark on each that is not just printed."""
    lines = segment.text.count("\n") + (not segment.text.endswith("\n"))
    return len(segment.text) + 1 + (0 if segment.level is LogLevel.INFO else 2 * lines)


def _has_visible(path: Path, start: int, end: int) -> bool:
    """Is there anything between these positions that people would see?"""
    return any(
        segment.level is not LogLevel.VERBOSE and segment.text.strip()
        for _, segment in logs.read(path, start=start, end=end)
    )
