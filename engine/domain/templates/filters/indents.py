"""The filter `Indent`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.domain.templates.filters.setting import Filter, with_options
from engine.domain.templates.limits import MAXIMUM_CHARACTERS, Impossible

_DEFAULT = "    "
_WIDEST = 255
_WIDTHS = re.compile(r"(?P<first>\d*)(?P<slash>/)?(?P<others>\d*)", re.ASCII)


def _indent(text: str, options: Sequence[str]) -> str | None:
    prefixes = _prefixes(options)
    if prefixes is None:
        return None
    first, others = prefixes
    if len(text) + len(first) + text.count("\n") * len(others) > MAXIMUM_CHARACTERS:
        raise Impossible(f"indented, it is longer than {MAXIMUM_CHARACTERS} characters")
    return first + text.replace("\n", "\n" + others)


def _prefixes(options: Sequence[str]) -> tuple[str, str] | None:
    """What stands before the first line and before the others."""
    if not options:
        return _DEFAULT, _DEFAULT
    if len(options) == 2:
        return options[0], options[1]
    found = _WIDTHS.fullmatch(options[0])
    if found is None or not (found["others"] if found["slash"] else found["first"]):
        return options[0], options[0]
    first = int(found["first"][:9] or 0)
    others = int(found["others"][:9]) if found["slash"] else first
    return None if max(first, others) > _WIDEST else (" " * first, " " * others)


FILTERS: dict[str, Filter] = {"indent": with_options(_indent, 2)}
