"""Keeps the members of the Slack user groups that teams name: fetched at start, now and then, and when they change."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.announcing.failures import CREDENTIALS, UNREACHED, Meaning, understood
from engine.errors import ForedeckError
from engine.services import Database, access

REFRESH_SECONDS = 300.0
_LOOK_SECONDS = 30.0

_log = logging.getLogger("foredeck.slack")


class Groups:
    """A thread that asks usergroups.users.list. Slack allows about twenty of these a minute."""

    def __init__(self, db: Database, clock: Callable[[], datetime], client: WebClient) -> None:
        self._db = db
        self._clock = clock
        self._client = client
        self._wake = threading.Event()
        self._stopping = False
        self._refused: set[str] = set()  # errors that were logged once
        self._thread = threading.Thread(target=self._run, name="foredeck-groups", daemon=True)

    def start(self) -> None:
        """Start fetching."""
        self._thread.start()

    def stop(self) -> None:
        """Stop; waits for a call that is under way."""
        self._stopping = True
        self._wake.set()
        self._thread.join(timeout=15)

    def changed(self) -> None:
        """Slack says that a group's members changed."""
        self._wake.set()

    def refresh(self) -> bool:
        """Fetch all groups once; False when some should be tried again soon."""
        fetched = [
            self._fetch(group) for group in access.slack_groups(self._db)
        ]  # each of them, whatever the others do
        return all(fetched)

    def _run(self) -> None:
        fetched: tuple[str, ...] = ()
        last = -REFRESH_SECONDS
        while not self._stopping:
            try:
                wanted = access.slack_groups(self._db)
                if self._wake.is_set() or wanted != fetched or time.monotonic() - last >= REFRESH_SECONDS:
                    self._wake.clear()
                    if self.refresh():
                        fetched, last = wanted, time.monotonic()
            except ForedeckError as error:
                _log.info("Slack groups are not read yet: %s", error)
            except Exception:
                _log.exception("Slack groups could not be read; trying again")
            self._wake.wait(_LOOK_SECONDS)

    def _fetch(self, group: str) -> bool:
        try:
            answer = self._client.usergroups_users_list(usergroup=group)
        except SlackApiError as error:
            failure = understood(error)
            self._say_once(failure.code, group)
            return failure.code in CREDENTIALS or failure.meaning not in {Meaning.RATE, Meaning.TEMPORARY}
        except UNREACHED as error:
            _log.info("members of Slack group %s could not be fetched: %s", group, error)
            return False
        members = answer.get("users") or []
        access.store_group(self._db, group, [str(member) for member in members], self._clock())
        return True

    def _say_once(self, error: str, group: str) -> None:
        if error in self._refused:
            return
        self._refused.add(error)
        if error in {"plan_upgrade_required", "paid_teams_only"}:
            _log.warning("this workspace's plan has no user groups: teams count the people they list")
        else:
            _log.warning("members of Slack group %s could not be fetched: %s", group, error)
