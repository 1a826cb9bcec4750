"""Versions as people write them: what can be one, their order, and those near one that does not exist. Pure."""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Iterable
from typing import Any

_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+_-]{0,348}\Z")
_NEAREST = 3


def is_valid(text: str) -> bool:
    """Can this be a version? Letters, digits and `. - + _`, at most 349 characters (Octopus's limit)."""
    return _VERSION.match(text) is not None


def nearest(version: str, known: Iterable[str]) -> tuple[str, ...]:
    """Up to three versions that may be meant by one that does not exist: first those that it is the beginning of, as
    of 1.40.0 for 1.40; then those of the same digits, as 1.4.0; then what is written alike, of the same first number
    before others; then the newest, likewise. `known` is newest first.
    """
    versions = list(dict.fromkeys(known))
    begun = [other for other in versions if other.startswith(f"{version}.")]
    digits = _digits(version)
    same = [other for other in versions if digits and _digits(other) == digits]
    of_its_kind = [other for other in versions if _first(other) == _first(version)]
    alike = (difflib.get_close_matches(version, some, n=_NEAREST, cutoff=0.6) for some in (of_its_kind, versions))
    return tuple(dict.fromkeys((*begun, *same, *itertools.chain(*alike), *of_its_kind, *versions)))[:_NEAREST]


def newest_first(versions: Iterable[str]) -> list[str]:
    """In the order of their numbers: 1.10.0 is newer than 1.9.0, and 1.4.0 newer than 1.4.0-rc1."""
    return sorted(set(versions), key=_order, reverse=True)


def _first(version: str) -> str:
    """Up to its first dot: who means 1.4.0 does not mean 7.1.0."""
    return version.partition(".")[0]


def _digits(version: str) -> str:
    return re.sub(r"\D", "", version)


def _order(version: str) -> tuple[Any, ...]:
    main, is_pre, pre = version.partition("-")
    return _parts(main), not is_pre, _parts(pre)


def _parts(text: str) -> tuple[tuple[int, int, str], ...]:
    """Numbers by their size, behind words."""
    return tuple(
        (1, int(part), "") if part.isdecimal() else (0, 0, part) for part in re.findall(r"\d+|[A-Za-z]+", text)
    )
