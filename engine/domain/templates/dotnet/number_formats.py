"""The standard numeric format strings of .NET (`C2`, `D5`, `E`, `F`, `G`, `N0`, `P`, `R`, `X`), invariant culture."""

from __future__ import annotations

import math
import re
from decimal import ROUND_HALF_UP, Context, Decimal

from engine.domain.templates.dotnet.custom_numbers import format_custom
from engine.domain.templates.dotnet.number_texts import double_text, general_text

_STANDARD = re.compile(r"([A-Za-z])(\d{0,9})", re.ASCII)
_EXACT = Context(prec=2500)
_MOST_DIGITS = 500
CURRENCY = "¤"
PERCENT = "%"


class BadFormat(Exception):
    """.NET knows no such format for this kind of value."""


def format_number(value: float | Decimal, format_string: str) -> str:
    """`value` (int for Int32, float for Double, Decimal for Decimal) in the given format; raises `BadFormat`."""
    if isinstance(value, float) and not math.isfinite(value):
        return double_text(value)
    found = _STANDARD.fullmatch(format_string or "G")
    if found is None:
        return format_custom(value, format_string)
    digits = int(found[2]) if found[2] else None
    if digits is not None and digits > _MOST_DIGITS:
        raise BadFormat
    return _format_standard(value, found[1], digits)


def _format_standard(value: float | Decimal, letter: str, digits: int | None) -> str:
    kind = letter.upper()
    if kind in "DX" and isinstance(value, int):
        return _format_integer(value, letter, digits or 0)
    if kind == "R" and isinstance(value, float):
        return double_text(value)
    if kind == "G":
        text = _general(value, digits)
        return text if letter == "G" else text.replace("E", "e")
    if kind == "E":
        return _scientific(value, letter, 6 if digits is None else digits)
    if kind in "CFNP":
        return _fixed(value, kind, 2 if digits is None else digits)
    raise BadFormat


def _format_integer(value: int, letter: str, digits: int) -> str:
    if letter in "Dd":
        return ("-" if value < 0 else "") + str(abs(value)).rjust(digits, "0")
    return format(value & 0xFFFFFFFF, letter).rjust(digits, "0")


def _fixed(value: float | Decimal, kind: str, digits: int) -> str:
    exact = Decimal(value)
    if kind == "P":
        exact = exact.scaleb(2, _EXACT)
    rounded = abs(exact).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, _EXACT)
    text = f"{rounded:f}" if kind == "F" else f"{rounded:,f}"
    is_negative = exact.is_signed() and (rounded != 0 or isinstance(value, float))
    if kind == "C":
        return f"({CURRENCY}{text})" if is_negative else f"{CURRENCY}{text}"
    return f"{'-' if is_negative else ''}{text}{' ' + PERCENT if kind == 'P' else ''}"


def _scientific(value: float | Decimal, letter: str, digits: int) -> str:
    exact = Decimal(value)
    text, point = _rounded(abs(exact), digits + 1)
    text = text.ljust(digits + 1, "0")
    exponent = point - 1 if text.strip("0") else 0
    mantissa = text[0] + (f".{text[1:]}" if digits else "")
    is_negative = exact.is_signed() and (exact != 0 or isinstance(value, float))
    return f"{'-' if is_negative else ''}{mantissa}{letter}{'-' if exponent < 0 else '+'}{abs(exponent):03d}"


def _general(value: float | Decimal, digits: int | None) -> str:
    if not digits:
        if isinstance(value, float):
            return double_text(value)
        if isinstance(value, Decimal):
            return f"{value:f}" if value or not value.is_signed() else f"{abs(value):f}"
        return str(value)
    exact = Decimal(value)
    text, point = _rounded(abs(exact), digits)
    text = text.rstrip("0")
    if not text:
        return "-0" if isinstance(value, float) and exact.is_signed() else "0"
    return ("-" if exact.is_signed() else "") + general_text(text, point, digits)


def _rounded(value: Decimal, significant: int) -> tuple[str, int]:
    """The digits of `value`, at most `significant` of them, and where the point stands (`0.digits` × 10^point)."""
    if not value:
        return "0", 1
    place = value.adjusted() - significant + 1
    rounded = value.quantize(Decimal(1).scaleb(place), ROUND_HALF_UP, _EXACT)
    text = "".join(map(str, rounded.as_tuple().digits))
    return text[:significant], rounded.adjusted() + 1
