"""What a plan would fail for if its turn came now: pools in which nobody can run a step. It may be mended by then, so
it is told and refuses nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.definitions import Definitions
from engine.domain import plans, pool_choices
from engine.domain.states import TaskState
from engine.models import ActionRun, Task
from engine.services import built_in, pools, usability
from engine.services.errors import either

_NAMED = 3


def of_task(session: Session, task: Task, plan: plans.Plan, definitions: Definitions) -> tuple[str, ...]:
    """The same of a task, for its steps that have not begun; nothing of one that is over."""
    if task.state not in {TaskState.QUEUED.value, TaskState.EXECUTING.value}:
        return ()
    begun = session.scalars(select(ActionRun.step).where(ActionRun.task_id == task.id).distinct())
    to_come = set(range(len(plan.steps))).difference(begun)
    return unserved(session, plan, definitions, environment=task.environment, steps=to_come)


def unserved(
    session: Session,
    plan: plans.Plan,
    definitions: Definitions,
    *,
    environment: str,
    steps: Collection[int] | None = None,
) -> tuple[str, ...]:
    """For each such pool a sentence with the steps and the reasons. `steps`: those that are still to come, by index;
    None: all.
    """
    by_pool: dict[str | None, list[str]] = {}
    for index, step in enumerate(plan.steps):
        if steps is None or index in steps:
            for pool in dict.fromkeys(pool for action in step.actions for pool in action.pools):
                by_pool.setdefault(pool, []).append(step.name)
    has_workers = any(pools.pool_and_workers(definitions, pool)[1] for pool in by_pool)
    out = usability.unusable_workers(session, definitions) if has_workers else {}
    told = ((either(names, "and"), _why(pool, definitions, environment, out)) for pool, names in by_pool.items())
    return tuple(f"As it stands, {names} will fail: {why}" for names, why in told if why)


def _why(named: str | None, definitions: Definitions, environment: str, out: Mapping[str, str]) -> str:
    pool, workers = pools.pool_and_workers(definitions, named)
    if pool is not None and pool_choices.is_template(pool):
        return ""
    if pools.falls_to_built_in(definitions, named):
        return _why_not_built_in(definitions, environment)
    if not workers:
        gone = "is not configured any more" if pool not in definitions.worker_pools else "has no workers"
        return f"the worker pool {pool} {gone}."
    if any(worker not in out for worker in workers):
        return ""
    more = f" So it is with {len(workers) - _NAMED} more." if len(workers) > _NAMED else ""
    reasons = " ".join(out[worker] for worker in workers[:_NAMED])
    return f"nobody in the worker pool {pool} can be used. {reasons}{more}"


def _why_not_built_in(definitions: Definitions, environment: str) -> str:
    try:
        built_in.require(definitions, environment, "")
    except built_in.BuiltInDisabled:
        return "the default pool has no workers, and the built-in worker is disabled."
    except built_in.EnvironmentProtected:
        return f"{environment} is protected from scripts under the account of Foredeck itself."
    return ""
