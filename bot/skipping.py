"""The steps that a typed command leaves out, `skip "Smoke test", warm-cache`, and how they are written. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot import typed_text

_NEXT_CLAUSE = frozenset(
    {
        "at",
        "until",
        "till",
        "because",
        "to",
        "in",
        "on",
        "for",
        "with",
        "override",
        "not",
        "except",
        "without",
        "excluding",
        "guided",
        "unguided",
    }
)
_BETWEEN = frozenset({",", "and"})
_WORD = re.compile(r"\"[^\"]*\"|'[^']*'|[^\s,]+|,")


@dataclass(frozen=True)
class Skipped:
    """What stood behind `skip`: the names of steps, and the rest of the command."""

    steps: tuple[str, ...] = ()
    rest: str = ""


def read(tail: str) -> Skipped:
    """The names at the beginning of this text, up to a word that begins another clause."""
    text = typed_text.plain(tail)
    steps: list[str] = []
    for found in _WORD.finditer(text):
        word = found[0]
        if word.lower().rstrip(":") in _NEXT_CLAUSE:
            return Skipped(tuple(steps), text[found.start() :])
        if word.lower() not in _BETWEEN:
            steps += filter(None, [typed_text.unquoted(word)])
    return Skipped(tuple(steps))


def without_steps(command: str, steps: tuple[str, ...]) -> str:
    """The command with these steps left out, ready to be typed."""
    return f"{command} skip {', '.join(map(_quoted, steps))}" if steps else command


def _quoted(name: str) -> str:
    return name if re.fullmatch(r"[\w.-]+", name) and name.lower() not in _NEXT_CLAUSE | _BETWEEN else f'"{name}"'
