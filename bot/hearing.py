"""Watches that the bot still hears Slack: a socket that ended without a word is noticed at once and made anew.

slack_sdk's own monitor finds a silent socket by its pings, but takes an ended one (EOF, reset) for merely quiet and
goes on for most of a minute: posting works meanwhile, every command fails, and everything looks healthy.
"""

from __future__ import annotations

import logging
import select
import threading
import time
from typing import Any

LOOK_SECONDS = 0.5
"""How often the socket is looked at; costs one system call."""

PING_SECONDS = 3.0
"""How often slack_sdk pings; what does not answer for four times that is ended by its own monitor."""

_LONGEST_WAIT_SECONDS = 15.0
_ENDED = select.POLLRDHUP | select.POLLHUP | select.POLLERR | select.POLLNVAL

_log = logging.getLogger("foredeck.slack")


class HearingWatch:
    """Watches one Socket Mode client of slack_sdk, in a thread of its own."""

    def __init__(self, client: Any, look_seconds: float = LOOK_SECONDS) -> None:
        self._client = client
        self._look_seconds = look_seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="foredeck-hearing", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Stop watching; does not wait for a connection that is being made."""
        self._stop.set()

    def _run(self) -> None:
        while not self._stop.wait(self._look_seconds):
            if not self._hears():
                self._connect_anew()

    def _hears(self) -> bool:
        session = self._client.current_session
        # Taken once: another thread may close the session meanwhile.
        sock = session.sock if session is not None else None
        if sock is None:
            return False
        try:
            poll = select.poll()
            poll.register(sock, _ENDED)
            return not poll.poll(0)
        except (OSError, ValueError):  # closed between the two lines
            return False

    def _connect_anew(self) -> None:
        since, wait = time.monotonic(), self._look_seconds
        _log.warning("the connection to Slack has ended; connecting again")
        while not self._stop.is_set():
            try:
                session = self._client.current_session
                if session is not None:
                    session.disconnect()
                self._client.connect_to_new_endpoint()
            except Exception as error:
                # Whatever it was, hearing nothing is worse: what Slack said is in the name of the error.
                _log.info("not connected yet: %s", type(error).__name__)
            if self._hears():
                _log.warning("connected to Slack again after %.0f s", time.monotonic() - since)
                return
            self._stop.wait(wait)
            wait = min(wait * 2, _LONGEST_WAIT_SECONDS)
