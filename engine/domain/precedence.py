"""Which value of a variable wins where: Octopus's eleven ranks. Pure; it reads no configuration.

A value applies when every kind that its scope names matches; the values of one kind are alternatives. Of those that
apply, the one that names more kinds wins; of as many, the one whose most specific kind ranks first, then the next;
then a project's own before a library set's. What is equal in all of that is a tie, and no order decides it.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.domain.scopes import Scope
from engine.domain.variables import Variable

DEPLOYMENT, RUNBOOK = "deployment", "runbook"
"""The two kinds of process that a variable may be scoped to."""


class Rank(enum.IntEnum):
    """How specific a kind of scope is; 1 is the most specific. The last two are of values without any scope."""

    STEP = 1  # the step or action that runs
    MACHINE = 2
    TARGET_TAG_OF_STEP = 3  # a tag that the machine has and the step targets
    TARGET_TAG = 4  # a tag that the machine has
    TENANT = 5
    TENANT_TAG = 6
    ENVIRONMENT = 7
    CHANNEL = 8
    PROCESS = 9  # a deployment or a runbook
    PROJECT = 10  # unscoped, and the project's own
    UNSCOPED = 11  # unscoped, of a library set


@dataclass(frozen=True)
class Situation:
    """Where a variable is asked for. What is not known, as the step before any step runs, matches no restriction."""

    project: str | None = None
    environment: str | None = None
    step: str | None = None
    action: str | None = None
    step_tags: frozenset[str] = frozenset()  # the target tags that the step names
    machine: str | None = None
    machine_tags: frozenset[str] = frozenset()
    channel: str | None = None
    tenant: str | None = None
    tenant_tags: frozenset[str] = frozenset()
    process: str | None = DEPLOYMENT


Specificity = tuple[int, tuple[int, ...]]
"""How many kinds, and their ranks from the most specific on, with that of who wrote the value at the end: the project,
or the platform team in a library set. Ranks are negated, so that more is more specific."""


def ranks(scope: Scope, at: Situation) -> tuple[Rank, ...] | None:
    """The ranks of the kinds that this scope names, most specific first; None when it does not apply."""
    excluded = scope.excluded_environments
    if excluded and (at.environment is None or at.environment in excluded):
        return None
    found: list[Rank] = []
    for rank, is_restricted, is_met in _kinds(scope, at):
        if not is_restricted:
            continue
        if not is_met:
            return None
        found.append(rank)
    return tuple(sorted(found))


def specificity(variable: Variable, at: Situation) -> Specificity | None:
    """How specific this value is there, to be compared; None when it does not apply."""
    found = ranks(variable.scope, at)
    if found is None:
        return None
    written_by = Rank.PROJECT if variable.is_own else Rank.UNSCOPED
    return len(found), tuple(-rank for rank in (*found, written_by))


def choose(variables: Iterable[Variable], at: Situation) -> Mapping[str, Variable]:
    """The winner of each name, under the name as it was first written. Of a tie the first: `check` refuses ties."""
    best: dict[str, tuple[Specificity, Variable]] = {}
    names: dict[str, str] = {}
    for variable in variables:
        own = specificity(variable, at)
        if own is None:
            continue
        key = variable.name.casefold()  # names differ by more than case
        names.setdefault(key, variable.name)
        if key not in best or own > best[key][0]:
            best[key] = (own, variable)
    return {names[key]: variable for key, (_, variable) in best.items()}


def _kinds(scope: Scope, at: Situation) -> tuple[tuple[Rank, bool, bool], ...]:
    """For each kind: its rank here, whether the scope names it, and whether it is met."""
    shared = at.machine_tags.intersection(scope.target_tags)
    tag = Rank.TARGET_TAG_OF_STEP if shared & at.step_tags else Rank.TARGET_TAG
    runs = at.step in scope.steps or at.action in scope.actions
    return (
        (Rank.STEP, bool(scope.steps or scope.actions), runs),
        (Rank.MACHINE, bool(scope.machines), at.machine in scope.machines),
        (tag, bool(scope.target_tags), bool(shared)),
        (Rank.TENANT, bool(scope.tenants), at.tenant in scope.tenants),
        (Rank.TENANT_TAG, bool(scope.tenant_tags), bool(at.tenant_tags.intersection(scope.tenant_tags))),
        (Rank.ENVIRONMENT, bool(scope.environments), at.environment in scope.environments),
        (Rank.CHANNEL, bool(scope.channels), at.channel in scope.channels),
        (Rank.PROCESS, bool(scope.processes), at.process in scope.processes),
        (Rank.PROJECT, bool(scope.projects), at.project in scope.projects),
    )
