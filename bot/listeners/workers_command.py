"""`/workers …` and its buttons: what is known of machines, and taking them out of use. Rows decide who may."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot import ids
from bot.commands import Help
from bot.listeners import host_keys, scripts
from bot.listeners.buttons import outdated
from bot.listeners.requests import CLOSE, Answer, AskedCheck, Desk, ModalAnswer, Pressed, Submitted, Typed
from bot.messages import answers
from bot.messages import machines as told
from bot.messages.blocks import Message
from bot.modals.decisions import closing_modal, note_of
from bot.modals.machines import disable_modal, until_of
from bot.orders import NotUnderstood
from bot.worker_requests import (
    CheckMachines,
    DisableMachines,
    EnableMachines,
    RunScript,
    ShowMachines,
    TrustKey,
    parse_workers,
)
from engine.errors import ForedeckError
from engine.services import machine_use, machine_views
from engine.services.queue_errors import ReasonMissing, TooFarAway, UnclearTime

COMMAND = "/workers"


def workers(desk: Desk, typed: Typed) -> Answer:  # noqa: PLR0911 - one line for each form
    """Understand it, do it, say what came of it."""
    wanted, person = parse_workers(typed.text), typed.person.slug
    match wanted:
        case Help():
            return Answer(told.help_text(typed.command))
        case NotUnderstood():
            return Answer(answers.not_understood(wanted.sentence, wanted.suggestion, typed.command))
        case ShowMachines():
            return Answer(_shown(desk, person, wanted.names))
        case CheckMachines():
            at = desk.clock()
            slugs = machine_use.check_now(desk.db, at, person=person, names=wanted.names)
            _tell_what_is_found(desk, person, slugs, typed.response_url, at)
            return Answer(told.being_checked(slugs))
        case DisableMachines():
            slugs = machine_use.disable(
                desk.db, desk.clock(), person=person, names=wanted.names, reason=wanted.reason, until=wanted.until
            )
            return Answer(told.done(slugs, "disabled", typed.command))
        case EnableMachines():
            slugs = machine_use.enable(desk.db, desk.clock(), person=person, names=wanted.names)
            return Answer(told.done(slugs, "in use again, and looked at now", typed.command))
        case TrustKey():
            return host_keys.trust(desk, typed, wanted)
        case RunScript():
            return scripts.run(desk, typed, wanted)


def show_machines(desk: Desk, pressed: Pressed) -> Answer:
    """Another page of the list, in its place."""
    facts = ids.unpack(pressed.value)
    page, names = facts.get("p"), str(facts.get("n") or "")
    if not isinstance(page, int):
        return outdated(desk, pressed)
    return Answer(_shown(desk, pressed.person.slug, tuple(filter(None, names.split(","))), page), replaces=True)


def open_machine(desk: Desk, pressed: Pressed) -> Answer:
    """*Open* and *Refresh*: the machine in place of what was shown."""
    return _details(desk, pressed)


def check_machine(desk: Desk, pressed: Pressed) -> Answer:
    """*Check now*: what is found takes the place of this answer."""
    at = desk.clock()
    slugs = machine_use.check_now(desk.db, at, person=pressed.person.slug, names=[pressed.value])
    answer = _details(desk, pressed, "It is looked at now. What is found stands here in a moment.")
    _tell_what_is_found(desk, pressed.person.slug, slugs, pressed.response_url, at, replaces=True)
    return answer


def enable_machine(desk: Desk, pressed: Pressed) -> Answer:
    """*Enable*: what is found takes the place of this answer; a cloud region is not looked at."""
    at, person = desk.clock(), pressed.person.slug
    slugs = machine_use.enable(desk.db, at, person=person, names=[pressed.value])
    if machine_views.one(desk.db, at, person=person, slug=pressed.value).is_region:
        return _details(desk, pressed, "It is in use again.")
    answer = _details(desk, pressed, "It is in use again, and looked at now. What is found stands here in a moment.")
    _tell_what_is_found(desk, person, slugs, pressed.response_url, at, replaces=True)
    return answer


def open_disable(desk: Desk, pressed: Pressed) -> Answer:
    """*Disable…*: the form, unless this person may not."""
    person, slug = pressed.person.slug, pressed.value
    machine = machine_views.one(desk.db, desk.clock(), person=person, slug=slug)
    if refusal := machine_use.refusal(desk.db, desk.clock(), person=person, name=slug):
        return Answer(answers.refused(refusal))
    return Answer(opens=disable_modal(machine, pressed.slack_channel))


def submit_disable(desk: Desk, submitted: Submitted) -> ModalAnswer:
    """The submitted form. What is wrong with a field is said at the field."""
    machine, slack_channel = str(submitted.facts.get("m") or ""), str(submitted.facts.get("c") or "")
    if not machine:
        return ModalAnswer(shows=closing_modal("Nothing was changed", "This form is out of date. Open it again."))
    try:
        slugs = machine_use.disable(
            desk.db,
            desk.clock(),
            person=submitted.person.slug,
            names=[machine],
            reason=note_of(submitted.state),
            until=until_of(submitted.state),
        )
    except (UnclearTime, TooFarAway) as error:
        return ModalAnswer(errors={ids.UNTIL: f"{error} {error.hint}".replace("`", "")[:150]})
    except ReasonMissing as error:
        return ModalAnswer(errors={ids.NOTE: str(error)})
    except ForedeckError as error:
        return ModalAnswer(shows=closing_modal("Nothing was changed", str(error), error.hint))
    if not slack_channel:
        return CLOSE
    return ModalAnswer(message=told.done(slugs, "disabled", COMMAND), slack_channel=slack_channel)


def _tell_what_is_found(
    desk: Desk, person: str, slugs: Sequence[str], response_url: str, at: datetime, *, replaces: bool = False
) -> None:
    desk.check_asked(AskedCheck(person, tuple(slugs), at, response_url, replaces))


def _shown(desk: Desk, person: str, names: tuple[str, ...], page: int = 1) -> Message:
    view = machine_views.overview(desk.db, desk.clock(), person=person, names=names, page=page, size=told.PAGE)
    if names and view.total == 1:
        return told.details(view.machines[0])
    return told.overview(view, COMMAND)


def _details(desk: Desk, pressed: Pressed, said: str = "") -> Answer:
    now = desk.clock()
    machine = machine_views.one(desk.db, now, person=pressed.person.slug, slug=pressed.value)
    return Answer(told.details(machine, said=said), replaces=True)
