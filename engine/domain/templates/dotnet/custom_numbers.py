"""The custom numeric format strings of .NET: `#,##0.00;(0.00);zero`, `0.0 %`, `0.##E+00`.

Follows .NET's own `NumberToStringFormat`, one pass to count placeholders, one to write.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Context, Decimal

_DOUBLE_DIGITS = 15
_GROUP = 3
_EXACT = Context(prec=2500)
_PIECES = re.compile(r"""'(?:[^']*)'?|"(?:[^"]*)"?|\\.?|[eE][+-]?0+|.""", re.DOTALL)


@dataclass
class _Layout:
    """What a section asks for."""

    pieces: list[str]
    digits: int = 0
    point: int = -1
    first_zero: int | None = None
    last_zero: int = 0
    has_groups: bool = False
    is_scientific: bool = False
    scale: int = 0
    comma_at: int = -1
    commas: int = 0


def format_custom(value: float | Decimal, format_string: str) -> str:
    """`value` laid out by `format_string`."""
    exact = Decimal(value)
    if isinstance(value, float) and exact:
        place = exact.adjusted() - _DOUBLE_DIGITS + 1
        exact = exact.quantize(Decimal(1).scaleb(place), ROUND_HALF_UP, _EXACT)
    sections = _sections(format_string)
    chosen = _choose(sections, 2 if not exact else 1 if exact < 0 else 0)
    layout = _layout(sections[chosen])
    digits, point = _digits(abs(exact), layout)
    if not digits and exact and (other := _choose(sections, 2)) != chosen:
        chosen = other
        layout = _layout(sections[chosen])
        digits, point = "", 0
    sign = "-" if exact < 0 and chosen == 0 and digits else ""
    return sign + _Writing(layout, digits, point).write()


def _sections(format_string: str) -> list[list[str]]:
    sections: list[list[str]] = [[]]
    for piece in _PIECES.findall(format_string):
        if piece == ";":
            sections.append([])
        else:
            sections[-1].append(piece)
    return sections


def _choose(sections: list[list[str]], wanted: int) -> int:
    """The section for positive (0), negative (1) or zero (2) values; an absent or empty one leaves it to the first."""
    return wanted if wanted < len(sections) and sections[wanted] else 0


def _layout(pieces: list[str]) -> _Layout:
    layout = _Layout(pieces)
    for piece in pieces:
        _count(piece, layout)
    if layout.point < 0:
        layout.point = layout.digits
    if layout.comma_at >= 0:
        if layout.comma_at == layout.point:
            layout.scale -= 3 * layout.commas
        else:
            layout.has_groups = True
    return layout


def _count(piece: str, layout: _Layout) -> None:
    if piece == "#":
        layout.digits += 1
    elif piece == "0":
        if layout.first_zero is None:
            layout.first_zero = layout.digits
        layout.digits += 1
        layout.last_zero = layout.digits
    elif piece == "." and layout.point < 0:
        layout.point = layout.digits
    elif piece == "," and layout.digits and layout.point < 0:
        if layout.comma_at == layout.digits:
            layout.commas += 1
        else:
            layout.has_groups = layout.has_groups or layout.comma_at >= 0
            layout.comma_at, layout.commas = layout.digits, 1
    elif piece == "%":
        layout.scale += 2
    elif piece == "‰":
        layout.scale += 3
    elif piece[0] in "eE" and len(piece) > 1:
        layout.is_scientific = True


def _digits(value: Decimal, layout: _Layout) -> tuple[str, int]:
    """The digits to show, without zeros at the ends, and where the point stands before them."""
    if not value:
        return "", 0
    scaled = value.scaleb(layout.scale, _EXACT)
    if layout.is_scientific:
        place = scaled.adjusted() - layout.digits + 1
    else:
        place = layout.point - layout.digits
    if place > scaled.adjusted() + 1:
        return "", 0
    rounded = scaled.quantize(Decimal(1).scaleb(place), ROUND_HALF_UP, _EXACT)
    if not rounded:
        return "", 0
    return "".join(map(str, rounded.as_tuple().digits)).rstrip("0"), rounded.adjusted() + 1


@dataclass
class _Writing:
    """The second pass."""

    layout: _Layout
    digits: str
    point: int
    out: list[str] = field(default_factory=list)

    def write(self) -> str:
        layout = self.layout
        first = layout.first_zero
        self.leading = max(layout.point - first, 0) if first is not None else 0
        self.trailing = min(layout.point - layout.last_zero, 0)
        if layout.is_scientific:
            self.place, self.adjust = layout.point, 0
        else:
            self.place, self.adjust = max(self.point, layout.point), self.point - layout.point
        self.next = 0
        self.wrote_point = False
        for piece in layout.pieces:
            self._piece(piece)
        return "".join(self.out)

    def _piece(self, piece: str) -> None:
        if piece in ("#", "0", "."):
            while self.adjust > 0:  # more digits than placeholders
                self._digit(self._take() or "0")
                self.adjust -= 1
        if piece in ("#", "0"):
            self._placeholder()
        elif piece == ".":
            if self.place == 0 and not self.wrote_point and self._needs_point():
                self.out.append(".")
                self.wrote_point = True
        elif piece[0] in "'\"":
            self.out.append(piece[1:].removesuffix(piece[0]))
        elif piece[0] == "\\":
            self.out.append(piece[1:])
        elif piece[0] in "eE" and len(piece) > 1 and self.layout.is_scientific:
            self._exponent(piece)
        elif piece != ",":
            self.out.append(piece)

    def _placeholder(self) -> None:
        if self.adjust < 0:
            self.adjust += 1
            digit = "0" if self.place <= self.leading else ""
        else:
            digit = self._take() or ("0" if self.place > self.trailing else "")
        self._digit(digit)

    def _digit(self, digit: str) -> None:
        if digit:
            self.out.append(digit)
            if self.layout.has_groups and self.place > 1 and (self.place - 1) % _GROUP == 0:
                self.out.append(",")
        self.place -= 1

    def _take(self) -> str:
        digit = self.digits[self.next : self.next + 1]
        self.next += 1
        return digit

    def _needs_point(self) -> bool:
        return self.trailing < 0 or (self.layout.point < self.layout.digits and self.next < len(self.digits))

    def _exponent(self, piece: str) -> None:
        exponent = self.point - self.layout.point if self.digits else 0
        sign = "-" if exponent < 0 else "+" if "+" in piece else ""
        self.out.append(f"{piece[0]}{sign}{str(abs(exponent)).rjust(min(piece.count('0'), 10), '0')}")
        self.layout.is_scientific = False
