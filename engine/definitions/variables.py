"""Reads variables, of a project or of a library set: a name, its values, and where each of them applies."""

from __future__ import annotations

from engine.definitions.fields import Field, Record
from engine.definitions.nodes import Items, Scalar, Table, shown
from engine.definitions.prompts import check_default, read_prompt
from engine.definitions.scopes import read_variable_scope
from engine.definitions.secret_references import (
    HOW,
    holds_a_secret,
    is_only_a_substitution,
    names_a_secret,
    read_store_and_path,
)
from engine.definitions.ties import ReadVariable
from engine.domain.processes import Process
from engine.domain.variables import BYPASS, FOR_THE_ENGINE, LEASE_CAP, OWN, Prompt, SecretReference, Variable

_EXAMPLE = "`[{value: info}, {value: debug, when: {environment: staging}}]`"
_OURS = ("Octopus", "Foredeck")


def read_variables(whole: Field, *, source: str = OWN, process: Process | None = None) -> list[ReadVariable]:
    """A mapping from name to a list of values. `process`: that of their project, whose steps they may name."""
    variables = []
    for name, field in whole.variables():
        for ours in _OURS:
            if name.lower().startswith(f"{ours.lower()}.") and name not in FOR_THE_ENGINE:
                message = f'Names that begin with "{ours}." are set by Foredeck.'
                field.wrong("variable-name", message, "Choose another name.")
        if not isinstance(field.node, Items) or not field.node.nodes:
            field.wrong("type", "A variable has a list of values.", f"For example {_EXAMPLE}.")
            continue
        variables += [_read_variable(name, item, source, process) for item in field.items()]
    return variables


def _read_variable(name: str, item: Field, source: str, process: Process | None) -> ReadVariable:
    record = item.table(["value", "secret", "prompt", "when"])
    value, secret, prompt = record.get("value"), record.get("secret"), record.get("prompt")
    read: str | SecretReference = ""
    if value and secret:
        item.wrong("one-of", "`value` and `secret` exclude each other.", "Keep one of them.")
    elif secret:
        read = read_store_and_path(secret)
    elif value:
        read = _read_value(name, value)
    elif isinstance(item.node, Table) and not record.has("value", "secret", "prompt"):
        item.wrong("missing-key", "The key `value` or `secret` is missing.", f"For example {_EXAMPLE}.")
    scope = read_variable_scope(record, process=process, is_shared=source != OWN)
    variable = Variable(
        name,
        read,
        scope,
        _read_prompt(name, prompt, record, read) if prompt else None,
        source,
        f"{item.place.file}:{item.place.line}",
    )
    return ReadVariable(variable, item, has_flaw=record.has("when") and scope.is_everywhere)


def _read_prompt(name: str, field: Field, record: Record, default: str | SecretReference) -> Prompt:
    if "secret" in record.fields or names_a_secret(name):
        # What somebody types stands in the row of the task, and in Slack.
        field.wrong("prompted-secret", "A secret is not asked for: what is typed is stored.", HOW)
    prompt = read_prompt(field)
    if "value" in record.fields and isinstance(default, str):
        check_default(prompt, default, record.fields["value"])
    return prompt


def _read_value(name: str, field: Field) -> str:
    text = field.node.text if isinstance(field.node, Scalar) else ""
    # Before anything else is said about the text, because that may quote it.
    if holds_a_secret(text) or (names_a_secret(name) and not _may_be_literal(text)):
        message = f"The variable {shown(name)} seems to hold a secret, and its value is written out."
        field.wrong("literal-secret", message, HOW)
        return ""
    read = field.text("`{value: info}`", may_be_blank=True)
    if read.strip() and "#{" not in read:
        _look_at_setting(name, read.strip(), field)
    return read


def _look_at_setting(name: str, text: str, field: Field) -> None:
    """What tells the engine something, in words that it does not know, would be passed over without a sign."""
    if name.casefold() == BYPASS.casefold() and text.casefold() not in ("true", "false"):
        message = f"{BYPASS} is True or False; {shown(text)} changes nothing."
        field.wrong("setting", message, 'For example `{value: "True"}`.', severity="warning")
    elif name == LEASE_CAP and not (text.isascii() and text.isdigit()):
        message = f"{LEASE_CAP} is a whole number; {shown(text)} changes nothing."
        field.wrong("setting", message, 'For example `{value: "3"}`.', severity="warning")


def _may_be_literal(text: str) -> bool:
    return not text.strip() or is_only_a_substitution(text) or text in ("true", "false")
