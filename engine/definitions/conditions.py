"""Reads the run condition of a step, and finds the expressions that could never be told or never hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass

from engine.definitions.asked_variables import AskedVariable, asked_for
from engine.definitions.fields import Field, Record
from engine.definitions.nodes import Table, shown
from engine.definitions.readings import suggest
from engine.domain import templates
from engine.domain.processes import RunCondition, StartTrigger, Step
from engine.domain.templates.nodes import Index, Name, Symbol, Template
from engine.domain.templates.parsing import parse
from engine.domain.templates.reading import TooLarge, Unreadable

_CONDITIONS = ("success", "failure", "always")
_EXPRESSION = '`"#{if Octopus.Deployment.Error}true#{/if}"`'
_LONGEST_EXPRESSION = 10_000


def read_run_condition(record: Record) -> tuple[RunCondition, str]:
    """The condition, and the expression where it is one: `"#{…}"`, or `{variable: "#{…}"}` which says it in full."""
    field = record.get("run_condition")
    if field is None:
        return RunCondition.SUCCESS, ""
    if isinstance(field.node, Table):
        field = field.table(["variable"]).need("variable", '"#{if Octopus.Deployment.Error}true#{/if}"')
        word = field.text(_EXPRESSION, longest=_LONGEST_EXPRESSION) if field else ""
        if field and word and "#{" not in word:
            field.wrong("run-condition", "There is no variable in this expression.", f"For example {_EXPRESSION}.")
        return RunCondition.VARIABLE, word
    word = field.text("`success`", longest=_LONGEST_EXPRESSION)
    if "#{" in word:
        return RunCondition.VARIABLE, word
    if word and word not in _CONDITIONS:
        message, hint = f"There is no run condition {shown(word)}.", suggest(word, _CONDITIONS, "run conditions")
        field.wrong("run-condition", message, hint)
        return RunCondition.SUCCESS, ""
    return RunCondition(word) if word else RunCondition.SUCCESS, ""


def read_condition_of_action(record: Record) -> str:
    """The expression: an action runs after those before it have succeeded, and only where that holds, too."""
    condition, expression = read_run_condition(record)
    if condition in {RunCondition.FAILURE, RunCondition.ALWAYS}:
        message = f"An action cannot run {'after a failure' if condition is RunCondition.FAILURE else 'always'}."
        hint = "Make it a step of its own; of an action the condition is an expression."
        record.fields["run_condition"].wrong("run-condition", message, hint)
    return expression


def look_at_expressions(
    steps: Sequence[Step], written: Sequence[Field | None], of_actions: Mapping[str, Field]
) -> tuple[AskedVariable, ...]:
    """Note each expression that cannot be read, and each that asks for a step of which nothing can be known by then.
    `written`: where the run condition of each step stands; `of_actions`: those of actions, by their slugs. Returns the
    variables of the project that they ask for.
    """
    first = _first_of_groups(steps)
    _note_failures_of_nothing(steps, written, first)
    names = _NamesOf(steps, first)
    variables: list[AskedVariable] = []
    for index, (step, field) in enumerate(zip(steps, written, strict=True)):
        variables += _look_at(step.expression, field, names, index, 0)
        for position, action in enumerate(step.actions):
            variables += _look_at(action.expression, of_actions.get(action.slug), names, index, position)
    return tuple(variables)


class _NamesOf:
    """What the steps and actions of a process are called, and when they run."""

    def __init__(self, steps: Sequence[Step], first: Sequence[int]) -> None:
        self._first = first
        self._places: dict[str, tuple[int, int]] = {}  # of the first of its name: the step, and the action in it
        self._by_slug: dict[str, str] = {}
        for index, step in enumerate(steps):
            named = [(step.slug, step.name, 0), *((a.slug, a.name, n) for n, a in enumerate(step.actions))]
            for slug, name, position in named:
                self._places.setdefault(name.casefold(), (index, position))
                self._by_slug.setdefault(slug, name)
        self.all = [
            name for step in steps for name in dict.fromkeys([step.name, *(a.name for a in step.actions)]) if name
        ]

    def place(self, name: str) -> tuple[int, int] | None:
        """Where it stands; None of what is not there."""
        return self._places.get(name.casefold())

    def hint(self, asked: str) -> str:
        """What may have been meant by a name that is not there."""
        meant = self._by_slug.get(asked)
        if meant and meant != asked:
            return f"Its name is {shown(meant)}, and variables go by the name."
        return suggest(asked, self.all, "names")

    def why_unknown(self, asked: tuple[int, int], index: int, position: int) -> str:
        """Why nothing is known of it yet when this condition is evaluated; empty where something is."""
        step, action = asked
        if step < self._first[index] or (step == index and action < position):
            return ""
        is_beside = step != index and self._first[step] == self._first[index]
        return "it runs beside this one" if is_beside else "it does not run before"


def _look_at(
    expression: str, field: Field | None, names: _NamesOf, index: int, position: int
) -> Iterable[AskedVariable]:
    """One expression: of a step, or of the action at this position in it."""
    if field is None or "#{" not in expression:
        return ()
    try:
        tree = parse(expression)
    except (Unreadable, TooLarge):
        flaw = templates.evaluate(expression, {}).error
        field.wrong("run-condition", f"This expression cannot be read: {flaw}", f"For example {_EXPRESSION}.")
        return ()
    for kind, asked in dict.fromkeys(_steps_asked_for(tree)):
        place = names.place(asked)
        if place is None:
            message = f"There is no {kind} with the name {shown(asked)}."
            field.wrong("unknown-reference", message, names.hint(asked))
        elif why := names.why_unknown(place, index, position):
            message = f"Nothing is known of {shown(asked)} yet when this is evaluated: {why}."
            field.wrong("contradiction", message, "Ask for a step before this one, or change their order.")
    return asked_for(tree, field)


def _first_of_groups(steps: Sequence[Step]) -> list[int]:
    """For each step, the index of the first of those that start together with it."""
    first: list[int] = []
    for index, step in enumerate(steps):
        is_beside = index > 0 and step.start_trigger is StartTrigger.WITH_PREVIOUS
        first.append(first[-1] if is_beside else index)
    return first


def _note_failures_of_nothing(steps: Sequence[Step], written: Sequence[Field | None], first: Sequence[int]) -> None:
    """Beside the first step nothing can have failed before, either; of the first itself it is told where it is read."""
    for index, (step, field) in enumerate(zip(steps, written, strict=True)):
        if field and index and first[index] == 0 and step.condition is RunCondition.FAILURE:
            message = "It starts with the first step, and nothing can have failed before that: it would never run."
            field.wrong("contradiction", message, "Remove `start_trigger`, or `run_condition`.")


def _steps_asked_for(tree: Template) -> Iterator[tuple[str, str]]:
    """The steps and actions that it names: `("step", "Install")` for `#{Octopus.Step[Install].Status.Code}`."""
    for symbol in _symbols(tree):
        match symbol.steps:
            case (Name(key="octopus"), Name(key="step" | "action" as kind), Index(text=asked), *_) if asked.strip("*"):
                yield kind, asked


def _symbols(node: object) -> Iterator[Symbol]:
    if isinstance(node, Symbol):
        yield node
    if isinstance(node, tuple):
        for item in node:
            yield from _symbols(item)
    elif is_dataclass(node):
        for field in fields(node):
            yield from _symbols(getattr(node, field.name))
