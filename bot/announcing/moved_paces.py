"""A pace for tests: Slack's budgets are kept by letting the sandbox's time go on, instead of waiting for them."""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from urllib.parse import urljoin

from bot.announcing.paces import Pace

LONGEST_MOVE = 10.0
"""Longer waits are for somebody, e.g. for an invitation into a channel: they take their time."""

_SECONDS = 5.0
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class MovedPace(Pace):
    """Slack's pace, kept by moving the time of the sandbox's rate limits and of the bot's budgets alike.

    `api_url` is the sandbox's; where there is none, or one that is just being restarted, it waits as ever."""

    def __init__(self, api_url: str, *, post_seconds: float | None = None) -> None:
        self._clock_url = urljoin(api_url, "/sandbox/clock")
        self._ahead = 0.0
        self._moving = threading.Lock()
        chosen = {} if post_seconds is None else {"post_seconds": post_seconds}
        super().__init__(lambda: time.monotonic() + self._ahead, **chosen)

    def seconds_to_next(self) -> float | None:
        """None as ever; a wait for a budget is over at once."""
        seconds = super().seconds_to_next()
        if seconds is None or seconds > LONGEST_MOVE:
            return seconds
        try:
            self._move(seconds)  # first, so that the bot never believes to have more
        except OSError:
            return seconds
        with self._moving:
            self._ahead += seconds
        return 0.0

    def _move(self, seconds: float) -> None:
        body = json.dumps({"seconds": seconds, "only": "rate_limits"}).encode()
        request = urllib.request.Request(self._clock_url, body, {"content-type": "application/json"})  # noqa: S310
        with _DIRECT.open(request, timeout=_SECONDS) as response:
            response.read()
