"""Lets a health check take in targets that came while its deployment ran: the one way in which a plan grows."""

from __future__ import annotations

from sqlalchemy.orm import Session

from engine.domain import plans
from engine.domain.moves import Move, Start
from engine.domain.processes import HealthCheck
from engine.models import Task
from engine.services import configuration, planned, usability


def grown(session: Session, task: Task, plan: plans.Plan, move: Move) -> plans.Plan:
    """The plan with them, where this move is the first of a health check that takes them in; else the plan itself.

    Somebody who chose targets meant these and no others.
    """
    if not isinstance(move, Start) or move.key.step in plan.extended or plan.not_chosen:
        return plan
    step = plan.steps[move.key.step]
    work = plan.action(move.key.step, move.key.action).work
    if not isinstance(work, HealthCheck) or not work.includes_new:
        return plan
    definitions = configuration.current(session).definitions
    unusable = usability.unusable_targets(session, definitions, task.project)
    there = [
        target
        for target in planned.targets_of(definitions)
        if task.environment in target.environments and target.slug not in unusable
    ]
    known = {slug for slug, _ in plan.unusable}
    new = [target for target in there if target.slug not in known]
    return plans.extend(plan, move.key.step, new, f"it came before {step.name}")
