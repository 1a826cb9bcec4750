"""Acknowledging an emergency: the button, its modal, and the typed twin; one service decides for all."""

from __future__ import annotations

from bot.decisions import Acknowledge
from bot.listeners.buttons import outdated
from bot.listeners.requests import CLOSE, Answer, Desk, ModalAnswer, Pressed, Submitted, Typed
from bot.messages import answers
from bot.messages import emergencies as told
from bot.modals.decisions import closing_modal, note_of
from bot.modals.emergencies import acknowledge_modal
from engine.errors import ForedeckError
from engine.services import emergencies


def open_acknowledge(desk: Desk, pressed: Pressed) -> Answer:
    """*Acknowledge…*: shows afresh what was passed over, unless this person may not."""
    if not (pressed.value.isascii() and pressed.value.isdigit() and len(pressed.value) <= 12):
        return outdated(desk, pressed)
    number = int(pressed.value)
    if reason := emergencies.refusal(desk.db, person=pressed.person.slug, number=number):
        return Answer(answers.said(reason))
    return Answer(opens=acknowledge_modal(emergencies.view(desk.db, number)))


def submit(desk: Desk, submitted: Submitted) -> ModalAnswer:
    """The submitted modal. The loud message is edited and says so to everybody."""
    try:
        number = int(submitted.facts["t"])
    except (KeyError, TypeError, ValueError):
        return ModalAnswer(shows=closing_modal("Nothing was changed", "This form is out of date. Open it again."))
    person, note = submitted.person.slug, note_of(submitted.state)
    try:
        emergencies.acknowledge(desk.db, desk.clock(), person=person, number=number, note=note)
    except ForedeckError as error:
        return ModalAnswer(shows=closing_modal("Nothing was changed", str(error), error.hint))
    return CLOSE


def typed(desk: Desk, command: Typed, wanted: Acknowledge) -> Answer:
    """`/deploy acknowledge 17 it was right`."""
    view = emergencies.acknowledge(
        desk.db, desk.clock(), person=command.person.slug, number=wanted.number, note=wanted.note
    )
    return Answer(told.thanks(view))
