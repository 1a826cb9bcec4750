"""The plan: what a deployment will do, decided once from what was frozen and what exists. Stored with the task."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

from engine.domain import locations
from engine.domain.planned_steps import NO_MACHINE, PlannedAction, PlannedStep, Region, RunKey
from engine.domain.processes import Action, Process, StartTrigger, Step
from engine.domain.scopes import Scope

__all__ = ["NO_MACHINE", "SKIPPED", "LeftOut", "Plan", "PlannedAction", "PlannedStep", "Region", "RunKey", "Target"]

SKIPPED = "skipped for this deployment"
"""Why a step is left out that the deployer did not want."""

_NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True)
class Target:
    """What a plan has to know of what is deployed to. `worker_pool`: where what is aimed at one without a machine runs,
    unless the step chooses a pool.
    """

    slug: str
    environments: tuple[str, ...]
    tags: tuple[str, ...]
    has_machine: bool = True
    worker_pool: str | None = None


@dataclass(frozen=True)
class LeftOut:
    """A step or action that is not part of this deployment, and why."""

    slug: str
    name: str
    reason: str
    is_step: bool = True  # False: an action of a step whose other actions run
    lacks_targets: bool = False  # it would run, but no target in the environment has its tags


@dataclass(frozen=True)
class Plan:
    """Steps › actions › machines, in order, and what was left out."""

    steps: tuple[PlannedStep, ...]
    left_out: tuple[LeftOut, ...] = ()
    fail_on_unresolved: bool = False
    guided_failure: bool = False  # when something fails a person is asked how to go on
    max_parallelism: int = 10  # steps of a group, and machines of a step that does not roll, at once
    not_chosen: tuple[str, ...] = ()  # targets that its steps would run on, and that the deployer left out
    added: tuple[tuple[str, str], ...] = ()  # targets that a health check added, and why, as the end of a sentence
    extended: tuple[int, ...] = ()  # the steps at which it was looked for those
    unusable: tuple[tuple[str, str], ...] = ()  # those that cannot be used, and why, as the end of a sentence

    def action(self, step: int, action: int) -> PlannedAction:
        """The action at these indexes (both from 0)."""
        return self.steps[step].actions[action]

    def window(self, index: int) -> int:
        """How many machines of this step are under way at once."""
        rolling = self.steps[index].rolling
        return rolling.window if rolling else self.max_parallelism

    def lanes(self, index: int) -> tuple[tuple[RunKey, ...], ...]:
        """For each machine of this step, the runs there in their order. Kept: it is asked for again and again."""
        known = self._lanes.get(index)
        if known is None:
            step = self.steps[index]
            known = self._lanes[index] = tuple(
                tuple(RunKey(index, n, machine) for n, action in enumerate(step.actions) if machine in action.machines)
                for machine in step.machines
            )
        return known

    @cached_property
    def _lanes(self) -> dict[int, tuple[tuple[RunKey, ...], ...]]:
        return {}

    @cached_property
    def groups(self) -> tuple[range, ...]:
        """The indexes of the steps that start together, group after group. The first step begins a group anyhow."""
        begin = [i for i, s in enumerate(self.steps) if i == 0 or s.start_trigger is StartTrigger.AFTER_PREVIOUS]
        return tuple(range(start, end) for start, end in pairwise([*begin, len(self.steps)]))


def make(
    process: Process,
    *,
    project: str,
    environment: str,
    skip: Collection[str] = (),
    targets: Iterable[Target] = (),
    not_chosen: Collection[str] = (),
    unusable: Mapping[str, str] = _NOTHING,
    guided_failure: bool = False,
) -> Plan:
    """Plan this process for this environment. What its scope excludes is left out, with the reason; so are the steps
    in `skip` (slugs), which must be known and not required: see `why_not_skipped`. A step with target tags runs for
    those of the `targets` that are in the environment and have one of them, but those `not_chosen` and those `unusable`
    (by slug, why); without any it is left out. Worker pools are as the process names them: see `pool_choices.settle`.
    """
    present = [target for target in targets if environment in target.environments]
    steps: list[PlannedStep] = []
    left_out: list[LeftOut] = []
    without: set[str] = set()  # targets that are not chosen
    broken: set[str] = set()  # chosen ones that cannot be used
    begins_group = True  # a group whose first step is left out begins with the next one of it, and joins no other group
    for step in process.steps:
        begins_group = begins_group or step.start_trigger is StartTrigger.AFTER_PREVIOUS
        if reason := _why_left_out(step, project, environment, skip):
            left_out.append(LeftOut(step.slug, step.name, reason))
            continue
        here = (a for a in step.actions if a.scope.matches(project=project, environment=environment))
        actions = tuple(_planned(a, step.target_tags) for a in here)
        left_out.extend(
            LeftOut(a.slug, f"{step.name} › {a.name}", _reason(a.scope, environment), is_step=not actions)
            for a in step.actions
            if not a.scope.matches(project=project, environment=environment)
        )
        if actions and step.target_tags:
            meant = [target for target in present if set(target.tags) & set(step.target_tags)]
            chosen = [target for target in meant if target.slug not in not_chosen]
            used = [target for target in chosen if target.slug not in unusable]
            without |= _slugs(meant) - _slugs(chosen)
            broken |= _slugs(chosen) - _slugs(used)
            actions = tuple(_aimed(action, used) for action in actions if used)
            if not used:
                reason = _why_no_machine(step, environment, meant, chosen, unusable)
                left_out.append(LeftOut(step.slug, step.name, reason, lacks_targets=bool(chosen) or not meant))
        if actions:
            start = StartTrigger.AFTER_PREVIOUS if begins_group else StartTrigger.WITH_PREVIOUS
            steps.append(_planned_step(step, actions, start))
            begins_group = False
    return Plan(
        tuple(steps),
        tuple(left_out),
        process.fail_on_unresolved,
        guided_failure,
        process.max_parallelism,
        tuple(target.slug for target in present if target.slug in without),
        unusable=tuple((target.slug, unusable[target.slug]) for target in present if target.slug in broken),
    )


def extend(plan: Plan, step: int, targets: Iterable[Target], why: str) -> Plan:
    """The plan with these targets in this step and the later ones, where they have one of the step's tags. `why`: they
    were not in it. Looked for once for each step that does; what was planned stays as it is.
    """
    known = {machine for planned in plan.steps for machine in planned.machines}
    new = [target for target in targets if target.slug not in known]
    steps = list(plan.steps)
    joined: set[str] = set()
    for index in range(step, len(steps)):
        planned = steps[index]
        mine = [target for target in new if planned.is_on_targets and set(target.tags) & set(planned.target_tags)]
        if mine:
            joined |= _slugs(mine)
            steps[index] = replace(planned, actions=tuple(_joined(action, mine) for action in planned.actions))
    added = tuple((target.slug, why) for target in new if target.slug in joined)
    return replace(plan, steps=tuple(steps), added=(*plan.added, *added), extended=(*plan.extended, step))


def _joined(action: PlannedAction, targets: Sequence[Target]) -> PlannedAction:
    more = _aimed(action, targets)
    return replace(action, machines=(*action.machines, *more.machines), regions=(*action.regions, *more.regions))


def why_not_skipped(process: Process, names: Iterable[str]) -> tuple[tuple[str, ...], dict[str, str]]:
    """The slugs of the steps that are meant (by slug or name, in any case), and why others cannot be left out."""
    slugs: list[str] = []
    refused: dict[str, str] = {}
    for name in names:
        step = next((s for s in process.steps if name.casefold() in {s.slug.casefold(), s.name.casefold()}), None)
        if step is None:
            refused[name] = "there is no such step"
        elif step.must_run:
            refused[name] = "it is required" if step.required else "an approval cannot be skipped"
        else:
            slugs.append(step.slug)
    return tuple(slugs), refused


_NAMED = 3


def _why_no_machine(
    step: Step, environment: str, meant: Sequence[Target], chosen: Sequence[Target], unusable: Mapping[str, str]
) -> str:
    if not meant:
        return _no_target(step.target_tags, environment)
    if not chosen:
        return "none of its targets was chosen"
    reasons = [f"{target.slug} is {unusable[target.slug]}" for target in chosen[:_NAMED]]
    more = [f"{len(chosen) - _NAMED} more"] if len(chosen) > _NAMED else []
    return f"none of its targets can be used: {'; '.join(reasons + more)}"


def _slugs(targets: Iterable[Target]) -> set[str]:
    return {target.slug for target in targets}


def _no_target(tags: Sequence[str], environment: str) -> str:
    return f"{environment} has no target with the tag {' or '.join(tags)}"


def _why_left_out(step: Step, project: str, environment: str, skip: Collection[str]) -> str:
    if step.disabled:
        return "disabled in the process"
    if not step.scope.matches(project=project, environment=environment):
        return _reason(step.scope, environment)
    return SKIPPED if step.slug in skip else ""


def _planned_step(step: Step, actions: tuple[PlannedAction, ...], start: StartTrigger) -> PlannedStep:
    return PlannedStep(
        step.slug,
        step.name,
        step.condition,
        actions,
        start,
        step.expression,
        step.rolling,
        step.required,
        step.target_tags,
        step.notes,
    )


def _aimed(action: PlannedAction, targets: Sequence[Target]) -> PlannedAction:
    regions = tuple(Region(target.slug, target.worker_pool) for target in targets if not target.has_machine)
    return replace(action, machines=tuple(target.slug for target in targets), regions=regions)


def _planned(action: Action, target_tags: Sequence[str]) -> PlannedAction:
    return PlannedAction(
        slug=action.slug,
        name=action.name,
        work=action.work,
        worker_pool=action.worker_pool,
        runs_on=action.runs_on or locations.default_of(target_tags),
        time_limit=action.time_limit,
        idempotent=action.idempotent,
        retries=action.retries,
        isolation=action.isolation,
        expression=action.expression,
    )


def _reason(scope: Scope, environment: str) -> str:
    if scope.environments and environment not in scope.environments:
        return f"only for {' or '.join(scope.environments)}"
    if environment in scope.excluded_environments:
        return f"not for {' or '.join(scope.excluded_environments)}"
    return "its scope does not match"


def to_json(plan: Plan) -> dict[str, Any]:
    """The plan as plain dicts and lists, for storing."""
    from engine.domain.processes import process_to_json

    steps = []
    for planned in plan.steps:
        stored = process_to_json(Process((_as_step(planned),)))["steps"][0]
        machines = [list(action.machines) for action in planned.actions]
        regions = [[list(region) for region in action.regions] for action in planned.actions]
        steps.append({"step": stored, "machines": machines, "regions": regions})
    left_out = [{"slug": x.slug, "name": x.name, "reason": x.reason, "is_step": x.is_step} for x in plan.left_out]
    return {
        "steps": steps,
        "left_out": left_out,
        "fail_on_unresolved": plan.fail_on_unresolved,
        "guided_failure": plan.guided_failure,
        "max_parallelism": plan.max_parallelism,
        "not_chosen": list(plan.not_chosen),
        "unusable": [list(entry) for entry in plan.unusable],
        "added": [list(entry) for entry in plan.added],
        "extended": list(plan.extended),
    }


def from_json(stored: Mapping[str, Any]) -> Plan:
    """The inverse of `to_json`."""
    from engine.domain.processes import process_from_json

    steps: list[PlannedStep] = []
    for entry in stored["steps"]:
        step = process_from_json({"steps": [entry["step"]]}).steps[0]
        of_actions = entry.get("regions") or [()] * len(step.actions)  # plans of earlier versions have none
        actions = tuple(
            replace(_planned(a, step.target_tags), machines=tuple(machines), regions=tuple(Region(*r) for r in regions))
            for a, machines, regions in zip(step.actions, entry["machines"], of_actions, strict=True)
        )
        steps.append(_planned_step(step, actions, step.start_trigger))
    left_out = (LeftOut(x["slug"], x["name"], x["reason"], x["is_step"]) for x in stored["left_out"])
    return Plan(
        tuple(steps),
        tuple(left_out),
        stored.get("fail_on_unresolved", False),
        stored.get("guided_failure", False),  # tasks of earlier versions have none
        stored.get("max_parallelism", 10),
        tuple(stored.get("not_chosen", ())),
        unusable=_pairs(stored.get("unusable", ())),
        added=_pairs(stored.get("added", ())),
        extended=tuple(stored.get("extended", ())),
    )


def _pairs(stored: Iterable[Sequence[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((slug, why) for slug, why in stored)


def _as_step(planned: PlannedStep) -> Step:
    actions = tuple(
        Action(
            slug=a.slug,
            name=a.name,
            work=a.work,
            scope=Scope(),
            worker_pool=a.worker_pool,
            runs_on=a.runs_on,
            time_limit=a.time_limit,
            idempotent=a.idempotent,
            retries=a.retries,
            isolation=a.isolation,
            expression=a.expression,
        )
        for a in planned.actions
    )
    return Step(
        slug=planned.slug,
        name=planned.name,
        condition=planned.condition,
        scope=Scope(),
        actions=actions,
        start_trigger=planned.start_trigger,
        expression=planned.expression,
        rolling=planned.rolling,
        required=planned.required,
        target_tags=planned.target_tags,
        notes=planned.notes,
    )
