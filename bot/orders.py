"""What people type about the queue and what holds it up, e.g. `/deploy queue`. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from bot import typed_text

VERBS = ("queue",)


@dataclass(frozen=True)
class NotUnderstood:
    """It makes no sense as it stands; `suggestion` is what may have been meant, ready to be typed after the command."""

    sentence: str
    suggestion: str = ""


@dataclass(frozen=True)
class ShowQueue:
    """What runs, what waits and why; of one project, or of all."""

    project: str = ""


@dataclass(frozen=True)
class MoveFirst:
    """Move a deployment to the front of the queue."""

    number: int


Order = ShowQueue | MoveFirst


def parse(verb: str, rest: list[str], text: str) -> Order | NotUnderstood:  # noqa: ARG001 - others need the whole text
    """What was typed after `/deploy`, its first word being one of `VERBS`."""
    return _queue(rest)


def _queue(rest: list[str]) -> Order | NotUnderstood:
    words = [word for word in rest if word.lower() not in {"of", "for", "the", "to"}]
    if not words:
        return ShowQueue()
    number = typed_text.number(words[0])
    if number is not None:
        if [word.lower() for word in words[1:]] in (["first"], ["top"], ["front"]):
            return MoveFirst(number)
        return NotUnderstood(f"Say what #{number} should be: `first` moves it to the front.", f"queue {number} first")
    if len(words) > 1:
        return NotUnderstood("`queue` takes one project, or nothing.", f"queue {words[0]}")
    return ShowQueue(words[0])
