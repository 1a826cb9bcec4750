"""Advances a task: compares its plan with what has happened and writes the next moves down, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from engine.domain import durations, plans
from engine.domain.guidance import Guidance
from engine.domain.histories import History, Judgement, RunRecord
from engine.domain.moves import (
    AskAboutLost,
    AskForDecision,
    AskForGuidance,
    Fail,
    Finish,
    Judge,
    Move,
    Skip,
    Start,
    Withdraw,
)
from engine.domain.next_moves import ACTION_CONDITION_FALSE, keeps_place, next_moves
from engine.domain.plans import RunKey
from engine.domain.processes import AD_HOC, ManualIntervention
from engine.domain.states import InterruptionKind, InterruptionState, RunState, TaskState
from engine.models import ActionRun, Base, GuidedRun, Interruption, Task
from engine.orchestration import growing
from engine.orchestration.leaving_out import LEFT_OUT, LeavingOut
from engine.sealing import Sealer
from engine.services import (
    configuration,
    evaluations,
    guidance,
    interruptions,
    isolation,
    lines,
    outbox,
    queues,
    variables,
)
from engine.services.tickets import new_ticket

_HOW_TO_RESOLVE = "Give the variable a value that applies there, or correct its name in the process."


_TABLE = Base.metadata.tables[ActionRun.__tablename__]
_COLUMNS: tuple[ColumnElement[Any], ...] = (
    *(_TABLE.c[name] for name in ("id", "step", "action", "machine", "attempt", "state", "ticket", "guidance")),
    or_(_TABLE.c.reason.startswith(LEFT_OUT), _TABLE.c.reason == ACTION_CONDITION_FALSE),
)
_RUNS = select(*_COLUMNS).order_by(_TABLE.c.attempt)
"""Columns of the table and not of the class: a deployment to many machines has thousands of rows."""

_STATES = {state.value: state for state in RunState}
_PLAIN = frozenset({RunState.SUCCEEDED, RunState.SKIPPED, RunState.QUEUED, RunState.RUNNING})


def due_tasks(session: Session) -> Sequence[int]:
    """The tasks that somebody wrote something for, oldest first."""
    return session.scalars(select(Task.id).where(Task.advance_due).order_by(Task.id)).all()


def advance(session: Session, now: datetime, task_id: int, sealer: Sealer) -> None:
    """Make every move that can be made now. Safe to call at any time and any number of times."""
    task = session.get(Task, task_id, with_for_update=True)
    if task is None:
        return
    task.advance_due = False
    if TaskState(task.state).is_final:
        return
    plan = plans.from_json(task.plan)
    if task.state == TaskState.QUEUED.value and not _goes_on(session, now, task):
        return
    mover = _Mover(session, now, task, plan, sealer)
    while not TaskState(task.state).is_final:
        history = _history(session, task, mover.judged)
        moves = next_moves(mover.plan, history)
        mover.goes_on = False
        for move in moves:
            mover.make(move)
        if not moves:
            _rest(session, now, task, mover.plan, history)
        if all(isinstance(move, Start) for move in moves) and not mover.goes_on:
            return  # nothing more to do before a worker or a person has been at it


def _goes_on(session: Session, now: datetime, task: Task) -> bool:
    """Queued → Executing for one that has its place still: it is in the middle of something. Unless a person is asked.

    One without its place stands in line for it.
    """
    if not task.holds_place and _is_asked(session, task):
        return False
    if not task.holds_place:
        task.in_line = not task.awaits_packages
        outbox.tell_card(session, now, task)
        return False
    task.state = TaskState.EXECUTING.value
    task.changed_at = now
    session.flush()
    return True


def _rest(session: Session, now: datetime, task: Task, plan: plans.Plan, history: History) -> None:
    """Nothing more can be done now. While only people are asked, the task is Queued and may free its place."""
    if any(run.state in {RunState.QUEUED, RunState.RUNNING} for run in history.runs):
        return
    if task.state == TaskState.EXECUTING.value and _is_asked(session, task):
        task.state = TaskState.QUEUED.value
        task.changed_at = now
        if task.holds_place and not keeps_place(plan, history):
            _free_place(session, now, task)


def _free_place(session: Session, now: datetime, task: Task) -> None:
    task.holds_place = task.in_line = False
    session.flush()
    for other in lines.touched(session, task.place):
        outbox.tell_card(session, now, other)


def _is_asked(session: Session, task: Task) -> bool:
    return (
        session.scalar(
            select(Interruption.id).where(
                Interruption.task_id == task.id, Interruption.state == InterruptionState.PENDING.value
            )
        )
        is not None
    )


def _history(session: Session, task: Task, judged: Mapping[tuple[int, str] | RunKey, Judgement]) -> History:
    rows = session.execute(_RUNS.where(_TABLE.c.task_id == task.id)).all()
    asked = session.execute(
        select(Interruption.action_run_id, Interruption.state)
        .where(Interruption.task_id == task.id, Interruption.kind != InterruptionKind.GUIDED.value)
        .order_by(Interruption.id)
    )
    guided = guidance.asked_about(session, task.id)
    answers = {row.action_run_id: row.state for row in asked}
    latest: dict[RunKey, RunRecord] = {}
    for id_, step, action, machine, attempt, stored, ticket, guidance_said, is_left_out in rows:
        key, state = RunKey(step, action, machine), _STATES[stored]
        if attempt == 1 and state in _PLAIN and not guidance_said:  # most rows by far, of thousands
            latest[key] = RunRecord(key, state, is_left_out=is_left_out)
            continue
        before = latest.get(key)
        answer, said = answers.get(id_), Guidance(guidance_said) if guidance_said else None
        latest[key] = RunRecord(
            key,
            state,
            attempt,
            asked=answer == InterruptionState.PENDING.value or id_ in guided,
            failures=(before.failures if before else 0) + state.is_failure,
            # What failed before any worker had it fails again.
            given_up=answer == InterruptionState.FAILED.value
            or said is Guidance.FAIL
            or (state is RunState.FAILED and ticket is None),
            guidance=said,
            retries_by_hand=(before.retries_by_hand if before else 0) + (said is Guidance.RETRY),
        )
    return History(tuple(latest.values()), task.cancel_requested_at is not None, judged)


class _Mover:
    """Writes one move down."""

    def __init__(self, session: Session, now: datetime, task: Task, plan: plans.Plan, sealer: Sealer) -> None:
        self.session, self.now, self.task, self.plan, self.sealer = session, now, task, plan, sealer
        self.judged: dict[tuple[int, str] | RunKey, Judgement] = {}
        self.goes_on = False  # a start came to nothing, or the plan has grown: the next move can be made at once

    def make(self, move: Move) -> None:
        """Write it down, with what is to be told about it."""
        self._extend(move)
        match move:
            case Start(key, attempt, delay) if delay:
                reason = f"{self._latest(key).reason} It is tried again after {durations.spelled(delay)}.".lstrip()
                not_before = self.now + delay
                self._add_run(
                    key, RunState.QUEUED, attempt=attempt, ticket=new_ticket(), not_before=not_before, reason=reason
                )
            case Start(key, 1) if self._may_leave_out(key) and (reason := self._leaving_out.reason(key)):
                self._leave_out(key, reason)
            case Start(key, attempt):
                self._add_run(key, RunState.QUEUED, attempt=attempt, ticket=new_ticket())
            case Skip(key, reason):
                self._add_run(key, RunState.SKIPPED, reason=reason, finished_at=self.now)
            case Judge(step, machine, None):
                expression = self.plan.steps[step].expression
                on = RunKey(step, 0, machine or self.plan.steps[step].actions[0].machines[0])
                self.judged[step, machine] = evaluations.judge(expression, self._variables(on), self.now)
            case Judge(step, machine, int(action)):
                key = RunKey(step, action, machine)
                expression = self.plan.action(step, action).expression
                self.judged[key] = evaluations.judge(expression, self._variables(key), self.now)
            case Fail(key, reason):
                self._fail(key, reason)
            case AskForDecision(key):
                self._raise_manual(key)
            case AskAboutLost(key):
                self._raise_lost(self._latest(key))
            case AskForGuidance(step, keys):
                runs = [self._latest(key) for key in keys]
                guidance.ask(self.session, self.now, self.task, self.plan.steps[step], runs)
            case Withdraw(key):
                self._withdraw(self._latest(key))
            case Finish(state):
                self._finish(state)
        outbox.tell_card(self.session, self.now, self.task)

    def _add_run(
        self,
        key: RunKey,
        state: RunState,
        *,
        attempt: int = 1,
        ticket: str | None = None,
        reason: str = "",
        finished_at: datetime | None = None,
        not_before: datetime | None = None,
    ) -> ActionRun:
        run = ActionRun(
            task_id=self.task.id,
            step=key.step,
            action=key.action,
            machine=key.machine,
            attempt=attempt,
            state=state.value,
            ticket=ticket,
            reason=reason,
            queued_at=self.now,
            finished_at=finished_at,
            not_before=not_before,
        )
        self.session.add(run)
        self.session.flush()
        return run

    def _latest(self, key: RunKey) -> ActionRun:
        return self.session.scalars(
            select(ActionRun)
            .where(
                ActionRun.task_id == self.task.id,
                ActionRun.step == key.step,
                ActionRun.action == key.action,
                ActionRun.machine == key.machine,
            )
            .order_by(ActionRun.attempt.desc())
            .limit(1)
        ).one()

    def _extend(self, move: Move) -> None:
        """Take in the targets that came since the plan was made, where a health check begins that says so."""
        grown = growing.grown(self.session, self.task, self.plan, move)
        if grown is not self.plan:
            self.plan, self.goes_on = grown, True
            self.task.plan = plans.to_json(grown)

    @cached_property
    def _leaving_out(self) -> LeavingOut:
        return LeavingOut(self.session, self.task, self.plan, configuration.current(self.session).definitions)

    def _may_leave_out(self, key: RunKey) -> bool:
        """What somebody runs by hand runs where they said, also to mend a machine that is out of use."""
        return bool(key.machine) and self.task.project != AD_HOC

    def _leave_out(self, key: RunKey, reason: str) -> None:
        """Skip it; where nobody is left, the step has failed: nothing came of what was asked for."""
        self.goes_on = True
        if not self._leaving_out.leaves_nobody(key):
            self._add_run(key, RunState.SKIPPED, reason=reason, finished_at=self.now)
            return
        run = self._add_run(key, RunState.FAILED, reason=reason, finished_at=self.now)
        run.hint = "None of the targets of this step can be used: enable or mend one, then deploy again."

    def _fail(self, key: RunKey, reason: str) -> None:
        run = self._add_run(key, RunState.FAILED, reason=reason, finished_at=self.now)
        run.hint = _HOW_TO_RESOLVE

    def _variables(self, key: RunKey) -> dict[str, variables.Value]:
        definitions = configuration.current(self.session).definitions
        return variables.of_task(self.session, self.task, definitions, self.sealer, key)

    def _raise_manual(self, key: RunKey) -> None:
        action = self.plan.action(key.step, key.action)
        work = action.work
        assert isinstance(work, ManualIntervention)  # noqa: S101 - next_moves asks for a decision of nothing else
        instructions, flaw = evaluations.for_people(work.instructions, self._variables(key), self.now)
        if self.task.is_emergency:
            interruptions.pass_over(
                self.session, self.now, self.task, self._add_run(key, RunState.WAITING), work, action.name
            )
            return
        if flaw:  # nobody should approve what does not say what it is
            self._fail(key, f"The instructions cannot be shown: {flaw}.")
            return
        self._raise(
            self._add_run(key, RunState.WAITING),
            InterruptionKind.MANUAL,
            action.name,
            instructions=instructions,
            teams=list(work.teams),
            minimum=work.minimum,
            requester_may=work.requester_may,
        )

    def _raise_lost(self, run: ActionRun) -> None:
        name = self.plan.action(run.step, run.action).name
        self._raise(run, InterruptionKind.LOST, name, instructions=run.reason, teams=[])

    def _raise(
        self,
        run: ActionRun,
        kind: InterruptionKind,
        step_name: str,
        *,
        instructions: str,
        teams: list[str],
        minimum: int = 1,
        requester_may: bool = True,
    ) -> None:
        row = Interruption(
            task_id=self.task.id,
            action_run_id=run.id,
            kind=kind.value,
            state=InterruptionState.PENDING.value,
            step_name=step_name,
            instructions=instructions,
            teams=teams,
            minimum=minimum,
            requester_may=requester_may,
            raised_at=self.now,
        )
        self.session.add(row)
        self.session.flush()
        outbox.tell_interruption(self.session, self.now, self.task, row.id)

    def _withdraw(self, run: ActionRun) -> None:
        if not RunState(run.state).is_failure:  # what failed has failed
            run.state, run.finished_at = RunState.CANCELED.value, self.now
        if machines := run.waits_for or run.worker:  # it waited for them, or was lost there
            isolation.tell_line(self.session, self.now, machines.split())
        asks = select(GuidedRun.interruption_id).where(GuidedRun.action_run_id == run.id)
        pending = self.session.scalars(
            select(Interruption).where(
                or_(Interruption.action_run_id == run.id, Interruption.id.in_(asks)),
                Interruption.state == InterruptionState.PENDING.value,
            )
        )
        for row in pending:
            interruptions.close(self.session, self.now, row, self.task)

    def _finish(self, state: TaskState) -> None:
        task = self.task
        task.state, task.finished_at, task.changed_at = state.value, self.now, self.now
        _free_place(self.session, self.now, task)  # also when it never had it: others may stand in line behind it
        if state is TaskState.SUCCESS:
            queues.succeeded(self.session, self.now, task, configuration.current(self.session).definitions)
        outbox.tell_notice(self.session, self.now, task, "failed" if state is TaskState.FAILED else "finished")
