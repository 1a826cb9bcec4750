"""Filters that make text safe for a place in another language."""

from __future__ import annotations

import re

from engine.domain.templates.dotnet.uris import escape_data, escape_uri
from engine.domain.templates.filters.setting import Filter, of_text

_XML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"})
_HTML = {**_XML, ord("/"): "&#x2F;"}
_JSON = str.maketrans({'"': r"\"", "\\": r"\\", "\n": r"\n", "\r": r"\r", "\t": r"\t"})
_NEW_LINES = re.compile(r"(?:\r?\n)+")
_UNPRINTABLE = re.compile(r"[^\x20-\x7e]")
_YAML = str.maketrans({'"': r"\"", "\\": r"\\", "\n": r"\n", "\r": r"\r", "\t": r"\t"})
_VALUE = str.maketrans({"\\": r"\\", "\n": r"\n", "\r": r"\r", "\t": r"\t"})
_KEY = {**_VALUE, **str.maketrans({" ": r"\ ", ":": r"\:", "=": r"\=", "#": r"\#", "!": r"\!"})}


def _single_quoted(text: str) -> str:
    """YAML folds one line break to a space and n to n - 1, so there has to be one more."""
    more = _NEW_LINES.sub(lambda found: "\n" * (found.group().count("\n") + 1), text)
    return more.replace("'", "''")


def _unicode_escapes(text: str) -> str:
    return _UNPRINTABLE.sub(lambda found: "".join(map(_escape, _utf16(found.group()))), text)


def _utf16(char: str) -> list[int]:
    data = char.encode("utf-16-be", "surrogatepass")
    return [data[place] << 8 | data[place + 1] for place in range(0, len(data), 2)]


def _escape(unit: int) -> str:
    return f"\\u{unit:04x}"


def _properties_value(text: str) -> str:
    """A leading space would be skipped by readers; later ones are kept."""
    escaped = _unicode_escapes(text.translate(_VALUE))
    return "\\" + escaped if escaped.startswith(" ") else escaped


FILTERS: dict[str, Filter] = {
    "htmlescape": of_text(lambda text: text.translate(_HTML)),
    "xmlescape": of_text(lambda text: text.translate(_XML)),
    "jsonescape": of_text(lambda text: text.translate(_JSON)),
    "yamlsinglequoteescape": of_text(_single_quoted),
    "yamldoublequoteescape": of_text(lambda text: _unicode_escapes(text.translate(_YAML))),
    "propertieskeyescape": of_text(lambda text: _unicode_escapes(text.translate(_KEY))),
    "propertiesvalueescape": of_text(_properties_value),
    "uriescape": of_text(escape_uri),
    "uridataescape": of_text(escape_data),
}
