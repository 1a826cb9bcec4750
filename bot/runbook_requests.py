"""What people type after `/runbook`, parsed into requests. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from bot import commands, typed_text
from bot.commands import Deploy, Help
from bot.orders import NotUnderstood
from engine.services.choices import Choices
from engine.services.gates import Way

RUNBOOK_VERBS = ("run", "plan", "list", "publish", "help")
_ANY, _IT = "any", "it"
"""Stand for the project and the version, where the words of a deployment are looked for."""
_AS_A_DEPLOYMENT = f"{_ANY} {_IT} to "
_NAMED = re.compile(r"""\s*(?:"(?P<quoted>[^"]+)"|'(?P<single>[^']+)'|(?P<word>\S+))(?P<rest>.*)""", re.DOTALL)
_OF = re.compile(r"(?i)(?:\A|\s)of\s+(\S+)")
_DRAFT = re.compile(r"(?i)(?:\A|\s)(draft)(?=\s|\Z)")
_QUEUE = re.compile(r"(?i)(?:\A|\s)(queue|queued)(?=\s|\Z)")


@dataclass(frozen=True)
class RunRunbook:
    """Run this there. `project`: empty when it was not said; `said`: the rest, as of a deployment of nothing."""

    name: str
    project: str
    said: Deploy
    is_draft: bool = False

    @property
    def environment(self) -> str:
        """Where."""
        return self.said.environment

    @property
    def choices(self) -> Choices:
        """What was said besides, as the service takes it."""
        return self.said.choices

    @property
    def typed(self) -> str:
        """As it is typed after `/runbook`."""
        place = f"{_typed(self.name)} of {self.project}" if self.project else _typed(self.name)
        queue, draft = " queue" if self.said.way.queues else "", " draft" if self.is_draft else ""
        said = replace(self.said, way=Way.NONE).typed
        return said.replace(_AS_A_DEPLOYMENT, f"run {place}{draft}{queue} in ", 1)


@dataclass(frozen=True)
class PlanRunbook:
    """Show what this run would do."""

    wanted: RunRunbook


@dataclass(frozen=True)
class PublishRunbook:
    """Freeze it as it is now."""

    name: str
    project: str = ""


@dataclass(frozen=True)
class ListRunbooks:
    """Show all of them."""


RunbookRequest = Help | RunRunbook | PlanRunbook | PublishRunbook | ListRunbooks | NotUnderstood


def parse_runbook(text: str) -> RunbookRequest:
    """`run NAME[@2] [of PROJECT] [draft] in ENVIRONMENT [on …] [skip …] [at …] [with …] [because …]`, in any order."""
    words = typed_text.words(text)
    if not words or words[0].lower() == "help":
        return Help()
    verb, rest = words[0].lower(), words[1:]
    if verb == "list":
        return ListRunbooks()
    if verb == "publish":
        return _publishing(rest)
    if verb == "run":
        return _running(typed_text.after_words(text, 1), verb)
    if verb == "plan":
        wanted = _running(typed_text.after_words(text, 1), verb)
        return PlanRunbook(wanted) if isinstance(wanted, RunRunbook) else wanted
    return NotUnderstood(f"I do not know `{words[0]}`.", "help")


def _publishing(rest: list[str]) -> PublishRunbook | NotUnderstood:
    words = [word for word in rest if word.lower() not in {"of", "the"}]
    if len(words) not in {1, 2}:
        return NotUnderstood("Say which runbook to publish, and of which project.", "publish restart of web")
    return PublishRunbook(words[0], words[1] if len(words) == 2 else "")


def _running(text: str, verb: str) -> RunRunbook | NotUnderstood:
    found = _NAMED.match(typed_text.plain(text))
    if found is None:
        return NotUnderstood(f"Say which runbook to {verb}, and where.", f"{verb} restart in production")
    name = found["quoted"] or found["single"] or found["word"]
    said, reason = typed_text.reasoned(typed_text.escaped(found["rest"]))
    said, project = _taken_out(_OF, said)
    said, draft = _taken_out(_DRAFT, said)
    said, queue = _taken_out(_QUEUE, said)
    because = f" because {typed_text.escaped(reason)}" if reason else ""
    asked = commands.deployment(f"{_ANY} {_IT} {said}{because}")
    place = f"{_typed(name)} of {project}" if project else _typed(name)
    if isinstance(asked, Deploy) and asked.way is Way.EMERGENCY:
        calm = replace(asked, way=Way.NONE, seen=None).typed
        return NotUnderstood(
            "Only deployments can be emergencies.", calm.replace(_AS_A_DEPLOYMENT, f"{verb} {place} in ", 1)
        )
    if isinstance(asked, Deploy):
        way = Way.QUEUE if queue else Way.NONE  # freezes are about what is deployed: a run passes them anyway
        return RunRunbook(name, project, replace(asked, way=way), bool(draft))
    if (
        isinstance(asked, NotUnderstood)
        and asked.suggestion.startswith(_AS_A_DEPLOYMENT)
        and "too much" not in asked.sentence
    ):
        return replace(asked, suggestion=asked.suggestion.replace(_AS_A_DEPLOYMENT, f"{verb} {place} in ", 1))
    return NotUnderstood("Say the runbook and where to run it, and no other word.", f"{verb} {place} in production")


def _taken_out(pattern: re.Pattern[str], text: str) -> tuple[str, str]:
    """The text without what this finds in it, and the word that it found."""
    found = pattern.search(text)
    return (text, "") if found is None else (f"{text[: found.start()]} {text[found.end() :]}", found[1])


def _typed(name: str) -> str:
    return f'"{name}"' if " " in name else name
