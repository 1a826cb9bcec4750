"""The date and time format strings of .NET, standard (`d`, `O`, `r`) and custom (`dd MMM yyyy`), invariant culture."""

from __future__ import annotations

import re
from datetime import timedelta

from engine.domain.templates.dotnet.date_reading import DAYS, MONTHS
from engine.domain.templates.dotnet.moments import Kind, Moment
from engine.domain.templates.dotnet.number_formats import BadFormat

ROUND_TRIP = "O"
_STANDARD = {
    "d": "MM/dd/yyyy",
    "D": "dddd, dd MMMM yyyy",
    "f": "dddd, dd MMMM yyyy HH:mm",
    "F": "dddd, dd MMMM yyyy HH:mm:ss",
    "g": "MM/dd/yyyy HH:mm",
    "G": "MM/dd/yyyy HH:mm:ss",
    "m": "MMMM dd",
    "M": "MMMM dd",
    "o": "yyyy-MM-ddTHH:mm:ss.fffffffK",
    "O": "yyyy-MM-ddTHH:mm:ss.fffffffK",
    "r": "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
    "R": "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
    "s": "yyyy-MM-ddTHH:mm:ss",
    "t": "HH:mm",
    "T": "HH:mm:ss",
    "u": "yyyy-MM-dd HH:mm:ss'Z'",
    "U": "dddd, dd MMMM yyyy HH:mm:ss",
    "y": "yyyy MMMM",
    "Y": "yyyy MMMM",
}
_PIECES = re.compile(r"""'[^']*'?|"[^"]*"?|\\.?|%.?|([dfFghHKmMstyz])\1*|.""", re.DOTALL)
_LONGEST_FRACTION = 7


def format_date(moment: Moment, format_string: str) -> str:
    """`moment` in the given format; raises `BadFormat`."""
    if not format_string:
        format_string = "MM/dd/yyyy HH:mm:ss zzz" if moment.kind is Kind.OFFSET else "G"
    if len(format_string) == 1:
        pattern = _STANDARD.get(format_string)
        if pattern is None or (format_string == "U" and moment.kind is Kind.OFFSET):
            raise BadFormat
        if format_string == "U" or (format_string in "rRu" and moment.kind is Kind.OFFSET):
            moment = _in_utc(moment)
        format_string = pattern
    out: list[str] = []
    for found in _PIECES.finditer(format_string):
        _write(found.group(), moment, out)
    return "".join(out)


def _in_utc(moment: Moment) -> Moment:
    try:
        return moment.to_utc()
    except OverflowError:
        raise BadFormat from None


def _write(piece: str, moment: Moment, out: list[str]) -> None:
    first = piece[0]
    if first in "'\"":
        if len(piece) == 1 or piece[-1] != first:
            raise BadFormat
        out.append(piece[1:-1])
    elif first == "\\":
        if len(piece) == 1:
            raise BadFormat
        out.append(piece[1:])
    elif first == "%":
        if len(piece) == 1 or piece[1] == "%":
            raise BadFormat
        _write(piece[1:], moment, out)
    elif first in "fF":
        _fraction(piece, moment, out)
    elif first in "dMgKz":
        out.append(_named(piece, moment))
    elif first in "yhHmst":
        out.append(_counted(piece, moment))
    else:
        out.append(piece)


def _fraction(piece: str, moment: Moment, out: list[str]) -> None:
    if len(piece) > _LONGEST_FRACTION:
        raise BadFormat
    digits = f"{moment.clock.microsecond:06d}{moment.ticks}"[: len(piece)]
    if piece[0] == "F":
        digits = digits.rstrip("0")
        if not digits and out and out[-1] == ".":
            out.pop()
    out.append(digits)


def _named(piece: str, moment: Moment) -> str:
    clock, count = moment.clock, len(piece)
    if piece[0] == "d":
        if count <= 2:
            return str(clock.day).rjust(count, "0")
        day = DAYS[clock.weekday()]
        return day[:3] if count == 3 else day
    if piece[0] == "M":
        if count <= 2:
            return str(clock.month).rjust(count, "0")
        month = MONTHS[clock.month - 1]
        return month[:3] if count == 3 else month
    if piece[0] == "g":
        return "A.D."
    return _zone(moment) * count if piece[0] == "K" else _offset(moment.offset, count)


def _zone(moment: Moment) -> str:
    if moment.kind is Kind.UNSPECIFIED:
        return ""
    return "Z" if moment.kind is Kind.UTC else _offset(moment.offset, 3)


def _offset(offset: timedelta, count: int) -> str:
    sign = "-" if offset < timedelta(0) else "+"
    hours, minutes = divmod(int(abs(offset).total_seconds()) // 60, 60)
    text = f"{sign}{hours:0{min(count, 2)}d}"
    return text if count <= 2 else f"{text}:{minutes:02d}"


def _counted(piece: str, moment: Moment) -> str:
    clock, count = moment.clock, len(piece)
    if piece[0] == "t":
        half = "AM" if clock.hour < 12 else "PM"
        return half[:1] if count == 1 else half
    if piece[0] == "y":
        return str(clock.year % 100 if count <= 2 else clock.year).rjust(count, "0")
    number = {"h": (clock.hour + 11) % 12 + 1, "H": clock.hour, "m": clock.minute, "s": clock.second}[piece[0]]
    return str(number).rjust(min(count, 2), "0")
