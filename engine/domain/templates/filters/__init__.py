"""The filters by name: `#{Name | ToUpper}`. A filter gives None when it cannot use its input or its options."""

from __future__ import annotations

from collections.abc import Sequence

from engine.domain.templates.filters import (
    comparisons,
    dates,
    encodings,
    escapes,
    formats,
    indents,
    markdown,
    texts,
    uri_parts,
    versions,
)
from engine.domain.templates.filters.setting import Filter, Setting

__all__ = ["NAMES", "Setting", "apply", "steps_of"]

_FILTERS: dict[str, Filter] = {
    **texts.FILTERS,
    **escapes.FILTERS,
    **encodings.FILTERS,
    **comparisons.FILTERS,
    **dates.FILTERS,
    **formats.FILTERS,
    **indents.FILTERS,
    **markdown.FILTERS,
    **uri_parts.FILTERS,
    **versions.FILTERS,
}
NAMES = frozenset({*_FILTERS, "null"})
"""Every filter, in lower case; `null` is not here but in the evaluator, as it ends the evaluation."""

_SLOW = frozenset({*dates.FILTERS, *formats.FILTERS, *uri_parts.FILTERS, *versions.FILTERS})
_SLOW_STEPS, _QUICK_STEPS = 100, 5


def steps_of(name: str) -> int:
    """What the filter takes of the steps of an evaluation, whatever its input is."""
    return _SLOW_STEPS if name.lower() in _SLOW else _QUICK_STEPS


def apply(name: str, value: str | None, options: Sequence[str], setting: Setting) -> str | None:
    """What the filter makes of `value`; None for an unknown filter, unusable input, wrong options."""
    filter_ = _FILTERS.get(name.lower())
    return None if filter_ is None else filter_(value, options, setting)
