"""Substitution of `#{Name}` in text. Pure: the caller brings the variables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

_TOKEN = re.compile(r"##\{|#\{\s*([^{}\n]+?)\s*\}")
_MAXIMUM_DEPTH = 32
_MAXIMUM_CHARACTERS = 1_000_000


@dataclass(frozen=True)
class Evaluation:
    """The text with its variables put in; what could not be resolved is echoed and named in `unresolved`."""

    text: str | None
    unresolved: tuple[str, ...] = ()
    error: str | None = None


def evaluate(
    template: str,
    variables: Mapping[str, str | None],
    *,
    now: datetime | None = None,  # noqa: ARG001 - the filters on dates will ask for it
) -> Evaluation:
    """Put variables into `template`.

    Names are case-insensitive; a value may itself contain `#{…}`; `##{` is a literal `#{`.
    """
    expansion = _Expansion({name.casefold(): value for name, value in variables.items()})
    try:
        text = expansion.expand(template, ())
    except _Impossible as impossible:
        return Evaluation(None, tuple(dict.fromkeys(expansion.unresolved)), str(impossible))
    return Evaluation(text, tuple(dict.fromkeys(expansion.unresolved)))


def is_truthy(text: str | None) -> bool:
    """Is it true as a condition? Octopus: nothing, "0", "no" and "false" are not; the last two in any case."""
    return text is not None and text not in ("", "0") and text.strip().lower() not in ("no", "false")


class _Impossible(Exception):
    """The text cannot be made; says why."""


class _Expansion:
    """One evaluation: what is known, what was not, and how much may still be put in."""

    def __init__(self, names: Mapping[str, str | None]) -> None:
        self.names = names
        self.unresolved: list[str] = []
        self._left = _MAXIMUM_CHARACTERS

    def expand(self, template: str, chain: tuple[str, ...]) -> str:
        """`template` with its variables put in; `chain` are the names that led here."""

        def replace(match: re.Match[str]) -> str:
            name = match.group(1)
            if name is None:
                return "#{"
            key = name.casefold()
            if key in chain or len(chain) >= _MAXIMUM_DEPTH:
                raise _Impossible(f"#{{{name}}} refers to itself: {' → '.join((*chain, key))}")
            value = self.names.get(key)
            if value is None:
                self.unresolved.append(name)
                return match.group(0)
            self._left -= len(value) + 1  # an empty value costs time, too
            if self._left < 0:
                raise _Impossible(f"with its variables put in, it is longer than {_MAXIMUM_CHARACTERS} characters")
            return self.expand(value, (*chain, key))

        return _TOKEN.sub(replace, template)
