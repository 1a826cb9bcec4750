"""Which worker pool a step means, who is in it, and whether there is such a pool at all."""

from __future__ import annotations

from engine.definitions import Definitions
from engine.domain import plans
from engine.domain.processes import RunScript
from engine.errors import ForedeckError

BY_DEPLOYMENT = "deployment"
"""The affinity of a pool: the steps of one deployment keep to the worker that its first step got."""


class PoolGone(ForedeckError):
    """A pool that a release or a plan names is not in the configuration any more."""

    message = "{steps} would run in the worker pool {pool}, which is not configured any more."
    hint_text = (
        "Put the pool back into `worker_pools`; or create a new release, which takes the process as it is now (a "
        "runbook is published again)."
    )


def pool_and_workers(definitions: Definitions, pool: str | None) -> tuple[str | None, tuple[str, ...]]:
    """The pool that is meant (None: there is no default pool) and the slugs of its workers."""
    if pool is None:
        pool = next((p.slug for p in definitions.worker_pools.values() if p.default), None)
    workers = tuple(w.slug for w in definitions.workers.values() if pool is not None and pool in w.pools)
    return pool, workers


def falls_to_built_in(definitions: Definitions, pool: str | None) -> bool:
    """Is the built-in worker what serves this pool (None: the default one)? Only the default, while nobody is in it."""
    slug, workers = pool_and_workers(definitions, pool)
    return not workers and (
        slug is None or (slug in definitions.worker_pools and definitions.worker_pools[slug].default)
    )


def require(definitions: Definitions, pool: str | None, steps: str) -> None:
    """Refuse a pool that is not there any more. Raises PoolGone."""
    if pool is not None and pool not in definitions.worker_pools:
        raise PoolGone(pool=pool, steps=steps)


def require_for(plan: plans.Plan, definitions: Definitions) -> None:
    """The same of a whole plan, before anything begins."""
    for step in plan.steps:
        for action in step.actions:
            if isinstance(action.work, RunScript) and action.machines == (plans.NO_MACHINE,):
                require(definitions, action.worker_pool, step.name)
