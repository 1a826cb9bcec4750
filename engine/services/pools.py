"""Which worker pool a step means, who is in it, and whether a deployment can run in its pools at all."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from engine.definitions import Definitions
from engine.domain import plans, pool_choices
from engine.domain.pool_choices import Given, Unsettled
from engine.domain.precedence import DEPLOYMENT, RUNBOOK, Situation
from engine.domain.variables import Variable
from engine.errors import ForedeckError
from engine.services import system_variables
from engine.services.errors import either

BY_DEPLOYMENT, BY_PACKAGE = "deployment", "package"
"""Affinities of a pool: the steps of one deployment, or those of them that use the same package, keep to the worker
that the first of them got.
"""


class PoolGone(ForedeckError):
    """A pool that a release or a plan names is not in the configuration any more."""

    message = "{steps} would run in the worker pool {pool}, which is not configured any more."
    hint_text = (
        "Put the pool back into `worker_pools`; or create a new release, which takes the process as it is now (a "
        "runbook is published again)."
    )


class NobodyInPool(ForedeckError):
    """Nobody is in the pool, so what would run there can only fail."""

    message = "{steps} would run in the worker pool {pool}, and no worker is in it."
    hint_text = (
        "Add a worker to the pool (`foredeck worker add USER@HOST --pool {pool}` shows how), or let the step use "
        "another pool."
    )


class PoolUnsettled(ForedeckError):
    """A step names its pool by a variable, and that names no pool."""

    message = "{step} finds its worker pool by “{template}”, and {flaw}."
    hint_text = (
        "Give the variable a value there that is one of {known}. A release freezes its variables: create a new one to "
        "have changed ones."
    )


def pool_and_workers(definitions: Definitions, pool: str | None) -> tuple[str | None, tuple[str, ...]]:
    """The pool that is meant (None: there is no default pool) and the slugs of its workers."""
    if pool is None:
        pool = definitions.default_pool
    workers = tuple(w.slug for w in definitions.workers.values() if pool is not None and pool in w.pools)
    return pool, workers


def falls_to_built_in(definitions: Definitions, pool: str | None) -> bool:
    """Is the built-in worker what serves this pool (None: the default one)? Only the default, while nobody is in it."""
    slug, workers = pool_and_workers(definitions, pool)
    return not workers and (
        slug is None or (slug in definitions.worker_pools and definitions.worker_pools[slug].default)
    )


def settle(
    plan: plans.Plan,
    definitions: Definitions,
    variables: Collection[Variable],
    *,
    project: str,
    environment: str,
    is_runbook: bool = False,
    answers: Mapping[str, str],
    are_all: bool = False,
) -> tuple[plans.Plan, tuple[Unsettled, ...]]:
    """The plan with the pools that its variables name, and what cannot be told, or not before all is answered.
    `answers`: by the variable's name in lower case; `are_all`: no others will come.
    """
    given = Given(
        pools=tuple(definitions.worker_pools),
        default=definitions.default_pool,
        variables=tuple(variables),
        known=system_variables.before_it_begins(definitions, project=project, environment=environment),
        answers={name: system_variables.literal(answer) for name, answer in answers.items()},
        are_all=are_all,
    )
    process = RUNBOOK if is_runbook else DEPLOYMENT
    return pool_choices.settle(plan, given, Situation(project=project, environment=environment, process=process))


def require(definitions: Definitions, pool: str | None, steps: str) -> None:
    """Refuse a pool that is not there any more. Raises PoolGone."""
    if pool is not None and pool not in definitions.worker_pools:
        raise PoolGone(pool=pool, steps=steps)


def require_for(plan: plans.Plan, definitions: Definitions) -> None:
    """Refuse a plan that names pools which are gone, or where nobody is. Raises PoolGone, NobodyInPool."""
    by_pool: dict[str, list[str]] = {}
    for step in plan.steps:
        for pool in dict.fromkeys(pool for action in step.actions for pool in action.pools):
            if pool is not None and not pool_choices.is_template(pool):
                by_pool.setdefault(pool, []).append(step.name)
    for pool, steps in by_pool.items():
        require(definitions, pool, either(steps, "and"))
        if not pool_and_workers(definitions, pool)[1] and not falls_to_built_in(definitions, pool):
            raise NobodyInPool(pool=pool, steps=either(steps, "and"))


def require_settled(unsettled: Collection[Unsettled], definitions: Definitions) -> None:
    """Refuse what names no pool, unless it waits for an answer. Raises PoolUnsettled."""
    for one in unsettled:
        if not one.choice.waits:
            known = ", ".join(definitions.worker_pools) or "the worker pools (none are configured)"
            raise PoolUnsettled(step=one.name, template=one.template, flaw=one.choice.flaw, known=known)
