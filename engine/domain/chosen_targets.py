"""The targets that somebody chose for one deployment: only some of them, or all but some. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from fnmatch import fnmatchcase


def not_chosen(targets: Collection[str], on: Iterable[str], without: Iterable[str]) -> tuple[str, ...]:
    """Which of these slugs are left out. Names may be in any case and hold `*` and `?`. Raises NoSuchTarget."""
    wanted = {slug for name in on for slug in _matching(name, targets)}
    unwanted = {slug for name in without for slug in _matching(name, targets)}
    return tuple(slug for slug in targets if (wanted and slug not in wanted) or slug in unwanted)


class NoSuchTarget(LookupError):
    """No target there has this name; its only argument."""


def _matching(name: str, targets: Iterable[str]) -> tuple[str, ...]:
    found = tuple(slug for slug in targets if fnmatchcase(slug.casefold(), name.casefold()))
    if not found:
        raise NoSuchTarget(name)
    return found
