"""The submitted decision modal: the confirmation. One service call; what it refuses is shown in the modal's place."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from bot.listeners.requests import CLOSE, Desk, ModalAnswer, Searched, Submitted
from bot.messages.blocks import Element
from bot.modals.choices import OPTIONS, target_options
from bot.modals.decisions import closing_modal, note_of
from bot.modals.guidance import field_of, left_out_of, machines_of, searched_in
from engine.errors import ForedeckError
from engine.services import interruptions, offers
from engine.services.errors import NoneLeft, UnknownName
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
            without=left_out_of(submitted.state),
        )
    except (UnknownName, NoneLeft) as error:
        if field := field_of(str(error.facts.get("name", "")), submitted.state):
            return ModalAnswer(errors={field: f"{error} {error.hint}".replace("`", "").strip()})
        return ModalAnswer(shows=closing_modal("Nothing was changed", str(error), error.hint))
    except ForedeckError as error:
        return ModalAnswer(shows=closing_modal("Nothing was changed", str(error), error.hint))
    return CLOSE


def search_failed(desk: Desk, searched: Searched) -> Sequence[Element]:
    """The machines of which this can be said, and what means several of them; for who may answer."""
    try:
        interruption_id, verdict = searched_in(searched.block_id)
    except ValueError:
        return ()
    if interruptions.refusal(desk.db, person=searched.person.slug, interruption_id=interruption_id):
        return ()
    failed = interruptions.view(desk.db, interruption_id).open_to(verdict)
    found = offers.matching({run.machine: () for run in failed}, searched.typed)
    return target_options(list(islice(found, OPTIONS)))
