"""Settles which worker pool each action of a plan uses: what `worker_pool: "#{Pool}"` comes to, and where the own pool
of a cloud region stands in for the default one. Pure.

A pool is chosen when a deployment is planned, before any target or any output of a step is known, and everybody may
read it: so only variables count that are no secrets and are not for targets.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from engine.domain import locations, precedence, templates
from engine.domain.plans import Plan, PlannedAction, PlannedStep
from engine.domain.precedence import Situation
from engine.domain.variables import Control, Variable

_TOKEN = re.compile(r"#\{([^}]*)\}")
_LONGEST = 100  # characters of what is no pool that are repeated
_SYSTEM = ("octopus.action[", "octopus.step[")


@dataclass(frozen=True)
class Given:
    """What there is to choose from, and to choose by.

    `pools`: the slugs of all worker pools, `default` that of the default one. `variables`: those of the project.
    `known`: what is known of the deployment itself, by name. `answers`: what people have answered, as templates, by
    the variable's name in lower case; `are_all`: nobody will answer anything more, so what is not there has its
    default.
    """

    pools: Sequence[str]
    default: str | None = None
    variables: Sequence[Variable] = ()
    known: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    are_all: bool = False

    def value_of(self, variable: Variable) -> str | None:
        """Its value, as a template; None where that is a secret or still to be asked for."""
        if variable.prompt is None:
            return variable.value if isinstance(variable.value, str) else None
        answer = self.answers.get(variable.asked_as.casefold())
        if answer is None and self.are_all and isinstance(variable.value, str):
            return variable.value or ("False" if variable.prompt.control is Control.CHECKBOX else "")
        return answer


@dataclass(frozen=True)
class Choice:
    """The pool that a template comes to; or why it comes to none, as the rest of a sentence.

    `waits`: an answer that is still to come decides it. `has_no_value`: nothing is wrong but that there is no value.
    `named`: what it comes to, which is no pool.
    """

    pool: str = ""
    flaw: str = ""
    waits: bool = False
    has_no_value: bool = False
    named: str = ""


@dataclass(frozen=True)
class Unsettled:
    """A script whose pool cannot be told, or not yet."""

    name: str
    template: str
    choice: Choice


def is_template(pool: str | None) -> bool:
    """Is it settled only when a deployment is planned?"""
    return pool is not None and "#{" in pool


def settle(plan: Plan, given: Given, at: Situation) -> tuple[Plan, tuple[Unsettled, ...]]:
    """The plan with its pools, and what is not settled: that keeps its template. `at`: project, environment and kind of
    process. Settling again what is settled changes nothing.
    """
    unsettled: list[Unsettled] = []
    steps = tuple(_settled(step, given, at, unsettled) for step in plan.steps)
    return replace(plan, steps=steps), tuple(unsettled)


def choose(template: str, given: Given, at: Situation) -> Choice:
    """What this template comes to there."""
    values: dict[str, str] = {}
    hidden: dict[str, Choice] = {}
    for name, variable in precedence.choose(given.variables, at).items():
        value = given.value_of(variable)
        if value is not None:
            values[name] = value
        elif variable.prompt:
            hidden[name] = Choice(flaw=f"{name} is asked for when somebody deploys", waits=True)
        else:
            hidden[name] = Choice(flaw=f"{name} is a secret, and everybody may read the name of a pool")
    values |= given.known
    for name in _read_by(template, values, hidden):
        return hidden[name]
    evaluation = templates.evaluate(template, values)
    if evaluation.error:
        return Choice(flaw=evaluation.error[:1].lower() + evaluation.error[1:].rstrip("."))
    if evaluation.unresolved:
        return Choice(flaw=_why_unresolved(evaluation.unresolved[0], given, at), has_no_value=True)
    pool = (evaluation.text or "").strip()
    if not pool:
        return Choice(flaw="it comes to nothing", has_no_value=True)
    if pool not in given.pools:
        shown = f"{pool[:_LONGEST]}…" if len(pool) > _LONGEST else pool
        return Choice(flaw=f"there is no worker pool “{shown}”", named=pool)
    return Choice(pool)


def _settled(step: PlannedStep, given: Given, at: Situation, unsettled: list[Unsettled]) -> PlannedStep:
    actions: list[PlannedAction] = []
    for action in step.actions:
        pool = action.worker_pool
        if pool is not None and is_template(pool):
            choice = choose(pool, given, replace(at, step=step.slug, action=action.slug))
            if choice.flaw:
                name = step.name if len(step.actions) == 1 else f"{step.name} › {action.name}"
                unsettled.append(Unsettled(name, pool, choice))
                actions.append(action)
                continue
            pool = choice.pool
        regions = tuple(
            region._replace(pool=locations.pool_for(pool, default_pool=given.default, of_target=region.pool))
            for region in action.regions
        )
        actions.append(replace(action, worker_pool=pool, regions=regions))
    return replace(step, actions=tuple(actions))


def _read_by(template: str, values: Mapping[str, str], hidden: Iterable[str]) -> Iterable[str]:
    """Which of the hidden ones the template reads, through other variables too."""
    hidden = list(hidden)
    left, read = [template], set[str]()
    while left:
        tokens = " ".join(_TOKEN.findall(left.pop()))
        for name in (*hidden, *values):
            if name not in read and re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)", tokens, re.IGNORECASE):
                read.add(name)
                left += [values[name]] if name in values else []
    return [name for name in hidden if name in read]


def _why_unresolved(token: str, given: Given, at: Situation) -> str:
    name = token.removeprefix("#{").removesuffix("}").strip()
    if name.casefold().startswith(_SYSTEM):
        return f"{name} is not known before the deployment begins, and pools are chosen before"
    of_targets = (v for v in given.variables if v.name.casefold() == name.casefold())
    if any(v.scope.machines or v.scope.target_tags for v in of_targets):
        return f"{name} has values for targets only, and pools are chosen before there is a target"
    where = f" in {at.environment}" if at.environment else ""
    return f"{name} has no value{where}"
