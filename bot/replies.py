"""Sends private answers after the ack, over the response_url; to the address of Slack, or of the sandbox, only."""

from __future__ import annotations

import logging
import urllib.parse

from slack_sdk.webhook import WebhookClient

from bot.announcing.failures import UNREACHED
from bot.messages.blocks import Message

_log = logging.getLogger("foredeck.slack")
_TIMEOUT_SECONDS = 10


def is_allowed(response_url: str, api_url: str) -> bool:
    """Is this an address of Slack, or of the server that our Web API calls go to?"""
    target, ours = urllib.parse.urlsplit(response_url), urllib.parse.urlsplit(api_url)
    if target.scheme == "https" and target.hostname == "hooks.slack.com" and target.port in {None, 443}:
        return True
    is_slack = ours.hostname == "slack.com"
    return not is_slack and (target.scheme, target.netloc) == (ours.scheme, ours.netloc)


def reply(response_url: str, api_url: str, message: Message, *, replaces: bool = False, thread_ts: str = "") -> bool:
    """Say it to the one person who acted. Returns whether it was taken; never raises."""
    if not is_allowed(response_url, api_url):
        _log.warning("an answer was not sent: its address is not Slack's")
        return False
    body: dict[str, object] = {
        "text": message.text,
        "response_type": "ephemeral",
        "replace_original": replaces,
        "unfurl_links": False,
        "unfurl_media": False,
    }
    if message.blocks:
        body["blocks"] = list(message.blocks)
    if thread_ts and not replaces:
        body["thread_ts"] = thread_ts
    try:
        answer = WebhookClient(response_url, timeout=_TIMEOUT_SECONDS).send_dict(body)
    except UNREACHED as error:
        _log.warning("an answer could not be sent: %s", error)
        return False
    if answer.status_code != 200:
        _log.warning("an answer was refused: %s %s", answer.status_code, answer.body[:200])
    return answer.status_code == 200
