"""The targets that somebody chose for one deployment: only some of them, or all but some. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from fnmatch import fnmatchcase

_RANGE = re.compile(
    r"(?P<before>.*?)\{?(?P<first>[0-9]{1,9})\.\.(?P=before)?(?P<last>[0-9]{1,9})\}?(?P<after>.*)", re.ASCII
)
"""`web-01..05`, `web-01..web-05`, or `web-{01..05}` as in the configuration."""

_NO_TAGS: Mapping[str, Collection[str]] = {}


def not_chosen(
    targets: Collection[str],
    on: Iterable[str],
    without: Iterable[str],
    tags: Mapping[str, Collection[str]] = _NO_TAGS,
) -> tuple[str, ...]:
    """Which of these slugs are left out. Names may be in any case and hold `*` and `?`; they may be ranges; and what
    names no target may be one of the `tags` that targets have, by slug. Raises NoSuchTarget.
    """
    wanted = {slug for name in on for slug in chosen(name, targets, tags)}
    unwanted = {slug for name in without for slug in chosen(name, targets, tags)}
    return tuple(slug for slug in targets if (wanted and slug not in wanted) or slug in unwanted)


class NoSuchTarget(LookupError):
    """No target there has this name; its only argument."""


def chosen(name: str, targets: Collection[str], tags: Mapping[str, Collection[str]] = _NO_TAGS) -> tuple[str, ...]:
    """The targets that one such name means. Raises NoSuchTarget."""
    word = name.casefold()
    found = tuple(slug for slug in targets if fnmatchcase(slug.casefold(), word)) or _in_range(word, targets)
    tag = word.removeprefix("tag:")
    found = found or tuple(slug for slug in targets if tag in map(str.casefold, tags.get(slug, ())))
    if not found:
        raise NoSuchTarget(name)
    return found


def _in_range(word: str, targets: Iterable[str]) -> tuple[str, ...]:
    """Those of the range that exist; leading zeros do not matter."""
    asked = _RANGE.fullmatch(word)
    if asked is None:
        return ()
    numbered = re.compile(f"{re.escape(asked['before'])}([0-9]{{1,9}}){re.escape(asked['after'])}", re.ASCII)
    found = ((slug, numbered.fullmatch(slug.casefold())) for slug in targets)
    return tuple(
        slug for slug, number in found if number and int(asked["first"]) <= int(number[1]) <= int(asked["last"])
    )
