"""Replaces values in Java properties by key. Comments, order, separators and every other line stay as they are."""

from __future__ import annotations

import io
import re

from javaproperties import join_key_value
from javaproperties import parse as parse_properties
from javaproperties.reading import KeyValue

from workers.files.texts import Unparseable
from workers.files.values import Replaced, Values, distinct

_BREAK = r"\\(?:\r\n|\r|\n)[ \t\f]*"  # a line that goes on in the next one
_BEFORE_VALUE = re.compile(
    rf"(?:[ \t\f]|{_BREAK})*(?:{_BREAK}|\\.|[^:= \t\f\r\n\\])*(?:[ \t\f]|{_BREAK})*[:=]?", re.DOTALL
)
_SPACE = re.compile(r"[ \t\f]*")
_LINE_END = re.compile(r"\r\n|\n|\r|\Z")


def replace(text: str, values: Values) -> Replaced:
    """The text with the values put in. Raises Unparseable."""
    parts, paths = [], []
    at = 0
    try:
        for entry in parse_properties(io.StringIO(text, newline="")):
            source = entry.source
            if isinstance(entry, KeyValue) and values.has(entry.key):
                source = _line(source, values.get(entry.key))
                paths.append(entry.key)
            parts.append(source)
            at += len(entry.source)
    except ValueError:
        raise Unparseable.at(text, at, "a `\\u` in properties is followed by four hexadecimal digits") from None
    return Replaced("".join(parts), distinct(paths))


def _line(source: str, value: str) -> str:
    match = _BEFORE_VALUE.match(source)
    before = match[0] if match else source
    space = _SPACE.match(source, len(before))
    before += space[0] if space else ""
    if not before.endswith((":", "=", " ", "\t", "\f")) and value:
        before += "="
    ends = [found[0] for found in _LINE_END.finditer(source)]
    line_end = next((end for end in reversed(ends) if end), "") if source.endswith(("\n", "\r")) else ""
    return before + join_key_value("", value, separator="", ensure_ascii=True) + line_end
