"""`/runbook …`: run, plan, list and publish; what is not said in full opens the form."""

from __future__ import annotations

import difflib

from bot.commands import Help
from bot.listeners import runbook_form, running
from bot.listeners.release_command import completed
from bot.listeners.requests import Answer, Desk, Typed
from bot.messages import answers
from bot.messages import runbooks as told
from bot.modals.plans import plan_modal
from bot.orders import NotUnderstood
from bot.runbook_requests import (
    RUNBOOK_VERBS,
    ListRunbooks,
    OpenRunForm,
    PlanRunbook,
    PublishRunbook,
    RunRunbook,
    parse_runbook,
)
from engine.errors import ForedeckError
from engine.services import releases, runbooks
from engine.services.errors import UnknownName


def runbook(desk: Desk, typed: Typed) -> Answer:  # noqa: PLR0911 - one line for each form
    """Understand it, do it, say what came of it; of a run the card says it."""
    wanted = parse_runbook(typed.text)
    person = typed.person.slug
    match wanted:
        case Help():
            return Answer(told.help_text(typed.command))
        case NotUnderstood():
            return Answer(answers.not_understood(wanted.sentence, wanted.suggestion, typed.command))
        case ListRunbooks():
            return Answer(told.listed(runbooks.listed(desk.db, person=person), typed.command))
        case PublishRunbook():
            made = runbooks.publish(desk.db, desk.clock(), person=person, name=wanted.name, project=wanted.project)
            found = completed(desk, releases.view(desk.db, project=made.project, version=made.version or ""))
            return Answer(
                told.published(made, typed.command, sought=[one.name for one in found.packages if not one.digest])
            )
        case PlanRunbook():
            return Answer(opens=plan_modal(running.plan(desk, person, wanted.wanted)))
        case OpenRunForm():
            return _open(desk, typed, wanted)
        case RunRunbook():
            return _run(desk, typed, wanted)


def _open(desk: Desk, typed: Typed, wanted: OpenRunForm) -> Answer:
    try:
        return runbook_form.opening(desk, typed.person, wanted, slack_channel=typed.slack_channel)
    except ForedeckError as error:
        verb = difflib.get_close_matches(wanted.name.lower(), RUNBOOK_VERBS, n=1, cutoff=0.7)
        if verb and isinstance(error, UnknownName) and error.facts.get("kind") == "runbook" and not error.suggestions:
            return Answer(answers.not_understood(f"I do not know `{wanted.name}`.", verb[0], typed.command))
        raise


def _run(desk: Desk, typed: Typed, wanted: RunRunbook) -> Answer:
    try:
        view = running.ask(desk, typed.person, wanted, slack_channel=typed.slack_channel, key=typed.key)
    except ForedeckError as error:
        return Answer(running.refusal(wanted, error, typed.command))
    desk.asked_from(view.number, typed.response_url)
    return Answer(running.told_about(desk, view, typed.slack_channel, typed.slack_channel_name))
