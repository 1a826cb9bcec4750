"""`/workers trust …`, *Host key…* and its form: a machine was set up anew, shows another key, and somebody trusts it.

The machine is asked each time, so that nobody trusts a key that it does not show.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot import ids
from bot.listeners.requests import Answer, Desk, ModalAnswer, Pressed, Submitted, Typed
from bot.messages import answers
from bot.modals import host_keys as modals
from bot.modals.decisions import closing_modal, note_of
from bot.worker_requests import TrustKey
from engine.errors import ForedeckError
from engine.services import host_keys, machines
from engine.services.host_keys import Trust
from engine.services.machine_errors import WhyMissing


def trust(desk: Desk, typed: Typed, wanted: TrustKey) -> Answer:
    """Trust the key that was typed with a reason; without one, the form shows which there are."""
    if not wanted.fingerprint:
        return _opening(desk, typed.person.slug, wanted.name, typed.slack_channel)
    done = _trust(desk, typed.person.slug, wanted.name, wanted.fingerprint, wanted.reason)
    said = f"{done.fingerprint} is the host key of {done.machine} from now on, instead of {done.before}."
    return Answer(answers.said(said, f"How it is now: `{typed.command} {done.machine}`"))


def open_form(desk: Desk, pressed: Pressed) -> Answer:
    """*Host key…* of a machine."""
    return _opening(desk, pressed.person.slug, pressed.value, pressed.slack_channel)


def submit(desk: Desk, submitted: Submitted) -> ModalAnswer:
    """The submitted form. The machine is asked once more: it has to show the chosen key now."""
    machine = str(submitted.facts.get("m") or "")
    try:
        done = _trust(
            desk, submitted.person.slug, machine, modals.chosen_key(submitted.state), note_of(submitted.state)
        )
    except WhyMissing as error:
        return ModalAnswer(errors={ids.NOTE: str(error)})
    except ForedeckError as error:
        return ModalAnswer(shows=closing_modal("Nothing was changed", str(error), error.hint))
    like = host_keys.like(desk.db, done)
    return ModalAnswer(shows=modals.trusted_modal(done.machine, done.fingerprint, done.before, like))


def _opening(desk: Desk, person: str, machine: str, slack_channel: str) -> Answer:
    if refusal := host_keys.refusal(desk.db, desk.clock(), person=person, machine=machine):
        return Answer(answers.refused(refusal))

    def asked() -> Mapping[str, Any]:
        pinned, shown = _shown(desk, machine)
        if set(pinned) & set(shown.values()):
            return modals.unchanged_modal(machine, pinned)
        return modals.trust_modal(machine, pinned, shown, slack_channel)

    return Answer(opens=modals.asking_modal(machine), then=asked)


def _trust(desk: Desk, person: str, machine: str, fingerprint: str, reason: str) -> Trust:
    if refusal := host_keys.refusal(desk.db, desk.clock(), person=person, machine=machine):
        raise refusal  # before anybody connects
    if not reason.strip():
        raise WhyMissing
    _, shown = _shown(desk, machine)
    return host_keys.trust(
        desk.db,
        desk.clock(),
        person=person,
        machine=machine,
        fingerprint=fingerprint,
        shown=shown.values(),
        reason=reason,
    )


def _shown(desk: Desk, slug: str) -> tuple[list[str], Mapping[str, str]]:
    """The fingerprints that are pinned, and those that the machine shows now. Raises ForedeckError."""
    definitions, machine = host_keys.machine_of(desk.db, slug)
    return machine.host_key.split(), desk.host_keys_of(machines.with_secrets(definitions, machine))
