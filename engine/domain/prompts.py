"""What is asked for at a deployment, and whether what was answered will do. Pure: who asks is not its business."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from engine.domain import precedence
from engine.domain.plans import Plan
from engine.domain.precedence import Situation
from engine.domain.variables import Control, Prompt, Variable

LONGEST_ANSWER = 3000
"""Characters; what Slack takes in one field."""

_TRUE, _FALSE = "True", "False"
_WORDS = {
    "true": _TRUE,
    "yes": _TRUE,
    "on": _TRUE,
    "1": _TRUE,
    "false": _FALSE,
    "no": _FALSE,
    "off": _FALSE,
    "0": _FALSE,
}
_UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class Question:
    """A prompted variable that applies at a deployment. `default` is what holds when nobody answers."""

    name: str
    prompt: Prompt
    default: str = ""

    @property
    def label(self) -> str:
        """What people see."""
        return self.prompt.label or self.name

    def shown(self, value: str) -> str:
        """What people read for this value."""
        if self.prompt.control is Control.CHECKBOX:
            return "yes" if value == _TRUE else "no"
        return next((option.label for option in self.prompt.options if option.value == value), value)


@dataclass(frozen=True)
class Answers:
    """What came of the answers: those that will do, by name; the names that are not asked for; what is wrong with
    others; and what still has to be answered.
    """

    values: Mapping[str, str]
    unknown: tuple[str, ...] = ()
    wrong: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[Question, ...] = ()


def asked(
    variables: Sequence[Variable],
    plan: Plan,
    *,
    project: str,
    environment: str,
    process: str = precedence.DEPLOYMENT,
) -> tuple[Question, ...]:
    """What has to be asked: each prompted variable that wins somewhere in this plan, sorted by label. `process`: of
    which kind the plan is, a deployment or a runbook.
    """
    found: dict[str, Question] = {}
    for found_at in _situations(plan, project, environment):
        situation = replace(found_at, process=process)
        for name, variable in precedence.choose(variables, situation).items():
            if variable.prompt is not None and isinstance(variable.value, str):
                default = variable.value
                if variable.prompt.control is Control.CHECKBOX:
                    default = default or _FALSE
                found.setdefault(name.casefold(), Question(variable.name, variable.prompt, default))
    return tuple(sorted(found.values(), key=lambda question: (question.label.casefold(), question.name.casefold())))


def judge(questions: Sequence[Question], given: Iterable[tuple[str, str]]) -> Answers:
    """Hold the answers against the questions. A name may be the variable's or the label, in any case."""
    values: dict[str, str] = {}
    unknown: list[str] = []
    wrong: dict[str, str] = {}
    for word, text in given:
        question = _meant(questions, word)
        if question is None:
            unknown.append(word)
            continue
        value, flaw = _understood(question, text)
        if flaw:
            wrong[question.name] = flaw
        else:
            values[question.name] = value
    missing = tuple(
        question
        for question in questions
        if question.prompt.required
        and question.name not in wrong
        and not values.get(question.name, question.default).strip()
    )
    return Answers(values, tuple(unknown), wrong, missing)


def _situations(plan: Plan, project: str, environment: str) -> Iterable[Situation]:
    yield Situation(project=project, environment=environment)
    for step in plan.steps:
        for action in step.actions:
            yield Situation(project=project, environment=environment, step=step.slug, action=action.slug)


def _meant(questions: Sequence[Question], word: str) -> Question | None:
    wanted = " ".join(word.split()).casefold()
    by_name = next((question for question in questions if question.name.casefold() == wanted), None)
    return by_name or next((question for question in questions if question.label.casefold() == wanted), None)


def _understood(question: Question, text: str) -> tuple[str, str]:
    """The value that is meant, and why it will not do, as the rest of a sentence."""
    control = question.prompt.control
    text = text.replace("\r\n", "\n")
    if len(text) > LONGEST_ANSWER:
        return "", f"has {len(text)} characters; {LONGEST_ANSWER} are allowed"
    if _UNFIT.search(text):
        return "", "has control characters in it"
    if control is Control.SELECT:
        return _chosen(question, text)
    if control is Control.CHECKBOX:
        value = _WORDS.get(text.strip().lower(), "" if text.strip() else _FALSE)
        return value, "" if value else "is True or False"
    if control is Control.TEXT and "\n" in text:
        return "", "is one line"
    return text, ""


def _chosen(question: Question, text: str) -> tuple[str, str]:
    options = question.prompt.options
    if not text:
        return "", ""
    for option in options:
        if text == option.value:
            return text, ""
    wanted = text.strip().casefold()
    for option in options:
        if wanted in (option.value.casefold(), option.label.casefold()):
            return option.value, ""
    known = [option.value for option in options]
    listed = ", ".join(known[:20]) + (f" and {len(known) - 20} more" if len(known) > 20 else "")
    return "", f"is one of {listed}"
