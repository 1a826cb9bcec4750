"""Reads the variables of a project: a name, its values, and where each of them applies."""

from __future__ import annotations

from engine.definitions.fields import Field
from engine.definitions.nodes import Items, Scalar, Table, shown
from engine.definitions.scopes import read_scope
from engine.definitions.secret_references import (
    HOW,
    holds_a_secret,
    is_only_a_substitution,
    names_a_secret,
    read_store_and_path,
)
from engine.domain.processes import SecretReference, Variable

_EXAMPLE = "`[{value: info}, {value: debug, when: {environment: staging}}]`"


def read_variables(whole: Field) -> list[Variable]:
    """A mapping from name to a list of values."""
    variables = []
    for name, field in whole.variables():
        if name.lower().startswith("octopus."):
            field.wrong(
                "variable-name", 'Names that begin with "Octopus." are set by Foredeck.', "Choose another name."
            )
        if not isinstance(field.node, Items) or not field.node.nodes:
            field.wrong("type", "A variable has a list of values.", f"For example {_EXAMPLE}.")
            continue
        first_by_environment: dict[str | None, Field] = {}
        for item in field.items():
            variable = _read_variable(name, item)
            variables.append(variable)
            if _has_when(item) and variable.scope.is_everywhere:
                continue  # told already: its `when` is wrong
            for environment in variable.scope.environments or (None,):
                if (first := first_by_environment.setdefault(environment, item)) is not item:
                    where = f"{shown(environment)}" if environment else "everywhere"
                    message = f"{shown(name)} has two values for {where}; the first is in line {first.place.line}."
                    item.wrong("ambiguous-value", message, "Keep one of them, or restrict one with `when`.")
    return variables


def _has_when(item: Field) -> bool:
    return isinstance(item.node, Table) and any(entry.key.text == "when" for entry in item.node.entries)


def _read_variable(name: str, item: Field) -> Variable:
    record = item.table(["value", "secret", "when"])
    value, secret = record.get("value"), record.get("secret")
    read: str | SecretReference = ""
    if value and secret:
        item.wrong("one-of", "`value` and `secret` exclude each other.", "Keep one of them.")
    elif secret:
        read = read_store_and_path(secret)
    elif value:
        read = _read_value(name, value)
    elif isinstance(item.node, Table) and not record.has("value", "secret"):
        item.wrong("missing-key", "The key `value` or `secret` is missing.", f"For example {_EXAMPLE}.")
    return Variable(name, read, read_scope(record))


def _read_value(name: str, field: Field) -> str:
    text = field.node.text if isinstance(field.node, Scalar) else ""
    # Before anything else is said about the text, because that may quote it.
    if holds_a_secret(text) or (names_a_secret(name) and not _may_be_literal(text)):
        message = f"The variable {shown(name)} seems to hold a secret, and its value is written out."
        field.wrong("literal-secret", message, HOW)
        return ""
    return field.text("`{value: info}`", may_be_blank=True)


def _may_be_literal(text: str) -> bool:
    return not text.strip() or is_only_a_substitution(text) or text in ("true", "false")
