"""Paces for bots under test: rate limits stay on, and nobody waits for them."""

from __future__ import annotations

import threading
import time

from bot.announcing.paces import Pace
from tests.support.sandbox import SandboxClient

LONGEST_MOVE = 10.0
"""Longer waits are for somebody, e.g. for an invitation into a channel: they take their time."""


class MovedPace(Pace):
    """Slack's pace, kept by moving the time of the sandbox's rate limits and of the bot's budgets."""

    def __init__(self, sandbox: SandboxClient, *, post_seconds: float | None = None) -> None:
        self._sandbox = sandbox
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
            self._sandbox.moves_clock(seconds, only="rate_limits")  # first, so that the bot never believes to have more
        except OSError:
            return seconds  # it is being restarted
        with self._moving:
            self._ahead += seconds
        return 0.0
