"""Runs one action: claim the row, follow the worker outside any transaction, settle the row and advance the task."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import func, select, update

from engine.contracts import ActionRequest, ActionResult, Checkpoint, Outcome, Script, Secret
from engine.database import Database
from engine.definitions import Definitions
from engine.definitions.secrets import resolve
from engine.domain import plans
from engine.domain.processes import RunScript, SecretReference
from engine.domain.states import RunState
from engine.errors import ForedeckError
from engine.models import ActionRun, Task
from engine.orchestration import advancing, choosing
from engine.orchestration.following import Sink, checkpoint_of
from engine.ports import Clock, Workers
from engine.sealing import Sealer
from engine.services import configuration, log_telling, outbox, variables

_log = logging.getLogger(__name__)

_STATES = {
    Outcome.SUCCEEDED: RunState.SUCCEEDED,
    Outcome.FAILED: RunState.FAILED,
    Outcome.CANCELED: RunState.CANCELED,
    Outcome.TIMED_OUT: RunState.TIMED_OUT,
    Outcome.LOST: RunState.LOST,
    Outcome.UNREACHABLE: RunState.FAILED,
}


@dataclass(frozen=True)
class _Claim:
    """All that is needed to run it, read in the transaction that claimed it."""

    run_id: int
    task_id: int
    machine: str
    worker: str
    action: plans.PlannedAction
    ticket: str
    launch_confirmed: bool
    definitions: Definitions
    values: dict[str, variables.Value]
    checkpoint: Checkpoint


class Runner:
    """Runs actions for the dispatcher; one call of `run` a thread."""

    def __init__(
        self, db: Database, clock: Clock, workers: Workers, sealer: Sealer, stopping: Callable[[], bool]
    ) -> None:
        self._db, self._clock, self._workers, self._sealer = db, clock, workers, sealer
        self._stopping = stopping

    def run(self, run_id: int) -> None:
        """Run or go on following this action run until it ends or the bot stops. Idempotent."""
        try:
            request, claim = self._claim(run_id)
        except _NotMine:
            return
        except ForedeckError as error:
            outcome = Outcome.LOST if self._was_launched(run_id) else Outcome.FAILED
            self._settle(run_id, ActionResult(outcome, message=str(error), hint=error.hint))
            return
        result = self._follow(claim, request)
        if result.outcome is not Outcome.DETACHED:
            self._settle(run_id, result)
            self._clean_up(claim)

    def _claim(self, run_id: int) -> tuple[ActionRequest, _Claim]:
        with self._db.write() as session:
            run = session.get(ActionRun, run_id)
            if run is None or run.state not in {RunState.QUEUED.value, RunState.RUNNING.value} or not run.ticket:
                raise _NotMine
            task = session.get_one(Task, run.task_id)
            definitions = configuration.current(session).definitions
            action = plans.from_json(task.plan).action(run.step, run.action)
            if run.state == RunState.QUEUED.value:
                busy = session.execute(
                    select(ActionRun.worker, func.count())
                    .where(ActionRun.state == RunState.RUNNING.value)
                    .group_by(ActionRun.worker)
                )
                run.worker = choosing.choose(definitions, action.worker_pool, {w: n for w, n in busy if w})
                run.state, run.started_at = RunState.RUNNING.value, self._clock()
                outbox.tell_card(session, self._clock(), task)
            claim = _Claim(
                run_id=run.id,
                task_id=task.id,
                machine=run.machine,
                worker=run.worker or choosing.BUILT_IN,
                action=action,
                ticket=run.ticket,
                launch_confirmed=run.launch_confirmed_at is not None,
                definitions=definitions,
                values=variables.of_task(session, task, definitions, self._sealer, action),
                checkpoint=checkpoint_of(run, self._sealer),
            )
            started_at = run.started_at
        work = claim.action.work
        assert isinstance(work, RunScript)  # noqa: S101 - only scripts are queued
        values: dict[str, str | Secret] = {}
        for name, value in claim.values.items():
            values[name] = resolve(value) if isinstance(value, SecretReference) else value
        request = ActionRequest(
            ticket=claim.ticket,
            task_id=claim.task_id,
            action_run_id=claim.run_id,
            step_name=claim.action.name,
            script=Script(work.body, work.syntax),
            variables=values,
            time_limit=claim.action.time_limit,
            launch_confirmed=claim.launch_confirmed,
            started_at=started_at,
            checkpoint=claim.checkpoint,
        )
        return request, claim

    def _follow(self, claim: _Claim, request: ActionRequest) -> ActionResult:
        try:
            worker = choosing.connect(claim.definitions, claim.worker, self._workers)
        except ForedeckError as error:
            outcome = Outcome.LOST if claim.launch_confirmed else Outcome.FAILED
            return ActionResult(outcome, message=str(error), hint=error.hint)
        sink = Sink(
            self._db,
            self._clock,
            self._sealer,
            run_id=claim.run_id,
            task_id=claim.task_id,
            step_name=claim.action.name,
            log_length=claim.checkpoint.log_length,
            stopping=self._stopping,
        )
        try:
            return worker.ensure_and_follow(request, sink)
        finally:
            sink.close()

    def give_up(self, run_id: int, result: ActionResult) -> None:
        """Settle a run that cannot be followed."""
        self._settle(run_id, result)

    def _settle(self, run_id: int, result: ActionResult) -> None:
        now = self._clock()
        with self._db.write() as session:
            settled = session.scalar(
                update(ActionRun)
                .where(ActionRun.id == run_id, ActionRun.state.in_((RunState.RUNNING.value, RunState.QUEUED.value)))
                .values(
                    state=_STATES[result.outcome].value,
                    exit_code=result.exit_code,
                    reason=result.message[:2000],
                    hint=result.hint[:1000],
                    finished_at=now,
                    percentage=None,
                    parser="",
                )
                .returning(ActionRun.id)
            )
            if settled is None:
                return
            run = session.get_one(ActionRun, run_id)
            task = session.get_one(Task, run.task_id)
            if run.log_length:
                log_telling.tell_run(session, now, task, run, self._db)
            outbox.tell_card(session, now, task)
            advancing.advance(session, now, task.id, self._sealer)

    def _was_launched(self, run_id: int) -> bool:
        with self._db.read() as session:
            return session.scalar(select(ActionRun.launch_confirmed_at).where(ActionRun.id == run_id)) is not None

    def _clean_up(self, claim: _Claim) -> None:
        worker = choosing.connect(claim.definitions, claim.worker, self._workers)
        worker.clean_up(claim.ticket)
        with self._db.write() as session:
            session.execute(update(ActionRun).where(ActionRun.id == claim.run_id).values(cleaned_up=True))


class _NotMine(Exception):
    """The row is settled already, or is not for a worker."""
