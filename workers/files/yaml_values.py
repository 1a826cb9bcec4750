"""Replaces values in YAML by path (`Section:Key`, `Items:0:Name`), in every document of the file.

ruamel.yaml's parser says where each value stands, and only that place is rewritten: comments, order, indentation and
quotes stay. Aliases are never followed, so they cost nothing; an alias itself is a value that may be replaced.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from workers.files import yaml_scalars
from workers.files.json_values import Kind, written_as
from workers.files.texts import Edit, Unparseable, edited
from workers.files.values import NOTHING, Replaced, Values, distinct

DEEPEST = 100
"""Levels of nesting."""

LARGEST = 256 * 1024
"""Characters of a YAML file; the parser takes seconds for more."""

_COLON = re.compile(r"\s*:")
_DASH = re.compile(r"(?:\s|#[^\n]*)*-")
_PROPERTIES = re.compile(r"(?:(?:&[^\s,\[\]{}]+|!\S*)(?:\s+|\Z))+")


@dataclass(frozen=True)
class Found:
    """A value whose path some variable has. `style`: how a scalar is quoted, `*` for an alias."""

    path: str
    kind: Kind | None  # None: a scalar
    start: int
    end: int
    style: str = ""
    is_tagged: bool = False
    indentation: str = ""  # what a list needs that stands directly below its key


def replace(text: str, values: Values) -> Replaced:
    """The text with the values put in. First whole mappings and lists, then what is in them. Raises Unparseable."""
    found = _Walk(text, values).walk()
    whole = _put_in(text, [one for one in found if one.kind], values)
    if whole.paths:
        found = _Walk(whole.text, values).walk()
    single = _put_in(whole.text, [one for one in found if not one.kind], values)
    return Replaced(single.text, distinct((*whole.paths, *single.paths)), whole.left)


def holds_structure(text: str) -> bool:
    """Is it a mapping or a list, and not just words that YAML takes for one long text? Raises Unparseable."""
    walk = _Walk(text, NOTHING)
    walk.walk()
    return walk.has_structure


def _put_in(text: str, found: Iterable[Found], values: Values) -> Replaced:
    edits, paths, left = [], [], []
    for one in found:
        value = values.get(one.path)
        if one.kind is None:
            written = yaml_scalars.written_as(value, text[one.start : one.end], one.style, one.is_tagged)
        elif (flow := written_as(value, one.kind)) is not None:
            # JSON is YAML, but for the indentation of its lines.
            written = one.indentation + re.sub(r"\s*\n\s*", " ", flow)
        else:
            left.append(f"{one.path} is {_NAMES[one.kind]} there, and the variable's value is not {one.kind.value}")
            continue
        edits.append(Edit(one.start, one.end, _spaced(text, one.start, written)))
        paths.append(one.path)
    return Replaced(edited(text, edits), tuple(paths), tuple(left))


_NAMES = {Kind.OBJECT: "a mapping", Kind.LIST: "a list"}


def _spaced(text: str, start: int, written: str) -> str:
    """Where nothing stood, the value needs a space before it."""
    return written if start == 0 or text[start - 1] in " \t\r\n[{(," else f" {written}"


@dataclass
class _Open:
    """A mapping or a list whose end has not come; `path` is None where no variable leads."""

    kind: Kind
    path: str | None
    start: int
    is_wanted: bool
    own_path: str
    is_flow: bool
    count: int = 0
    key: str | None = None
    awaits_value: bool = False


class _Walk:
    """Goes through the parser's events once."""

    def __init__(self, text: str, values: Values) -> None:
        self._text = text
        self._values = values
        self._open: list[_Open] = []
        self._found: list[Found] = []
        self._last_end = 0  # of what was read last, which is not where a block ends for the parser
        self.has_structure = False

    def walk(self) -> list[Found]:
        """All values whose path a variable has. Raises Unparseable."""
        if len(self._text) > LARGEST:
            raise Unparseable(1, 1, f"YAML is replaced in files up to {LARGEST // 1024} KB")
        try:
            for event in YAML(typ="safe", pure=True).parse(self._text):
                self._take(event)
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            # Only the parser's own words: its full text quotes the line, which may hold a secret.
            said = re.sub(r"'(?!<)[^']{12,}'", "'…'", str(error.problem or error.context or "")).replace("\n", " ")
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            raise Unparseable(line, column, said.strip() or "this is not valid YAML") from None
        except (YAMLError, ValueError, RecursionError):
            raise Unparseable(1, 1, "there is a character that YAML does not allow") from None
        return self._found

    def _take(self, event: Any) -> None:
        match event:
            case DocumentStartEvent():
                self._open.clear()
            case MappingStartEvent() | SequenceStartEvent():
                self._begin(event)
            case MappingEndEvent() | SequenceEndEvent():
                self._end(event)
            case ScalarEvent() | AliasEvent():
                self._single(event)

    def _begin(self, event: Any) -> None:
        if len(self._open) >= DEEPEST:
            mark = event.start_mark
            raise Unparseable(mark.line + 1, mark.column + 1, f"this is nested more than {DEEPEST} levels deep")
        self.has_structure = True
        kind = Kind.OBJECT if isinstance(event, MappingStartEvent) else Kind.LIST
        path = self._path(None)
        leads = not self._open or (path is not None and self._values.lead_on(path))
        is_wanted = path is not None and self._values.has(path)
        start = _after_properties(self._text, event.start_mark.index, event.end_mark.index)
        self._open.append(_Open(kind, path if leads else None, start, is_wanted, path or "", bool(event.flow_style)))
        if event.flow_style:
            self._last_end = event.end_mark.index

    def _end(self, event: Any) -> None:
        done = self._open.pop()
        if done.is_flow:
            self._last_end = event.end_mark.index
        if done.is_wanted:
            outer = self._open[-1]
            is_below = not done.is_flow and self._column(done.start) <= self._column(outer.start) and not outer.is_flow
            indentation = "  " if is_below else ""
            self._found.append(Found(done.own_path, done.kind, done.start, self._last_end, indentation=indentation))

    def _column(self, index: int) -> int:
        return index - self._text.rfind("\n", 0, index) - 1

    def _single(self, event: Any) -> None:
        start, end = event.start_mark.index, event.end_mark.index
        path = self._path(event)
        if path is not None and self._values.has(path):
            self._found.append(self._place(event, path))
        if end > start:
            self._last_end = _without_blank_end(self._text, start, end)

    def _path(self, event: Any) -> str | None:
        """The path of the value that comes now; None for a key, and where no variable leads."""
        if not self._open:
            return ""
        top = self._open[-1]
        if top.kind is Kind.OBJECT and not top.awaits_value:
            top.awaits_value = True
            top.key = event.value if isinstance(event, ScalarEvent) else None
            return None
        top.awaits_value = False
        key = top.key if top.kind is Kind.OBJECT else str(top.count)
        top.count += 1
        if top.path is None or key is None:
            return None
        return f"{top.path}:{key}" if len(self._open) > 1 else key

    def _place(self, event: Any, path: str) -> Found:
        start, end = event.start_mark.index, event.end_mark.index
        if isinstance(event, AliasEvent):
            return Found(path, None, start, end, style="*")
        begin = _after_properties(self._text, start, end)
        if begin < end:
            return Found(path, None, begin, end, event.style or "", event.tag is not None)
        if start == end:  # nothing is written: the parser's mark is that of what comes next
            sign = _COLON if self._open[-1].kind is Kind.OBJECT else _DASH
            match = sign.match(self._text, self._last_end)
            begin = match.end() if match else start
        return Found(path, None, begin, begin, "", event.tag is not None)


def _after_properties(text: str, start: int, end: int) -> int:
    """Where the value itself begins, after its anchor and its tag."""
    match = _PROPERTIES.match(text, start, end)
    return match.end() if match else start


def _without_blank_end(text: str, start: int, end: int) -> int:
    """A block's text ends for the parser where the next thing begins."""
    return start + len(text[start:end].rstrip())
