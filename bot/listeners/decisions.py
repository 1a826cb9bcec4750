"""The submitted decision modal: the confirmation. One service call; what it refuses is shown in the modal's place."""

from __future__ import annotations

from bot.listeners.requests import CLOSE, Desk, ModalAnswer, Submitted
from bot.modals.decisions import closing_modal, note_of
from bot.modals.guidance import machines_of
from engine.errors import ForedeckError
from engine.services import interruptions
from engine.services.views import Verdict


def submit(desk: Desk, submitted: Submitted) -> ModalAnswer:
    """Answer the interruption. The message that asked is edited and says so to everybody."""
    try:
        verdict, interruption_id = Verdict(submitted.facts["v"]), int(submitted.facts["i"])
    except (KeyError, TypeError, ValueError):
        return ModalAnswer(shows=closing_modal("Nothing was changed", "This form is out of date. Open it again."))
    try:
        interruptions.decide(
            desk.db,
            desk.clock(),
            person=submitted.person.slug,
            interruption_id=interruption_id,
            verdict=verdict,
            note=note_of(submitted.state),
            machines=machines_of(submitted.facts, submitted.state),
        )
    except ForedeckError as error:
        return ModalAnswer(shows=closing_modal("Nothing was changed", str(error), error.hint))
    return CLOSE
