"""When the packages of a deployment are fetched: a step of its plan, put in before the first that needs them. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from engine.domain.plans import Plan, PlannedAction, PlannedStep
from engine.domain.processes import Acquire, AcquirePackages, ManualIntervention, RunCondition, RunScript

SLUG, NAME = "acquire-packages", "Acquire packages"


def with_acquisition(plan: Plan, when: Acquire, fetched: Collection[str]) -> Plan:
    """The plan with a step that acquires those of its packages that have to be `fetched`; as it is without any.

    It stands before the group of the first step that needs one, and with `before_approval` before the first group that
    asks people, if that comes earlier: then nobody is asked about what cannot be installed.
    """
    needed = [set(_of_steps(plan.steps[index] for index in group)) & set(fetched) for group in plan.groups]
    first = next((number for number, names in enumerate(needed) if names), None)
    if first is None:
        return plan
    asking = next((number for number, group in enumerate(plan.groups[: first + 1]) if _asked(plan, group)), None)
    is_ahead = when is Acquire.BEFORE_APPROVAL and asking is not None
    at = plan.groups[asking if is_ahead and asking is not None else first].start
    ahead_of = _asked(plan, plan.groups[asking]) if is_ahead and asking is not None else ""
    step = _step(plan, tuple(sorted(set().union(*needed))), ahead_of)
    return replace(plan, steps=(*plan.steps[:at], step, *plan.steps[at:]))


def _of_steps(steps: Iterable[PlannedStep]) -> Iterable[str]:
    works = (action.work for step in steps for action in step.actions)
    return (name for work in works if isinstance(work, RunScript) for name in work.package_names)


def _asked(plan: Plan, group: range) -> str:
    """The name of the first step of this group that asks people; empty when none does."""
    steps = (plan.steps[index] for index in group)
    return next((s.name for s in steps if any(isinstance(a.work, ManualIntervention) for a in s.actions)), "")


def _step(plan: Plan, packages: tuple[str, ...], ahead_of: str) -> PlannedStep:
    taken = {slug for step in plan.steps for slug in (step.slug, *(action.slug for action in step.actions))}
    slug = next(slug for slug in (SLUG, *(f"{SLUG}-{number}" for number in range(2, 99))) if slug not in taken)
    work = AcquirePackages(packages, ahead_of)
    return PlannedStep(slug, NAME, RunCondition.SUCCESS, (PlannedAction(slug, NAME, work),))
