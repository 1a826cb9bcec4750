"""Finds values of a variable of which neither wins: what the engine would have to guess is an error here.

Two values tie where both apply and are equally specific. That is looked for at every place that there is: in each
environment, for each action that runs there. So two values for different steps never tie, nor do two that share only
an environment where their step does not run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from engine.definitions.fields import Field
from engine.definitions.nodes import shown
from engine.definitions.values import TargetDefinition
from engine.domain.precedence import RUNBOOK, Situation, Specificity, specificity
from engine.domain.processes import Process
from engine.domain.scopes import Scope
from engine.domain.variables import Variable


@dataclass(frozen=True)
class ReadVariable:
    """A value and the field where it is written. `has_flaw`: its `when` is wrong, so it says nothing of where."""

    variable: Variable
    field: Field
    has_flaw: bool = False


@dataclass(frozen=True)
class Places:
    """Where variables are asked for. `process`: that of their project, where they have one and it could be read."""

    environments: tuple[str, ...]
    targets: tuple[TargetDefinition, ...] = ()
    process: Process | None = None


def note_ties(values: Iterable[ReadVariable], places: Places) -> None:
    """Note every value that ties with an earlier one, naming both places."""
    by_name: defaultdict[str, list[ReadVariable]] = defaultdict(list)
    for value in values:
        if not value.has_flaw:
            by_name[value.variable.name.casefold()].append(value)
    for same in by_name.values():
        if len(same) > 1:
            _note_ties_of(same, places)


def note_ties_between_sets(own: Iterable[Variable], shared: Iterable[tuple[Variable, Field]], places: Places) -> None:
    """Note where two library sets that a project includes tie, and the project's own values do not decide; it is said
    at the second set where it is included.
    """
    own_by_name: defaultdict[str, list[Variable]] = defaultdict(list)
    for variable in own:
        own_by_name[variable.name.casefold()].append(variable)
    by_name: defaultdict[str, list[tuple[Variable, Field]]] = defaultdict(list)
    for variable, included in shared:
        by_name[variable.name.casefold()].append((variable, included))
    for name, same in by_name.items():
        if len({variable.source for variable, _ in same}) > 1:
            _note_ties_of_sets(own_by_name[name], same, places)


def _note_ties_of_sets(own: list[Variable], shared: list[tuple[Variable, Field]], places: Places) -> None:
    for at in _situations([*own, *(variable for variable, _ in shared)], places):
        strongest = max((found for v in own if (found := specificity(v, at))), default=None)
        by_specificity: dict[Specificity, Variable] = {}
        for variable, included in shared:
            found = specificity(variable, at)
            if found is None or (strongest is not None and found < strongest):
                continue
            first = by_specificity.setdefault(found, variable)
            if first.source != variable.source:
                _note_between(first, variable, included, at)
                return


def _note_ties_of(same: list[ReadVariable], places: Places) -> None:
    first: dict[tuple[Situation, Specificity], ReadVariable] = {}
    situations = tuple(_situations([value.variable for value in same], places))
    for value in same:
        for key in _keys(value.variable, situations):
            other = first.setdefault(key, value)
            if other is not value:
                _note(other, value, key[0])
                break


def _keys(variable: Variable, situations: Iterable[Situation]) -> Iterator[tuple[Situation, Specificity]]:
    for situation in situations:
        found = specificity(variable, situation)
        if found is not None:
            yield situation, found


def _situations(variables: list[Variable], places: Places) -> Iterator[Situation]:
    """Every place where one of these may be asked for, as coarse as their scopes are."""
    scopes = [variable.scope for variable in variables]
    everywhere: tuple[str | None, ...] = places.environments or (None,)
    for environment in everywhere:
        yield Situation(environment=environment)
        if any(scope.steps or scope.actions for scope in scopes) and places.process:
            for step, action in places.process.running_in(environment):
                yield Situation(environment=environment, step=step, action=action)
        if any(scope.processes for scope in scopes):
            yield Situation(environment=environment, process=RUNBOOK)
        if any(scope.machines or scope.target_tags for scope in scopes):
            yield from _on_targets(scopes, places, environment)


def _on_targets(scopes: list[Scope], places: Places, environment: str | None) -> Iterator[Situation]:
    """On each target there, in each step that runs on it; targets that no scope tells apart count once."""
    named = {machine for scope in scopes for machine in scope.machines}
    steps: list[tuple[str | None, str | None, tuple[str, ...]]] = [(None, None, ())]
    if places.process:
        tagged = {step.slug: step.target_tags for step in places.process.steps}
        steps += [(step, action, tagged.get(step, ())) for step, action in places.process.running_in(environment)]
    seen: set[Situation] = set()
    for target in places.targets:
        if environment is not None and environment not in target.environments:
            continue
        for step, action, tags in steps:
            at = Situation(
                environment=environment,
                step=step,
                action=action,
                step_tags=frozenset(tags),
                machine=target.slug if target.slug in named else None,
                machine_tags=frozenset(target.tags),
            )
            if at not in seen:
                seen.add(at)
                yield at


def _note(first: ReadVariable, second: ReadVariable, at: Situation) -> None:
    name, where = shown(second.variable.name), _where(at, first.variable, second.variable)
    message = f"{name} has two values for {where}; the first is in {first.variable.place}."
    second.field.wrong("ambiguous-value", message, "Keep one of them, or restrict one with `when`.")


def _note_between(first: Variable, second: Variable, included: Field, at: Situation) -> None:
    where = _where(at, first, second)
    message = (
        f"{shown(second.name)} has two values for {where}: in the set {first.source} ({first.place}) and in the set "
        f"{second.source} ({second.place})."
    )
    included.wrong("ambiguous-value", message, "Include one of the sets, or give the project a value of its own.")


def _where(at: Situation, *variables: Variable) -> str:
    """The place in words, as far as the two scopes restrict it."""
    scopes = [variable.scope for variable in variables]
    parts = []
    if at.environment and any(scope.environments for scope in scopes):
        parts.append(shown(at.environment))
    if at.action and any(scope.steps or scope.actions for scope in scopes):
        parts.append(f"the step {shown(at.step or at.action)}")
    if at.machine and any(scope.machines for scope in scopes):
        parts.append(f"the target {shown(at.machine)}")
    if at.machine_tags and any(scope.target_tags for scope in scopes):
        parts.append(f"targets with the tags {' and '.join(sorted(at.machine_tags))}")
    if any(scope.processes for scope in scopes):
        parts.append(f"a {at.process}")
    return ", ".join(parts) or "everywhere"
