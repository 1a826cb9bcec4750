"""`/workers run …`, its form and its button: a script on chosen machines. The card says what comes of it."""

from __future__ import annotations

import re

from bot import ids, typed_text
from bot.listeners.requests import CLOSE, Answer, Desk, ModalAnswer, Pressed, Submitted, Typed
from bot.messages import answers
from bot.modals.decisions import closing_modal, note_of
from bot.modals.machines import script_modal, text_in
from bot.worker_requests import RunScript
from engine.definitions import Person
from engine.errors import ForedeckError
from engine.services import ad_hoc
from engine.services.errors import UnknownName
from engine.services.machine_errors import NothingToRun, SecretInScript


def run(desk: Desk, typed: Typed, wanted: RunScript) -> Answer:
    """Run what was typed; open the form where nothing was."""
    if not wanted.script or not wanted.names:
        return _opening(desk, typed.person, wanted.names, typed.slack_channel)
    view = ad_hoc.run(
        desk.db,
        desk.clock(),
        person=typed.person.slug,
        names=wanted.names,
        script=wanted.script,
        slack_channel_typed=typed.slack_channel or None,
        request_key=typed.key,
    )
    desk.asked_from(view.number, typed.response_url)
    here = {typed.slack_channel, typed.slack_channel_name, f"#{typed.slack_channel_name}"}
    return Answer(None if view.slack_channel is None or view.slack_channel in here else answers.told_elsewhere(view))


def open_form(desk: Desk, pressed: Pressed) -> Answer:
    """*Run a script…* on a machine."""
    return _opening(desk, pressed.person, (pressed.value,), pressed.slack_channel)


def submit(desk: Desk, submitted: Submitted) -> ModalAnswer:
    """The submitted form. What is wrong with a field is said at the field."""
    names = typed_text.words(re.sub(r",", " ", text_in(submitted.state, ids.MACHINES)))
    try:
        view = ad_hoc.run(
            desk.db,
            desk.clock(),
            person=submitted.person.slug,
            names=[name for name in names if name.lower() != "and"],
            script=text_in(submitted.state, ids.SCRIPT),
            reason=note_of(submitted.state),
            slack_channel_typed=str(submitted.facts.get("c") or "") or None,
            request_key=submitted.view_id,
        )
    except UnknownName as error:
        return ModalAnswer(errors={ids.MACHINES: f"{error} {error.hint}".replace("`", "")[:150]})
    except (NothingToRun, SecretInScript) as error:
        return ModalAnswer(errors={ids.SCRIPT: str(error)[:150]})
    except ForedeckError as error:
        return ModalAnswer(shows=closing_modal("Nothing was run", str(error), error.hint))
    told_in = str(submitted.facts.get("c") or "")
    if not told_in or view.slack_channel == told_in:
        return CLOSE
    return ModalAnswer(message=answers.told_elsewhere(view), slack_channel=told_in)


def _opening(desk: Desk, person: Person, names: tuple[str, ...], slack_channel: str) -> Answer:
    offered = ad_hoc.offer(desk.db, desk.clock(), person=person.slug, names=names)
    if isinstance(offered, ForedeckError):
        return Answer(answers.refused(offered))
    return Answer(opens=script_modal(offered, slack_channel))
