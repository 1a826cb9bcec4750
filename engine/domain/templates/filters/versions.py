"""Filters that take versions apart, as Octopus's own parser of versions does: SemVer, four parts, image tags."""

from __future__ import annotations

import re
from collections.abc import Callable

from engine.domain.templates.filters.setting import Filter, of_text

_LONGEST = 1_000
_VERSION = re.compile(
    r"(?:[vV])?"
    r"(?:(?P<major>\d+)(?:\.(?P<minor>\d+))?(?:\.(?P<patch>\d+))?(?:\.(?P<revision>\d+))?)?"
    r"(?:[.\-_\\])?"
    r"(?P<prerelease>(?P<prefix>[A-Za-z0-9]*?)(?:[.\-_\\](?P<counter>[A-Za-z0-9.\-_\\]*?)?)?)?"
    r"(?:\+(?P<metadata>[A-Za-z0-9_\-.\\+]*?))?\s*",
    re.ASCII,
)


def _number(group: str) -> Callable[[str], str | None]:
    def part(text: str) -> str | None:
        found = _version(text)
        return None if found is None else (found[group] or "0").lstrip("0") or "0"

    return part


def _text(group: str) -> Callable[[str], str | None]:
    def part(text: str) -> str | None:
        found = _version(text)
        return None if found is None else found[group] or ""

    return part


def _version(text: str) -> re.Match[str] | None:
    text = text.strip()
    return _VERSION.fullmatch(text) if len(text) <= _LONGEST else None


FILTERS: dict[str, Filter] = {
    "versionmajor": of_text(_number("major")),
    "versionminor": of_text(_number("minor")),
    "versionpatch": of_text(_number("patch")),
    "versionrevision": of_text(_number("revision")),
    "versionprerelease": of_text(_text("prerelease")),
    "versionprereleaseprefix": of_text(_text("prefix")),
    "versionprereleasecounter": of_text(_text("counter")),
    "versionmetadata": of_text(_text("metadata")),
}
