"""How a single value is written in YAML: quoted as the one before it, of its kind where the new value can be that."""

from __future__ import annotations

import json
import re

from workers.files.json_values import Kind, kind_of

_BOOLEANS = ("true", "false")
_OLD_BOOLEANS = ("yes", "no", "on", "off")  # YAML 1.1 takes them for true and false
_NULLS = ("", "~", "null")
_NUMBER = re.compile(
    r"[-+]?(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9_]+)(?:[eE][-+]?[0-9]+)?|0x[0-9a-fA-F]+|0o?[0-7]+"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
_PLAIN_TEXT = re.compile(
    r"[A-Za-z_/](?:[A-Za-z0-9_./+@%=$()-]|[:](?=[A-Za-z0-9_./+@%=$()-])| (?=[A-Za-z0-9_./+@%=$()-]))*"
)
_TAKEN = frozenset((*_BOOLEANS, *_OLD_BOOLEANS, *_NULLS, "y", "n"))
_PRINTABLE = re.compile("[\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]*")
_HEADER = re.compile(r"[|>][0-9+-]*([^\n]*)\n")


def written_as(value: str, before: str, style: str, is_tagged: bool) -> str:
    """The value in the place of what is written there now (`before`), which the parser calls of this style."""
    if style in ("|", ">"):
        return _block(value, before) or _double_quoted(value) + before[len(before.rstrip()) :]
    if style == "'":
        return _single_quoted(value)
    if style == '"':
        return _double_quoted(value)
    return _of_its_kind(value, "" if style == "*" or is_tagged else before, is_text=style == "*" or is_tagged)


def _of_its_kind(value: str, before: str, *, is_text: bool) -> str:
    kept = None if is_text else _as_what_it_was(value.strip(), before.strip().lower())
    if kept is not None:
        return kept
    if _PLAIN_TEXT.fullmatch(value) and value.lower() not in _TAKEN:
        return value
    return _double_quoted(value) if "'" in value else _single_quoted(value)


def _as_what_it_was(bare: str, was: str) -> str | None:
    """Without quotes where both are null, true or false, or numbers; what was null may become anything but text."""
    word = bare.lower()
    if was in _NULLS:
        if word in _NULLS[1:]:
            return bare
        return None if kind_of(bare) in (None, Kind.STRING) else re.sub(r"\s*\n\s*", " ", bare)
    if (was in _BOOLEANS and word in _BOOLEANS) or (was in _OLD_BOOLEANS and word in (*_OLD_BOOLEANS, *_BOOLEANS)):
        return word
    return bare if _NUMBER.fullmatch(was) and _NUMBER.fullmatch(bare) else None


def _single_quoted(value: str) -> str:
    if "\n" in value or not _PRINTABLE.fullmatch(value):
        return _double_quoted(value)
    return "'" + value.replace("'", "''") + "'"


def _double_quoted(value: str) -> str:
    quoted = json.dumps(value, ensure_ascii=False)
    return "".join(char if _PRINTABLE.fullmatch(char) else _escaped(char) for char in quoted)


def _escaped(char: str) -> str:
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"


def _block(value: str, before: str) -> str | None:
    """As a block of lines with the indentation that was there; None when a block cannot hold this value."""
    header = _HEADER.match(before)
    lines = before[header.end() :].split("\n") if header else []
    indentation = next((line[: len(line) - len(line.lstrip(" "))] for line in lines if line.strip()), "")
    body = value.rstrip("\n")
    if not header or not indentation or not body or body.startswith((" ", "\n")) or not _PRINTABLE.fullmatch(value):
        return None
    ends = len(value) - len(body)
    keeps = {0: "-", 1: ""}.get(ends, "+")
    rest = header[1].rstrip("\r")
    line_end = "\r\n" if "\r\n" in before else "\n"
    written = [
        f"|{keeps}{rest}",
        *(f"{indentation}{line}" if line else "" for line in value.split("\n")[: -ends or None]),
    ]
    blank = before[len(before.rstrip()) :].count("\n") if before.endswith("\n") else 0
    end = line_end * (1 if ends > 1 else max(blank, 1)) if before.endswith("\n") else ""
    return line_end.join(written) + end
