"""JSON as people write it: bare keys, single quotes, comments, a trailing comma."""

from __future__ import annotations

import re

_SPACE = re.compile(r"(?:\s+|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_BARE = re.compile(r"[\w$\-]+")
_NUMBER = re.compile(r"-?\d+(\.\d*)?(?:[eE][+-]?\d+)?")
_PLAIN = {quote: re.compile(rf"[^{quote}\\]*") for quote in "'\""}
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_WORDS: dict[str, object] = {"true": True, "false": False, "null": None, "undefined": None, "NaN": float("nan")}
_DEEPEST = 64


class NotJson(Exception):
    """The text is something else."""


def read_tolerantly(text: str) -> object:
    """The one value that `text` is; raises `NotJson`."""
    reading = _Reading(text)
    value = reading.value(0)
    reading.skip_space()
    if reading.position < len(text):
        raise NotJson
    return value


class _Reading:
    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0

    def skip_space(self) -> None:
        found = _SPACE.match(self.text, self.position)
        self.position = found.end() if found else self.position

    def peek(self) -> str:
        self.skip_space()
        return self.text[self.position : self.position + 1]

    def value(self, depth: int) -> object:
        if depth > _DEEPEST:
            raise NotJson
        first = self.peek()
        if first == "{":
            return self.members(depth)
        if first == "[":
            return self.elements(depth)
        if first and first in "'\"":
            return self.string(first)
        number = _NUMBER.match(self.text, self.position)
        if number is not None:
            return self.number(number)
        word = _BARE.match(self.text, self.position)
        if word is None or word.group() not in _WORDS:
            raise NotJson
        self.position = word.end()
        return _WORDS[word.group()]

    def number(self, found: re.Match[str]) -> object:
        self.position = found.end()
        try:
            return int(found.group()) if found.group().lstrip("-").isdigit() else float(found.group())
        except ValueError:
            raise NotJson from None

    def members(self, depth: int) -> dict[str, object]:
        self.position += 1
        found: dict[str, object] = {}
        while self.peek() != "}":
            key = self.key()
            if self.peek() != ":":
                raise NotJson
            self.position += 1
            found[key] = self.value(depth + 1)
            if not self.separated("}"):
                break
        self.position += 1
        return found

    def elements(self, depth: int) -> list[object]:
        self.position += 1
        items: list[object] = []
        while self.peek() != "]":
            items.append(self.value(depth + 1))
            if not self.separated("]"):
                break
        self.position += 1
        return items

    def separated(self, end: str) -> bool:
        found = self.peek()
        if found == ",":
            self.position += 1
            return True
        if found != end:
            raise NotJson
        return False

    def key(self) -> str:
        first = self.peek()
        if first and first in "'\"":
            return self.string(first)
        found = _BARE.match(self.text, self.position)
        if found is None:
            raise NotJson
        self.position = found.end()
        return found.group()

    def string(self, quote: str) -> str:
        self.position += 1
        parts: list[str] = []
        while True:
            found = _PLAIN[quote].match(self.text, self.position)
            self.position = found.end() if found else self.position
            parts.append(found.group() if found else "")
            mark = self.text[self.position : self.position + 1]
            self.position += 1
            if mark == quote:
                return "".join(parts)
            parts.append(self.escape())

    def escape(self) -> str:
        mark = self.text[self.position : self.position + 1]
        self.position += 1
        if mark == "u":
            digits = self.text[self.position : self.position + 4]
            self.position += 4
            if not re.fullmatch("[0-9a-fA-F]{4}", digits):
                raise NotJson
            return chr(int(digits, 16))
        if not mark or mark not in "bfnrt'\"\\/":
            raise NotJson
        return _ESCAPES.get(mark, mark)
