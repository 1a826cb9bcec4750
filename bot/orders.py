"""What people type about the queue and what holds it up, e.g. `/deploy queue`. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from bot import clauses, typed_text

VERBS = ("queue", "pause", "resume", "abandon", "lock", "unlock", "freeze", "thaw")


_SMALL = frozenset({"of", "for", "the", "to"})


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


@dataclass(frozen=True)
class Pause:
    """Let nothing new begin: of one project, or at all."""

    project: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Resume:
    """Let it go on."""

    project: str = ""


@dataclass(frozen=True)
class Abandon:
    """Let go of a deployment whose cancel is stuck; or of what runs on these machines only."""

    number: int
    machines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lock:
    """Keep a place for oneself. `names`: the environment and perhaps the project, in any order."""

    names: tuple[str, ...]
    reason: str = ""
    until: str = ""
    take: bool = False  # from whoever has it


@dataclass(frozen=True)
class Unlock:
    """Release a lock."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class Freeze:
    """Let nothing begin there until then."""

    names: tuple[str, ...]
    reason: str = ""
    until: str = ""


@dataclass(frozen=True)
class Thaw:
    """End a freeze."""

    names: tuple[str, ...]


Order = ShowQueue | MoveFirst | Pause | Resume | Abandon | Lock | Unlock | Freeze | Thaw


def parse(verb: str, text: str) -> Order | NotUnderstood:
    """What was typed after `/deploy`, `verb` being its first word or what that should be."""
    typed, reason = typed_text.reasoned(text)
    rest = typed_text.words(typed)[1:]
    match verb:
        case "lock" | "unlock" | "freeze" | "thaw":
            return _about_a_place(verb, typed_text.after_words(text, 1))
        case "pause":
            return _about_a_project(verb, rest, reason)
        case "resume":
            return _about_a_project(verb, rest, "")
        case "abandon":
            return _abandon(rest)
        case _:
            return _queue(rest)


def _about_a_project(verb: str, rest: list[str], reason: str) -> Order | NotUnderstood:
    """Nothing, or words that mean everything, or one project."""
    words = [word for word in rest if word.lower() not in _SMALL | {"queue", "everything", "all", "project"}]
    if len(words) > 1:
        suggestion = f"{verb} {words[0]}" + (f" because {' '.join(words[1:])}" if verb == "pause" else "")
        return NotUnderstood(f"`{verb}` takes one project, or nothing.", suggestion)
    project = words[0] if words else ""
    return Pause(project, reason) if verb == "pause" else Resume(project)


def _about_a_place(verb: str, text: str) -> Order | NotUnderstood:
    """`production of web until 18:00 because …`, in any order."""
    typed = clauses.split(text)
    words = [word.rstrip(":,") for word in (*typed.what, *typed.to)]
    takes = verb == "lock" and any(word.lower() == "take" for word in words)
    names = tuple(word for word in words if word.lower() not in _SMALL | {"take", "all", "everything"})
    if not names or len(names) > 2:
        what = " of ".join(names[:2]) or "production of web"
        until = " until Monday 08:00" if verb == "freeze" else ""
        because = " because …" if verb in {"lock", "freeze"} else ""
        return NotUnderstood(
            f"Say what to {verb}: an environment, and perhaps a project.", f"{verb} {what}{until}{because}"
        )
    match verb:
        case "lock":
            return Lock(names, typed.reason, typed.until, takes)
        case "unlock":
            return Unlock(names)
        case "freeze":
            return Freeze(names, typed.reason, typed.until)
        case _:
            return Thaw(names)


def _abandon(rest: list[str]) -> Order | NotUnderstood:
    said = clauses.split(typed_text.escaped(" ".join(rest)))
    number = typed_text.number(said.what[0]) if len(said.what) == 1 else None
    if number is None or said.names_no_target:
        return NotUnderstood("`abandon` needs the number on the card, and perhaps machines.", "abandon 17 on web-1")
    return Abandon(number, said.on)


def _queue(rest: list[str]) -> Order | NotUnderstood:
    words = [word for word in rest if word.lower() not in _SMALL]
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
