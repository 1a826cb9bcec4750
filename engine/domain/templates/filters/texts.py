"""Filters that cut, join and change the case of text."""

from __future__ import annotations

from collections.abc import Sequence

from engine.domain.templates.dotnet.number_texts import parse_int32
from engine.domain.templates.filters.setting import Filter, Setting, of_text, with_options


def _upper(text: str) -> str:
    """One character for one, as .NET's invariant culture has it: `ß` stays."""
    return text.upper() if text.isascii() else "".join(_single(char, char.upper()) for char in text)


def _lower(text: str) -> str:
    return text.lower() if text.isascii() else "".join(_single(char, char.lower()) for char in text)


def _single(char: str, changed: str) -> str:
    return changed if len(changed) == 1 else char


def _substring(text: str, options: Sequence[str]) -> str | None:
    numbers = [number for number in map(parse_int32, options) if number is not None and number >= 0]
    if len(numbers) < len(options):
        return None
    start, length = (0, numbers[0]) if len(numbers) == 1 else (numbers[0], numbers[1])
    return None if start > len(text) else text[start : start + length]


def _truncate(text: str, options: Sequence[str]) -> str | None:
    length = parse_int32(options[0])
    if length is None or length < 0:
        return None
    suffix = options[1] if len(options) > 1 else "..."
    return text if length >= len(text) else text[:length] + suffix


def _trim(text: str, options: Sequence[str]) -> str | None:
    if not options:
        return text.strip()
    side = options[0].lower()
    return text.lstrip() if side == "start" else text.rstrip() if side == "end" else None


def _append(value: str | None, options: Sequence[str], _: Setting) -> str | None:
    return (value or "") + "".join(options) if options else None


def _prepend(value: str | None, options: Sequence[str], _: Setting) -> str | None:
    return "".join(options) + (value or "") if options else None


FILTERS: dict[str, Filter] = {
    "toupper": of_text(_upper),
    "tolower": of_text(_lower),
    "substring": with_options(_substring, 2, 1),
    "truncate": with_options(_truncate, 2, 1),
    "trim": with_options(_trim, 1),
    "append": _append,
    "prepend": _prepend,
}
