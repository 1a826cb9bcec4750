"""Base64 that is broken into lines in the middle of a secret: where it is, and where it may have begun. Pure.

A core is the base64 of a secret inside a longer text; exactly one line end stands in it, behind its first four
characters or later. Wherever that is, one half of the core is whole: that is what is looked for.
"""

from __future__ import annotations

from collections.abc import Iterator

from workers.secret_forms import HEAD

Span = tuple[int, int]


def occurrences(core: str, text: str) -> Iterator[Span]:
    """The stretches of text that are this core with a line end in it."""
    half = len(core) // 2
    at = text.find(core[:half])
    while at >= 0:
        end = _forwards(core, half, text, at + half)
        if end:
            yield at, end
        at = text.find(core[:half], at + 1)
    at = text.find(core[half:])
    while at >= 0:
        start = _backwards(core, half, text, at)
        if start >= 0:
            yield start, at + len(core) - half
        at = text.find(core[half:], at + 1)


def undecided(core: str, text: str) -> int:
    """Where the tail begins that the next characters may turn into such a stretch; else the text's end."""
    line_end = text.rfind("\n", max(0, len(text) - len(core)))
    if line_end < 0:
        return len(text)
    rest = text[line_end + 1 :]
    before = text[max(0, line_end - len(core)) : line_end]
    if rest not in core or before[-HEAD:] not in core:
        return len(text)
    for size in range(len(core) - 1, HEAD - 1, -1):  # the longest beginning is the earliest
        if before.endswith(core[:size]) and core.startswith(rest, size):
            return line_end - size
    return len(text)


def _forwards(core: str, matched: int, text: str, at: int) -> int:
    """Where the core ends whose first characters end there; 0 when it does not go on with one line end in it."""
    for size in range(matched, len(core)):
        if text.startswith("\n", at):
            found = text.startswith(core[size:], at + 1)
            return at + 1 + len(core) - size if found else 0
        if not text.startswith(core[size], at):
            return 0
        at += 1
    return 0


def _backwards(core: str, matched: int, text: str, at: int) -> int:
    """Where the core begins whose last characters begin there; -1 when no line end stands before them in it."""
    for size in range(matched, HEAD - 1, -1):
        if size < matched and text[at - 1 : at] == "\n":
            start = at - 1 - size
            return start if start >= 0 and text.startswith(core[:size], start) else -1
        if at == 0 or text[at - 1] != core[size - 1]:
            return -1
        at -= 1
    return -1
