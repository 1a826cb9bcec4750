"""A value of the configuration together with its path: the readers that turn it into text, numbers, lists, tables.

Every reader notes what is wrong and returns a harmless stand-in, so that reading goes on and finds all problems at
once; a reading with an error is never used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from engine.definitions.nodes import Entry, Items, Node, Place, Scalar, Table, shown
from engine.definitions.problems import Severity
from engine.definitions.readings import Reading, close_to
from engine.definitions.scalars import is_null, is_whole_number, looks_like
from engine.definitions.slugs import flaw_of

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_SIZES = {"kB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30}
_LONGEST_DURATION = timedelta(days=365)
# Characters that move or hide others: line breaks, terminal controls, and marks that reverse the direction of text.
_UNFIT_FOR_A_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Field:
    """A value and where it is. `node` is None for a file that is empty."""

    node: Node | None
    place: Place
    path: str
    reading: Reading

    def wrong(self, rule: str, message: str, suggestion: str = "", severity: Severity = "error") -> None:
        """Note that this value is wrong."""
        self.reading.note(self.place, self.path, rule, message, suggestion, severity=severity)

    @property
    def is_empty(self) -> bool:
        """Is nothing written here?"""
        return self.node is None or (isinstance(self.node, Scalar) and self.node.plain and is_null(self.node.text))

    def text(self, example: str = "", longest: int = 100_000, *, may_be_blank: bool = False) -> str:
        """Text that cannot be taken for anything else and is not blank; empty after a problem."""
        if not isinstance(self.node, Scalar):
            self._wrong_type("text", example)
            return ""
        if self.is_empty:
            self.wrong("text-expected", "Text is missing here.", example and f"For example {example}.")
            return ""
        if self.node.plain and (meaning := looks_like(self.node.text)):
            message = f"Text is meant here, but {shown(self.node.text)} without quotes is {meaning}."
            self.wrong("strict-text", message, f"Write it in quotes: {shown(self.node.text)}.")
            return ""
        if not self.node.text.strip() and not may_be_blank:
            self.wrong("text-expected", "The text is blank.", example and f"For example {example}.")
            return ""
        if len(self.node.text) > longest:
            self.wrong("too-long", f"The text has {len(self.node.text)} characters; {longest} are allowed.")
            return ""
        return self.node.text

    def line(self, example: str = "", longest: int = 100) -> str:
        """Text on one line, for names and the like."""
        text = self.text(example, longest)
        if _UNFIT_FOR_A_LINE.search(text):
            self.wrong("one-line", "Line breaks and control characters are not allowed here.", "Write it on one line.")
            return ""
        return text

    def flag(self) -> bool:
        """True or false."""
        if isinstance(self.node, Scalar) and self.node.plain and self.node.text in ("true", "false"):
            return self.node.text == "true"
        self._wrong_type("true or false", "`true`")
        return False

    def whole_number(self, least: int = 1) -> int:
        """A whole number of at least this."""
        if not (isinstance(self.node, Scalar) and self.node.plain and is_whole_number(self.node.text)):
            self._wrong_type("a whole number", f"`{least}`")
        elif int(self.node.text) < least:
            self.wrong("too-small", f"The least possible number is {least}.")
        else:
            return int(self.node.text)
        return least

    def duration(self) -> timedelta:
        """A time span with its unit, longer than nothing."""
        example = "`90s`, `15m`, `4h` or `2d`"
        text = self.node.text if isinstance(self.node, Scalar) else ""
        match = re.fullmatch(r"([0-9]{1,9})([smhd])", text, re.ASCII)
        if not match:
            missing = re.fullmatch(r"[0-9]+", text, re.ASCII)
            message = "A duration needs its unit." if missing else "This is not a duration."
            self.wrong("duration", message, f"Write a whole number and its unit: {example}.")
            return timedelta(seconds=1)
        span = timedelta(seconds=int(match[1]) * _UNITS[match[2]])
        if not timedelta() < span <= _LONGEST_DURATION:
            self.wrong("duration", "A duration is longer than 0s and at most 365d.", f"For example {example}.")
            return timedelta(seconds=1)
        return span

    def size(self, least: int = 1) -> int:
        """A number of bytes with its unit, at least this many."""
        text = self.node.text if isinstance(self.node, Scalar) else ""
        match = re.fullmatch(r"([0-9]{1,9})(kB|MB|GB)", text, re.ASCII)
        if not match:
            self.wrong("size", "This is not a size.", "Write a whole number and its unit: `512kB`, `512MB` or `2GB`.")
            return least
        size = int(match[1]) * _SIZES[match[2]]
        if size < least:
            self.wrong("too-small", f"The least possible size is {least // 1024}kB.")
            return least
        return size

    def items(self, example: str = "") -> list[Field]:
        """The items of a list; none when nothing is written."""
        if self.is_empty:
            return []
        if not isinstance(self.node, Items):
            self._wrong_type("a list", example)
            return []
        return [
            Field(node, node.place, f"{self.path}[{index}]", self.reading) for index, node in enumerate(self.node.nodes)
        ]

    def one_or_many(self, example: str = "") -> list[Field]:
        """The items of a list, or the single value itself."""
        return [self] if isinstance(self.node, Scalar) and not self.is_empty else self.items(example)

    def table(self, known: Sequence[str], hints: dict[str, str] | None = None, *, may_be_empty: bool = False) -> Record:
        """A mapping with these keys only. `hints`: what to say of some unknown keys.

        A known key without a value is a problem unless it `may_be_empty`: what it stands for would be lost silently.
        """
        fields: dict[str, Field] = {}
        empty: set[str] = set()
        for key, field in self._entries():
            if key.text not in known:
                self._refuse_key(key, field, known, (hints or {}).get(key.text))
            elif field.is_empty and not may_be_empty:
                empty.add(key.text)
                hint = "Write a value, or remove the key; after a space, `#` begins a comment."
                field.wrong("empty", f"The key `{key.text}` is empty.", hint)
            else:
                fields[key.text] = field
        return Record(self, fields, frozenset(empty))

    def _refuse_key(self, key: Scalar, field: Field, known: Sequence[str], hint: str | None) -> None:
        listed = f"Known keys: {', '.join(known)}."
        near = close_to(key.text, known)
        suggestion = hint or (f'Did you mean "{near}"? {listed}' if near else listed)
        if re.fullmatch(r"[\w.-]{1,50}", key.text) and not field.is_empty:
            self.reading.note(
                key.place, field.path, "unknown-key", f"The key {shown(key.text)} is not known here.", suggestion
            )
        else:
            # What is no word or has no value may be a value where a key belongs, a password too: it is not repeated.
            self.reading.note(key.place, self.path, "unknown-key", "This key is not known here.", suggestion)

    def named(self, kind: str) -> Iterator[tuple[str, Field]]:
        """The entries of a mapping from slug to value; each slug is checked and declared as one of this kind."""
        for key, field in self._entries():
            Field(key, key.place, field.path, self.reading).slug()
            # A slug with a flaw is declared all the same: what refers to it is not wrong as well.
            if self.reading.declare(kind, key.text, key.place, field.path):
                yield key.text, field

    def entries(self) -> Iterator[tuple[Scalar, Field]]:
        """The entries of a mapping, whatever their keys are."""
        return self._entries()

    def variables(self) -> Iterator[tuple[str, Field]]:
        """The entries of a mapping whose keys are free text."""
        for key, field in self._entries():
            if name := Field(key, key.place, field.path, self.reading).line():
                yield name, field

    def slug(self, *, is_typed_first: bool = True) -> str:
        """Text that may be a slug; empty after a problem."""
        text = self.text()
        flaw = flaw_of(text, is_typed_first=is_typed_first) if text else None
        if flaw:
            self.wrong("slug", *flaw)
        return "" if flaw else text

    def reference(self, kind: str) -> str:
        """The slug of something of this kind, which must be declared."""
        text = self.text()
        if text:
            self.reading.refer(kind, text, self.place, self.path)
        return text

    def references(self, kind: str) -> tuple[str, ...]:
        """A list of such slugs, none of them twice."""
        return self._distinct(self.items(f"`[{self._sample()}]`"), kind)

    def one_or_many_references(self, kind: str) -> tuple[str, ...]:
        """One such slug, or a list of them; at least one."""
        fields = self.one_or_many()
        if not fields and isinstance(self.node, Items):
            self.wrong(
                "empty", "This names nothing, so it would apply nowhere.", "Name at least one, or remove the key."
            )
        return self._distinct(fields, kind)

    def _distinct(self, fields: list[Field], kind: str) -> tuple[str, ...]:
        slugs: list[str] = []
        for field in fields:
            slug = field.reference(kind)
            if slug in slugs:
                field.wrong("duplicate-item", f"{shown(slug)} is in this list twice.", "Keep one of them.")
            elif slug:
                slugs.append(slug)
        return tuple(slugs)

    def _entries(self) -> Iterator[tuple[Scalar, Field]]:
        if self.is_empty:
            return
        if not isinstance(self.node, Table):
            self._wrong_type("a mapping", "`key: value`")
            return
        for entry in self.node.entries:
            field = self._child(entry)
            if entry.key.plain and ":" in entry.key.text and field.is_empty:
                # Not repeated: the part after the colon may be a secret.
                hint = "Put a space after the colon, or the key in quotes."
                self.reading.note(entry.key.place, self.path, "missing-space", "Key and value run together here.", hint)
            else:
                yield entry.key, field

    def _child(self, entry: Entry) -> Field:
        key = shown(entry.key.text)[1:-1]
        return Field(entry.value, entry.value.place, f"{self.path}.{key}" if self.path else key, self.reading)

    def _wrong_type(self, expected: str, example: str) -> None:
        found = {Scalar: "a single value", Items: "a list", Table: "a mapping"}.get(type(self.node), "nothing")
        if isinstance(self.node, Scalar) and expected in ("true or false", "a whole number"):
            found = shown(self.node.text) if self.node.plain else "text in quotes"
        self.wrong(
            "type", f"This must be {expected}, but it is {'nothing' if self.is_empty else found}.",
            example and f"For example {example}.",
        )  # fmt: skip

    def _sample(self) -> str:
        is_word = isinstance(self.node, Scalar) and re.fullmatch(r"[\w-]{1,50}", self.node.text, re.ASCII)
        return self.node.text if is_word and isinstance(self.node, Scalar) else "first, second"


@dataclass(frozen=True)
class Record:
    """The fields of a mapping whose keys are known."""

    whole: Field
    fields: dict[str, Field]
    empty: frozenset[str] = frozenset()  # keys without a value; told already

    def get(self, key: str) -> Field | None:
        """This field, when it is written and holds something."""
        return self.fields.get(key)

    def has(self, *keys: str) -> bool:
        """Is one of these keys written, with or without a value?"""
        return any(key in self.fields or key in self.empty for key in keys)

    def need(self, key: str, example: str) -> Field | None:
        """This field; a problem when it is missing."""
        if not self.has(key):
            path = f"{self.whole.path}.{key}" if self.whole.path else key
            message, hint = f"The key `{key}` is missing.", f"For example `{key}: {example}`."
            self.whole.reading.note(self.whole.place, path, "missing-key", message, hint)
        return self.get(key)

    def line(self, key: str, default: str = "") -> str:
        """The text of this field, or the default when it is not written."""
        field = self.get(key)
        return field.line() if field else default

    def flag(self, key: str, default: bool) -> bool:
        """The truth of this field, or the default when it is not written."""
        field = self.get(key)
        return field.flag() if field else default
