"""Substitution of `#{Name}` in text. Pure: the caller brings the variables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

_TOKEN = re.compile(r"##\{|#\{\s*([^{}\n]+?)\s*\}")
_MAXIMUM_DEPTH = 32


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
    names = {name.casefold(): value for name, value in variables.items()}
    unresolved: list[str] = []
    try:
        text = _expand(template, names, (), unresolved)
    except RecursionError as error:
        return Evaluation(None, tuple(dict.fromkeys(unresolved)), str(error))
    return Evaluation(text, tuple(dict.fromkeys(unresolved)))


def _expand(template: str, names: Mapping[str, str | None], chain: tuple[str, ...], unresolved: list[str]) -> str:
    def replace(match: re.Match[str]) -> str:
        name = match.group(1)
        if name is None:
            return "#{"
        key = name.casefold()
        if key in chain or len(chain) >= _MAXIMUM_DEPTH:
            raise RecursionError(f"#{{{name}}} refers to itself: {' → '.join((*chain, key))}")
        value = names.get(key)
        if value is None:
            unresolved.append(name)
            return match.group(0)
        return _expand(value, names, (*chain, key), unresolved)

    return _TOKEN.sub(replace, template)
