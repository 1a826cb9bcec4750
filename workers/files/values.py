"""The variables as they are looked for in a file: by path, whatever their case, evaluated when they are used."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from workers.files.evaluating import Evaluator

_SYSTEM = re.compile(r"octopus(?:[^:]|\Z)", re.IGNORECASE)


class NotEvaluated(Exception):
    """The value of a variable cannot be made; `str()` names the variable and the reason."""


@dataclass
class Values:
    """Octopus's own variables are left out: a file that has a section `Octopus` is reached by `Octopus:…`."""

    evaluator: Evaluator
    unresolved: dict[str, None] = field(default_factory=dict)
    """The tokens of used values that could not be resolved, in their order."""

    def __post_init__(self) -> None:
        self._names = {name.casefold(): name for name in self.evaluator.values if name and not _SYSTEM.match(name)}
        self._leading = {prefix for name in self._names for prefix in _prefixes(name)}

    def __iter__(self) -> Iterator[str]:
        """The names, in the order of the alphabet."""
        return iter(sorted(self._names.values()))

    def has(self, path: str) -> bool:
        """Is there a variable of this name?"""
        return path.casefold() in self._names

    def lead_on(self, path: str) -> bool:
        """Is there a variable whose name begins with this path and a colon?"""
        return path.casefold() in self._leading

    def get(self, path: str) -> str:
        """The value; what it refers to is put in. Raises NotEvaluated."""
        name = self._names[path.casefold()]
        value = self.evaluator.values[name]
        if "#{" not in value:
            return value
        evaluation = self.evaluator.evaluate(value)
        if evaluation.text is None and evaluation.error:
            raise NotEvaluated(f"The value of {name} cannot be made: {evaluation.error}.")
        self.unresolved.update(dict.fromkeys(evaluation.unresolved))
        return evaluation.text or ""


NOTHING = Values(Evaluator({}))
"""No variables at all."""


@dataclass(frozen=True)
class Replaced:
    """A text after the replacing: what was replaced, and what was left although its path matched, with the reason."""

    text: str
    paths: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


def distinct(paths: Iterable[str]) -> tuple[str, ...]:
    """Each path once, in order."""
    return tuple(dict.fromkeys(paths))


def _prefixes(name: str) -> Iterator[str]:
    at = name.find(":")
    while at >= 0:
        yield name[:at]
        at = name.find(":", at + 1)
