"""At which field of a form a refusal is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot import ids
from bot.modals import choices, questions
from engine.errors import ForedeckError
from engine.services.errors import NoTargets, NothingThere, UnknownName
from engine.services.prompt_errors import AnswersMissing, UnknownAnswer, WrongAnswer
from engine.services.views import Question

AboutAnswers = AnswersMissing | WrongAnswer | UnknownAnswer


def of_targets(error: ForedeckError, besides: Mapping[str, Any], *, project: str, environment: str) -> str:
    """The block of the one of the two fields for targets that names what is refused, or that leaves nothing; empty when
    neither does.
    """
    only, never = besides.get("o", ()), besides.get("x", ())
    if isinstance(error, UnknownName):
        named = str(error.facts.get("name"))
        field = ids.ON if named in only else ids.NOT_ON if named in never else ""
    elif isinstance(error, NothingThere | NoTargets):
        field = ids.ON if only else ids.NOT_ON if never else ""
    else:
        field = ""
    return field and choices.block_id(field, project, environment)


def of_answers(error: AboutAnswers, asked: Sequence[Question]) -> dict[str, str]:
    """What is wrong with answers, by the blocks of their fields; by an empty one where that is not asked for."""
    fields = {question.name: questions.block_id(question) for question in asked}
    if isinstance(error, AnswersMissing):
        return {fields.get(question.name, ""): "An answer is needed." for question in error.questions}
    return {fields.get(str(error.facts["name"]), ""): plainly(error)}


def still_asked(answers: Mapping[str, str], asked: Sequence[Question]) -> dict[str, str]:
    """The answers without those that are for targets which take no part."""
    names = {question.name for question in asked}
    return {name: answer for name, answer in answers.items() if name in names or "@" not in name}


def plainly(error: ForedeckError) -> str:
    """A refusal and its way out, as fields show them: without marks."""
    return f"{error} {error.hint}".replace("`", "").strip()
