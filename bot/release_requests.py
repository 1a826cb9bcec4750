"""What people type after `/release`, parsed into requests. Pure."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from bot import typed_text
from bot.commands import Help
from bot.orders import NotUnderstood

RELEASE_VERBS = ("create", "list", "help")


@dataclass(frozen=True)
class CreateRelease:
    """Create a release."""

    project: str
    version: str
    packages: tuple[tuple[str, str], ...] = ()  # those whose version is another one, by name


@dataclass(frozen=True)
class ListReleases:
    """Show the newest releases of a project."""

    project: str


ReleaseRequest = Help | CreateRelease | ListReleases | NotUnderstood


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


def _creation(rest: list[str]) -> CreateRelease | NotUnderstood:
    named = [word.partition("=") for word in rest if "=" in word]
    rest = [word for word in rest if "=" not in word and not (named and word.lower() == "with")]
    if len(rest) == 1 and "@" in rest[0].strip("@"):
        rest = rest[0].split("@", 1)
    if len(rest) != 2:
        return NotUnderstood("Say the project and the version.", f"create {rest[0] if rest else 'web'} 1.4.0")
    if any(not name or not version for name, _, version in named):
        return NotUnderstood(
            "A package of another version is written `app=1.3.9`.", f"create {' '.join(rest)} app=1.3.9"
        )
    return CreateRelease(rest[0], rest[1], tuple((name.lower(), version) for name, _, version in named))
