"""Stands between Bolt and a listener: who acts, the ack, errors as private answers, then (only then) calls of Slack."""

from __future__ import annotations

import logging
import secrets
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot import ids, people
from bot.announcing.failures import UNREACHED
from bot.listeners.acks import Acknowledgement
from bot.listeners.requests import (
    Answer,
    CommandListener,
    Desk,
    EventListener,
    ModalAnswer,
    Pressed,
    PressListener,
    Searched,
    SearchListener,
    SubmissionListener,
    Submitted,
    Typed,
)
from bot.messages import answers
from bot.messages.blocks import Message
from bot.modals.decisions import closing_modal
from bot.replies import reply
from engine.errors import ForedeckError

_log = logging.getLogger("foredeck.slack")
_LATE = "This takes longer than usual. I am still at it; the card or another answer follows."

BoltListener = Callable[..., None]
Body = Mapping[str, Any]


def command(desk: Desk, listener: CommandListener) -> BoltListener:
    """A slash command: acked with its private answer."""

    def handle(ack: Callable[..., Any], body: Body, client: WebClient) -> None:
        with Acknowledgement(ack, {"text": _LATE}) as acknowledgement:
            answer = _answered(lambda: _command_answer(desk, listener, body))
            shown = _payload(answer.message) if answer.message else {}
            given = acknowledgement.give(**shown)
        if answer.message and not given:
            reply(str(body.get("response_url", "")), desk.api_url, answer.message)
        _show_modal(desk, answer, body, client)

    return handle


def _command_answer(desk: Desk, listener: CommandListener, body: Body) -> Answer:
    try:
        return listener(desk, _typed(desk, body))
    except people.NotNamed as error:
        if str(body.get("text") or "").strip().lower() != "help":
            raise
        return Answer(answers.help_for_unknown(error, desk.command, desk.release_command))


def press(desk: Desk, listener: PressListener) -> BoltListener:
    """A button, or a choice in a modal: acked, then answered privately or with a modal."""

    def handle(ack: Callable[..., Any], body: Body, client: WebClient) -> None:
        with Acknowledgement(ack, {}) as acknowledgement:
            answer = _answered(lambda: listener(desk, _pressed(desk, body)))
            acknowledgement.give()
        _show_modal(desk, answer, body, client)
        if answer.message:
            response_url, thread_ts = str(body.get("response_url") or ""), _only_in_thread(body)
            # What everybody sees is never replaced by an answer for one.
            replaces = answer.replaces and bool((body.get("container") or {}).get("is_ephemeral"))
            reply(response_url, desk.api_url, answer.message, replaces=replaces, thread_ts=thread_ts)

    return handle


def _only_in_thread(body: Body) -> str:
    """The thread that the pressed message is in, if it is seen nowhere else: an answer belongs where it was pressed."""
    message = body.get("message") or {}
    thread_ts = str(message.get("thread_ts") or (body.get("container") or {}).get("thread_ts") or "")
    is_in_channel = message.get("subtype") == "thread_broadcast" or thread_ts == message.get("ts")
    return "" if is_in_channel else thread_ts


def submission(desk: Desk, listener: SubmissionListener) -> BoltListener:
    """A submitted modal: acked with nothing (it closes), with errors at fields, or with another modal in its place."""

    def handle(ack: Callable[..., Any], body: Body, client: WebClient) -> None:
        late = {"response_action": "update", "view": closing_modal("One moment", _LATE)}
        with Acknowledgement(ack, late) as acknowledgement:
            answer = _submission_answer(lambda: listener(desk, _submitted(desk, body)))
            if answer.errors:
                given = acknowledgement.give(response_action="errors", errors=dict(answer.errors))
            elif answer.shows:
                given = acknowledgement.give(response_action="update", view=dict(answer.shows))
            else:
                given = acknowledgement.give()
        if not given:
            _show_late(client, body, answer)
        if answer.message and answer.slack_channel:
            _tell_privately(client, answer.slack_channel, str(body["user"]["id"]), answer.message)

    return handle


def search(desk: Desk, listener: SearchListener) -> BoltListener:
    """A typeahead: acked with options; what goes wrong offers none."""

    def handle(ack: Callable[..., Any], body: Body) -> None:
        with Acknowledgement(ack, {"options": []}) as acknowledgement:
            try:
                options = list(listener(desk, _searched(desk, body)))
            except ForedeckError:
                options = []
            except Exception:
                _log_unforeseen()
                options = []
            acknowledgement.give(options=options)

    return handle


def event(desk: Desk, listener: EventListener) -> BoltListener:
    """An event: acked at once, nobody is answered."""

    def handle(ack: Callable[..., Any], event: Mapping[str, Any]) -> None:
        ack()
        try:
            listener(desk, event)
        except Exception:
            _log_unforeseen()

    return handle


def _answered(work: Callable[[], Answer]) -> Answer:
    try:
        return work()
    except ForedeckError as error:
        return Answer(answers.refused(error))
    except Exception:
        return Answer(answers.went_wrong(_log_unforeseen()))


def _submission_answer(work: Callable[[], ModalAnswer]) -> ModalAnswer:
    try:
        return work()
    except ForedeckError as error:
        return ModalAnswer(shows=closing_modal("Nothing was changed", str(error), error.hint))
    except Exception:
        words = answers.went_wrong(_log_unforeseen()).text
        return ModalAnswer(shows=closing_modal("That went wrong", words))


def _log_unforeseen() -> str:
    """Log the traceback, never the payload; returns the reference that the person is told."""
    reference = secrets.token_hex(4)
    _log.exception("reference %s: an unforeseen error while answering", reference)
    return reference


def _show_modal(desk: Desk, answer: Answer, body: Body, client: WebClient) -> None:
    try:
        if answer.opens:
            shows = client.views_push if body.get("view") else client.views_open  # on top of a form, not in its place
            opened = shows(trigger_id=str(body.get("trigger_id", "")), view=dict(answer.opens))
            if answer.then is not None:
                client.views_update(view_id=opened["view"]["id"], view=_made(answer.then))
        elif answer.refreshes:
            view = body.get("view") or {}
            client.views_update(view_id=view.get("id"), hash=view.get("hash"), view=dict(answer.refreshes))
    except (SlackApiError, *UNREACHED) as error:
        code = error.response.get("error") if isinstance(error, SlackApiError) else error
        if code == "hash_conflict":  # the person was quicker: their next choice refreshes it again
            return
        _log.warning("a form could not be opened: %s", code)
        response_url = str(body.get("response_url") or "")
        if answer.opens and response_url:
            reply(response_url, desk.api_url, answers.said("The form could not be opened.", "Please try once more."))


def _made(make: Callable[[], Mapping[str, Any]]) -> dict[str, Any]:
    try:
        return dict(make())
    except ForedeckError as error:
        return closing_modal("Not possible now", str(error), error.hint)
    except Exception:
        return closing_modal("That went wrong", answers.went_wrong(_log_unforeseen()).text)


def _show_late(client: WebClient, body: Body, answer: ModalAnswer) -> None:
    """The form was answered with words before this was known: now it shows what came of it."""
    shown = answer.shows or closing_modal("Done", answer.message.text if answer.message else "It is done.")
    if answer.errors:
        shown = closing_modal("Nothing was changed", *answer.errors.values())
    try:
        client.views_update(view_id=str((body.get("view") or {}).get("id")), view=dict(shown))
    except (SlackApiError, *UNREACHED) as error:
        _log.info("a form could not show what came of it: %s", error)


def _tell_privately(client: WebClient, slack_channel: str, slack_user_id: str, message: Message) -> None:
    try:
        client.chat_postEphemeral(
            channel=slack_channel, user=slack_user_id, text=message.text, blocks=list(message.blocks)
        )
    except (SlackApiError, *UNREACHED) as error:
        _log.info("a private answer could not be given: %s", error)


def _payload(message: Message) -> dict[str, Any]:
    shown: dict[str, Any] = {"text": message.text, "response_type": "ephemeral"}
    return shown | {"blocks": list(message.blocks)} if message.blocks else shown


def _typed(desk: Desk, body: Body) -> Typed:
    person = people.acting(desk.db, desk.team_id, body)
    return Typed(
        person=person,
        command=str(body.get("command", desk.command)),
        text=str(body.get("text") or ""),
        slack_channel=str(body.get("channel_id", "")),
        slack_channel_name=str(body.get("channel_name", "")),
        key=_key(body),
        response_url=str(body.get("response_url") or ""),
    )


def _pressed(desk: Desk, body: Body) -> Pressed:
    person = people.acting(desk.db, desk.team_id, body)
    action: Mapping[str, Any] = (body.get("actions") or [{}])[0]
    return Pressed(
        person=person,
        action_id=str(action.get("action_id", "")),
        value=str(action.get("value") or ""),
        slack_channel=str((body.get("channel") or {}).get("id") or ""),
        response_url=str(body.get("response_url") or ""),
        modal=body.get("view") or {},
    )


def _submitted(desk: Desk, body: Body) -> Submitted:
    person = people.acting(desk.db, desk.team_id, body)
    view: Mapping[str, Any] = body.get("view") or {}
    return Submitted(
        person=person,
        view_id=str(view.get("id") or _key(body)),
        facts=ids.unpack(str(view.get("private_metadata") or "")),
        state=view.get("state") or {},
    )


def _searched(desk: Desk, body: Body) -> Searched:
    person = people.acting(desk.db, desk.team_id, body)
    return Searched(
        person=person,
        block_id=str(body.get("block_id", "")),
        typed=str(body.get("value") or ""),
        modal=body.get("view") or {},
    )


def _key(body: Body) -> str:
    """What makes a delivery unique: the same one twice is the same request."""
    return str(body.get("trigger_id") or uuid.uuid4())
