"""Shows a plan: what would run where, and why a step is left out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from engine.definitions import Definitions
from engine.domain import durations, plans, pool_choices
from engine.domain.isolation import Isolation
from engine.domain.locations import Site
from engine.domain.processes import RunCondition, StartTrigger
from engine.models import Task
from engine.services import configuration, forecasts, names, packages, planned_work, pools, repositories
from engine.services.errors import NoTargets, TargetsUnusable
from engine.services.views import PlannedStepView, PlanView

_NAMED = 5
"""How many machines of a step are named; more are counted."""

_CONDITIONS = {
    RunCondition.SUCCESS: "",
    RunCondition.FAILURE: "only after a failure",
    RunCondition.ALWAYS: "always",
    RunCondition.VARIABLE: "if {expression}",
}
_LONGEST_EXPRESSION = 80
_ISOLATIONS = {Isolation.FULL: "alone on its machine", Isolation.NONE: "beside others on its machine"}


def view_of(session: Session, task: Task, *, first_step: int = 0) -> PlanView:
    """The plan of this task from this step (index from 0) on."""
    definitions = configuration.current(session).definitions
    plan = plans.from_json(task.plan)
    view = describe(
        plan,
        definitions,
        project=task.project,
        version=task.version,
        environment=task.environment,
        commits=repositories.commits_of(session, task.project, task.version),
        versions=packages.other_versions(session, task.project, task.version),
    )
    steps = tuple(s for s in view.steps if s.number > first_step)
    return replace(view, steps=steps, warnings=forecasts.of_task(session, task, plan, definitions))


def describe(
    plan: plans.Plan,
    definitions: Definitions,
    *,
    project: str,
    version: str,
    environment: str,
    commits: Mapping[str, str] = planned_work.NOTHING,
    versions: Mapping[str, str] = planned_work.NOTHING,
) -> PlanView:
    """The plan in words. `commits`: of the repositories that its scripts come from; `versions`: of the packages that
    have another one than their release.
    """
    steps = tuple(
        PlannedStepView(
            number=index + 1,
            name=step.name if len(step.actions) == 1 else f"{step.name} › {action.name}",
            what=planned_work.what(action.work, commits, versions),
            where=_where(action, definitions),
            condition=_when(index, step, action, plan.max_parallelism),
            notes=step.notes,
        )
        for index, step in enumerate(plan.steps)
        for action in step.actions
    )
    left_out = tuple((entry.name, entry.reason) for entry in plan.left_out)
    return PlanView(
        project,
        version,
        environment,
        steps,
        left_out,
        guided=plan.guided_failure,
        not_chosen=plan.not_chosen,
        unusable=plan.unusable,
        added=plan.added,
        project_name=names.of_project(definitions, project),
        environment_name=names.of_environment(definitions, environment),
    )


def _condition(step: plans.PlannedStep, action: plans.PlannedAction) -> str:
    """Of the step, and of the action by itself."""
    of_step = _CONDITIONS[step.condition].replace("{expression}", _shortened(step.expression))
    own = f"if {_shortened(action.expression)}" if action.expression else ""
    return " and ".join(filter(None, (of_step, own)))


def _shortened(expression: str) -> str:
    return f"{expression[:_LONGEST_EXPRESSION]}…" if len(expression) > _LONGEST_EXPRESSION else expression


def _when(index: int, step: plans.PlannedStep, action: plans.PlannedAction, at_once: int) -> str:
    """When it runs, where that is not simply after a success; on how many at once, and how often it is tried."""
    parts = [_condition(step, action)]
    if index and step.start_trigger is StartTrigger.WITH_PREVIOUS:
        parts.append("together with the step before it")
    if step.rolling:
        failures = f"{step.stop_after_failures} failure{'' if step.stop_after_failures == 1 else 's'}"
        parts.append(f"{step.rolling.window} at a time, stops after {failures}")
    elif len(step.machines) > at_once:
        parts.append(f"{at_once} at a time")
    if action.retries:
        tries = f"{action.retries.attempts + 1} times at most"
        parts.append(f"tried {tries}, {durations.spelled(action.retries.delay)} apart")
    if action.time_limit:
        parts.append(f"{durations.spelled(action.time_limit)} at most")
    if action.isolation:
        parts.append(_ISOLATIONS[action.isolation])
    if step.required:
        parts.append("required")
    return "; ".join(filter(None, parts))


def _where(action: plans.PlannedAction, definitions: Definitions) -> str:
    """Where it runs: the machines, and for what runs on workers their pools."""
    by_place: dict[str, list[str]] = {}
    for machine in action.machines:
        site = action.site(machine)
        place = _pool(action.pool_for(machine), definitions) if site is Site.WORKER else ""
        by_place.setdefault(place, []).append(machine)
    regions = {region.slug for region in action.regions}
    return "; ".join(_there(place, machines, regions) for place, machines in by_place.items())


def _there(place: str, machines: Sequence[str], regions: set[str]) -> str:
    if tuple(machines) == (plans.NO_MACHINE,):
        return place or "in Foredeck"
    one = "cloud region" if regions.issuperset(machines) else "target"
    more = f" and {len(machines) - _NAMED} more" if len(machines) > _NAMED else ""
    named = f"{', '.join(machines[:_NAMED])}{more}"
    if place:
        return f"{place}, once for each of {len(machines)} {one}s: {named}" if machines[1:] else f"{place}, for {named}"
    return f"{len(machines)} {one}{'s' if machines[1:] else ''}: {named}"


def _pool(named: str | None, definitions: Definitions) -> str:
    """The workers of the pool, or why nobody of it will do it."""
    if named is not None and pool_choices.is_template(named):
        return f"pool {named}, which is not known yet"
    pool, workers = pools.pool_and_workers(definitions, named)
    if pools.falls_to_built_in(definitions, named):
        return "built-in worker" if definitions.built_in_worker.enabled else "built-in worker, which is disabled"
    if pool not in definitions.worker_pools:
        return f"pool {pool}, which is not configured any more"
    return f"pool {pool}: {', '.join(workers)}" if workers else f"pool {pool}, which has no workers"


def targets_of(definitions: Definitions) -> tuple[plans.Target, ...]:
    """The targets as a plan wants them, in the order in which they are declared."""
    return tuple(
        plans.Target(t.slug, t.environments, t.tags, t.has_machine, t.worker_pool) for t in definitions.targets.values()
    )


def tags_of(definitions: Definitions) -> Mapping[str, Collection[str]]:
    """The tags of each target."""
    return {target.slug: target.tags for target in definitions.targets.values()}


def require_targets(plan: plans.Plan, *, may_have_none: bool = False) -> None:
    """A deployment that would do nothing where something is meant is refused; with `may_have_none` only where there are
    targets and none of them can be used. Raises NoTargets, TargetsUnusable.
    """
    missing = [entry for entry in plan.left_out if entry.lacks_targets]
    if missing and plan.unusable:
        raise TargetsUnusable(steps=", ".join(entry.name for entry in missing), reason=missing[0].reason)
    if missing and not may_have_none:
        raise NoTargets(steps=", ".join(entry.name for entry in missing), reason=missing[0].reason)
