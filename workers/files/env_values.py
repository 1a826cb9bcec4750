"""Replaces values in .env files by name. Comments, order, `export` and quotes stay.

Shells, Docker Compose and the dotenv libraries read quotes differently; a value is written only in a way that all of
them read alike.
"""

from __future__ import annotations

import io
import re

from dotenv.parser import Binding, parse_stream

from workers.files.texts import Unparseable, Unwritable
from workers.files.values import Replaced, Values, distinct

_BEFORE_VALUE = re.compile(r"\s*(?:export[^\S\r\n]+)?(?:'[^']+'|[^=#\s]+)[^\S\r\n]*=?[^\S\r\n]*")
_VALUE = re.compile(r"""'(?:\\'|[^'])*'|"(?:\\.|[^"\\])*"|[^\r\n]*""", re.DOTALL)
_COMMENT = re.compile(r"\s+#.*\Z")
_BARE = re.compile(r"[A-Za-z0-9_./:@%+,=^-]*")


def replace(text: str, values: Values) -> Replaced:
    """The text with the values put in. Raises Unparseable or Unwritable."""
    parts, paths = [], []
    for binding in parse_stream(io.StringIO(text, newline="")):
        source = binding.original.string
        if binding.error:
            line = binding.original.line + source[: len(source) - len(source.lstrip())].count("\n")
            raise Unparseable(line, 1, "`NAME=value` was expected, with quotes that end")
        if binding.key and values.has(binding.key):
            source = _line(source, binding, values.get(binding.key))
            paths.append(binding.key)
        parts.append(source)
    return Replaced("".join(parts), distinct(paths))


def _line(source: str, binding: Binding, value: str) -> str:
    match = _BEFORE_VALUE.match(source)
    before = match[0] if match else source
    found = _VALUE.match(source, len(before))
    old = found[0] if found else ""
    if not old.startswith(("'", '"')):
        old = _COMMENT.sub("", old).rstrip()
    after = source[len(before) + len(old) :]
    if "=" not in before:
        before += "="
    return before + _written(str(binding.key), value, old[:1]) + after


def _written(name: str, value: str, quote: str) -> str:
    """The value quoted as before, if all readers take that alike, else the next best way."""
    bare = value if _BARE.fullmatch(value) else None
    single = None if re.search(r"'|\\\\|\\\Z", value) else f"'{value}'"
    double = None if re.search(r"[$`]", value) else '"' + re.sub(r'(["\\])', r"\\\1", value) + '"'
    ways = {"'": (single, double), '"': (double, single)}.get(quote, (bare, single, double))
    for way in ways:
        if way is not None:
            return way
    raise Unwritable(
        f"the value of {name} holds quotes or backslashes together with `$` or a backtick, and what reads .env files "
        "does not agree on how to write that"
    )
