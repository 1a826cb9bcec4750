"""Finds the variables that a run condition asks for and nobody sets. Those of Foredeck itself are not its business."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass

from engine.definitions.fields import Field
from engine.definitions.nodes import shown
from engine.definitions.readings import suggest
from engine.domain.templates.nodes import Name, Repetition, Symbol, Template

_OURS = frozenset({"octopus", "foredeck"})
_COMPUTED = re.compile(r"\[#\{.*", re.DOTALL)


@dataclass(frozen=True)
class AskedVariable:
    """A variable of the project, as an expression names it, and where that stands."""

    path: str
    field: Field


def asked_for(tree: Template, field: Field) -> Iterator[AskedVariable]:
    """Each variable of the project that it names, once; `x` in `each x in …` is none."""
    found = (_COMPUTED.sub("", symbol.path) for symbol in _free(tree, frozenset()))
    return (AskedVariable(path, field) for path in dict.fromkeys(found) if path)


def note_unknown(asked: Iterable[AskedVariable], known: Collection[str]) -> None:
    """Note each that is none of the `known` names, nor a part or a child of one: `Db.Host` is there where `Db` is, as a
    value may be JSON, and where `Db.Host.Name` is.
    """
    names = list(dict.fromkeys(known))
    paths = {name.casefold() for name in names}
    for variable in asked:
        path = variable.path.casefold()
        if not any(_belong_together(path, name) for name in paths):
            message = f"There is no variable {shown(variable.path)} in this project."
            hint = suggest(variable.path, names, "variables") if names else "Declare it in variables.yml."
            variable.field.wrong("unknown-reference", message, hint)


def _belong_together(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return longer.startswith(shorter) and longer[len(shorter) : len(shorter) + 1] in {"", ".", "["}


def _free(node: object, bound: frozenset[str]) -> Iterator[Symbol]:
    """The symbols that stand for variables of the project."""
    if isinstance(node, Repetition):
        yield from _free(node.collection, bound)
        yield from _free(node.body, bound | {node.item.casefold()})
    elif isinstance(node, tuple):
        for item in node:
            yield from _free(item, bound)
    elif is_dataclass(node):
        first = node.steps[0] if isinstance(node, Symbol) and node.steps else None
        if isinstance(node, Symbol) and isinstance(first, Name) and first.key not in _OURS | bound:
            yield node
        for field in fields(node):
            yield from _free(getattr(node, field.name), bound)
