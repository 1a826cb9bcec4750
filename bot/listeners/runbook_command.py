"""`/runbook …`: run, plan, list and publish."""

from __future__ import annotations

from bot.commands import Help
from bot.listeners import running
from bot.listeners.requests import Answer, Desk, Typed
from bot.messages import answers
from bot.messages import runbooks as told
from bot.modals.plans import plan_modal
from bot.orders import NotUnderstood
from bot.runbook_requests import ListRunbooks, PlanRunbook, PublishRunbook, RunRunbook, parse_runbook
from engine.errors import ForedeckError
from engine.services import runbooks
from engine.services.views import PlanView, WaitKind


def runbook(desk: Desk, typed: Typed) -> Answer:
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
            return Answer(told.published(made, typed.command))
        case PlanRunbook():
            return Answer(opens=plan_modal(_plan(desk, person, wanted.wanted)))
        case RunRunbook():
            return _run(desk, typed, wanted)


def _plan(desk: Desk, person: str, wanted: RunRunbook) -> PlanView:
    return runbooks.preview(
        desk.db,
        desk.clock(),
        person=person,
        name=wanted.name,
        environment=wanted.environment,
        project=wanted.project,
        choices=wanted.choices,
        is_draft=wanted.is_draft,
    )


def _run(desk: Desk, typed: Typed, wanted: RunRunbook) -> Answer:
    try:
        view = running.ask(desk, typed, wanted)
    except ForedeckError as error:
        return Answer(running.refusal(wanted, error, typed.command))
    desk.asked_from(view.number, typed.response_url)
    if view.waiting is not None and view.waiting.kind is WaitKind.TIME:
        return Answer(answers.scheduled(view, desk.command))
    here = {typed.slack_channel, typed.slack_channel_name, f"#{typed.slack_channel_name}"}
    return Answer(None if view.slack_channel is None or view.slack_channel in here else answers.told_elsewhere(view))
