"""What a variable is: its name, one of its values, where that applies, and what is asked for it. Which value wins is
decided in `precedence`.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.domain.scopes import EVERYWHERE, Scope, scope_from_json, scope_to_json

LEASE_CAP = "Octopus.Deployment.WorkerLeaseCap"
"""So many steps of one deployment run at once on the worker that it keeps to, before another one is chosen."""

BYPASS = "OctopusBypassDeploymentMutex"
"""`True`: a script may run beside others on its machine; `False`: it is alone there."""

FOR_THE_ENGINE = frozenset({LEASE_CAP})
"""Names that begin as the system's own do, and that a project sets all the same: they tell the engine what to do."""

OWN = ""
"""The source of a project's own variables; that of the others is the slug of their library set."""


@dataclass(frozen=True)
class SecretReference:
    """Where a secret is kept; the secret itself is read when it is used and never stored."""

    store: str  # "env", "file", or the slug of a store that is a command
    path: str  # the name of the environment variable, an absolute path, or what the store understands

    def __str__(self) -> str:
        return f"{self.store}:{self.path}"


class Control(enum.StrEnum):
    """How a prompted variable is asked for."""

    TEXT = "text"  # one line
    MULTILINE = "multiline"
    SELECT = "select"  # one of the options
    CHECKBOX = "checkbox"  # True or False


@dataclass(frozen=True)
class Option:
    """One choice of a select: the value, and what is shown for it."""

    value: str
    label: str


@dataclass(frozen=True)
class Prompt:
    """What is asked at each deployment. The variable's own value is the default."""

    label: str = ""  # empty: the name of the variable
    help: str = ""
    required: bool = False  # an answer of nothing but blanks is none
    control: Control = Control.TEXT
    options: tuple[Option, ...] = ()


@dataclass(frozen=True)
class Variable:
    """One value of a variable, and where it applies. A name may have several."""

    name: str
    value: str | SecretReference
    scope: Scope = EVERYWHERE
    prompt: Prompt | None = None
    source: str = OWN
    place: str = field(default="", compare=False)  # file:line where it is written; empty where that was not kept

    @property
    def targets(self) -> tuple[str, ...]:
        """The targets and tags that it is for, as they are typed: `web-1`, `tag:web`; none where it is for any."""
        return (*self.scope.machines, *(f"tag:{tag}" for tag in self.scope.target_tags))

    @property
    def asked_as(self) -> str:
        """Under which name it is asked for, and its answer kept: `Ticket`, or `Ticket@web-1` of a target."""
        return f"{self.name}@{'+'.join(self.targets)}" if self.targets else self.name

    @property
    def is_own(self) -> bool:
        """Is it the project's own, rather than of a library set?"""
        return self.source == OWN


def variables_to_json(variables: Iterable[Variable]) -> list[dict[str, Any]]:
    """As a JSON-able list; of secrets only the reference."""
    return [_variable_to_json(variable) for variable in variables]


def variables_from_json(content: Iterable[Mapping[str, Any]]) -> tuple[Variable, ...]:
    """The inverse of `variables_to_json`; takes what earlier versions wrote."""
    return tuple(
        Variable(
            item["name"],
            item["value"] if isinstance(item["value"], str) else secret_reference_from_json(item["value"]),
            scope_from_json(item["scope"]),
            _prompt_from_json(item["prompt"]) if item.get("prompt") else None,
            item.get("source", OWN),
            item.get("place", ""),
        )
        for item in content
    )


def secret_reference_to_json(reference: SecretReference) -> dict[str, Any]:
    """As a JSON-able dict, in the form the configuration writes it."""
    return {"secret": str(reference)}


def secret_reference_from_json(content: Mapping[str, Any]) -> SecretReference:
    """The inverse of `secret_reference_to_json`."""
    store, _, path = content["secret"].partition(":")
    return SecretReference(store, path)


def _variable_to_json(variable: Variable) -> dict[str, Any]:
    value = variable.value
    content: dict[str, Any] = {
        "name": variable.name,
        "value": secret_reference_to_json(value) if isinstance(value, SecretReference) else value,
        "scope": scope_to_json(variable.scope),
    }
    if variable.prompt:
        content["prompt"] = _prompt_to_json(variable.prompt)
    if not variable.is_own:
        content["source"] = variable.source
    if variable.place:
        content["place"] = variable.place
    return content


def _prompt_to_json(prompt: Prompt) -> dict[str, Any]:
    return {
        "label": prompt.label,
        "help": prompt.help,
        "required": prompt.required,
        "control": prompt.control.value,
        "options": [[option.value, option.label] for option in prompt.options],
    }


def _prompt_from_json(content: Mapping[str, Any]) -> Prompt:
    return Prompt(
        label=content["label"],
        help=content["help"],
        required=content["required"],
        control=Control(content["control"]),
        options=tuple(Option(value, label) for value, label in content["options"]),
    )
