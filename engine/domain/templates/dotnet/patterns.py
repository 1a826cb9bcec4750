"""Regular expressions in .NET's syntax, run by the `regex` library with a time limit.

The library counts processor time itself, so the domain needs no clock. A search gets a moment first, which costs steps;
then ten times as much, and again, which is taken from what all searches of the evaluation have together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from engine.domain.templates.limits import Budget, Impossible

if TYPE_CHECKING:
    import regex

_QUICK = 0.2  # milliseconds
_SLOWER = (2, 20, 200)  # milliseconds
_STEPS = 400
_LONGEST = 2_000
_PIECE = re.compile(r"\\k<(\w+)>|\\k'(\w+)'|\\(.)|\(\?'(\w+)'|(\{)(?!\d+(?:,\d*)?\})|\[|.", re.DOTALL)
_CLASS_PIECE = re.compile(r"\\(?:[pP]\{[^}]*\}|.)|-\[|\]|.", re.DOTALL)
_UNKNOWN_ESCAPES = "hHRXmMKLNQEFIJUYgijloqyCTOVXZz"
_REPLACEMENT = re.compile(r"\$(?:([$&`'+_])|(\d+)|\{(\w+)\})")


class BadPattern(Exception):
    """The text is no regular expression."""


@lru_cache(maxsize=256)
def compile_pattern(text: str) -> regex.Pattern[str]:
    """The compiled expression; raises `BadPattern`."""
    import regex

    if len(text) > _LONGEST:
        raise BadPattern
    try:
        return regex.compile(_translated(text), regex.VERSION1)
    except (regex.error, RecursionError, OverflowError, ValueError, KeyError, IndexError, TypeError):
        raise BadPattern from None


def is_found(pattern: str, text: str, budget: Budget) -> bool:
    """Whether the pattern matches anywhere; raises `BadPattern` and `Impossible` when it takes too long."""
    compiled = compile_pattern(pattern)
    for timeout in _timeouts(budget):
        try:
            return compiled.search(text, timeout=timeout) is not None
        except TimeoutError:
            continue
    raise _too_slow(pattern)


def replace(pattern: str, replacement: str, text: str, budget: Budget) -> str:
    """`text` with every match replaced; raises as `is_found`."""
    compiled = compile_pattern(pattern)
    for timeout in _timeouts(budget):
        try:
            matches = list(compiled.finditer(text, timeout=timeout))
            break
        except TimeoutError:
            continue
    else:
        raise _too_slow(pattern)
    budget.spend(0, steps=len(matches))
    parts, end = [], 0
    numbers = _numbers(compiled)
    for match in matches:
        put = _expand(replacement, match, numbers)
        budget.spend(len(put))
        parts += [text[end : match.start()], put]
        end = match.end()
    return "".join([*parts, text[end:]])


def _timeouts(budget: Budget) -> Iterator[float]:
    budget.spend(0, steps=_STEPS)
    yield _QUICK / 1000
    for milliseconds in _SLOWER:
        if budget.searching < milliseconds:
            return
        budget.searching -= milliseconds
        yield milliseconds / 1000


def _too_slow(pattern: str) -> Impossible:
    return Impossible(f"matching the pattern {pattern[:100]!r} takes too long")


def _translated(text: str) -> str:
    out: list[str] = []
    position = 0
    while found := _PIECE.match(text, position):
        position = found.end()
        piece = found.group()
        name = found[1] or found[2]
        if name:
            out.append(f"(?P={name})" if not name.isdigit() else f"\\{name}")
        elif found[3]:
            out.append(_escape(found[3]))
        elif found[4]:
            out.append(f"(?P<{found[4]}>")
        elif piece == "[":
            position = _class(text, position, out)
        else:
            out.append("\\{" if found[5] else piece)
    return "".join(out)


def _escape(letter: str) -> str:
    if letter in "zZe":
        return {"z": r"\Z", "Z": r"(?=\n?\Z)", "e": r"\x1b"}[letter]
    if letter in _UNKNOWN_ESCAPES:
        raise ValueError(letter)
    return "\\" + letter


def _class(text: str, position: int, out: list[str]) -> int:
    """A set in brackets; `[a-z-[aeiou]]` subtracts, other brackets and doubled signs in it are literal."""
    out.append("[")
    if text.startswith("^", position):
        out.append("^")
        position += 1
    if text.startswith("]", position):
        out.append(r"\]")
        position += 1
    while found := _CLASS_PIECE.match(text, position):
        position = found.end()
        piece = found.group()
        if piece == "]":
            out.append("]")
            return position
        if piece == "-[":
            out.append("--")
            position = _class(text, position, out)
        elif piece in ("[", "&", "|", "~"):
            out.append("\\" + piece)
        else:
            out.append(piece)
    return position


def _numbers(compiled: regex.Pattern[str]) -> dict[str, int]:
    """The groups by the number or name that .NET gives them: named ones are numbered behind all others."""
    named = dict(sorted(compiled.groupindex.items(), key=lambda item: item[1]))
    order = [number for number in range(1, compiled.groups + 1) if number not in named.values()]
    order += named.values()
    return {"0": 0, **{str(number): group for number, group in enumerate(order, 1)}, **named}


def _expand(replacement: str, match: regex.Match[str], numbers: dict[str, int]) -> str:
    if "$" not in replacement:
        return replacement

    def put(found: re.Match[str]) -> str:
        if found[1]:
            return _special(found[1], match, numbers)
        group = numbers.get(found[2] or found[3])
        return found.group() if group is None else match.group(group) or ""

    return _REPLACEMENT.sub(put, replacement)


def _special(mark: str, match: regex.Match[str], numbers: dict[str, int]) -> str:
    text = match.string
    parts = {
        "$": "$",
        "&": match.group(),
        "`": text[: match.start()],
        "'": text[match.end() :],
        "+": match.group(max(numbers.values())) or "",
        "_": text,
    }
    return parts[mark]
