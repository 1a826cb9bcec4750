"""What people type after `/deploy` and `/release`, parsed into requests. Pure: it knows no Slack client."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection
from dataclasses import dataclass

from bot import orders, typed_text
from bot.orders import NotUnderstood, Order
from engine.services.views import Verdict

DEPLOY_VERBS = ("help", "status", "cancel", "logs", "approve", "abort", "retry", "fail")
RELEASE_VERBS = ("create", "list", "help")

_VERDICTS = {
    "approve": Verdict.PROCEED,
    "abort": Verdict.ABORT,
    "retry": Verdict.RUN_AGAIN,
    "fail": Verdict.FAIL,
}


@dataclass(frozen=True)
class Help:
    """Show what can be typed."""


@dataclass(frozen=True)
class OpenForm:
    """Not everything was said: ask for the rest in a modal."""

    project: str = ""
    version: str = ""
    environment: str = ""


@dataclass(frozen=True)
class Deploy:
    """Deploy this there."""

    project: str
    version: str
    environment: str


@dataclass(frozen=True)
class Status:
    """How does it stand? Without a number: what runs, and what ran last."""

    number: int | None = None


@dataclass(frozen=True)
class Cancel:
    """Cancel a deployment."""

    number: int


@dataclass(frozen=True)
class ShowLogs:
    """Show the end of the log of a deployment."""

    number: int


@dataclass(frozen=True)
class Decide:
    """Answer what a deployment asks."""

    number: int
    verdict: Verdict
    note: str = ""


@dataclass(frozen=True)
class CreateRelease:
    """Create a release."""

    project: str
    version: str


@dataclass(frozen=True)
class ListReleases:
    """Show the newest releases of a project."""

    project: str


DeployRequest = Help | OpenForm | Deploy | Status | Cancel | ShowLogs | Decide | Order | NotUnderstood
ReleaseRequest = Help | CreateRelease | ListReleases | NotUnderstood


def parse_deploy(text: str, *, projects: Collection[str] = ()) -> DeployRequest:
    """What was typed after `/deploy`. `projects`: known slugs, so that a project is never taken for a misspelt verb."""
    words = typed_text.words(text)
    if not words:
        return OpenForm()
    verb, rest = words[0].lower(), words[1:]
    if verb in projects:
        return _deployment(words)
    if verb in orders.VERBS:
        return orders.parse(verb, text)
    if verb in DEPLOY_VERBS:
        return _with_verb(verb, rest, text)
    if meant := _misspelt(verb, rest):
        return NotUnderstood(f"I do not know `{words[0]}`.", " ".join((meant, *rest)))
    return _deployment(words)


def parse_release(text: str) -> ReleaseRequest:
    """What was typed after `/release`."""
    words = typed_text.words(text)
    if not words or words[0].lower() == "help":
        return Help()
    verb, rest = words[0].lower(), words[1:]
    if verb == "create":
        return _creation(rest)
    if verb == "list":
        if len(rest) != 1:
            return NotUnderstood("Say which project.", "list web" if not rest else f"list {rest[0]}")
        return ListReleases(rest[0])
    close = difflib.get_close_matches(verb, RELEASE_VERBS, n=1, cutoff=0.6)
    suggestion = f"{close[0]} {' '.join(rest)}".strip() if close else "help"
    return NotUnderstood(f"I do not know `{words[0]}`.", suggestion)


def _with_verb(verb: str, rest: list[str], text: str) -> DeployRequest:
    if verb == "help":
        return Help()
    if verb == "status":
        return _status(rest)
    return _about_a_number(verb, rest, text)


def _status(rest: list[str]) -> Status | NotUnderstood:
    if not rest:
        return Status()
    number = typed_text.number(rest[0])
    if number is None or len(rest) > 1:
        return NotUnderstood("`status` takes the number on the card, or nothing.", "status")
    return Status(number)


def _about_a_number(verb: str, rest: list[str], text: str) -> Cancel | ShowLogs | Decide | NotUnderstood:
    number = typed_text.number(rest[0]) if rest else None
    if number is None:
        return NotUnderstood(f"`{verb}` needs the number on the card.", f"{verb} 17")
    if verb in _VERDICTS:
        note = typed_text.after_words(text, 2)
        return Decide(number, _VERDICTS[verb], re.sub(r"(?i)\Abecause[:,]?\s+", "", note))
    if len(rest) > 1:
        return NotUnderstood(f"`{verb}` takes one number and nothing else.", f"{verb} {number}")
    return Cancel(number) if verb == "cancel" else ShowLogs(number)


def _deployment(words: list[str]) -> Deploy | OpenForm | NotUnderstood:
    plain = [word for word in words if word.lower() not in {"to", "→", "->"}]
    if plain and "@" in plain[0].strip("@"):
        plain[:1] = plain[0].split("@", 1)
    if len(plain) == 3:
        return Deploy(plain[0], plain[1], plain[2])
    if len(plain) < 3:
        return _part_of_a_deployment(words, plain)
    return NotUnderstood(
        f"That is too much: I need a project, a version and an environment, not {len(plain)} words.",
        " ".join((*plain[:2], "to", plain[2])),
    )


def _part_of_a_deployment(words: list[str], plain: list[str]) -> OpenForm:
    """`web`, `web 1.4.0`, `web to production`: the form asks for the rest."""
    if len(plain) == 2 and len(words) == 3 and words[1] not in plain:
        return OpenForm(project=plain[0], environment=plain[1])
    return OpenForm(project=plain[0] if plain else "", version=plain[1] if len(plain) > 1 else "")


def _creation(rest: list[str]) -> CreateRelease | NotUnderstood:
    if len(rest) == 1 and "@" in rest[0].strip("@"):
        rest = rest[0].split("@", 1)
    if len(rest) != 2:
        return NotUnderstood("Say the project and the version.", f"create {rest[0] if rest else 'web'} 1.4.0")
    return CreateRelease(rest[0], rest[1])


def _misspelt(verb: str, rest: list[str]) -> str | None:
    """The verb that was probably meant: it looks like one, and what follows fits one."""
    close = difflib.get_close_matches(verb, (*DEPLOY_VERBS, *orders.VERBS), n=1, cutoff=0.7)
    if not close or _looks_like_a_deployment(rest):
        return None
    if close[0] in orders.VERBS:
        return None if isinstance(orders.parse(close[0], " ".join((verb, *rest))), NotUnderstood) and rest else close[0]
    if close[0] in {"help", "status"}:
        return close[0] if not rest or (len(rest) == 1 and typed_text.number(rest[0]) is not None) else None
    return close[0] if rest and typed_text.number(rest[0]) is not None else None


def _looks_like_a_deployment(rest: list[str]) -> bool:
    return len(rest) == 3 and rest[1].lower() == "to"
