"""The text of a file and the way it is encoded, so that what is written back differs only where it was meant to."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass

from engine.errors import ForedeckError

LARGEST = 1024 * 1024
"""Bytes of a file that variables are put into."""

LARGEST_RESULT = 4 * LARGEST
"""Bytes of such a file afterwards."""

LARGEST_TOGETHER = 32 * LARGEST
"""Bytes of all files of a step afterwards."""

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"""<\?xml\s[^>]*?\bencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")


class FileUnusable(ForedeckError):
    """Variables cannot be put into this file. No fact holds a part of the file, which may be a secret."""

    message = "{file}: {what} The script was not started."
    hint_text = "{way_out}"

    def __init__(self, *, file: str, what: str, way_out: str) -> None:
        super().__init__(file=file, what=what, way_out=way_out)


@dataclass(frozen=True)
class Unparseable(Exception):
    """A text is not in its format: where (line and column count from 1), and what was expected or found."""

    line: int
    column: int
    what: str

    @classmethod
    def at(cls, text: str, index: int, what: str) -> Unparseable:
        """At this character of the text."""
        return cls(text.count("\n", 0, index) + 1, index - (text.rfind("\n", 0, index) + 1) + 1, what)


class Unwritable(Exception):
    """A value cannot be written in this format; `str()` says why, without the value."""


@dataclass(frozen=True)
class Encoded:
    """A text, the mark before it, and its encoding."""

    text: str
    mark: bytes
    encoding: str

    def encode(self, text: str) -> bytes:
        """Another text in the same form. Raises Unwritable when the encoding has no such character."""
        try:
            return self.mark + text.encode(self.encoding)
        except UnicodeEncodeError:
            raise Unwritable(f"a value has a character that {self.encoding.upper()} does not have") from None


def decode(data: bytes) -> Encoded:
    """UTF-16 and UTF-32 by their mark, else what an XML declaration names, else UTF-8. Raises Unparseable."""
    mark, encoding = next(((mark, name) for mark, name in _MARKS if data.startswith(mark)), (b"", "utf-8"))
    if not mark and (declared := _DECLARED.match(data[:200])):
        encoding = _known(declared[1].decode("ascii"))
    try:
        text = data[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, len(mark) + error.start) + 1
        what = f"this is not {encoding.upper()} text"
        raise Unparseable(line, 1, what if mark or encoding != "utf-8" else f"{what}, nor UTF-16 with a mark") from None
    if "\0" in text:
        raise Unparseable.at(text, text.index("\0"), "there is a zero byte, so this is no text")
    return Encoded(text, mark, encoding)


def _known(encoding: str) -> str:
    try:
        if codecs.lookup(encoding).name.startswith(("utf-16", "utf-32")):
            return "utf-8"  # without a mark it cannot be that: the declaration was read as ASCII
        "<".encode(encoding)
    except (LookupError, ValueError):
        raise Unparseable(1, 1, "its encoding is not known here") from None
    return encoding.lower()


@dataclass(frozen=True)
class Edit:
    """Put `text` in the place of the characters from `start` to before `end`."""

    start: int
    end: int
    text: str


def edited(text: str, edits: Iterable[Edit]) -> str:
    """The text after all edits; of two that overlap the one that begins first, then the longer one, counts."""
    parts: list[str] = []
    at = 0
    for edit in sorted(edits, key=lambda edit: (edit.start, -edit.end)):
        if edit.start >= at:
            parts += [text[at : edit.start], edit.text]
            at = edit.end
    return "".join([*parts, text[at:]])
