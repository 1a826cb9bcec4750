"""What a deployment asks for, from what its release froze, and the answers as the task keeps them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from engine.definitions import Definitions
from engine.domain import plans, prompts
from engine.domain.precedence import DEPLOYMENT, RUNBOOK
from engine.domain.processes import Process, process_from_json
from engine.domain.prompts import Question
from engine.domain.variables import Variable, variables_from_json
from engine.models import Release, Task
from engine.services import access, planned, releases
from engine.services.prompt_errors import AnswersMissing, UnknownAnswer, WrongAnswer

Given = Sequence[tuple[str, str]]
"""Answers as they were given: names (or labels) and texts."""


def frozen(
    session: Session, found: access.Rules, *, project: str, version: str
) -> tuple[Process, tuple[Variable, ...]]:
    """The process and the variables of a release; of a version that is none yet, those of the project now."""
    release = releases.find(session, project, version)
    if release is None:
        return found.definitions.projects[project].process, found.definitions.variables_of(project)
    return process_from_json(release.process), variables_from_json(release.variables)


def accept(
    definitions: Definitions, release: Release, plan: plans.Plan, environment: str, given: Given
) -> dict[str, Any]:
    """The answers as the task keeps them, by name in lower case. Raises UnknownAnswer, WrongAnswer, AnswersMissing."""
    variables = variables_from_json(release.variables)
    process = DEPLOYMENT if release.runbook is None else RUNBOOK
    questions = prompts.asked(
        variables,
        plan,
        project=release.project,
        environment=environment,
        process=process,
        tags=planned.tags_of(definitions),
    )
    project, version = release.project, release.version
    values = require(questions, given, project=project, version=version, environment=environment)
    return {
        question.name.casefold(): {
            "label": question.label,
            "value": values[question.name],
            "shown": question.shown(values[question.name]),
        }
        for question in questions
        if question.name in values
    }


def require(
    questions: Sequence[Question], given: Given, *, project: str, version: str, environment: str
) -> Mapping[str, str]:
    """The values by the variable's name. Raises UnknownAnswer, WrongAnswer, AnswersMissing."""
    answers = prompts.judge(questions, given)
    refuse_unknown(questions, given, project=project, environment=environment)
    for name, flaw in answers.wrong.items():
        question = next(question for question in questions if question.name == name)
        raise WrongAnswer(name=name, label=question.label, flaw=flaw)
    if answers.missing:
        raise AnswersMissing(questions=answers.missing, project=project, version=version, environment=environment)
    return answers.values


def understood(questions: Sequence[Question], given: Given) -> dict[str, str]:
    """Those of the answers that will do, by the variable's name."""
    return dict(prompts.judge(questions, given).values)


def refuse_unknown(questions: Sequence[Question], given: Given, *, project: str, environment: str) -> None:
    """Raises UnknownAnswer for the first answer to something that is not asked for."""
    for name in prompts.judge(questions, given).unknown:
        known = [question.name for question in questions]
        raise UnknownAnswer(name=name, known=known, project=project, environment=environment)


def told(task: Task) -> tuple[tuple[str, str], ...]:
    """What was answered, as (label, what people read); what was left empty is left out."""
    answers = ((str(answer["label"]), str(answer["shown"])) for answer in task.form_values.values())
    return tuple((label, shown) for label, shown in answers if shown.strip())
