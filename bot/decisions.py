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
    """Behind the verb and the number: `[on MACHINES] [because] NOTE`; what is excluded needs no `on`."""
    if verb == "acknowledge":
        return Acknowledge(number, _note(rest))
    verdict = VERDICTS[verb]
    before, note = typed_text.reasoned(typed_text.escaped(rest))
    words = typed_text.words(before)
    names_machines = words[:1] and words[0].lower() == "on"
    if verdict is Verdict.EXCLUDE or names_machines:
        found = " ".join(words[1:] if names_machines else words)
        return Decide(number, verdict, note, tuple(re.findall(r"[^\s,;]+", found)))
    return Decide(number, verdict, _note(rest))


def _note(text: str) -> str:
    return re.sub(r"(?i)\Abecause[:,]?\s+", "", text)
