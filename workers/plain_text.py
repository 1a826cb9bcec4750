"""Turns a stream of bytes into harmless text. It knows neither service messages nor secrets.

- UTF-8, across chunk borders; what is not UTF-8 becomes U+FFFD.
- Terminal escape sequences (colours, cursor moves, titles) are left out.
- CR LF and CR are a line end: each state of a progress bar is a line of its own. A run of CR counts once.
- Other control characters become visible: NUL is shown as ␀, escape as ␛.

The result depends on the bytes only, not on how they were cut into chunks.
"""

from __future__ import annotations

import base64
import codecs
import re
from collections.abc import Mapping

_LONGEST_STRING = 2048  # of a title or a link inside an escape sequence; beyond that it is taken for text

# ECMA-48: control sequences, strings (title, link, device control) with their terminator, and the short escapes.
_SEQUENCE = re.compile(
    r"\x1b(?:"
    r"\[[0-?]{0,64}[ -/]{0,8}[@-~]"
    rf"|[\]PX^_][^\x00-\x1f\x7f]{{0,{_LONGEST_STRING}}}(?:\x07|\x1b\\)"
    r"|[ -/]{0,4}[0-~]"
    r")"
)
_UNFINISHED_SEQUENCE = re.compile(
    r"\x1b(?:"
    r"\[[0-?]{0,64}[ -/]{0,8}"
    rf"|[\]PX^_][^\x00-\x1f\x7f]{{0,{_LONGEST_STRING}}}\x1b?"
    r"|[ -/]{0,4}"
    r")\Z"
)
_LONGEST_UNFINISHED = _LONGEST_STRING + 3

_LINE_END = re.compile(r"\r+\n?")

_KEPT = "\t\n"
_ASCII_CONTROLS = "".join(map(chr, [*range(32), 127])).translate({ord(kept): None for kept in _KEPT})
_OTHER_CONTROLS = "".join(map(chr, range(0x80, 0xA0)))
_VISIBLE = (
    {ord(char): 0x2400 + ord(char) for char in _ASCII_CONTROLS}
    | {0x7F: 0x2421}
    | {ord(char): 0xFFFD for char in _OTHER_CONTROLS}
)


class PlainText:
    """One stream's bytes on their way to text; holds back only what cannot be decided yet."""

    def __init__(self, state: Mapping[str, object] | None = None) -> None:
        state = state or {}
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._decoder.setstate((base64.b64decode(str(state.get("bytes", ""))), 0))
        self._escape = str(state.get("escape", ""))
        self._ends_with_cr = bool(state.get("cr", False))

    def feed(self, data: bytes, *, final: bool = False) -> str:
        """The text that is certain after these bytes; with `final` nothing is held back any more."""
        text = self._decoder.decode(data, final)
        text = self._without_escapes(text, final)
        text = self._with_line_ends(text, final)
        return _with_visible_controls(text)

    def state(self) -> dict[str, object]:
        """What is held back, for JSON."""
        held, _ = self._decoder.getstate()
        return {"bytes": base64.b64encode(held).decode(), "escape": self._escape, "cr": self._ends_with_cr}

    def _without_escapes(self, text: str, final: bool) -> str:
        if self._escape:
            text, self._escape = self._escape + text, ""
        if "\x1b" not in text:
            return text
        if not final:
            unfinished = _UNFINISHED_SEQUENCE.search(text, max(0, len(text) - _LONGEST_UNFINISHED))
            if unfinished:
                self._escape = unfinished.group()
                text = text[: unfinished.start()]
        return _SEQUENCE.sub("", text)

    def _with_line_ends(self, text: str, final: bool) -> str:
        if self._ends_with_cr:
            text, self._ends_with_cr = "\r" + text, False
        if "\r" not in text:
            return text
        if not final and text.endswith("\r"):  # a LF may follow, and belongs to it
            text, self._ends_with_cr = text.rstrip("\r"), True
        return _LINE_END.sub("\n", text)


def plain(text: str) -> str:
    """What this text looks like once a script has printed it."""
    return PlainText().feed(text.encode("utf-8", "replace"), final=True)


def _with_visible_controls(text: str) -> str:
    # Many searches for one character beat one search for a set by a factor of ten.
    if any(control in text for control in _ASCII_CONTROLS) or (
        not text.isascii() and any(control in text for control in _OTHER_CONTROLS)
    ):
        return text.translate(_VISIBLE)
    return text
