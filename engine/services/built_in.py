"""When the built-in worker may run a script: it is enabled, and the environment is not kept from the bot's account."""

from __future__ import annotations

from engine.contracts import BuiltIn
from engine.definitions import Definitions
from engine.domain import plans
from engine.errors import ForedeckError
from engine.services import pools

SLUG = "built-in"


class BuiltInDisabled(ForedeckError):
    """Scripts would run on the built-in worker, and it is switched off."""

    message = "{steps} would run on the built-in worker, which is disabled in the configuration."
    hint_text = "Add a worker to the default pool, or set `built_in_worker: {{enabled: true}}`."


class EnvironmentProtected(ForedeckError):
    """Scripts would run as the bot's own account, and the environment is protected."""

    message = (
        "{environment} is protected, and {steps} would run on the built-in worker as the account of Foredeck itself, "
        "where scripts can read its secrets."
    )
    hint_text = (
        "Add a worker to the default pool, or give the built-in worker an account: `built_in_worker: {{run_as: …}}`."
    )


def settings_of(definitions: Definitions) -> BuiltIn:
    """How it is to run."""
    built_in = definitions.built_in_worker
    return BuiltIn(built_in.run_as, built_in.memory, built_in.processes)


def require(definitions: Definitions, environment: str, steps: str) -> None:
    """Refuse what may not run there. Raises BuiltInDisabled, EnvironmentProtected."""
    if not definitions.built_in_worker.enabled:
        raise BuiltInDisabled(steps=steps)
    place = definitions.environments.get(environment)
    if place is not None and place.protected and definitions.built_in_worker.run_as is None:
        raise EnvironmentProtected(environment=place.name, steps=steps)


def require_for(plan: plans.Plan, definitions: Definitions, environment: str) -> None:
    """The same of a whole plan, before anything begins."""
    names = dict.fromkeys(
        step.name
        for step in plan.steps
        for action in step.actions
        if any(pools.falls_to_built_in(definitions, pool) for pool in action.pools)
    )
    if names:
        require(definitions, environment, ", ".join(names))
