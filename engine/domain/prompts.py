"""What is asked for at a deployment, and whether what was answered will do. Pure: who asks is not its business."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from engine.domain import precedence
from engine.domain.plans import NO_MACHINE, Plan
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
_NO_TAGS: Mapping[str, Collection[str]] = {}
_ANY_OTHER = "*"  # no target is called so
_UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class Question:
    """A prompted variable that applies at a deployment. `default` is what holds when nobody answers. `targets`: the
    targets and tags for which it is asked, where it is not for all; then the name says so, too: `Ticket@web-1`.
    """

    name: str
    prompt: Prompt
    default: str = ""
    targets: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """What people see."""
        label = self.prompt.label or self.variable
        return f"{label} ({', '.join(self.targets)})" if self.targets else label

    @property
    def variable(self) -> str:
        """The variable's own name."""
        return self.name.removesuffix(f"@{'+'.join(self.targets)}") if self.targets else self.name

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
    tags: Mapping[str, Collection[str]] = _NO_TAGS,
) -> tuple[Question, ...]:
    """What has to be asked: each prompted variable that wins somewhere in this plan, sorted by label; what is for some
    targets only, where one of them takes part. `process`: of which kind the plan is, a deployment or a runbook. `tags`:
    those of each target.
    """
    found: dict[str, Question] = {}
    prompted = {variable.name.casefold() for variable in variables if variable.prompt}
    variables = [variable for variable in variables if variable.name.casefold() in prompted]
    for situation, of_it in _situations(variables, plan, project, environment, tags):
        for variable in precedence.choose(of_it, replace(situation, process=process)).values():
            if variable.prompt is not None and isinstance(variable.value, str):
                default = variable.value
                if variable.prompt.control is Control.CHECKBOX:
                    default = default or _FALSE
                question = Question(variable.asked_as, variable.prompt, default, variable.targets)
                found.setdefault(variable.asked_as.casefold(), question)
    return tuple(sorted(found.values(), key=lambda question: (question.label.casefold(), question.name.casefold())))


def judge(questions: Sequence[Question], given: Iterable[tuple[str, str]]) -> Answers:
    """Hold the answers against the questions. A name may be the variable's or the label, in any case; of what is only
    asked for some targets that means all of them, but those that are answered by a name of their own.
    """
    values: dict[str, str] = {}
    unknown: list[str] = []
    wrong: dict[str, str] = {}
    for word, text in sorted(given, key=lambda pair: _is_exact(questions, pair[0])):
        meant = _meant(questions, word)
        if not meant:
            unknown.append(word)
        for question in meant:
            value, flaw = _understood(question, text)
            if flaw:
                wrong[question.name] = flaw
            else:
                values[question.name] = value
                wrong.pop(question.name, None)
    missing = tuple(
        question
        for question in questions
        if question.prompt.required
        and question.name not in wrong
        and not values.get(question.name, question.default).strip()
    )
    return Answers(values, tuple(unknown), wrong, missing)


def _situations(
    variables: Sequence[Variable], plan: Plan, project: str, environment: str, tags: Mapping[str, Collection[str]]
) -> Iterator[tuple[Situation, Sequence[Variable]]]:
    """Where variables are asked for, and which may win there: before any step, in each action, and on the targets."""
    general = Situation(project=project, environment=environment)
    yield general, variables
    targeted = {variable.name.casefold() for variable in variables if variable.prompt and variable.targets}
    of_targets = [variable for variable in variables if variable.name.casefold() in targeted]
    for step in plan.steps:
        for action in step.actions:
            at = replace(general, step=step.slug, action=action.slug)
            yield at, variables
            if of_targets:
                on_each = replace(at, step_tags=frozenset(step.target_tags))
                for machine, its_tags in _kinds_of_targets(of_targets, action.machines, tags):
                    yield replace(on_each, machine=machine, machine_tags=its_tags), of_targets


def _kinds_of_targets(
    variables: Iterable[Variable], machines: Iterable[str], tags: Mapping[str, Collection[str]]
) -> Iterable[tuple[str, frozenset[str]]]:
    """The targets as these variables tell them apart: of hundreds with the same tags one is enough."""
    scopes = [variable.scope for variable in variables]
    named = {machine for scope in scopes for machine in scope.machines}
    known = {tag for scope in scopes for tag in scope.target_tags}
    return dict.fromkeys(
        (machine if machine in named else _ANY_OTHER, frozenset(known.intersection(tags.get(machine, ()))))
        for machine in machines
        if machine != NO_MACHINE
    )


def _is_exact(questions: Sequence[Question], word: str) -> bool:
    """Does it name one question, by its own name or label?"""
    wanted = " ".join(word.split()).casefold()
    return any(wanted in (question.name.casefold(), question.label.casefold()) for question in questions)


def _meant(questions: Sequence[Question], word: str) -> Sequence[Question]:
    wanted = " ".join(word.split()).casefold()
    exact = [q for q in questions if q.name.casefold() == wanted] or [
        q for q in questions if q.label.casefold() == wanted
    ]
    return exact[:1] or [q for q in questions if wanted in (q.variable.casefold(), q.prompt.label.casefold())]


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
