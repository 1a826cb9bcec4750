"""Filters that ask whether something is in the text, and the one that replaces it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.domain.templates.dotnet import patterns
from engine.domain.templates.filters.setting import Filter, Setting, with_options


def _asked(holds: Callable[[str, str], bool]) -> Filter:
    return with_options(lambda text, options: _word(holds(text, options[0])), 1, 1)


def _word(holds: bool) -> str:
    return "true" if holds else "false"


def _match(value: str | None, options: Sequence[str], setting: Setting) -> str | None:
    if value is None or len(options) != 1:
        return None
    try:
        return _word(patterns.is_found(options[0], value, setting.budget))
    except patterns.BadPattern:
        return None


def _replace(value: str | None, options: Sequence[str], setting: Setting) -> str | None:
    if value is None or not 1 <= len(options) <= 2:
        return None
    replacement = options[1] if len(options) > 1 else ""
    try:
        return patterns.replace(options[0], replacement, value, setting.budget)
    except patterns.BadPattern:
        return None


FILTERS: dict[str, Filter] = {
    "startswith": _asked(str.startswith),
    "endswith": _asked(str.endswith),
    "contains": _asked(str.__contains__),
    "match": _match,
    "replace": _replace,
}
