"""The `/runbook` modal: runbook and environment, each of what this person may run; what is asked for there, and what
else can be chosen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot import ids
from bot.messages import blocks as b
from bot.modals import choices, forms
from bot.modals.questions import answer_input, answers_in
from engine.services.offers import Offers
from engine.services.runbook_forms import Meant, RunbookChoice
from engine.services.views import Question

_DRAFT = "@draft"


@dataclass(frozen=True)
class Entered:
    """What stands in the form. `runbook`: what was chosen, with the names that it is shown under, where they are known;
    `environment_name` likewise.
    """

    meant: Meant | None = None
    environment: str = ""
    runbook: RunbookChoice | None = None
    environment_name: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)  # by the variable's name
    questions: tuple[Question, ...] = ()
    besides: Mapping[str, Any] = field(default_factory=dict)  # what else was typed or chosen, as `Deploy` carries it
    offers: Offers | None = None  # what else can be chosen there; None while the place is not known


def run_modal(entered: Entered, *, slack_channel: str) -> dict[str, Any]:
    """The form as it is with these entries. The environment appears once the runbook is known, and what is asked for
    and can be chosen there once the environment is, too. Raises TooMuchForAForm.
    """
    shown = [_runbook_input(entered)]
    place = value_of(entered.meant) if entered.meant else ""
    more = choices.inputs(entered.offers, entered.besides, project=place, environment=entered.environment)
    fielded = {key for key, _ in more}
    kept = {key: said for key, said in entered.besides.items() if key not in fielded}
    if place:
        shown.append(_environment_input(entered, place))
        shown += [answer_input(question, entered.answers.get(question.name)) for question in entered.questions]
        shown += [block for _, block in more]
    else:
        shown.append(b.context("The environment follows when you have chosen a runbook."))
    return forms.modal(
        ids.RUN_MODAL,
        "Run a runbook",
        "Run",
        shown,
        plan=ids.PLAN_RUN_IN_FORM if place else "",
        words=forms.kept(kept),
        metadata=forms.metadata(kept, entered.answers, slack_channel, shows_questions=bool(entered.questions)),
    )


def entered_in(state: Mapping[str, Any], facts: Mapping[str, Any]) -> Entered:
    """What stands in the form, from the state that Slack sends and the `facts` that it keeps."""
    chosen = forms.selected_in(state)
    return Entered(
        meant_by(chosen.get(ids.RUNBOOK, "")),
        chosen.get(ids.RUN_IN, ""),
        answers=answers_in(state),
        besides=forms.besides_in(state, facts),
    )


def value_of(meant: Meant) -> str:
    """How an option, and the block of a field that depends on it, say which runbook: `web/restart@2`."""
    return f"{meant.project}/{meant.name}{_DRAFT if meant.is_draft else ''}"


def meant_by(value: str) -> Meant | None:
    """The inverse; None of what says nothing."""
    project, _, name = value.partition("/")
    return Meant(project, name.removesuffix(_DRAFT), name.endswith(_DRAFT)) if project and name else None


def runbook_options(known: Sequence[RunbookChoice], typed: str) -> list[b.Element]:
    """Options for those whose name, slug or project contains what was typed."""
    wanted = typed.strip().lower()
    found = [
        choice
        for choice in known
        if any(wanted in word.lower() for word in (_label(choice), choice.meant.name, choice.meant.project))
    ]
    options = (forms.option(_label(choice), value_of(choice.meant)) for choice in found)
    return [option for option in options if len(option["value"]) <= forms.VALUE_LIMIT][: forms.OPTIONS]


def _label(choice: RunbookChoice) -> str:
    """`Restart the shop of Web · restart@3`."""
    standing = f" · {choice.version or 'as it is now, not published'}"
    room = 75 - len(standing)
    return f"{b.shorten(f'{choice.runbook} of {choice.project}', room)}{standing}"


def _runbook_input(entered: Entered) -> b.Block:
    value = value_of(entered.meant) if entered.meant else ""
    label = _label(entered.runbook) if entered.runbook else value
    block = forms.block_id(ids.RUNBOOK)
    return forms.select(ids.RUNBOOK, block, "Runbook", "Choose a runbook", value, label)


def _environment_input(entered: Entered, place: str) -> b.Block:
    label = forms.named(entered.environment, entered.environment_name)
    block = forms.block_id(ids.RUN_IN, place)
    return forms.select(ids.RUN_IN, block, "Environment", "Choose an environment", entered.environment, label)
