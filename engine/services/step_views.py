"""What people see of the steps of a task: each shows the loudest of its runs, and how each of its targets stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from engine.domain import plans
from engine.domain.processes import ManualIntervention
from engine.domain.states import RunState, TaskState
from engine.models import ActionRun, Task
from engine.services.isolation import Wait
from engine.services.views import MachineView, StepStatus, StepView

# From the loudest to the quietest: a step shows the loudest of its runs.
_LOUDNESS = (
    StepStatus.LOST,
    StepStatus.WAITING,
    StepStatus.RUNNING,
    StepStatus.FAILED,
    StepStatus.CANCELED,
    StepStatus.WARNINGS,
    StepStatus.PENDING,
    StepStatus.SUCCEEDED,
    StepStatus.SKIPPED,
)


def of_task(task: Task, plan: plans.Plan, runs: Sequence[ActionRun], waits: Mapping[int, Wait]) -> tuple[StepView, ...]:
    """The steps of this task, in the plan's order; `runs` are all of its action runs, oldest first, and `waits` says
    what those wait for that stand in line for a machine.
    """
    by_step: dict[int, list[ActionRun]] = {}
    for run in runs:
        by_step.setdefault(run.step, []).append(run)
    said = {id_: wait.brief for id_, wait in waits.items()}
    return tuple(_step(task, index, step, by_step.get(index, []), said) for index, step in enumerate(plan.steps))


def _step(task: Task, index: int, step: plans.PlannedStep, runs: list[ActionRun], said: Mapping[int, str]) -> StepView:
    latest = _latest(runs)
    statuses = {_status(run) for run in latest}
    status = next((s for s in _LOUDNESS if s in statuses), StepStatus.PENDING)
    is_over = TaskState(task.state).is_final
    wanted = sum(len(action.machines) for action in step.actions)
    if status in {StepStatus.SUCCEEDED, StepStatus.WARNINGS} and len(latest) < wanted and not is_over:
        status = StepStatus.RUNNING  # an action of this step is still to come
    if status is StepStatus.PENDING and is_over:
        status = StepStatus.SKIPPED  # the task ended before it came to this step
    loudest = next((run for run in latest if _status(run) is status), latest[-1] if latest else None)
    started = [run.started_at or run.queued_at for run in runs if run.state != RunState.SKIPPED.value]
    finished = [run.finished_at for run in latest if run.finished_at]
    return StepView(
        number=index + 1,
        slug=step.slug,
        name=step.name,
        status=status,
        detail=said.get(loudest.id, loudest.reason) if loudest else "",
        hint=loudest.hint if loudest else "",
        worker=loudest.worker if loudest else None,
        machine=loudest.machine if loudest else "",
        attempt=loudest.attempt if loudest else 1,
        percentage=loudest.percentage if loudest and status is StepStatus.RUNNING else None,
        percentage_message=loudest.percentage_message if loudest and status is StepStatus.RUNNING else "",
        started_at=min(started) if started else None,
        finished_at=max(finished) if finished and status not in _UNDER_WAY else None,
        run_ids=tuple(run.id for run in runs if run.ticket is not None),
        run_machines=tuple(run.machine for run in runs if run.ticket is not None),
        is_intervention=all(isinstance(a.work, ManualIntervention) for a in step.actions),
        decisive_run=loudest.id if loudest and loudest.ticket else None,
        machines=_machines(step, latest, said, is_over=is_over) if step.is_on_targets else (),
    )


def _machines(
    step: plans.PlannedStep, latest: Sequence[ActionRun], said: Mapping[int, str], *, is_over: bool
) -> tuple[MachineView, ...]:
    by_machine: dict[str, list[ActionRun]] = {machine: [] for machine in step.machines}
    for run in latest:
        by_machine[run.machine].append(run)
    return tuple(_machine(slug, runs, len(step.actions), said, is_over=is_over) for slug, runs in by_machine.items())


def _machine(
    slug: str, runs: Sequence[ActionRun], wanted: int, said: Mapping[int, str], *, is_over: bool
) -> MachineView:
    statuses = {_status(run) for run in runs}
    status = next((s for s in _LOUDNESS if s in statuses), StepStatus.PENDING)
    if status in {StepStatus.SUCCEEDED, StepStatus.WARNINGS} and len(runs) < wanted:
        status = StepStatus.RUNNING
    if is_over and status is StepStatus.PENDING:
        status = StepStatus.SKIPPED
    told = next((run for run in runs if _status(run) is status), None)
    worker = told.worker if told and told.worker and told.worker != slug else ""
    return MachineView(slug, status, said.get(told.id, told.reason) if told else "", worker)


_UNDER_WAY = frozenset({StepStatus.PENDING, StepStatus.RUNNING, StepStatus.WAITING, StepStatus.LOST})


def _latest(runs: Iterable[ActionRun]) -> list[ActionRun]:
    latest: dict[tuple[int, str], ActionRun] = {}
    for run in runs:
        latest[run.action, run.machine] = run
    return list(latest.values())


def _status(run: ActionRun) -> StepStatus:
    state = RunState(run.state)
    if state is RunState.SUCCEEDED:
        return StepStatus.WARNINGS if run.has_warnings else StepStatus.SUCCEEDED
    return {
        RunState.QUEUED: StepStatus.RUNNING,
        RunState.RUNNING: StepStatus.RUNNING,
        RunState.WAITING: StepStatus.WAITING,
        RunState.FAILED: StepStatus.FAILED,
        RunState.TIMED_OUT: StepStatus.FAILED,
        RunState.CANCELED: StepStatus.CANCELED,
        RunState.LOST: StepStatus.LOST,
        RunState.SKIPPED: StepStatus.SKIPPED,
    }[state]
