"""What people type after `/runbook`, parsed into requests. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bot import commands, typed_text
from bot.answering import Answers
from bot.commands import Deploy, Help, OpenForm
from bot.orders import NotUnderstood
from engine.services.choices import Choices
from engine.services.gates import Way

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

    @classmethod
    def entered(cls, form: OpenRunForm) -> RunRunbook:
        """What a form asks for. Raises KeyError, TypeError, ValueError."""
        facts = {**form.besides, "p": _ANY, "v": _IT, "e": form.environment, "n": dict(form.answers)}
        return cls(form.name, form.project, Deploy.carried(facts), form.is_draft)

    @property
    def form(self) -> OpenRunForm:
        """The form in which all of it stands."""
        besides = {key: said for key, said in self.said.besides.items() if key not in {"n", "z"}}
        return OpenRunForm(self.name, self.project, self.is_draft, self.environment, self.said.answers, besides)

    @property
    def typed(self) -> str:
        """As it is typed after `/runbook`."""
        place = f"{_typed(self.name)} of {self.project}" if self.project else _typed(self.name)
        queue, draft = " queue" if self.said.way.queues else "", " draft" if self.is_draft else ""
        said = replace(self.said, way=Way.NONE).typed
        return said.replace(_AS_A_DEPLOYMENT, f"run {place}{draft}{queue} in ", 1)


@dataclass(frozen=True)
class OpenRunForm:
    """Not everything was said, or not that it shall run: ask in a form, with what was typed standing in it."""

    name: str = ""
    project: str = ""
    is_draft: bool = False
    environment: str = ""
    answers: Answers = ()
    besides: Mapping[str, Any] = field(default_factory=dict)  # as of `Deploy`

    @property
    def carried(self) -> dict[str, Any]:
        """As a button carries it."""
        place = {"k": self.name, "p": self.project, "d": int(self.is_draft), "e": self.environment}
        said = {**place, **self.besides, "n": dict(self.answers)}
        return {key: words for key, words in said.items() if words}

    @classmethod
    def from_carried(cls, facts: Mapping[str, Any]) -> OpenRunForm:
        """From what a button carried. Raises ValueError, TypeError."""
        name, project, environment = (str(facts.get(key, "")) for key in ("k", "p", "e"))
        answers = tuple((str(name), str(value)) for name, value in dict(facts.get("n", {})).items())
        besides = {key: said for key, said in facts.items() if key not in {"k", "p", "d", "e", "n"}}
        return cls(name, project, bool(facts.get("d")), environment, answers, besides)


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


RunbookRequest = Help | OpenRunForm | RunRunbook | PlanRunbook | PublishRunbook | ListRunbooks | NotUnderstood


def parse_runbook(text: str) -> RunbookRequest:
    """`run NAME[@2] [of PROJECT] [draft] in ENVIRONMENT [on …] [skip …] [at …] [with …] [because …]`, in any order.

    With nothing, with a name alone, or without the place it opens the form; so does what does not say `run`.
    """
    words = typed_text.words(text)
    verb = words[0].lower() if words else "run"
    if verb not in _BY_VERB:
        wanted = _running(text, "run")
        return wanted.form if isinstance(wanted, RunRunbook) else wanted
    return _BY_VERB[verb](text)


def _help(_text: str) -> Help:
    return Help()


def _listing(_text: str) -> ListRunbooks:
    return ListRunbooks()


def _to_run(text: str) -> RunRunbook | OpenRunForm | NotUnderstood:
    return _running(typed_text.after_words(text, 1), "run")


def _planning(text: str) -> PlanRunbook | NotUnderstood:
    wanted = _running(typed_text.after_words(text, 1), "plan")
    if isinstance(wanted, RunRunbook):
        return PlanRunbook(wanted)
    if isinstance(wanted, NotUnderstood):
        return wanted
    place = f"{_typed(wanted.name)} of {wanted.project}" if wanted.project else _typed(wanted.name)
    return NotUnderstood("Say which runbook to plan, and where.", f"plan {place or 'restart'} in production")


def _publishing(text: str) -> PublishRunbook | NotUnderstood:
    words = [word for word in typed_text.words(text)[1:] if word.lower() not in {"of", "the"}]
    if len(words) not in {1, 2}:
        return NotUnderstood("Say which runbook to publish, and of which project.", "publish restart of web")
    return PublishRunbook(words[0], words[1] if len(words) == 2 else "")


_BY_VERB: Mapping[str, Callable[[str], RunbookRequest]] = {
    "run": _to_run,
    "plan": _planning,
    "list": _listing,
    "publish": _publishing,
    "help": _help,
}
RUNBOOK_VERBS = tuple(_BY_VERB)


def _running(text: str, verb: str) -> RunRunbook | OpenRunForm | NotUnderstood:
    found = _NAMED.match(typed_text.plain(text))
    if found is None:
        return OpenRunForm()
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
    if isinstance(asked, OpenForm) and (asked.project, asked.version) == (_ANY, _IT):
        queued = {"w": Way.QUEUE.value} if queue else {}
        return OpenRunForm(name, project, bool(draft), answers=asked.answers, besides={**asked.besides, **queued})
    if (
        isinstance(asked, NotUnderstood)
        and asked.suggestion.startswith(_AS_A_DEPLOYMENT)
        and "too much" not in asked.sentence
        and "version" not in asked.sentence
    ):
        return replace(asked, suggestion=asked.suggestion.replace(_AS_A_DEPLOYMENT, f"{verb} {place} in ", 1))
    return NotUnderstood("Say the runbook and where to run it, and no other word.", f"{verb} {place} in production")


def _taken_out(pattern: re.Pattern[str], text: str) -> tuple[str, str]:
    """The text without what this finds in it, and the word that it found."""
    found = pattern.search(text)
    return (text, "") if found is None else (f"{text[: found.start()]} {text[found.end() :]}", found[1])


def _typed(name: str) -> str:
    return f'"{name}"' if " " in name else name
