"""Finds the variables that a run condition asks for and nobody sets: neither the project nor Foredeck itself."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass

from engine.definitions.fields import Field
from engine.definitions.nodes import shown
from engine.definitions.readings import close_to, suggest
from engine.domain import system_names
from engine.domain.templates.nodes import Name, Repetition, Symbol, Template

_OURS = ("octopus.", "foredeck.")
_SET_BY_SCRIPTS = ("octopus.action[].output", "octopus.action.package", "octopus.template")
"""What these begin are outputs, packages and the places in loops: their names are known to those who set them."""

_COMPUTED = re.compile(r"\[#\{.*", re.DOTALL)
_INDEX = re.compile(r"\[[^\]]*\]")


@dataclass(frozen=True)
class AskedVariable:
    """A variable as an expression names it, and where that stands."""

    path: str
    field: Field


def asked_for(tree: Template, field: Field) -> Iterator[AskedVariable]:
    """Each variable that it names, once; `x` in `each x in …` is none."""
    found = (_COMPUTED.sub("", symbol.path) for symbol in _free(tree, frozenset()))
    return (AskedVariable(path, field) for path in dict.fromkeys(found) if path)


def note_unknown(asked: Iterable[AskedVariable], known: Collection[str]) -> None:
    """Note each that is none of the `known` names, nor a part or a child of one: `Db.Host` is there where `Db` is, as a
    value may be JSON, and where `Db.Host.Name` is. Of what would be Foredeck's own it is a warning: Octopus has names
    that are empty here.
    """
    names = list(dict.fromkeys(known))
    paths = {name.casefold() for name in names}
    for variable in asked:
        path = variable.path.casefold()
        if any(_belong_together(path, name) for name in paths):
            continue
        if path.startswith(_OURS):
            _look_at_ours(variable)
            continue
        message = f"There is no variable {shown(variable.path)} in this project."
        hint = suggest(variable.path, names, "variables") if names else "Declare it in variables.yml."
        variable.field.wrong("unknown-reference", message, hint)


def _look_at_ours(variable: AskedVariable) -> None:
    path = _INDEX.sub("[]", variable.path.casefold())
    ours = {_INDEX.sub("[]", row.name.casefold()) for row in system_names.TABLE}
    if path.startswith(_SET_BY_SCRIPTS) or any(_belong_together(path, name) for name in ours):
        return
    near = close_to(variable.path, [row.name for row in system_names.TABLE])
    hint = f'Did you mean "{near}"?' if near else "The page about scripts lists those that it sets."
    message = f"Foredeck sets no variable {shown(variable.path)}."
    variable.field.wrong("unknown-reference", message, hint, severity="warning")


def _belong_together(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return longer.startswith(shorter) and longer[len(shorter) : len(shorter) + 1] in {"", ".", "["}


def _free(node: object, bound: frozenset[str]) -> Iterator[Symbol]:
    """The symbols that stand for variables, and not for what a loop goes through."""
    if isinstance(node, Repetition):
        yield from _free(node.collection, bound)
        yield from _free(node.body, bound | {node.item.casefold()})
    elif isinstance(node, tuple):
        for item in node:
            yield from _free(item, bound)
    elif is_dataclass(node):
        first = node.steps[0] if isinstance(node, Symbol) and node.steps else None
        if isinstance(node, Symbol) and isinstance(first, Name) and first.key not in bound:
            yield node
        for field in fields(node):
            yield from _free(getattr(node, field.name), bound)
