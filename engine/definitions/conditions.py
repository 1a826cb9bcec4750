"""Reads the run condition of a step, and finds the expressions that could never be told or never hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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


def look_at_expressions(steps: Sequence[Step], written: Sequence[Field | None]) -> tuple[AskedVariable, ...]:
    """Note each expression that cannot be read, and each that asks for a step of which nothing can be known by then.
    `written`: where the run condition of each step stands. Returns the variables of the project that they ask for.
    """
    variables: list[AskedVariable] = []
    first = _first_of_groups(steps)
    _note_failures_of_nothing(steps, written, first)
    begins = {name.casefold(): index for index, step in reversed(list(enumerate(steps))) for name in _names(step)}
    named = {action.slug: action.name for step in steps for action in step.actions if action.slug != action.name}
    named |= {step.slug: step.name for step in steps if step.slug != step.name}
    names = [name for step in steps for name in _names(step)]
    for index, (step, field) in enumerate(zip(steps, written, strict=True)):
        if field is None or "#{" not in step.expression:
            continue
        try:
            tree = parse(step.expression)
        except (Unreadable, TooLarge):
            flaw = templates.evaluate(step.expression, {}).error
            field.wrong("run-condition", f"This expression cannot be read: {flaw}", f"For example {_EXPRESSION}.")
            continue
        variables += asked_for(tree, field)
        for kind, asked in dict.fromkeys(_steps_asked_for(tree)):
            at = begins.get(asked.casefold())
            if at is None:
                meant = named.get(asked)
                hint = f"Its name is {shown(meant)}, and variables go by the name." if meant else ""
                message = f"There is no {kind} with the name {shown(asked)}."
                field.wrong("unknown-reference", message, hint or suggest(asked, names, "names"))
            elif at >= first[index]:
                beside = (
                    "it runs beside this one" if first[at] == first[index] and at != index else "it does not run before"
                )
                message = f"Nothing is known of {shown(asked)} yet when this is evaluated: {beside}."
                field.wrong("contradiction", message, "Ask for a step before this one, or change their order.")
    return tuple(variables)


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


def _names(step: Step) -> list[str]:
    names = [step.name, *(action.name for action in step.actions)]
    return [name for name in dict.fromkeys(names) if name]


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
