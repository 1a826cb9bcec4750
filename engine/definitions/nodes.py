"""YAML text as nodes that know their line and column. It knows syntax only, not what a configuration means.

Built from the parser's events and not by a constructor: a value keeps its text (`1.10` stays `1.10`), and tags,
anchors, aliases and deep nesting are refused before they cost anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from engine.definitions.problems import Problem

DEEPEST = 20
"""Levels of nesting; the format itself needs eight."""


@dataclass(frozen=True)
class Place:
    """Where something is written; line and column count from 1."""

    file: str
    line: int
    column: int


@dataclass(frozen=True)
class Scalar:
    """A single value as it is written. `plain`: without quotes, so that YAML readers may take it for a number."""

    text: str = field(repr=False)
    plain: bool
    place: Place


@dataclass(frozen=True)
class Items:
    """A list."""

    nodes: tuple[Node, ...]
    place: Place


@dataclass(frozen=True)
class Entry:
    """A key and its value."""

    key: Scalar
    value: Node


@dataclass(frozen=True)
class Table:
    """A mapping, in the order it is written; no key occurs twice."""

    entries: tuple[Entry, ...]
    place: Place


Node = Scalar | Items | Table


def parse_yaml(text: str, file: str) -> tuple[Node | None, tuple[Problem, ...]]:
    """The document in this text (None when it is empty), and what is wrong with its syntax. Raises nothing."""
    builder = _Builder(file)
    try:
        return builder.build(text), tuple(builder.problems)
    except _Refused as refused:
        return None, (*builder.problems, refused.problem)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file, 0, 0)
        # Only the parser's own words: its full text quotes the line, which may hold a secret.
        said = _without_quotations(error.problem or error.context or "it is not valid YAML")
        message = f"This is not valid YAML: {said}."
        return None, (*builder.problems, _syntax_problem(place, message, _way_out(said)))
    except (YAMLError, ValueError, RecursionError):
        return None, (*builder.problems, _syntax_problem(Place(file, 0, 0), "This is not valid YAML."))


def _syntax_problem(place: Place, message: str, suggestion: str = "", rule: str = "yaml-syntax") -> Problem:
    return Problem(place.file, place.line, place.column, "", rule, message, suggestion)


def _without_quotations(said: str) -> str:
    """The parser's sentence; it quotes single characters and names, nothing longer is let through."""
    return re.sub(r"'(?!<)[^']{12,}'", "'…'", said).replace("\n", " ").strip()


def _way_out(said: str) -> str:
    """What usually helps; empty where the parser's sentence is all there is to say."""
    if "\\t" in said:
        return "Indent with spaces, not with tabs."
    if "mapping values are not allowed" in said:
        return "Put text that holds `: ` in quotes, or check the indentation of this line and the one before."
    if "cannot start any token" in said:
        return "Put this text in quotes."
    if "expected" in said:
        return "Check indentation, brackets and quotes here and above."
    return ""


class _Refused(Exception):
    """Valid YAML that the format does not take; reading the file ends here."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class _Builder:
    """Makes nodes of events. Duplicate keys are noted and reading goes on; the rest is refused."""

    def __init__(self, file: str) -> None:
        self._file = file
        self.problems: list[Problem] = []

    def build(self, text: str) -> Node | None:
        loader = YAML(typ="safe", pure=True)
        root: Node | None = None
        documents = 0
        events = loader.parse(text)
        for event in events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                self._check_document(event, documents)
            elif isinstance(event, NodeEvent):
                root = self._node(event, events, depth=1)
        if isinstance(root, Scalar) and root.plain and not root.text:
            return None
        return root

    def _check_document(self, event: Any, documents: int) -> None:
        if documents > 1:
            self._refuse(
                event, "one-document", "A second document begins here.", "Remove the line `---` and merge them."
            )
        if event.tags or (event.version is not None and tuple(event.version) != (1, 2)):
            self._refuse(
                event, "no-tags", "The format is YAML 1.2 without tags.", "Remove the lines that begin with `%`."
            )

    def _node(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        self._check_node(event, depth)
        place = self._place(event)
        if isinstance(event, ScalarEvent):
            return Scalar(event.value, plain=not event.style, place=place)
        if isinstance(event, SequenceStartEvent):
            nodes: list[Node] = []
            while not isinstance(following := next(events), SequenceEndEvent):
                nodes.append(self._node(following, events, depth + 1))
            return Items(tuple(nodes), place)
        entries: dict[str, Entry] = {}
        while not isinstance(following := next(events), MappingEndEvent):
            key = self._key(following, events, depth)
            entry = Entry(key, self._node(next(events), events, depth + 1))
            first = entries.setdefault(key.text, entry)
            if first is not entry:
                self._note_duplicate(first.key, key)
        return Table(tuple(entries.values()), place)

    def _check_node(self, event: Any, depth: int) -> None:
        if isinstance(event, AliasEvent) or event.anchor is not None:
            self._refuse(event, "no-anchors", "Anchors and aliases are not part of the format.", "Write the value out.")
        if getattr(event, "tag", None) is not None:
            self._refuse(event, "no-tags", "Tags are not part of the format.", "Remove the word that begins with `!`.")
        if depth > DEEPEST:
            self._refuse(event, "too-deep", f"This is nested more than {DEEPEST} levels deep.", "Check the brackets.")

    def _key(self, event: Any, events: Iterator[Any], depth: int) -> Scalar:
        if isinstance(event, SequenceStartEvent | MappingStartEvent):
            self._refuse(event, "text-expected", "A key must be text, not a list or a mapping.", "Put it in quotes.")
        key = self._node(event, events, depth + 1)
        assert isinstance(key, Scalar)  # noqa: S101  the two other kinds were refused above
        return key

    def _note_duplicate(self, first: Scalar, second: Scalar) -> None:
        where = f"line {first.place.line}, column {first.place.column}"
        message = f"The key {shown(second.text)} is here a second time; the first is in {where}."
        self.problems.append(_syntax_problem(second.place, message, "Keep one of them.", rule="duplicate-key"))

    def _place(self, event: Any) -> Place:
        return Place(self._file, event.start_mark.line + 1, event.start_mark.column + 1)

    def _refuse(self, event: Any, rule: str, message: str, suggestion: str) -> None:
        raise _Refused(_syntax_problem(self._place(event), message, suggestion, rule))


def shown(text: str) -> str:
    """A word of the file as it is quoted in a message: on one line, and not longer than one."""
    one_line = re.sub(r"[\s\x00-\x1f\x7f-\x9f]+", " ", text).strip()
    return f'"{one_line[:60]}…"' if len(one_line) > 60 else f'"{one_line}"'
