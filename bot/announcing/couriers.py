"""Delivers one parcel: renders it, posts or edits it, remembers where it stands; what fails is settled or put off."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.announcing import attaching, searches, uploads
from bot.announcing.failures import UNREACHED, Failure, Meaning, backoff, understood
from bot.announcing.paces import Pace
from bot.announcing.renderings import Rendering, render
from bot.messages import artifacts as artifact_messages
from bot.messages import logs
from bot.messages.blocks import Message, is_channel_id
from bot.messages.wording import step_of_run
from engine.errors import ForedeckError
from engine.services import Database, access, artifacts, holds, outbox, tasks
from engine.services.outbox import ARTIFACTS, CARD, DIRECT, EMERGENCY, FILE, HEALTH, HOLD, TRIGGER, Parcel, Posted
from engine.services.views import TaskView

CLOSED_SECONDS = 60.0
"""How often a channel is tried in which the bot may not post."""

CLOSED_ATTEMPTS = 24 * 60
TEMPORARY_ATTEMPTS = 200

_log = logging.getLogger("foredeck.slack")


class NotInSlack(ForedeckError):
    """There is no way to tell this person anything."""

    message = "{person} has no Slack member id in the configuration."


@dataclass
class Courier:
    """Delivers parcels, from several threads. `cannot_post` is told once of a card whose channel is closed."""

    db: Database
    clock: Callable[[], datetime]
    client: WebClient
    pace: Pace
    command: Callable[[], str]
    cannot_post: Callable[[TaskView, str], None]
    workspace_url: str = ""  # where permalinks begin

    def deliver(self, parcel: Parcel) -> None:
        """Send it, or settle why not; never raises."""
        try:
            rendering = render(self.db, parcel, command=self.command(), workspace_url=self.workspace_url)
            if parcel.kind == FILE:
                self._deliver_file(parcel, rendering)
            elif parcel.kind == ARTIFACTS:
                self._deliver_artifacts(parcel, rendering)
            else:
                self._deliver_message(parcel, rendering)
        except (SlackApiError, *UNREACHED) as error:
            self._put_off(parcel, understood(error))
        except ForedeckError as error:
            outbox.drop(self.db, parcel.id, str(error))
        except Exception:
            _log.exception("message %s could not be made", parcel.key)
            self._later(parcel, backoff(parcel.attempts), "could not be made")

    def _deliver_message(self, parcel: Parcel, rendering: Rendering) -> None:
        if not rendering.message.text:
            outbox.unchanged(self.db, parcel.id)
            return
        posted = outbox.message(self.db, parcel.key)
        if posted is None:
            posted = self._sent_before(parcel, rendering)
        if posted is None:
            self._post(parcel, rendering)
        elif posted.digest == rendering.message.digest:
            outbox.unchanged(self.db, parcel.id)
        else:
            self._edit(parcel, posted, rendering.message)

    def _post(self, parcel: Parcel, rendering: Rendering) -> None:
        thread = self._thread(parcel)
        channel = thread.slack_channel if thread else self._channel(parcel)
        arguments: dict[str, Any] = {
            "channel": channel if is_channel_id(channel) else f"#{channel.removeprefix('#')}",
            "metadata": searches.metadata(parcel.key, rendering.since),
            "unfurl_links": False,
            "unfurl_media": False,
        }
        if thread:
            arguments |= {"thread_ts": thread.ts, "reply_broadcast": rendering.is_broadcast}
        answer = self._said(self.client.chat_postMessage, rendering.message, arguments)
        self._stands(parcel, rendering.message, str(answer["channel"]), str(answer["ts"]), thread)
        self.pace.note_posted(parcel.key)
        if parcel.kind == HOLD:
            holds.stands(self.db, self.clock(), int(parcel.payload["hold"]))

    def _edit(self, parcel: Parcel, posted: Posted, message: Message) -> None:
        arguments = {"channel": posted.slack_channel, "ts": posted.ts}
        self._said(self.client.chat_update, message, arguments)
        outbox.sent(
            self.db,
            self.clock(),
            parcel.id,
            slack_channel=posted.slack_channel,
            ts=posted.ts,
            thread_ts=posted.thread_ts,
            digest=message.digest,
        )

    def _said(self, call: Callable[..., Any], message: Message, arguments: dict[str, Any]) -> Any:
        """Call Slack; blocks that it does not take are said in plain words rather than not at all."""
        try:
            return call(text=message.text, blocks=list(message.blocks), **arguments)
        except SlackApiError as error:
            if understood(error).meaning is not Meaning.CONTENT or not message.blocks:
                raise
            _log.error("Slack refused the blocks of a message: %s", error.response.get("error"))
            return call(text=message.text, blocks=[], **arguments)

    def _deliver_file(self, parcel: Parcel, rendering: Rendering) -> None:
        view, run = rendering.view, int(parcel.payload["run"])
        card = self._thread(parcel)
        if card is None or view is None:
            self._later(parcel, backoff(parcel.attempts), "its card does not stand yet")
            return
        step = step_of_run(view, run)
        name = logs.file_name(view, step, run)
        place = {"channel_id": card.slack_channel, "thread_ts": card.ts}
        if _may_have_been_sent(parcel):
            ts = searches.find_file(self.client, file_name=name, since=view.queued_at, **place)
            if ts is not None:
                self._stands(parcel, Message(""), card.slack_channel, ts, card)
                return
        content, size, is_capped = uploads.spool(tasks.whole_log(self.db, run))
        highlights = [text for _, text in tasks.highlights(self.db, run)]
        comment = logs.file_comment(step, highlights, is_capped=is_capped)
        with content:
            if not size:
                outbox.unchanged(self.db, parcel.id)
                return
            try:
                file_id = uploads.upload(self.client, content, size, name=name, comment=comment, **place)
            except SlackApiError as error:
                if understood(error).meaning not in {Meaning.CLOSED, Meaning.FINAL}:
                    raise
                self._post(parcel, Rendering.of(view, logs.file_refused(view, step, self.command())))
                return
        self._stands(parcel, Message(""), card.slack_channel, file_id, card)

    def _deliver_artifacts(self, parcel: Parcel, rendering: Rendering) -> None:
        found, card = artifacts.of_run(self.db, int(parcel.payload["run"])), self._thread(parcel)
        if card is None or rendering.view is None:
            self._later(parcel, backoff(parcel.attempts), "its card does not stand yet")
            return
        number = rendering.view.number
        try:
            stands = attaching.attach(self.client, found, card, number=number, may_stand=_may_have_been_sent(parcel))
        except SlackApiError as error:
            if understood(error).meaning not in {Meaning.CLOSED, Meaning.FINAL}:
                raise
            self._post(parcel, Rendering.of(rendering.view, artifact_messages.refused(found, number)))
            return
        if stands is None:
            outbox.unchanged(self.db, parcel.id)
        else:
            self._stands(parcel, Message(""), card.slack_channel, stands, card)

    def _channel(self, parcel: Parcel) -> str:
        """Where it goes, by name or id. Raises NotInSlack for a person whom Slack does not know."""
        addressee = parcel.slack_channel
        if not addressee.startswith("@"):
            return addressee
        person = addressee.removeprefix("@")
        slack_id = access.slack_ids(self.db, [person]).get(person)
        if slack_id is None:
            raise NotInSlack(person=person)
        return str(self.client.conversations_open(users=slack_id)["channel"]["id"])

    def _sent_before(self, parcel: Parcel, rendering: Rendering) -> Posted | None:
        """The message, if an earlier attempt sent it without our knowing."""
        if not _may_have_been_sent(parcel):
            return None
        thread = self._thread(parcel)
        found = searches.find_message(
            self.client,
            slack_channel=thread.slack_channel if thread else self._channel(parcel),
            thread_ts=thread.ts if thread else None,
            carried=searches.metadata(parcel.key, rendering.since),
            since=rendering.since,
        )
        if found is None:
            return None
        thread_ts = thread.ts if thread else None
        return Posted(parcel.key, parcel.task, found[0], found[1], thread_ts, digest="", edited_at=None)

    def _thread(self, parcel: Parcel) -> Posted | None:
        return (
            None
            if parcel.kind in {CARD, HOLD, DIRECT, TRIGGER, EMERGENCY, HEALTH}
            else outbox.message(self.db, f"card:{parcel.task}")
        )

    def _stands(self, parcel: Parcel, message: Message, channel_id: str, ts: str, thread: Posted | None) -> None:
        outbox.sent(
            self.db,
            self.clock(),
            parcel.id,
            slack_channel=channel_id,
            ts=ts,
            thread_ts=thread.ts if thread else None,
            digest=message.digest,
        )

    def _put_off(self, parcel: Parcel, failure: Failure) -> None:
        posted = outbox.message(self.db, parcel.key)
        match failure.meaning:
            case Meaning.RATE:
                method = "chat.update" if posted else "chat.postMessage"
                self.pause_for(parcel, method, failure.retry_after)
                self._later(parcel, 0.0, failure.code)  # the pause holds it back, to the moment
            case Meaning.CLOSED if parcel.attempts < CLOSED_ATTEMPTS:
                self._closed(parcel, failure)
            case Meaning.TEMPORARY if parcel.attempts < TEMPORARY_ATTEMPTS:
                _log.info("message %s is put off: %s", parcel.key, failure.code)
                self._later(parcel, backoff(parcel.attempts), failure.code)
            case _:
                _log.warning("message %s cannot be sent: %s", parcel.key, failure.code)
                outbox.drop(self.db, parcel.id, failure.code)

    def pause_for(self, parcel: Parcel, method: str, seconds: float) -> None:
        """Let this method rest in this channel."""
        self.pace.pause(method, parcel.slack_channel, seconds)

    def _closed(self, parcel: Parcel, failure: Failure) -> None:
        self.pause_for(parcel, "chat.postMessage", CLOSED_SECONDS)
        self._later(parcel, 0.0, failure.code)
        if parcel.task is not None and parcel.kind == CARD and parcel.attempts <= 1:
            self.cannot_post(tasks.view(self.db, parcel.task), failure.code)

    def _later(self, parcel: Parcel, seconds: float, why: str) -> None:
        outbox.retry_later(self.db, parcel.id, self.clock() + timedelta(seconds=seconds), why)


def _may_have_been_sent(parcel: Parcel) -> bool:
    return parcel.was_sending or parcel.attempts > 1
