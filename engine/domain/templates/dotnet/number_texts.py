"""Reading numbers as .NET's `TryParse` does, and the shortest text of a double."""

from __future__ import annotations

import math
import re
from decimal import ROUND_HALF_EVEN, Context, Decimal

_DOUBLE = re.compile(r"\s*[+-]?(?:\d[\d,]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?\s*", re.ASCII)
_DECIMAL = re.compile(r"\s*(?P<sign>[+-]?)\s*(?P<digits>\d[\d,]*(?:\.\d*)?|\.\d+)\s*(?P<trailing>[+-]?)\s*", re.ASCII)
_INTEGER = re.compile(r"\s*[+-]?\d+\s*", re.ASCII)
_SYMBOLS = {
    "nan": math.nan, "+nan": math.nan, "-nan": math.nan,
    "infinity": math.inf, "+infinity": math.inf, "-infinity": -math.inf,
}  # fmt: skip
_LARGEST_DECIMAL = Decimal(79228162514264337593543950335)
_LONGEST = 1000
_PLAIN_DIGITS = 15


def parse_double(text: str) -> float | None:
    """The number, or None; thousands separators and an exponent are allowed."""
    symbol = _SYMBOLS.get(text.strip().lower())
    if symbol is not None:
        return symbol
    if len(text) > _LONGEST or not _DOUBLE.fullmatch(text):
        return None
    return float(text.replace(",", ""))


def parse_decimal(text: str) -> Decimal | None:
    """The number with its trailing zeros, or None; a sign may stand before or behind."""
    found = _DECIMAL.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None or (found["sign"] and found["trailing"]):
        return None
    number = Decimal(found["digits"].replace(",", ""))
    if number > _LARGEST_DECIMAL:
        return None
    whole = max(number.adjusted() + 1, 1) if number else 1
    places = max(28 - whole + (number.adjusted() < 0), 0)
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > places:
        number = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN, Context(prec=_LONGEST))
    return -number if "-" in (found["sign"], found["trailing"]) and number else number


def parse_int32(text: str) -> int | None:
    """The whole number of 32 bits, or None."""
    if len(text) > _LONGEST or not _INTEGER.fullmatch(text):
        return None
    number = int(text)
    return number if -(2**31) <= number < 2**31 else None


def double_text(value: float) -> str:
    """The shortest text that reads back as `value`: `0.30000000000000004`, `7`, `1E+16`."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    sign, digits, exponent = Decimal(repr(value)).as_tuple()
    text = "".join(map(str, digits))
    point = len(text) + int(exponent)
    text = text.lstrip("0").rstrip("0")
    if not text:
        return "-0" if sign else "0"
    return ("-" if sign else "") + general_text(text, point, max(len(text), _PLAIN_DIGITS))


def general_text(digits: str, point: int, precision: int) -> str:
    """`0.digits` times ten to the power of `point`, plain or scientific as the format G decides."""
    if point > precision or point < -3:
        mantissa = digits[0] + (f".{digits[1:]}" if len(digits) > 1 else "")
        exponent = point - 1
        return f"{mantissa}E{'-' if exponent < 0 else '+'}{abs(exponent):02d}"
    if point <= 0:
        return f"0.{'0' * -point}{digits}"
    if point >= len(digits):
        return digits + "0" * (point - len(digits))
    return f"{digits[:point]}.{digits[point:]}"
