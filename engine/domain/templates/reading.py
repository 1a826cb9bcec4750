"""A place in a text that is read from left to right, and what is wrong when it cannot be read on."""

from __future__ import annotations

import re
from re import Pattern

from engine.domain.templates.limits import MAXIMUM_NESTING, MAXIMUM_TOKENS

_SPACE = re.compile(r"\s*")
_SHOWN = 20


class Unreadable(Exception):
    """The text is no template; says where and what was expected."""


class TooLarge(Exception):
    """The text nests too deep or has too many tokens to be read; tolerance does not help."""


class Reader:
    """The text and how far it was read."""

    __slots__ = ("_nesting", "_tokens", "position", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self._nesting = 0
        self._tokens = 0

    @property
    def is_at_end(self) -> bool:
        """Whether nothing is left."""
        return self.position >= len(self.text)

    def sees(self, text: str) -> bool:
        """Whether `text` stands here."""
        return self.text.startswith(text, self.position)

    def take(self, text: str) -> bool:
        """Read `text` if it stands here."""
        if self.text.startswith(text, self.position):
            self.position += len(text)
            return True
        return False

    def expect(self, text: str) -> None:
        """Read `text`, which has to stand here."""
        if not self.take(text):
            raise self.unreadable(f"expected {text!r}")

    def match(self, pattern: Pattern[str]) -> re.Match[str] | None:
        """Read what `pattern` matches here, if it does."""
        found = pattern.match(self.text, self.position)
        if found is not None:
            self.position = found.end()
        return found

    def skip_space(self) -> None:
        """Read white space."""
        found = _SPACE.match(self.text, self.position)
        if found is not None:
            self.position = found.end()

    def enter(self) -> None:
        """Count one more level of nesting."""
        self._nesting += 1
        if self._nesting > MAXIMUM_NESTING:
            raise TooLarge(f"The template nests deeper than {MAXIMUM_NESTING} levels{self._place()}.")

    def leave(self) -> None:
        """Count one level less."""
        self._nesting -= 1

    def reset_nesting(self) -> None:
        """Forget the levels that an error left open."""
        self._nesting = 0

    def count_token(self, weight: int = 1) -> None:
        """Count one more token; `weight`: as many as it takes the time of."""
        self._tokens += weight
        if self._tokens > MAXIMUM_TOKENS:
            raise TooLarge(f"The template has more than {MAXIMUM_TOKENS} tokens.")

    def unreadable(self, expected: str, at: int | None = None) -> Unreadable:
        """The error for this place, or the one at `at`."""
        place = self.position if at is None else at
        found = repr(self.text[place : place + _SHOWN]) if place < len(self.text) else "the end"
        return Unreadable(f"{expected}, found {found}{self._place(place)}")

    def _place(self, at: int | None = None) -> str:
        place = min(self.position if at is None else at, len(self.text))
        line = self.text.count("\n", 0, place) + 1
        return f" (line {line}, column {place - self.text.rfind(chr(10), 0, place)})"
