"""Where a worker reports while it follows an action: every report is appended to the log and committed as one."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine import logs
from engine.contracts import ArtifactLimits, Checkpoint, LogLevel, LogSegment, OutputVariable, Progress, Secret
from engine.database import Database
from engine.definitions import ArtifactRules
from engine.domain.states import RunState
from engine.models import ActionRun, Highlight, Output, Task, TaskLink
from engine.orchestration import keeping
from engine.ports import Clock
from engine.sealing import Sealer
from engine.services import outbox

_log = logging.getLogger(__name__)

CANCEL_LOOK_SECONDS = 0.25
"""How often a follower looks whether a cancel was asked for."""

LET_GO_LOOK_SECONDS = 1.0
"""How often it looks, once it was canceled, whether somebody has let go of what does not end."""

MAXIMUM_HIGHLIGHTS = 50
"""How many highlighted lines of one run are kept; the log has all of them."""


class Sink:
    """The sink of one run. Used from its follower's thread only."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        sealer: Sealer,
        *,
        run_id: int,
        task_id: int,
        step_name: str,
        log_length: int,
        artifact_rules: ArtifactRules,
        stopping: Callable[[], bool],
        cancel_waits_for_launch: bool = False,
    ) -> None:
        """`cancel_waits_for_launch`: it may run already, so a cancel is only told when a worker has got hold of it;
        told before, the worker would take it for never started.
        """
        self._db, self._clock, self._sealer = db, clock, sealer
        self._run_id, self._task_id, self._step_name = run_id, task_id, step_name
        self._stopping, self._artifact_rules = stopping, artifact_rules
        self._writer = logs.LogWriter(logs.path_of(db.path.parent, task_id, run_id), log_length)
        self._deaf_until_launched = cancel_waits_for_launch
        self._looked_at = float("-inf")
        self._canceled = self._let_go = False
        self._highlights = 0

    def launch_confirmed(self) -> None:
        """Commit that it was launched."""
        self._deaf_until_launched = False
        with self._db.write(quiet=True) as session:
            session.execute(
                update(ActionRun)
                .where(ActionRun.id == self._run_id, ActionRun.launch_confirmed_at.is_(None))
                .values(launch_confirmed_at=self._clock())
            )

    def record(self, progress: Progress) -> None:
        """Log first (durably), then the row that says how much of it is true."""
        length = self._writer.append(progress.segments)
        now = self._clock()
        with self._db.write(quiet=not _is_news(progress)) as session:
            run = session.get_one(ActionRun, self._run_id)
            if run.state != RunState.RUNNING.value:
                return
            task = session.get_one(Task, self._task_id)
            point = progress.checkpoint
            run.stdout_offset, run.stderr_offset, run.log_length = point.stdout_offset, point.stderr_offset, length
            run.parser = self._sealer.seal(json.dumps(dict(point.parser))) if point.parser else ""
            changes = [
                self._note_levels(session, run, progress.segments),
                self._note_links(session, progress),
                self._note_percentage(run, progress),
            ]
            for output in progress.outputs:
                self._store_output(session, run, output)
            if any(changes):
                outbox.tell_card(session, now, task)

    def tell(self, words: str, *, stays: bool = False) -> None:
        """The step shows this now."""
        now, length = self._clock(), self._writer.length
        if stays:
            sentence = f"{words[:1].upper()}{words[1:]}.\n"
            length = self._writer.append((LogSegment(now, LogLevel.INFO, "foredeck", sentence),))
        with self._db.write() as session:
            run = session.get_one(ActionRun, self._run_id)
            if run.state == RunState.RUNNING.value:
                run.reason, run.log_length = words[:2000], length
                outbox.tell_card(session, now, session.get_one(Task, self._task_id))

    def artifact_limits(self) -> ArtifactLimits:
        """What may be kept, as of now."""
        with self._db.read() as session:
            return keeping.limits_of(session, self._artifact_rules, self._task_id)

    def keep_artifact(self, number: int, name: str) -> keeping.Keeping:
        """Begin to keep a file."""
        return keeping.Keeping(
            self._db,
            self._clock,
            self._sealer,
            task_id=self._task_id,
            run_id=self._run_id,
            number=number,
            name=name,
        )

    def cancel_requested(self) -> bool:
        """Has somebody asked to cancel the task?"""
        if self._deaf_until_launched:
            return False
        if not self._canceled and time.monotonic() - self._looked_at >= CANCEL_LOOK_SECONDS:
            with self._db.read() as session:
                asked = session.scalar(select(Task.cancel_requested_at).where(Task.id == self._task_id))
            self._canceled = asked is not None
            self._looked_at = time.monotonic()
        return self._canceled

    def stopping(self) -> bool:
        """Is the bot shutting down, or has somebody let go of this run? Then nobody wants to know more of it."""
        return self._stopping() or (self._canceled and self._is_let_go())

    def _is_let_go(self) -> bool:
        if not self._let_go and time.monotonic() - self._looked_at >= LET_GO_LOOK_SECONDS:
            with self._db.read() as session:
                state = session.scalar(select(ActionRun.state).where(ActionRun.id == self._run_id))
            self._let_go = state != RunState.RUNNING.value
            self._looked_at = time.monotonic()
        return self._let_go

    def close(self) -> None:
        """Close the log."""
        self._writer.close()

    def _note_levels(self, session: Session, run: ActionRun, segments: tuple[LogSegment, ...]) -> bool:
        changed = False
        for segment in segments:
            is_loud = segment.level in {LogLevel.WARNING, LogLevel.ERROR} and segment.text.strip()
            if is_loud and not run.has_warnings:
                run.has_warnings = True
            if segment.level is LogLevel.HIGHLIGHT and self._highlights < MAXIMUM_HIGHLIGHTS:
                for line in filter(str.strip, segment.text.splitlines()):
                    self._highlights += 1
                    session.add(Highlight(action_run_id=run.id, text=line.strip()[:1000]))
                changed = True
        return changed

    def _note_links(self, session: Session, progress: Progress) -> bool:
        changed = False
        for link in progress.links:
            known = session.scalars(
                select(TaskLink).where(TaskLink.task_id == self._task_id, TaskLink.url == link.url)
            ).first()
            if known is None:
                session.add(TaskLink(task_id=self._task_id, url=link.url, label=link.label))
                session.flush()
                changed = True
        return changed

    @staticmethod
    def _note_percentage(run: ActionRun, progress: Progress) -> bool:
        if progress.percentage is None:
            return False
        run.percentage, run.percentage_message = progress.percentage, progress.percentage_message[:200]
        return True

    def _store_output(self, session: Session, run: ActionRun, output: OutputVariable) -> None:
        row = session.scalars(
            select(Output).where(
                Output.task_id == self._task_id,
                Output.step_name == self._step_name,
                Output.machine == run.machine,
                Output.name == output.name,
            )
        ).first()
        if row is None:
            row = Output(task_id=self._task_id, step_name=self._step_name, machine=run.machine, name=output.name)
            session.add(row)
        row.sensitive = isinstance(output.value, Secret)
        row.value = self._sealer.seal(output.value.reveal()) if isinstance(output.value, Secret) else output.value
        row.set_at = self._clock()
        session.flush()


def _is_news(progress: Progress) -> bool:
    """Does it change what the card says? Plain log is told at its own pace."""
    is_highlighted = any(segment.level is LogLevel.HIGHLIGHT for segment in progress.segments)
    return is_highlighted or bool(progress.links) or progress.percentage is not None


def checkpoint_of(run: ActionRun, sealer: Sealer) -> Checkpoint:
    """How far this run was followed. A parser state that cannot be unsealed (another key) starts afresh."""
    sealed = sealer.unseal(run.parser)
    if sealed is None:
        _log.warning("run %s: the stored parser state cannot be read with this key; it starts afresh", run.id)
    parser = json.loads(sealed) if sealed else {}
    return Checkpoint(run.stdout_offset, run.stderr_offset, run.log_length, parser)
