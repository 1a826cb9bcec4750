"""Finds service messages (`##octopus[name attribute='base64' …]`) in text and reads them; it obeys none of them.

The form is Octopus's: several on a line, either kind of quotes, attribute names in any case, values are base64 of
UTF-8, line ends inside are left out. A marker is taken for a message only with its opening bracket.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

MARKER = "##octopus["
LONGEST = 4 * 1024 * 1024  # characters of one message; what goes on longer is text

_NAME = re.compile(r"[A-Za-z_][\w.-]*")
_ATTRIBUTE = re.compile(r"""\s+([A-Za-z_][\w.:-]*)\s*=\s*(?:'([^']*)'|"([^"]*)")""")
_END = re.compile(r"\s*/?\s*\Z")
_LINE_ENDS = {ord("\r"): None, ord("\n"): None}
_SECRETIVE = re.compile(r"\s*(mask|setVariable|set-environmentstate)\b", re.IGNORECASE)


@dataclass(frozen=True)
class ServiceMessage:
    """A message that was understood; attribute names are in lower case, values decoded."""

    name: str
    attributes: Mapping[str, str]

    def get(self, attribute: str) -> str:
        """The attribute's value; empty when it is missing."""
        return self.attributes.get(attribute.lower(), "")

    def is_true(self, attribute: str) -> bool:
        """Whether the attribute says True, in any case."""
        return self.get(attribute).strip().lower() == "true"


@dataclass(frozen=True)
class Unreadable:
    """Something between the marker and `]` that is no message."""

    text: str  # fit to be shown once masked


def parse(inside: str) -> ServiceMessage | None:
    """Read what stands between the brackets; None when it is no message."""
    inside = inside.translate(_LINE_ENDS).strip()
    name = _NAME.match(inside)
    if not name:
        return None
    attributes: dict[str, str] = {}
    at = name.end()
    while found := _ATTRIBUTE.match(inside, at):
        key, value = found[1].lower(), _decoded(found[2] if found[2] is not None else found[3])
        if value is None or key in attributes:
            return None
        attributes[key] = value
        at = found.end()
    return ServiceMessage(name.group(), attributes) if _END.match(inside, at) else None


def _decoded(value: str) -> str | None:
    try:
        return base64.b64decode("".join(value.split()), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return None


def showable(inside: str, end: str = "") -> str:
    """A message as text; of one that may carry a secret nobody knows yet, only the name."""
    secretive = _SECRETIVE.match(inside)
    return f"{MARKER}{secretive[1]} …{end}" if secretive else f"{MARKER}{inside}{end}"


class Splitter:
    """Splits one stream of text into plain text and messages.

    A line that held nothing but messages disappears together with its end.
    """

    def __init__(self, state: Mapping[str, object] | None = None) -> None:
        state = state or {}
        self._held = str(state.get("held", ""))  # may be the beginning of a marker
        half = state.get("half")
        self._half: list[str] | None = None if half is None else [str(half)]
        self._half_size = len(str(half or ""))
        self._at_line_start = bool(state.get("line_start", True))
        self._swallow_line_end = bool(state.get("swallow", False))

    def state(self) -> dict[str, object]:
        """What is held back, for JSON."""
        return {
            "held": self._held,
            "half": None if self._half is None else "".join(self._half),
            "line_start": self._at_line_start,
            "swallow": self._swallow_line_end,
        }

    def feed(self, text: str) -> Iterator[str | ServiceMessage | Unreadable]:
        """What this text completes, in its order. Exhaust it before feeding more."""
        if self._held:
            text, self._held = self._held + text, ""
        at = 0
        while at < len(text):
            if self._half is None:
                at, plain = self._read_plain(text, at)
                if plain:
                    yield plain
            else:
                at, item = self._read_message(text, at)
                if item:
                    yield item

    def finish(self) -> Iterator[str]:
        """What is held back, as text."""
        if self._half is not None:
            yield self._text_of_half("")
        elif self._held:
            yield self._held
            self._held = ""

    def _read_plain(self, text: str, at: int) -> tuple[int, str]:
        """Go on to the next marker or the end; returns where, and the text up to there."""
        if self._swallow_line_end:
            self._swallow_line_end = False
            if text[at] == "\n":
                return at + 1, ""
        start = text.find(MARKER, at)
        if start < 0:
            end = len(text) - _begun_marker(text, at)
            plain, self._held = text[at:end], text[end:]
            at = len(text)
        else:
            plain, at = text[at:start], start + len(MARKER)
            self._half, self._half_size = [], 0
        if plain:
            self._at_line_start = plain.endswith("\n")
        return at, plain

    def _read_message(self, text: str, at: int) -> tuple[int, str | ServiceMessage | Unreadable | None]:
        """Go on to the end of the half-read message; nothing when it is not there yet."""
        assert self._half is not None  # noqa: S101 - the caller looked
        room = LONGEST - self._half_size
        end = text.find("]", at, at + room + 1)
        if end >= 0:
            inside = "".join(self._half) + text[at:end]
            self._half = None
            self._swallow_line_end = self._at_line_start
            return end + 1, parse(inside) or Unreadable(showable(inside, "]"))
        if len(text) - at > room:
            return at + room, self._text_of_half(text[at : at + room])
        self._half.append(text[at:])
        self._half_size += len(text) - at
        return len(text), None

    def _text_of_half(self, rest: str) -> str:
        assert self._half is not None  # noqa: S101 - the callers looked
        text = showable("".join(self._half) + rest)
        self._half = None
        self._at_line_start = text.endswith("\n")
        return text


def _begun_marker(text: str, at: int) -> int:
    """How many characters at the end may be the beginning of a marker."""
    for size in range(min(len(MARKER) - 1, len(text) - at), 0, -1):
        if text.endswith(MARKER[:size]):
            return size
    return 0
