"""The filter `Format`: numbers and dates by .NET's format strings."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.domain.templates.dotnet.date_formats import format_date
from engine.domain.templates.dotnet.date_reading import read_date
from engine.domain.templates.dotnet.number_formats import BadFormat, format_number
from engine.domain.templates.dotnet.number_texts import parse_decimal, parse_double, parse_int32
from engine.domain.templates.filters.setting import Filter, with_options


def _format(text: str, options: Sequence[str]) -> str | None:
    try:
        if len(options) == 1:
            return _guessed(text, options[0])
        typed = _TYPES.get(options[0].lower())
        return None if typed is None else typed(text, options[1])
    except BadFormat:
        return None


def _guessed(text: str, format_string: str) -> str | None:
    number = parse_decimal(text)
    return _offset_date(text, format_string) if number is None else format_number(number, format_string)


def _int(text: str, format_string: str) -> str | None:
    number = parse_int32(text)
    return None if number is None else format_number(number, format_string)


def _double(text: str, format_string: str) -> str | None:
    number = parse_double(text)
    return None if number is None else format_number(number, format_string)


def _decimal(text: str, format_string: str) -> str | None:
    number = parse_decimal(text)
    return None if number is None else format_number(number, format_string)


def _date(text: str, format_string: str) -> str | None:
    moment = read_date(text, keeps_offset=False)
    return None if moment is None else format_date(moment, format_string)


def _offset_date(text: str, format_string: str) -> str | None:
    moment = read_date(text, keeps_offset=True)
    return None if moment is None else format_date(moment, format_string)


_TYPES: dict[str, Callable[[str, str], str | None]] = {
    "int": _int,
    "int32": _int,
    "double": _double,
    "decimal": _decimal,
    "date": _date,
    "datetime": _date,
    "datetimeoffset": _offset_date,
}
FILTERS: dict[str, Filter] = {"format": with_options(_format, 2, 1)}
