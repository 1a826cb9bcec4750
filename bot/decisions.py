"""What people type to answer what a deployment asks, e.g. `approve 17`, `exclude 17 web-3`. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot import typed_text
from engine.services.views import Verdict

VERDICTS = {
    "approve": Verdict.PROCEED,
    "abort": Verdict.ABORT,
    "retry": Verdict.RUN_AGAIN,
    "exclude": Verdict.EXCLUDE,
    "ignore": Verdict.IGNORE,
    "fail": Verdict.FAIL,
}


@dataclass(frozen=True)
class Decide:
    """Answer what a deployment asks."""

    number: int
    verdict: Verdict
    note: str = ""
    machines: tuple[str, ...] = ()  # of which failed targets; none: of all
    without: tuple[str, ...] = ()  # but not of these


@dataclass(frozen=True)
class Take:
    """Be the one who is on the failed step of a deployment."""

    number: int


@dataclass(frozen=True)
class Acknowledge:
    """Say that one has looked at an emergency of somebody else."""

    number: int
    note: str = ""


def decision(number: int, verb: str, rest: str) -> Decide | Acknowledge:
    """Behind the verb and the number: `[on MACHINES] [not on MACHINES] [because] NOTE`; `exclude` needs no `on`."""
    if verb == "acknowledge":
        return Acknowledge(number, _note(rest))
    verdict = VERDICTS[verb]
    before, note = typed_text.reasoned(typed_text.escaped(rest))
    words = typed_text.words(before)
    if verdict is Verdict.EXCLUDE or (words and words[0].lower() == "on") or _leaves_out(words):
        on, without = _machines(words)
        return Decide(number, verdict, note, on, without)
    return Decide(number, verdict, _note(rest))


def _leaves_out(words: list[str]) -> bool:
    return [word.lower() for word in words[:2]] == ["not", "on"]


def _machines(words: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Those that are named, and those behind `not on`."""
    begins = next((index for index in range(len(words)) if _leaves_out(words[index:])), len(words))
    first = 1 if words and words[0].lower() == "on" else 0
    return _names(words[first:begins]), _names(words[begins + 2 :])


def _names(words: list[str]) -> tuple[str, ...]:
    return tuple(re.findall(r"[^\s,;]+", " ".join(words)))


def _note(text: str) -> str:
    return re.sub(r"(?i)\Abecause[:,]?\s+", "", text)
