"""Runs one action: claim the row, follow the worker outside any transaction, settle the row and advance the task."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine.contracts import ActionRequest, ActionResult, HealthState, LogLevel, LogSegment, Outcome, Progress
from engine.database import Database
from engine.definitions import Definitions
from engine.definitions.secrets import resolve_all
from engine.domain import plans
from engine.domain.locations import Site
from engine.domain.plans import RunKey
from engine.domain.processes import AcquirePackages, HealthCheck, RunScript
from engine.domain.states import RunState
from engine.domain.variables import SecretReference
from engine.errors import ForedeckError
from engine.models import ActionRun, Task
from engine.orchestration import acquiring, advancing, bringing, checking, choosing, placing
from engine.orchestration.claims import Claim, flaws_of, request_of
from engine.orchestration.following import Sink, checkpoint_of
from engine.orchestration.leaving_out import LEFT_OUT
from engine.ports import Clock, Shelf, Worker, Workers
from engine.sealing import Sealer
from engine.services import (
    artifacts,
    built_in,
    evaluations,
    health,
    host_keys,
    isolation,
    log_telling,
    outbox,
    pools,
    variables,
)
from engine.services.errors import VariablesUnresolved
from engine.services.evaluations import Evaluated

_log = logging.getLogger(__name__)

_STATES = {
    Outcome.SUCCEEDED: RunState.SUCCEEDED,
    Outcome.FAILED: RunState.FAILED,
    Outcome.CANCELED: RunState.CANCELED,
    Outcome.TIMED_OUT: RunState.TIMED_OUT,
    Outcome.LOST: RunState.LOST,
    Outcome.UNREACHABLE: RunState.FAILED,
}


_FOLLOWED = (RunState.QUEUED.value, RunState.RUNNING.value)


class Runner:
    """Runs actions for the dispatcher; one call of `run` a thread."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        workers: Workers,
        sealer: Sealer,
        stopping: Callable[[], bool],
        shelf: Shelf | None = None,
    ) -> None:
        self._shelf = shelf
        self._db, self._clock, self._workers, self._sealer = db, clock, workers, sealer
        self._stopping = stopping

    def run(self, run_id: int) -> bool:
        """Run or go on following this action run until it ends or the bot stops. Idempotent. True when it has to wait
        for its machine: it stands in line now.
        """
        try:
            self._run(run_id)
        except _StandsInLine:
            return True
        return False

    def _run(self, run_id: int) -> None:
        claim: Claim | None = None
        try:
            claim = self._claim(run_id)
            if claim is None:
                raise _StandsInLine
            if isinstance(claim.action.work, HealthCheck):
                self._look_at(claim, claim.action.work)
                return
            if isinstance(claim.action.work, AcquirePackages):
                self._acquire(claim, claim.action.work)
                return
            evaluated = self._evaluated(claim)
            request = request_of(claim, evaluated)
            request = bringing.with_all(self._db, self._shelf, self._clock, request, claim, evaluated)
            worker = choosing.connect(claim.definitions, claim.worker, self._workers)
        except _NotMine:
            return
        except ForedeckError as error:
            may_run = claim.is_resumed if claim else self._is_running(run_id)
            outcome = Outcome.LOST if may_run else Outcome.FAILED
            self._settle(run_id, ActionResult(outcome, message=str(error), hint=error.hint))
            return
        warnings = flaws_of(claim, evaluated)
        result = self._follow(claim, request, worker, warnings)
        tried: dict[str, str] = {}
        while result.outcome is Outcome.UNREACHABLE:
            # Nothing was launched there, so nothing can run twice.
            tried[claim.worker] = result.message
            try:
                found = self._replacement(claim, tried)
            except ForedeckError as error:
                why = "" if isinstance(error, choosing.NoWorker) else f"{result.message} "
                hint = result.hint if len(tried) == 1 and not why else error.hint  # it knows what is wrong there
                result = replace(result, message=f"{why}{error}", hint=hint)
                break
            if found is None:
                break
            warnings = (*warnings, f"{claim.worker} could not be reached. {result.message} {found.worker} takes over.")
            claim = found
            try:
                worker = choosing.connect(claim.definitions, claim.worker, self._workers)
            except ForedeckError as error:  # its key cannot be read, for example: the next one may do
                result = ActionResult(Outcome.UNREACHABLE, message=str(error), hint=error.hint)
            else:
                result = self._follow(claim, request, worker, warnings)
        if result.outcome is not Outcome.DETACHED:
            self._settle(run_id, result)
            if result.outcome is not Outcome.LOST:  # of a lost one a person may want to see what is left
                self._clean_up(claim, worker)

    def _look_at(self, claim: Claim, work: HealthCheck) -> None:
        """Look at the machine, remember how it is, and let it take part or not. A look that is cut off is made anew."""
        found = checking.look_at(
            claim.definitions,
            claim.machine,
            self._workers,
            self._clock,
            self._stopping,
            connection_only=work.connection_only,
        )
        if self._stopping():
            return
        with self._db.write() as session:
            health.record(session, self._clock(), claim.machine, found)
        skips = (work.skips_unavailable and found.state is HealthState.UNAVAILABLE) or (
            work.excludes_unhealthy and found.state is HealthState.UNHEALTHY
        )
        outcome = Outcome.SUCCEEDED if found.healthy or skips else Outcome.FAILED
        reason = f"{LEFT_OUT}{claim.machine} is {found.state}: {found.message}" if skips else found.message
        self._settle(claim.run_id, ActionResult(outcome, message=reason), RunState.SKIPPED if skips else None)
        self._mark_clean(claim.run_id)  # nothing was started there

    def _acquire(self, claim: Claim, work: AcquirePackages) -> None:
        """Fetch packages; what is cut off when the bot stops is done after the next start."""
        with closing(self._sink(claim, is_launched=False)) as sink:
            result = acquiring.Acquisition(self._db, self._shelf, claim, work, sink).run()
        if result.outcome is not Outcome.DETACHED:
            self._mark_clean(claim.run_id)  # nothing was started anywhere
            self._settle(claim.run_id, result)

    def _claim(self, run_id: int) -> Claim | None:
        """None: it has to wait for its machine."""
        with self._db.write() as session:
            run = session.get(ActionRun, run_id)
            if run is None or run.state not in _FOLLOWED or not run.ticket:
                raise _NotMine
            task = session.get_one(Task, run.task_id)
            definitions = host_keys.in_force(session)
            plan = plans.from_json(task.plan)
            step, action = plan.steps[run.step], plan.action(run.step, run.action)
            is_resumed = run.state == RunState.RUNNING.value
            at = RunKey(run.step, run.action, run.machine)
            values = variables.of_task(session, task, definitions, self._sealer, at)
            if not is_resumed:
                if task.cancel_requested_at is not None:
                    raise _NotMine  # the next move of its task withdraws it
                run.worker = self._place(session, definitions, run, action, values)
                if run.worker is None:
                    outbox.tell_card(session, self._clock(), task)
                    return None
                if run.worker == choosing.BUILT_IN:  # the configuration may have changed since it was asked for
                    built_in.require(definitions, task.environment, step.name)
                run.state, run.started_at, run.reason = RunState.RUNNING.value, self._clock(), ""
                outbox.tell_card(session, self._clock(), task)
            return Claim(
                run_id=run.id,
                task_id=task.id,
                worker=run.worker or choosing.BUILT_IN,
                step=step,
                action=action,
                machine=run.machine,
                ticket=run.ticket,
                started_at=run.started_at,
                launch_confirmed=run.launch_confirmed_at is not None,
                is_resumed=is_resumed,
                cancel_requested=task.cancel_requested_at is not None,
                definitions=definitions,
                fail_on_unresolved=plan.fail_on_unresolved,
                values=values,
                checkpoint=checkpoint_of(run, self._sealer),
            )

    def _place(
        self,
        session: Session,
        definitions: Definitions,
        run: ActionRun,
        action: plans.PlannedAction,
        values: Mapping[str, variables.Value],
        tried: Mapping[str, str] | None = None,
    ) -> str | None:
        folder = self._db.path.parent
        return placing.place(session, self._clock(), folder, definitions, run, action, values, tried)

    def _replacement(self, claim: Claim, tried: Mapping[str, str]) -> Claim | None:
        """The same on another worker of its pool, for what no worker has begun; None where it stays where it is.

        Raises NoWorker when all were tried, PoolGone.
        """
        is_on_worker = claim.action.site(claim.machine) is Site.WORKER
        if claim.is_resumed or claim.worker == choosing.BUILT_IN or not is_on_worker:
            return None
        with self._db.write() as session:
            run = session.get_one(ActionRun, claim.run_id)
            if run.state != RunState.RUNNING.value or run.launch_confirmed_at or _is_canceled(session, run.id):
                return None
            definitions = host_keys.in_force(session)
            if pools.falls_to_built_in(definitions, claim.action.pool_for(claim.machine)):
                return None  # nobody is left in the pool; what was meant for a machine does not come here
            health.look_soon(session, self._clock(), claim.worker)
            run.state = RunState.QUEUED.value
            run.worker = self._place(session, definitions, run, claim.action, claim.values, tried)
            outbox.tell_card(session, self._clock(), session.get_one(Task, run.task_id))
            if run.worker is not None:
                run.state = RunState.RUNNING.value
                return replace(claim, worker=run.worker, definitions=definitions)
            run.started_at = None
        raise _StandsInLine  # for the others

    def _evaluated(self, claim: Claim) -> Evaluated:
        """The variables; secrets are read now, outside any transaction.

        Raises SecretUnavailable, VariablesUnresolved.
        """
        secrets = resolve_all(variables.references(claim.values.values()), claim.definitions.secret_stores)
        values = {
            name: secrets[value] if isinstance(value, SecretReference) else value
            for name, value in claim.values.items()
        }
        work = claim.action.work
        parameters = work.parameters if isinstance(work, RunScript) else ()
        evaluated = evaluations.for_script(values, self._clock(), parameters)
        flaws = flaws_of(claim, evaluated)
        if flaws and (claim.fail_on_unresolved or evaluated.fails_on_unresolved):
            raise VariablesUnresolved(flaws=" ".join(flaws))
        return evaluated

    def _follow(self, claim: Claim, request: ActionRequest, worker: Worker, warnings: tuple[str, ...]) -> ActionResult:
        sink = self._sink(claim)
        try:
            if warnings:
                text = "".join(f"{warning}\n" for warning in warnings)
                segment = LogSegment(self._clock(), LogLevel.WARNING, "foredeck", text)
                sink.record(Progress(claim.checkpoint, (segment,)))
            result = worker.ensure_and_follow(request, sink)
        finally:
            sink.close()
        if result.outcome is Outcome.UNREACHABLE and claim.may_be_launched:
            return replace(result, outcome=Outcome.LOST)
        return result

    def _sink(self, claim: Claim, *, is_launched: bool = True) -> Sink:
        """`is_launched`: a process that is gone may have launched it somewhere."""
        return Sink(
            self._db,
            self._clock,
            self._sealer,
            run_id=claim.run_id,
            task_id=claim.task_id,
            step_name=claim.action.name,
            log_length=claim.checkpoint.log_length,
            artifact_rules=claim.definitions.artifacts,
            stopping=self._stopping,
            cancel_waits_for_launch=is_launched and claim.may_be_launched and not claim.cancel_requested,
        )

    def give_up(self, run_id: int, error: Exception) -> None:
        """Settle a run that cannot be followed, by a fault of our own: lost, unless it was never begun."""
        outcome = Outcome.LOST if self._is_running(run_id) else Outcome.FAILED
        what = "so its end is not known" if outcome is Outcome.LOST else "so it was not started"
        message = f"Foredeck could not follow this step ({type(error).__name__}), {what}."
        self._settle(run_id, ActionResult(outcome, message=message, hint="See the log of the bot."))

    def clean_up_leftovers(self) -> None:
        """Clean up after what was settled by a process that ended before it could."""
        with self._db.read() as session:
            rows = session.execute(
                select(ActionRun.id, ActionRun.worker, ActionRun.ticket).where(
                    ActionRun.cleaned_up.is_(False),
                    ActionRun.ticket.is_not(None),
                    ActionRun.worker.is_not(None),
                    ActionRun.state.not_in((*_FOLLOWED, RunState.LOST.value)),
                )
            ).all()
            definitions = host_keys.in_force(session) if rows else None
        for run_id, slug, ticket in rows:
            if self._stopping() or definitions is None:
                return
            try:
                worker = choosing.connect(definitions, str(slug), self._workers)
            except ForedeckError as error:
                _log.info("nothing of run %s is cleaned up on %s: %s", run_id, slug, error)
            else:
                worker.clean_up(str(ticket))
                self._mark_clean(run_id)

    def _settle(self, run_id: int, result: ActionResult, state: RunState | None = None) -> None:
        now = self._clock()
        with self._db.write() as session:
            state = state or _STATES[result.outcome]
            if state is RunState.CANCELED and not _is_canceled(session, run_id):
                state = RunState.FAILED  # somebody ended it on the machine
            settled = session.scalar(
                update(ActionRun)
                .where(ActionRun.id == run_id, ActionRun.state.in_(_FOLLOWED))
                .values(
                    state=state.value,
                    exit_code=result.exit_code,
                    **({"reason": result.message[:2000]} if result.message else {}),  # else what was told stays
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
            if result.outcome is Outcome.UNREACHABLE and run.worker:
                health.look_soon(session, now, run.worker)
            if run.worker:
                isolation.tell_line(session, now, [run.worker])
            if run.log_length:
                log_telling.tell_run(session, now, task, run, self._db)
            artifacts.tell_run(session, now, task, run)
            outbox.tell_card(session, now, task)
            advancing.advance(session, now, task.id, self._sealer)

    def _is_running(self, run_id: int) -> bool:
        with self._db.read() as session:
            state = session.scalar(select(ActionRun.state).where(ActionRun.id == run_id))
        return state == RunState.RUNNING.value

    def _clean_up(self, claim: Claim, worker: Worker) -> None:
        worker.clean_up(claim.ticket)
        self._mark_clean(claim.run_id)

    def _mark_clean(self, run_id: int) -> None:
        with self._db.write(quiet=True) as session:
            session.execute(update(ActionRun).where(ActionRun.id == run_id).values(cleaned_up=True))


def _is_canceled(session: Session, run_id: int) -> bool:
    """Did somebody ask to cancel the task of this run?"""
    asked = select(Task.cancel_requested_at).join(ActionRun, ActionRun.task_id == Task.id).where(ActionRun.id == run_id)
    return session.scalar(asked) is not None


class _StandsInLine(Exception):
    """It has to wait for its machine."""


class _NotMine(Exception):
    """The row is settled already, or is not for a worker."""
