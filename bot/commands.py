"""What people type after `/deploy`, parsed into requests. Pure: it knows no Slack client."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bot import answering, clauses, orders, reordering, skipping, typed_text
from bot.answering import Answers, with_answers
from bot.clauses import Clauses
from bot.decisions import VERDICTS, Acknowledge, Decide, Take, decision
from bot.orders import NotUnderstood, Order
from bot.skipping import without_steps
from engine.services.choices import Choices
from engine.services.gates import Way

_GUIDED: Mapping[bool | None, str] = {None: "", True: "guided", False: "unguided"}
_SAID_BESIDES = frozenset({"deploy", "release", "version", "project", "of"})
_VERSION = re.compile(r"v?\d+\.\d")  # no project looks so
_MOST_CARRIED = 1000  # characters of answers that a button carries

DEPLOY_VERBS = (
    "help",
    "status",
    "cancel",
    "logs",
    "approve",
    "abort",
    "retry",
    "exclude",
    "ignore",
    "fail",
    "take",
    "plan",
    "acknowledge",
)


@dataclass(frozen=True)
class Help:
    """Show what can be typed."""


@dataclass(frozen=True)
class OpenForm:
    """Not everything was said: ask for the rest in a modal."""

    project: str = ""
    version: str = ""
    environment: str = ""
    answers: Answers = ()
    besides: Mapping[str, Any] = field(default_factory=dict)  # as of `Deploy`


@dataclass(frozen=True)
class Deploy:
    """Deploy this there; `at` and `until` are times as they were typed. `answers`: to what the deployment asks for."""

    project: str
    version: str
    environment: str
    at: str = ""
    until: str = ""
    reason: str = ""
    way: Way = Way.NONE
    answers: Answers = ()
    skip: tuple[str, ...] = ()  # steps to leave out, by slug or name
    guided: bool | None = None  # somebody is asked when a step fails; None: as it is set
    on: tuple[str, ...] = ()  # only these targets
    without: tuple[str, ...] = ()  # not these
    seen: tuple[str, ...] | None = None  # the rules that an emergency was shown to pass over; None: nothing was shown

    @property
    def choices(self) -> Choices:
        """What was said besides what goes where, as the service takes it."""
        return Choices(
            skip=self.skip,
            at=self.at,
            until=self.until,
            reason=self.reason,
            way=self.way,
            answers=self.answers,
            guided=self.guided,
            on=self.on,
            without=self.without,
            seen=self.seen,
        )

    @property
    def besides(self) -> dict[str, Any]:
        """What was said besides what goes where, as a button carries it; answers that do not fit are asked again."""
        said: dict[str, Any] = {"a": self.at[:100], "u": self.until[:100], "r": self.reason[:500], "w": self.way.value}
        said["s"] = list(self.skip)
        said["g"] = _GUIDED[self.guided]
        said["o"], said["x"] = list(self.on), list(self.without)
        said["z"] = "" if self.seen is None else ",".join(self.seen) or "-"
        if len(str(self.answers)) <= _MOST_CARRIED:
            said["n"] = dict(self.answers)
        return {key: words for key, words in said.items() if words}

    @property
    def place(self) -> dict[str, str]:
        """What goes where, as a button carries it."""
        return {"p": self.project, "v": self.version, "e": self.environment}

    @classmethod
    def carried(cls, facts: Mapping[str, Any]) -> Deploy:
        """From what a button carried. Raises KeyError, ValueError, TypeError."""
        project, version, environment = (str(facts[key]) for key in ("p", "v", "e"))
        at, until, reason, way = (str(facts.get(key, "")) for key in ("a", "u", "r", "w"))
        answers = tuple((str(name), str(value)) for name, value in dict(facts.get("n", {})).items())
        skip = tuple(str(step) for step in list(facts.get("s", ())))
        guided = next((value for value, word in _GUIDED.items() if word == facts.get("g", "")), None)
        seen = tuple(key for key in str(facts["z"]).split(",") if key != "-") if facts.get("z") else None
        on, without = (tuple(str(name) for name in list(facts.get(key, ()))) for key in ("o", "x"))
        said = (at, until, reason, Way(way), answers, skip, guided, on, without, seen)
        return cls(project, version, environment, *said)

    @property
    def typed(self) -> str:
        """As it is typed after `/deploy`."""
        at = f" {self.at}" if self.at.lower().startswith("in ") else f" at {self.at}" if self.at else ""
        until = f" until {self.until}" if self.until else ""
        because = f" because {self.reason}" if self.reason else ""
        queue = "queue " if self.way.queues else ""
        passing = " emergency" if self.way is Way.EMERGENCY else " override" if self.way.overrides else ""
        guided = f" {_GUIDED[self.guided]}".rstrip()
        on = f" on {','.join(self.on)}" if self.on else ""
        without = f" not on {','.join(self.without)}" if self.without else ""
        place = f"{self.project} {self.version} to {self.environment}{on}{without}"
        command = f"{queue}{place}{at}{until}{passing}{guided}"
        return f"{with_answers(without_steps(command, self.skip), self.answers)}{because}"


@dataclass(frozen=True)
class Status:
    """How does it stand? Without a number: what runs, and what ran last; with a project, what is live where."""

    number: int | None = None
    project: str = ""


@dataclass(frozen=True)
class Cancel:
    """Cancel a deployment."""

    number: int


@dataclass(frozen=True)
class ShowLogs:
    """Show the end of the log of a deployment; of one target, where it names one."""

    number: int
    machine: str = ""


@dataclass(frozen=True)
class ShowPlan:
    """Show what a deployment does, by its number; or what one would do."""

    number: int | None = None
    wanted: Deploy | None = None


DeployRequest = (
    Help
    | OpenForm
    | Deploy
    | Status
    | Cancel
    | ShowLogs
    | Decide
    | Take
    | Acknowledge
    | ShowPlan
    | Order
    | NotUnderstood
)


def parse_deploy(text: str, *, projects: Collection[str] = ()) -> DeployRequest:  # noqa: PLR0911 - first word first
    """What was typed after `/deploy`. `projects`: known slugs, so that a project is never taken for a misspelt verb."""
    words = typed_text.words(text)
    if not words:
        return OpenForm()
    verb, rest = words[0].lower(), words[1:]
    if verb in projects:
        return deployment(text)
    if verb == "queue" and isinstance(
        queued := deployment(typed_text.escaped(typed_text.after_words(text, 1))), Deploy
    ):
        return replace(queued, way=queued.way.queueing)
    if verb in orders.VERBS:
        return orders.parse(verb, text)
    if verb in DEPLOY_VERBS:
        return _with_verb(verb, rest, text)
    if meant := _misspelt(verb, rest):
        return NotUnderstood(f"I do not know `{words[0]}`.", " ".join((meant, *rest)))
    return deployment(text)


def _with_verb(verb: str, rest: list[str], text: str) -> DeployRequest:
    if verb == "help":
        return Help()
    if verb == "status":
        return _status(rest)
    if verb == "plan":
        return _plan(rest, typed_text.escaped(typed_text.after_words(text, 1)))
    return _about_a_number(verb, rest, text)


def _plan(rest: list[str], text: str) -> ShowPlan | NotUnderstood:
    number = typed_text.number(rest[0]) if len(rest) == 1 else None
    if number is not None:
        return ShowPlan(number)
    wanted = deployment(text) if rest else OpenForm()
    if isinstance(wanted, Deploy):
        return ShowPlan(wanted=wanted)
    if isinstance(wanted, NotUnderstood):
        return NotUnderstood(wanted.sentence, f"plan {wanted.suggestion}")
    return NotUnderstood("Say what to plan: a deployment as you would type it, or the number on a card.",
                         "plan web 1.4.0 to production")  # fmt: skip


def _status(rest: list[str]) -> Status | NotUnderstood:
    if not rest:
        return Status()
    number = typed_text.number(rest[0])
    if len(rest) > 1:
        return NotUnderstood("`status` takes the number on the card, or a project, or nothing.", "status")
    return Status(number) if number is not None else Status(project=rest[0])


def _about_a_number(verb: str, rest: list[str], text: str) -> DeployRequest:
    number = typed_text.number(rest[0]) if rest else None
    if number is None:
        return NotUnderstood(f"`{verb}` needs the number on the card.", f"{verb} 17")
    if verb in (*VERDICTS, "acknowledge"):
        return decision(number, verb, typed_text.after_words(text, 2))
    if verb == "logs" and len(rest) == 2 + (rest[1:2] == ["on"]):
        return ShowLogs(number, rest[-1].lower())
    if len(rest) > 1:
        return NotUnderstood(f"`{verb}` takes one number and nothing else.", f"{verb} {number}")
    if verb == "take":
        return Take(number)
    return Cancel(number) if verb == "cancel" else ShowLogs(number)


def deployment(text: str) -> Deploy | OpenForm | NotUnderstood:
    """A deployment; its clauses may also stand before what is deployed."""
    wanted = _in_order(text)
    if isinstance(wanted, Deploy) or not (moved := reordering.what_first(text)):
        return wanted
    again = _in_order(moved)
    return again if isinstance(again, Deploy) else wanted


def _in_order(text: str) -> Deploy | OpenForm | NotUnderstood:
    """A deployment, without the steps behind `skip`."""
    text = clauses.guidance_in_a_word(text)
    said, tail = typed_text.parted(text, "skip")
    if said == text or typed_text.reasoned(said)[1]:  # the word belongs to the reason
        return _of_all_steps(text)
    found = skipping.read(tail)
    wanted = _of_all_steps(f"{said} {typed_text.escaped(found.rest)}")
    if not found.steps:
        command = wanted.typed if isinstance(wanted, Deploy) else "web 1.4.0 to production"
        return NotUnderstood("After `skip` stand the names of steps.", f"{command} skip smoke-test")
    if isinstance(wanted, Deploy):
        return replace(wanted, skip=found.steps)
    if isinstance(wanted, OpenForm):
        return replace(wanted, besides={**wanted.besides, "s": list(found.steps)})
    return wanted


def _of_all_steps(text: str) -> Deploy | OpenForm | NotUnderstood:
    """A deployment with the answers behind `with`, up to the next clause."""
    said, tail = typed_text.parted(text, "with")
    if said == text or typed_text.reasoned(said)[1]:  # the word belongs to the reason
        return _without_answers(text)
    found = answering.read(tail)
    rest = f"{said} {typed_text.escaped(found.rest)}"
    wanted = _without_answers(rest)
    if found.flaw:
        command = wanted.typed if isinstance(wanted, Deploy) else " ".join(typed_text.words(rest))
        return NotUnderstood(found.flaw, f"{command} with {found.meant}")
    return wanted if isinstance(wanted, NotUnderstood) else replace(wanted, answers=found.answers)


def _without_answers(text: str) -> Deploy | OpenForm | NotUnderstood:
    """`PROJECT VERSION to ENVIRONMENT [on TARGETS] [at TIME] [until TIME] [because REASON]`, in any order."""
    typed = clauses.split(text)
    what = list(typed.what)
    if what and "@" in what[0].strip("@"):
        what[:1] = what[0].split("@", 1)
    if len(what) + len(typed.to) > 3:
        what = [word for word in what if word.lower() not in _SAID_BESIDES]
    if len(what) == 2 and _VERSION.match(what[0]) and not _VERSION.match(what[1]):
        what.reverse()  # 1.4.0 of web
    named = [*what, *typed.to]
    way = _way(typed)
    if typed.names_no_target:
        project, version, environment = (*named, *("web", "1.4.0", "production")[len(named) :])[:3]
        sentence = f"After `{typed.names_no_target}` stand the names of targets."
        return NotUnderstood(
            sentence, f"{_clauses_of(project, version, environment, typed)} {typed.names_no_target} web-3"
        )
    if len(named) == 3:
        return Deploy(
            named[0],
            named[1],
            named[2],
            at=typed.at,
            until=typed.until,
            reason=typed.reason,
            way=way,
            guided=typed.guided,
            on=typed.on,
            without=typed.without,
        )
    if len(named) > 3:
        return _too_much(what, typed)
    form = OpenForm(
        project=what[0] if what else "", version=what[1] if len(what) > 1 else "", environment="".join(typed.to)
    )
    besides = {"g": _GUIDED[typed.guided], "o": list(typed.on), "x": list(typed.without)}
    form = replace(form, besides={key: said for key, said in besides.items() if said})
    if not (typed.at or typed.until or typed.reason or way):
        return form
    return NotUnderstood(
        "I need a project, a version and an environment with that.",
        _clauses_of(form.project or "web", form.version or "1.4.0", form.environment or "production", typed),
    )


def _way(typed: Clauses) -> Way:
    if typed.is_emergency:
        return Way.EMERGENCY
    return Way.OVERRIDE if typed.overrides else Way.NONE


def _too_much(what: list[str], typed: Clauses) -> NotUnderstood:
    count = len(what) + len(typed.to)
    environment = typed.to[0] if typed.to else what[2]
    return NotUnderstood(
        f"That is too much: I need a project, a version and an environment, not {count} words.",
        _clauses_of(what[0], what[1], environment, typed),
    )


def _clauses_of(project: str, version: str, environment: str, typed: Clauses) -> str:
    meant = Deploy(project, version, environment, typed.at, typed.until, typed.reason, _way(typed))
    return replace(meant, guided=typed.guided, on=typed.on, without=typed.without).typed


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
