"""Guided failure: asking about failed runs, one question a step, and writing down what a person says of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.domain import plans
from engine.domain.chosen_targets import NoSuchTarget, chosen, not_chosen
from engine.domain.guidance import MAXIMUM_RETRIES, Guidance, choices
from engine.domain.histories import RunRecord
from engine.domain.plans import RunKey
from engine.domain.states import InterruptionKind, InterruptionState, RunState, Verdict
from engine.models import ActionRun, GuidedRun, Interruption, Task
from engine.services import outbox
from engine.services.errors import GuidanceRefused, NoneLeft, UnknownName
from engine.services.views import DecisionView, FailedRunView

MEANS = {
    Verdict.RUN_AGAIN: Guidance.RETRY,
    Verdict.EXCLUDE: Guidance.EXCLUDE,
    Verdict.IGNORE: Guidance.IGNORE,
    Verdict.FAIL: Guidance.FAIL,
}
_VERDICT = {guidance: verdict for verdict, guidance in MEANS.items()}

_SAID = {
    Guidance.EXCLUDE: "{person} excluded this machine.",
    Guidance.IGNORE: "{person} ignored it.",
    Guidance.FAIL: "{person} let it fail.",
}


def ask(session: Session, now: datetime, task: Task, step: plans.PlannedStep, runs: Sequence[ActionRun]) -> None:
    """Raise the question, or add these runs to the one about this step that is still open."""
    row = _open_question(session, task, runs[0].step)
    if row is None:
        row = Interruption(
            task_id=task.id,
            action_run_id=runs[0].id,
            kind=InterruptionKind.GUIDED.value,
            state=InterruptionState.PENDING.value,
            step_name=step.name,
            teams=[],
            raised_at=now,
        )
        session.add(row)
        session.flush()
    for run in runs:
        session.add(GuidedRun(interruption_id=row.id, action_run_id=run.id))
    session.flush()
    outbox.tell_interruption(session, now, task, row.id)


def asked_about(session: Session, task_id: int) -> frozenset[int]:
    """The action runs of this task that somebody is asked about now."""
    open_ = (
        select(GuidedRun.action_run_id)
        .join(Interruption, Interruption.id == GuidedRun.interruption_id)
        .where(
            Interruption.task_id == task_id,
            Interruption.state == InterruptionState.PENDING.value,
            GuidedRun.guidance.is_(None),
        )
    )
    return frozenset(session.scalars(open_))


def decide(
    session: Session,
    now: datetime,
    row: Interruption,
    task: Task,
    *,
    person: str,
    revision: int,
    verdict: Verdict,
    machines: Sequence[str],
    without: Sequence[str],
    note: str,
) -> None:
    """Say it of these machines, or of all that are asked about but not of those `without`. What cannot be said of a
    machine that was named is refused; of one among many it is not said. Raises UnknownName, NoneLeft, GuidanceRefused.
    """
    guidance, plan = MEANS[verdict], plans.from_json(task.plan)
    machines = _without_the_step(session, row, plan, machines)
    meant = _meant(session, row, machines, without)
    named = set(map(str.casefold, machines))
    allowed = [(guided, run) for guided, run in meant if guidance in _offered(session, plan, run)]
    refused = next(
        (run for guided, run in meant if (guided, run) not in allowed and run.machine.casefold() in named), None
    )
    if refused is None and not allowed:
        refused = meant[0][1]
    if refused is not None:
        raise GuidanceRefused(reason=_why_refused(plan.steps[refused.step], refused, guidance))
    for guided, run in allowed:
        guided.guidance, guided.person, guided.note = guidance.value, person, note
        guided.revision_id, guided.decided_at = revision, now
        _write(run, guidance, person, now)
    session.flush()
    if not _open_runs(session, row):
        row.state, row.settled_at = InterruptionState.GUIDED.value, now


def means_some(names: Sequence[str], machines: Collection[str]) -> bool:
    """Does one of these names, patterns and ranges mean one of these machines?"""
    for name in names:
        try:
            chosen(name, machines)
        except NoSuchTarget:
            continue
        return True
    return False


def failed_runs(session: Session, row: Interruption, plan: plans.Plan) -> tuple[FailedRunView, ...]:
    """What this question is about, in the order of the plan's machines."""
    pairs = session.execute(
        select(GuidedRun, ActionRun)
        .join(ActionRun, ActionRun.id == GuidedRun.action_run_id)
        .where(GuidedRun.interruption_id == row.id)
        .order_by(GuidedRun.id)
    ).all()
    views = []
    for guided, run in pairs:
        is_open = guided.guidance is None and row.state == InterruptionState.PENDING.value
        offered = tuple(_VERDICT[g] for g in _offered(session, plan, run)) if is_open else ()
        views.append(
            FailedRunView(
                run=run.id,
                machine=run.machine,
                action_name=plan.action(run.step, run.action).name,
                reason=run.reason,
                hint=run.hint,
                is_lost=run.state == RunState.LOST.value,
                attempt=run.attempt,
                offered=offered,
                said=_VERDICT[Guidance(guided.guidance)] if guided.guidance else None,
                worker=run.worker if run.worker and run.worker != run.machine else "",
            )
        )
    return tuple(views)


def decisions(session: Session, row: Interruption) -> tuple[DecisionView, ...]:
    """What was said, each press as one, oldest first."""
    pairs = session.execute(
        select(GuidedRun, ActionRun.machine)
        .join(ActionRun, ActionRun.id == GuidedRun.action_run_id)
        .where(GuidedRun.interruption_id == row.id, GuidedRun.guidance.is_not(None))
        .order_by(GuidedRun.decided_at, GuidedRun.id)
    ).all()
    presses: dict[tuple[datetime, str, str, str], list[str]] = {}
    for guided, machine in pairs:
        press = (guided.decided_at or row.raised_at, guided.person or "", guided.guidance or "", guided.note)
        presses.setdefault(press, []).append(machine)
    return tuple(
        DecisionView(number, person, _VERDICT[Guidance(said)], note, at, tuple(filter(None, machines)))
        for number, ((at, person, said, note), machines) in enumerate(presses.items(), start=1)
    )


def _open_question(session: Session, task: Task, step: int) -> Interruption | None:
    return session.scalars(
        select(Interruption)
        .join(ActionRun, ActionRun.id == Interruption.action_run_id)
        .where(
            Interruption.task_id == task.id,
            Interruption.kind == InterruptionKind.GUIDED.value,
            Interruption.state == InterruptionState.PENDING.value,
            ActionRun.step == step,
        )
    ).first()


def _open_runs(session: Session, row: Interruption) -> list[tuple[GuidedRun, ActionRun]]:
    found = session.execute(
        select(GuidedRun, ActionRun)
        .join(ActionRun, ActionRun.id == GuidedRun.action_run_id)
        .where(GuidedRun.interruption_id == row.id, GuidedRun.guidance.is_(None))
        .order_by(GuidedRun.id)
    )
    return [(guided, run) for guided, run in found]


def _without_the_step(
    session: Session, row: Interruption, plan: plans.Plan, machines: Sequence[str]
) -> tuple[str, ...]:
    """The machines that were named, without the step itself; but a machine that is called like it is the machine."""
    step = plan.steps[session.get_one(ActionRun, row.action_run_id).step]
    failed = {run.machine.casefold() for _, run in _open_runs(session, row)}
    names = {step.slug, step.name.casefold()} - failed
    return tuple(machine for machine in machines if machine.casefold() not in names)


def _meant(
    session: Session, row: Interruption, machines: Sequence[str], without: Sequence[str]
) -> list[tuple[GuidedRun, ActionRun]]:
    found = _open_runs(session, row)
    known = [run.machine for _, run in found]
    try:
        left_out = frozenset(not_chosen(known, machines, without))
    except NoSuchTarget as error:
        raise UnknownName(kind="failed machine", name=str(error), known=known) from None
    meant = [(guided, run) for guided, run in found if run.machine not in left_out]
    if found and not meant:
        raise NoneLeft
    return meant


def _offered(session: Session, plan: plans.Plan, run: ActionRun) -> tuple[Guidance, ...]:
    retries = session.scalar(
        select(func.count())
        .select_from(ActionRun)
        .where(
            ActionRun.task_id == run.task_id,
            ActionRun.step == run.step,
            ActionRun.action == run.action,
            ActionRun.machine == run.machine,
            ActionRun.guidance == Guidance.RETRY.value,
        )
    )
    record = RunRecord(RunKey(run.step, run.action, run.machine), RunState(run.state), retries_by_hand=retries or 0)
    return choices(plan.steps[run.step], record)


def _why_refused(step: plans.PlannedStep, run: ActionRun, guidance: Guidance) -> str:
    where = f" on {run.machine}" if run.machine else ""
    if guidance is Guidance.RETRY:
        return f"{step.name} has been run again {MAXIMUM_RETRIES} times{where}."
    if step.required:
        return f"{step.name} is required: it can be run again, or fail."
    return f"{step.name} runs once and not on machines, so none can be excluded."


def _write(run: ActionRun, guidance: Guidance, person: str, now: datetime) -> None:
    was_lost = run.state == RunState.LOST.value
    run.guidance = guidance.value
    if was_lost:
        run.state, run.finished_at = RunState.FAILED.value, now
    if guidance in {Guidance.EXCLUDE, Guidance.IGNORE}:
        run.state = RunState.SKIPPED.value
    if guidance in _SAID:
        run.reason = f"{run.reason} {_SAID[guidance].format(person=person)}".strip()[:2000]
