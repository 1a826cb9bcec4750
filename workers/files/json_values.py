"""Replaces values in JSON by path (`Section:Key`, `Items:0:Name`). Every other byte stays: comments, order, layout.

As Octopus does it: a number, true, false or null stays one where the variable's value is one, else it becomes a
string; a string stays a string; an object or a list is replaced as a whole by a value that is one.
"""

from __future__ import annotations

import enum
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import replace as replace_fields

from workers.files.texts import Edit, Unparseable, edited
from workers.files.values import NOTHING, Replaced, Values, distinct

DEEPEST = 200
"""Levels of nesting."""

NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+"')
_WORD = re.compile(r"(?:true|false|null)(?![A-Za-z0-9_])")
_SPACE = re.compile(r"[ \t\r\n]*+")
_SPACE_AND_COMMENTS = re.compile(r"(?:[ \t\r\n]++|//[^\r\n]*+|/\*(?s:.)*?\*/)*+")


class Kind(enum.Enum):
    """What a value is."""

    OBJECT = "an object"
    LIST = "a list"
    STRING = "a string"
    NUMBER = "a number"
    BOOLEAN = "true or false"
    NULL = "null"


_CONTAINERS = (Kind.OBJECT, Kind.LIST)


@dataclass(frozen=True)
class Found:
    """A value whose path some variable has."""

    path: str
    kind: Kind
    start: int
    end: int


def replace(text: str, values: Values) -> Replaced:
    """The text with the values put in. First whole objects and lists, then what is in them. Raises Unparseable."""
    found = _Scanner(text, values).scan()
    whole = _put_in(text, [one for one in found if one.kind in _CONTAINERS], values)
    if whole.paths:
        found = _Scanner(whole.text, values).scan()
    single = _put_in(whole.text, [one for one in found if one.kind not in _CONTAINERS], values)
    return Replaced(single.text, distinct((*whole.paths, *single.paths)), whole.left)


def _put_in(text: str, found: Iterable[Found], values: Values) -> Replaced:
    edits, paths, left = [], [], []
    for one in found:
        written = written_as(values.get(one.path), one.kind)
        if written is None:
            left.append(f"{one.path} is {one.kind.value} there, and the variable's value is not")
        else:
            edits.append(Edit(one.start, one.end, written))
            paths.append(one.path)
    return Replaced(edited(text, edits), tuple(paths), tuple(left))


def written_as(value: str, kind: Kind) -> str | None:
    """The value as JSON, of this kind where it can be; None when it cannot take an object's or a list's place."""
    bare = value.strip()
    match kind:
        case Kind.NUMBER if NUMBER.fullmatch(bare):
            return bare
        case Kind.BOOLEAN if bare.lower() in ("true", "false"):
            return bare.lower()
        case Kind.NULL if kind_of(bare) not in (None, Kind.STRING):
            return bare
        case Kind.OBJECT | Kind.LIST:
            return bare if kind_of(bare) is kind else None
    return json.dumps(value, ensure_ascii=False)


def kind_of(text: str) -> Kind | None:
    """What this strict JSON is; None when it is none."""
    try:
        return _Scanner(text, NOTHING, strict=True).scan_kind()
    except Unparseable:
        return None


@dataclass
class _Open:
    """An object or a list whose end has not come; `path` is None where no variable leads."""

    kind: Kind
    path: str | None
    found: int | None  # where it stands among what was found
    count: int = 0
    needs_comma: bool = False

    @property
    def closing(self) -> str:
        return "}" if self.kind is Kind.OBJECT else "]"


class _Scanner:
    """Reads JSON without recursion and without building it. Comments and a last comma are taken unless `strict`."""

    def __init__(self, text: str, values: Values, *, strict: bool = False) -> None:
        self._text = text
        self._values = values
        self._strict = strict
        self._space = _SPACE if strict else _SPACE_AND_COMMENTS
        self._open: list[_Open] = []
        self._found: list[Found] = []
        self._root = Kind.NULL

    def scan(self) -> list[Found]:
        """All values whose path a variable has; raises Unparseable, also for what follows the value."""
        at = self._value(self._skip(0), "", is_wanted=False)
        while self._open:
            at = self._next(self._skip(at), self._open[-1])
        at = self._skip(at)
        if at < len(self._text):
            raise self._expected(at, "the end of the file")
        return self._found

    def scan_kind(self) -> Kind:
        """What the whole is."""
        self.scan()
        return self._root

    def _next(self, at: int, top: _Open) -> int:
        """Read on in an object or a list: a comma, its end, or one more value."""
        char = self._text[at : at + 1]
        if char == top.closing and (top.needs_comma or not top.count or not self._strict):
            return self._close(at, top)
        if top.needs_comma:
            if char != ",":
                raise self._expected(at, f"`,` or `{top.closing}`")
            top.needs_comma = False
            return at + 1
        key = str(top.count)
        if top.kind is Kind.OBJECT:
            key, at = self._key(at)
        top.count += 1
        top.needs_comma = True
        if top.path is None:
            return self._value(at, None, is_wanted=False)
        path = f"{top.path}:{key}" if len(self._open) > 1 else key
        return self._value(at, path if self._values.lead_on(path) else None, self._values.has(path), path)

    def _key(self, at: int) -> tuple[str, int]:
        match = _STRING.match(self._text, at)
        if not match:
            raise self._expected(
                at, 'a key in quotes (`"`)' if self._open[-1].count else 'a key in quotes (`"`) or `}`'
            )
        colon = self._skip(match.end())
        if self._text[colon : colon + 1] != ":":
            raise self._expected(colon, "`:`")
        return json.loads(match[0]), self._skip(colon + 1)

    def _value(self, at: int, leading: str | None, is_wanted: bool, path: str = "") -> int:
        """Read the value here; of an object or a list only its beginning."""
        char = self._text[at : at + 1]
        if char in ("{", "["):
            kind = Kind.OBJECT if char == "{" else Kind.LIST
            if len(self._open) >= DEEPEST:
                raise Unparseable.at(self._text, at, f"this is nested more than {DEEPEST} levels deep")
            if is_wanted:
                self._found.append(Found(path, kind, at, at))  # its end is filled in when it has come
            if not self._open:
                self._root = kind
            self._open.append(_Open(kind, leading, len(self._found) - 1 if is_wanted else None))
            return at + 1
        kind, end = self._scalar(at)
        if is_wanted:
            self._found.append(Found(path, kind, at, end))
        if not self._open:
            self._root = kind
        return end

    def _scalar(self, at: int) -> tuple[Kind, int]:
        if match := _STRING.match(self._text, at):
            return Kind.STRING, match.end()
        if match := NUMBER.match(self._text, at):
            return Kind.NUMBER, match.end()
        if match := _WORD.match(self._text, at):
            return Kind.NULL if match[0] == "null" else Kind.BOOLEAN, match.end()
        is_string = self._text[at : at + 1] == '"'
        raise self._expected(at, "a string that ends on its line, with valid escapes" if is_string else "a value")

    def _close(self, at: int, top: _Open) -> int:
        self._open.pop()
        if top.found is not None:
            self._found[top.found] = replace_fields(self._found[top.found], end=at + 1)
        return at + 1

    def _skip(self, at: int) -> int:
        match = self._space.match(self._text, at)
        return match.end() if match else at

    def _expected(self, at: int, what: str) -> Unparseable:
        if at >= len(self._text):
            return Unparseable.at(self._text, at, f"{what} was expected, but the file ends")
        return Unparseable.at(self._text, at, f"{what} was expected")
