"""Keeps the time zones of people: asked of Slack once a day, so that `at 22:00` means their own clock."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.announcing.failures import Meaning, understood
from engine.errors import ForedeckError
from engine.services import Database, schedules

LIFETIME = timedelta(days=1)
_LOOK_SECONDS = 30.0
_BETWEEN_SECONDS = 0.7  # users.info: tier 4, about a hundred a minute

_log = logging.getLogger("foredeck.slack")


class Zones:
    """A thread that asks users.info for whoever's time zone is not known or was told long ago."""

    def __init__(self, db: Database, clock: Callable[[], datetime], client: WebClient) -> None:
        self._db = db
        self._clock = clock
        self._client = client
        self._stopping = threading.Event()
        self._unknown: set[str] = set()  # Slack does not know them; not asked again in this life
        self._thread = threading.Thread(target=self._run, name="foredeck-zones", daemon=True)

    def start(self) -> None:
        """Start asking."""
        self._thread.start()

    def stop(self) -> None:
        """Stop; waits for a call that is under way."""
        self._stopping.set()
        self._thread.join(timeout=15)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._refresh()
            except ForedeckError as error:
                _log.info("time zones are not read yet: %s", error)
            except Exception:
                _log.exception("time zones could not be read; trying again")
            self._stopping.wait(_LOOK_SECONDS)

    def _refresh(self) -> None:
        for slack_id in schedules.stale_zones(self._db, self._clock(), LIFETIME):
            if slack_id not in self._unknown and not self._ask(slack_id):
                return
            if self._stopping.wait(_BETWEEN_SECONDS):
                return

    def _ask(self, slack_id: str) -> bool:
        """False when Slack should be left alone for a while."""
        try:
            user = self._client.users_info(user=slack_id).get("user") or {}
        except SlackApiError as error:
            failure = understood(error)
            _log.info("the time zone of %s could not be read: %s", slack_id, failure.code)
            if failure.meaning in {Meaning.RATE, Meaning.TEMPORARY}:
                return False
            self._unknown.add(slack_id)
            return True
        except OSError as error:
            _log.info("time zones could not be read: %s", error)
            return False
        schedules.store_zone(self._db, slack_id, str(user.get("tz") or ""), self._clock())
        return True
