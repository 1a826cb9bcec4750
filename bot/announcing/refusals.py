"""Tells the person who asked, privately, that the bot may not post where the card should go, and the way out."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.announcing.failures import UNREACHED
from bot.messages import answers
from bot.replies import reply
from engine.services import Database, access
from engine.services.views import TaskView

_KEPT = 500
_LIFETIME_SECONDS = 25 * 60  # Slack's response_url lives for thirty minutes

_log = logging.getLogger("foredeck.slack")


class PrivateLines:
    """Ways to reach the people who asked: the response_url of their command while it lives, else a direct message."""

    def __init__(self, db: Database, client: WebClient, *, api_url: str, bot_name: str) -> None:
        self._db = db
        self._client = client
        self._api_url = api_url
        self._bot_name = bot_name
        self._lock = threading.Lock()
        self._urls: OrderedDict[int, tuple[float, str]] = OrderedDict()

    def asked_from(self, number: int, response_url: str) -> None:
        """Remember where this deployment was asked for."""
        with self._lock:
            self._urls[number] = (time.monotonic(), response_url)
            while len(self._urls) > _KEPT:
                self._urls.popitem(last=False)

    def cannot_post(self, view: TaskView, code: str) -> None:
        """Say that the card cannot be posted, and how to invite the bot."""
        message = answers.cannot_post(view, code, self._bot_name)
        with self._lock:
            at, response_url = self._urls.get(view.number, (0.0, ""))
        is_alive = bool(response_url) and time.monotonic() - at < _LIFETIME_SECONDS
        if is_alive and reply(response_url, self._api_url, message):
            return
        slack_id = access.slack_ids(self._db, [view.requested_by]).get(view.requested_by)
        if slack_id is None:
            _log.warning("deployment %s cannot be told in chat: %s", view.number, code)
            return
        try:
            direct = self._client.conversations_open(users=slack_id)["channel"]["id"]
            self._client.chat_postMessage(channel=direct, text=message.text, blocks=list(message.blocks))
        except (SlackApiError, *UNREACHED) as error:
            _log.warning(
                "deployment %s cannot be told in chat: %s; nor by direct message: %s", view.number, code, error
            )
