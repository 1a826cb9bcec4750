"""The answers in a typed command, `with Ticket=OPS-7 Note="two words"`, and how they are written. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot import typed_text

Answers = tuple[tuple[str, str], ...]
"""Names (or labels) and values, as they were typed."""

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
        "tomorrow",
        "today",
        "tonight",
        "override",
        "not",
        "except",
        "without",
        "excluding",
        "guided",
        "unguided",
        "skip",
    }
)
_BETWEEN = frozenset({",", "and"})


@dataclass(frozen=True)
class Answered:
    """What stood behind `with`: the answers, and the rest of the command; or what is wrong, and what was meant."""

    answers: Answers = ()
    rest: str = ""
    flaw: str = ""
    meant: str = ""


def read(tail: str) -> Answered:
    """The answers at the beginning of this text, up to a word that begins another clause."""
    pairs: list[tuple[str, str]] = []
    flaw = ""
    words = typed_text.values(tail)
    for index, word in enumerate(words):
        name, is_pair, value = _split(word)
        if is_pair:
            pairs.append((name, value))
        elif word.lower().rstrip(":,") in _NEXT_CLAUSE and not flaw:
            return _answered(pairs, flaw, " ".join(words[index:]))
        elif word in _BETWEEN:
            continue
        elif not pairs:
            return Answered(flaw=f"`{word}` is no answer: after `with` stands NAME=VALUE.", meant=f"{word}=…")
        else:  # several words without quotes
            pairs[-1] = (pairs[-1][0], f"{pairs[-1][1]} {word}")
            flaw = "A value of several words stands in quotes."
    return _answered(pairs, flaw, "")


def with_answers(command: str, answers: Answers) -> str:
    """The command with these answers, ready to be typed."""
    return f"{command} with {_typed(answers)}" if answers else command


def _answered(pairs: list[tuple[str, str]], flaw: str, rest: str) -> Answered:
    if not pairs:
        return Answered(flaw="After `with` stands NAME=VALUE.", meant="Ticket=OPS-7", rest=rest)
    if flaw:
        return Answered(flaw=flaw, meant=_typed(tuple(pairs)), rest=rest)
    last = len(pairs) - 1
    answers = (
        (name, value[:-1] if value.endswith(",") and index < last else value)
        for index, (name, value) in enumerate(pairs)
    )
    return Answered(tuple(answers), rest)


def _split(word: str) -> tuple[str, bool, str]:
    found = re.match(r"(\"[^\"]+\"|'[^']+'|[^=\"']+)=(.*)\Z", word, re.DOTALL)
    return (typed_text.unquoted(found[1]), True, typed_text.unquoted(found[2])) if found else (word, False, "")


def _typed(answers: Answers) -> str:
    return " ".join(f"{_quoted(name)}={_quoted(value)}" for name, value in answers)


def _quoted(text: str) -> str:
    if text and not re.search(r"[\s=\"']", text):
        return text
    return f"'{text}'" if '"' in text else f'"{text}"'
