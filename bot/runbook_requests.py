"""What people type after `/runbook`, parsed into requests. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot import commands, typed_text
from bot.commands import Deploy, Help
from bot.orders import NotUnderstood
from engine.services.choices import Choices
from engine.services.gates import Way

RUNBOOK_VERBS = ("run", "list", "publish", "help")
_SOME_PROJECT = "any"
"""Stands for a project that was not named, where the words of a deployment are looked for."""


@dataclass(frozen=True)
class RunRunbook:
    """Run this there. `project`: empty when it was not said."""

    name: str
    environment: str
    project: str
    choices: Choices
    is_draft: bool = False


@dataclass(frozen=True)
class PublishRunbook:
    """Freeze it as it is now."""

    name: str
    project: str = ""


@dataclass(frozen=True)
class ListRunbooks:
    """Show all of them."""


RunbookRequest = Help | RunRunbook | PublishRunbook | ListRunbooks | NotUnderstood


def parse_runbook(text: str) -> RunbookRequest:
    """`run NAME [of PROJECT] [draft] in ENVIRONMENT [on …] [skip …] [at …] [with …] [because …]`, in any order."""
    words = typed_text.words(text)
    if not words or words[0].lower() == "help":
        return Help()
    verb, rest = words[0].lower(), words[1:]
    if verb == "list":
        return ListRunbooks()
    if verb == "publish":
        return _publishing(rest)
    if verb == "run":
        return _running(rest, typed_text.after_words(text, 1))
    return NotUnderstood(f"I do not know `{words[0]}`.", "help")


def _publishing(rest: list[str]) -> PublishRunbook | NotUnderstood:
    words = [word for word in rest if word.lower() not in {"of", "the"}]
    if len(words) not in {1, 2}:
        return NotUnderstood("Say which runbook to publish, and of which project.", "publish restart of web")
    return PublishRunbook(words[0], words[1] if len(words) == 2 else "")


def _running(rest: list[str], text: str) -> RunRunbook | NotUnderstood:
    if not rest:
        return NotUnderstood("Say which runbook to run, and where.", "run restart in production")
    name, project, skipped = rest[0], "", 1
    if len(rest) > 2 and rest[1].lower() == "of":
        project, skipped = rest[2], 3
    tail = typed_text.after_words(text, skipped)
    is_draft = tail.split()[:1] == ["draft"]
    tail = typed_text.after_words(tail, 1) if is_draft else tail
    asked = commands.deployment(f"{project or _SOME_PROJECT} {name} {typed_text.escaped(tail)}")
    if isinstance(asked, Deploy) and asked.way is Way.EMERGENCY:
        where = replace(asked, way=Way.NONE, seen=None)
        said = where.typed.removeprefix(f"{where.project} {where.version} to ")
        place = f"{name} of {project}" if project else name
        return NotUnderstood("Only deployments can be emergencies.", f"run {place} in {said}")
    if isinstance(asked, Deploy):
        return RunRunbook(asked.version, asked.environment, project, asked.choices, is_draft)
    of = f" of {project}" if project else ""
    if isinstance(asked, NotUnderstood) and "many" not in asked.sentence:
        return replace(asked, suggestion=f"run {name}{of} in production")
    return NotUnderstood("Say where to run it.", f"run {name}{of} in production")
