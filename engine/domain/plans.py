"""The plan: what a deployment will do, decided once from what was frozen and what exists. Stored with the task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from engine.domain.processes import Action, ManualIntervention, Process, RunCondition, RunScript, Step
from engine.domain.scopes import Scope

NO_MACHINE = ""
"""The machine of an action that runs once, on a worker or in the bot, rather than on targets."""


@dataclass(frozen=True)
class PlannedAction:
    """One action with the machines it runs on; `worker_pool` None means the default pool."""

    slug: str
    name: str
    work: RunScript | ManualIntervention
    worker_pool: str | None = None
    machines: tuple[str, ...] = (NO_MACHINE,)
    time_limit: timedelta | None = None
    idempotent: bool = False


@dataclass(frozen=True)
class PlannedStep:
    """One step; its actions run one after the other."""

    slug: str
    name: str
    condition: RunCondition
    actions: tuple[PlannedAction, ...]


@dataclass(frozen=True)
class LeftOut:
    """A step or action that is not part of this deployment, and why."""

    slug: str
    name: str
    reason: str
    is_step: bool = True  # False: an action of a step whose other actions run


@dataclass(frozen=True)
class Plan:
    """Steps › actions › machines, in order, and what was left out."""

    steps: tuple[PlannedStep, ...]
    left_out: tuple[LeftOut, ...] = ()

    def action(self, step: int, action: int) -> PlannedAction:
        """The action at these indexes (both from 0)."""
        return self.steps[step].actions[action]


def make(process: Process, *, project: str, environment: str) -> Plan:
    """Plan this process for this environment. What its scope excludes is left out, with the reason."""
    steps: list[PlannedStep] = []
    left_out: list[LeftOut] = []
    for step in process.steps:
        if not step.scope.matches(project=project, environment=environment):
            left_out.append(LeftOut(step.slug, step.name, _reason(step.scope, environment)))
            continue
        actions = tuple(_planned(a) for a in step.actions if a.scope.matches(project=project, environment=environment))
        left_out.extend(
            LeftOut(a.slug, f"{step.name} › {a.name}", _reason(a.scope, environment), is_step=not actions)
            for a in step.actions
            if not a.scope.matches(project=project, environment=environment)
        )
        if actions:
            steps.append(PlannedStep(step.slug, step.name, step.condition, actions))
    return Plan(tuple(steps), tuple(left_out))


def _planned(action: Action) -> PlannedAction:
    return PlannedAction(
        slug=action.slug,
        name=action.name,
        work=action.work,
        worker_pool=action.worker_pool,
        time_limit=action.time_limit,
        idempotent=action.idempotent,
    )


def _reason(scope: Scope, environment: str) -> str:
    if scope.environments and environment not in scope.environments:
        return f"only for {' or '.join(scope.environments)}"
    return "its scope does not match"


def to_json(plan: Plan) -> dict[str, Any]:
    """The plan as plain dicts and lists, for storing."""
    from engine.domain.processes import process_to_json

    steps = []
    for planned in plan.steps:
        stored = process_to_json(Process((_as_step(planned),)))["steps"][0]
        machines = [list(action.machines) for action in planned.actions]
        steps.append({"step": stored, "machines": machines})
    left_out = [{"slug": x.slug, "name": x.name, "reason": x.reason, "is_step": x.is_step} for x in plan.left_out]
    return {"steps": steps, "left_out": left_out}


def from_json(stored: Mapping[str, Any]) -> Plan:
    """The inverse of `to_json`."""
    from engine.domain.processes import process_from_json

    steps: list[PlannedStep] = []
    for entry in stored["steps"]:
        step = process_from_json({"steps": [entry["step"]]}).steps[0]
        actions = tuple(
            PlannedAction(a.slug, a.name, a.work, a.worker_pool, tuple(machines), a.time_limit, a.idempotent)
            for a, machines in zip(step.actions, entry["machines"], strict=True)
        )
        steps.append(PlannedStep(step.slug, step.name, step.condition, actions))
    left_out = (LeftOut(x["slug"], x["name"], x["reason"], x["is_step"]) for x in stored["left_out"])
    return Plan(tuple(steps), tuple(left_out))


def _as_step(planned: PlannedStep) -> Step:
    actions = tuple(
        Action(
            slug=a.slug,
            name=a.name,
            work=a.work,
            scope=Scope(),
            worker_pool=a.worker_pool,
            time_limit=a.time_limit,
            idempotent=a.idempotent,
        )
        for a in planned.actions
    )
    return Step(slug=planned.slug, name=planned.name, condition=planned.condition, scope=Scope(), actions=actions)
