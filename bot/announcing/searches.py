"""Finds out whether a message was sent before a crash or a cut connection: by its metadata, or by its file's name."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot import ids
from bot.announcing.failures import Meaning, understood
from bot.messages.blocks import is_channel_id

_PAGES = 5
_PAGE = 200
_CHANNEL_PAGES = 20

_log = logging.getLogger("foredeck.slack")


def metadata(key: str, queued_at: datetime) -> dict[str, Any]:
    """What every message carries. Numbers may begin anew with another database, so the task's time belongs to it."""
    payload = {"key": key, "queued": int(queued_at.timestamp() * 1000)}
    return {"event_type": ids.MESSAGE_EVENT, "event_payload": payload}


def find_message(
    client: WebClient, *, slack_channel: str, thread_ts: str | None, carried: Mapping[str, Any], since: datetime
) -> tuple[str, str] | None:
    """Channel id and ts of the message that carries this metadata; None when it is not there, or may not be read.

    Raises SlackApiError or one of UNREACHED when Slack cannot be asked now.
    """
    channel_id = channel_id_of(client, slack_channel)
    if channel_id is None:
        return None
    for message in _messages(client, channel_id, thread_ts, since):
        found = message.get("metadata") or {}
        if found.get("event_type") == carried["event_type"] and found.get("event_payload") == carried["event_payload"]:
            return channel_id, str(message["ts"])
    return None


def find_file(client: WebClient, *, channel_id: str, thread_ts: str, file_name: str, since: datetime) -> str | None:
    """The ts of the message with this file in this thread."""
    for message in _messages(client, channel_id, thread_ts, since):
        if any(file.get("name") == file_name for file in message.get("files") or []):
            return str(message["ts"])
    return None


def find_files(
    client: WebClient, *, channel_id: str, thread_ts: str, names: Sequence[str], since: datetime
) -> str | None:
    """The ts of the message with all of these files in this thread, written after they were made."""
    earliest = since.timestamp() - 5
    for message in _messages(client, channel_id, thread_ts, since):
        found = [file.get("name") for file in message.get("files") or []]
        if found == list(names) and float(message["ts"]) >= earliest:
            return str(message["ts"])
    return None


def channel_id_of(client: WebClient, slack_channel: str) -> str | None:
    """The id of this channel; a name is looked for in the list that the bot sees."""
    if is_channel_id(slack_channel):
        return slack_channel
    name, cursor = slack_channel.removeprefix("#"), ""
    for _ in range(_CHANNEL_PAGES):
        answer = client.conversations_list(
            types="public_channel,private_channel", exclude_archived=True, limit=1000, cursor=cursor
        )
        for channel in answer.get("channels") or []:
            if channel.get("name") == name:
                return str(channel["id"])
        cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            break
    return None


def _messages(
    client: WebClient, channel_id: str, thread_ts: str | None, since: datetime
) -> Iterator[Mapping[str, Any]]:
    """What was written there since then, page by page, as far as the bot may read it."""
    cursor = ""
    oldest = f"{since.timestamp() - 120:.6f}"
    for _ in range(_PAGES):
        common: dict[str, Any] = {"channel": channel_id, "limit": _PAGE, "include_all_metadata": True}
        if cursor:
            common["cursor"] = cursor
        try:
            answer = (
                client.conversations_replies(ts=thread_ts, **common)
                if thread_ts
                else client.conversations_history(oldest=oldest, **common)
            )
        except SlackApiError as error:
            failure = understood(error)
            if failure.meaning in {Meaning.RATE, Meaning.TEMPORARY} and failure.code != "missing_scope":
                raise
            _log.info("earlier messages cannot be read (%s): sending again", failure.code)
            return
        yield from answer.get("messages") or []
        cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return
