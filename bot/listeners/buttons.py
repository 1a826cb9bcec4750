"""Buttons on messages. They carry ids; what may happen is decided from the rows, for the person who pressed."""

from __future__ import annotations

from bot import ids
from bot.commands import Deploy
from bot.listeners import asking
from bot.listeners.requests import NOTHING, Answer, Desk, Pressed
from bot.messages import answers, logs
from bot.messages import holds as told
from bot.modals.decisions import decision_modal
from bot.modals.failures import failures_modal, on_page
from bot.modals.guidance import guidance_modal
from bot.modals.plans import plan_modal
from engine.errors import ForedeckError
from engine.services import interruptions, locks, tasks
from engine.services.views import InterruptionKind, InterruptionView, TaskView, Verdict

_LOOKED_AT = 500_000
"""So many bytes at the end of a log are looked at for a page: a press has to be answered within three seconds."""


def cancel_task(desk: Desk, pressed: Pressed) -> Answer:
    """*Cancel* on a card; Slack has asked once more already. The card says what follows."""
    number = _number(pressed.value)
    if number is None:
        return outdated(desk, pressed)
    tasks.cancel(desk.db, desk.clock(), person=pressed.person.slug, number=number)
    return NOTHING


def open_decision(desk: Desk, pressed: Pressed) -> Answer:
    """*Proceed…*, *Abort…*, *Run again…*, *Retry…* and the like: shows afresh what follows, unless this person may not
    answer.
    """
    verdict = next((v for v, action_id in ids.OPEN_DECISION.items() if action_id == pressed.action_id), None)
    interruption_id = _number(pressed.value)
    if verdict is None or interruption_id is None:
        return outdated(desk, pressed)
    refusal = interruptions.refusal(desk.db, person=pressed.person.slug, interruption_id=interruption_id)
    if refusal:
        return Answer(answers.said(refusal, "" if "nothing was changed" in refusal else "Nothing was changed."))
    asked = interruptions.view(desk.db, interruption_id)
    view = tasks.view(desk.db, asked.task)
    if asked.kind is InterruptionKind.GUIDED:
        return _open_guidance(Verdict(verdict), asked, view)
    plan = interruptions.remaining(desk.db, interruption_id)
    return Answer(opens=decision_modal(Verdict(verdict), asked, view, plan))


def _open_guidance(verdict: Verdict, asked: InterruptionView, view: TaskView) -> Answer:
    """Looking at a form binds nobody: whoever submits it, or says so, is on it."""
    if not asked.open_to(verdict):
        return Answer(answers.said("That is not a choice here any more.", "Nothing was changed."))
    return Answer(opens=guidance_modal(verdict, asked, view))


def show_failures(desk: Desk, pressed: Pressed) -> Answer:
    """*Show all*, and the turning of its pages: read afresh each time."""
    facts = ids.unpack(pressed.value)
    try:
        interruption_id, page = int(facts["i"]), int(facts["p"])
    except (KeyError, TypeError, ValueError):
        return outdated(desk, pressed)
    asked = interruptions.view(desk.db, interruption_id)
    view = tasks.authorised_view(desk.db, asked.task, pressed.person.slug)
    page, runs = on_page(asked, page)
    lines = {run.run: logs.decisive(tasks.decisive_lines(desk.db, run.run, within=_LOOKED_AT)) for run in runs}
    shown = failures_modal(asked, view, page, lines, command=desk.command)
    return Answer(refreshes=shown) if pressed.modal else Answer(opens=shown)


def show_plan(desk: Desk, pressed: Pressed) -> Answer:
    """*Plan*: what was frozen for this deployment."""
    number = _number(pressed.value)
    if number is None:
        return outdated(desk, pressed)
    return Answer(opens=plan_modal(tasks.plan_of(desk.db, number, pressed.person.slug)))


def be_on_it(desk: Desk, pressed: Pressed) -> Answer:
    """*I'm on it*, of which nobody is on: the message says so. Who was a moment too late is told who was first."""
    interruption_id = _number(pressed.value)
    if interruption_id is None:
        return outdated(desk, pressed)
    person = pressed.person.slug
    interruptions.take(desk.db, desk.clock(), person=person, interruption_id=interruption_id, is_takeover=False)
    return NOTHING


def take_guidance(desk: Desk, pressed: Pressed) -> Answer:
    """*Take over*: the message says who is on it now."""
    interruption_id = _number(pressed.value)
    if interruption_id is None:
        return outdated(desk, pressed)
    interruptions.take(desk.db, desk.clock(), person=pressed.person.slug, interruption_id=interruption_id)
    return NOTHING


def deploy_this(desk: Desk, pressed: Pressed) -> Answer:
    """*Create release 1.4.0 and deploy*, *Deploy web 1.4.0 to production*: the same as typing it, once."""
    facts = ids.unpack(pressed.value)
    try:
        wanted, key = Deploy.carried(facts), str(facts["k"])
    except (KeyError, TypeError, ValueError):
        return outdated(desk, pressed)
    creates = bool(facts.get("c"))
    try:
        view = asking.ask(desk, pressed.person, wanted, slack_channel=pressed.slack_channel, key=key, creates=creates)
    except ForedeckError as error:
        return Answer(asking.refusal(desk, pressed.person, wanted, f"{key}+", error, creates=creates), replaces=True)
    if view.requested_by == pressed.person.slug:
        desk.asked_from(view.number, pressed.response_url)
    elsewhere = asking.told_about(desk, view, pressed.slack_channel)
    return Answer(elsewhere or answers.asked_for(view, person=pressed.person.slug, created=creates), replaces=True)


def take_lock(desk: Desk, pressed: Pressed) -> Answer:
    """*Take the lock*: whoever had it is told; then what was refused is deployed, if something was."""
    facts = ids.unpack(pressed.value)
    try:
        hold = int(facts["hold"])
        wanted = Deploy.carried(facts) if "p" in facts else None
    except (KeyError, ValueError):
        return outdated(desk, pressed)
    reason = wanted.reason if wanted else ""
    taken = locks.take(desk.db, desk.clock(), person=pressed.person.slug, hold=hold, reason=reason)
    view = None
    if wanted is not None:
        key = f"{facts.get('k', hold)}:take"
        where, creates = pressed.slack_channel, bool(facts.get("c"))
        try:
            view = asking.ask(desk, pressed.person, wanted, slack_channel=where, key=key, creates=creates)
        except ForedeckError as error:  # the lock is theirs, as the channel is told; something else is in the way
            return Answer(asking.refusal(desk, pressed.person, wanted, key, error, creates=creates), replaces=True)
    return Answer(told.taken(taken, view), replaces=True)


def open_link(_desk: Desk, _pressed: Pressed) -> Answer:
    """A link opens in the browser; Slack tells us all the same."""
    return NOTHING


def outdated(desk: Desk, _pressed: Pressed) -> Answer:
    """A button that this version does not know."""
    return Answer(
        answers.said(
            "This button is not in use any more; nothing was changed.", f"`{desk.command} status` shows what runs."
        )
    )


def _number(value: str) -> int | None:
    return int(value) if value.isascii() and value.isdigit() and len(value) <= 12 else None
