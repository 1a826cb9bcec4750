"""How fast Slack may be talked to: a pure book of budgets, asked before anything is sent. It never sleeps."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

POST_SECONDS = 1.05
"""Between two messages in one channel (Slack: about one a second and channel; replies in threads count)."""

CARD_SECONDS = 3.0
"""Between two edits of one card."""

EDITS_PER_MINUTE = 48
"""chat.update: tier 3, 50 a minute for the app. What is left over is for edits that somebody waits for."""

_KEPT_FOR_PEOPLE = 6
_BUSY_SECONDS = 60.0
SOONEST = 0.02


class Pace:
    """All budgets of one workspace. Times are of a monotonic clock, in seconds."""

    def __init__(
        self, now: Callable[[], float], *, post_seconds: float = POST_SECONDS, card_seconds: float = CARD_SECONDS
    ) -> None:
        self._now = now
        self._post_seconds = post_seconds
        self._card_seconds = card_seconds
        self._lock = threading.Lock()
        self._posted: dict[str, float] = {}  # by channel
        self._edited: dict[str, float] = {}  # by message key
        self._edits: deque[float] = deque()
        self._paused: dict[tuple[str, str], float] = {}  # by method and channel, until
        self._next: float | None = None

    def begin_round(self) -> None:
        """From here on, remember when the next of what is refused may go."""
        with self._lock:
            self._next = None

    def seconds_to_next(self) -> float | None:
        """Until something that was refused in this round may go; None when nothing was."""
        with self._lock:
            return None if self._next is None else max(SOONEST, self._next - self._now())

    def take_post(self, slack_channel: str) -> bool:
        """May a message be posted there now? If so, it counts as posted."""
        with self._lock:
            now = self._now()
            ready = max(
                self._posted.get(slack_channel, -_BUSY_SECONDS) + self._post_seconds,
                self._paused.get(("chat.postMessage", slack_channel), 0.0),
            )
            if ready > now:
                return self._refuse(ready)
            self._posted[slack_channel] = now
            return True

    def take_edit(self, key: str, slack_channel: str, *, is_card: bool) -> bool:
        """May this message be edited now? If so, it counts as edited."""
        with self._lock:
            now = self._now()
            while self._edits and self._edits[0] <= now - _BUSY_SECONDS:
                self._edits.popleft()
            ready = max(
                self._edited.get(key, -_BUSY_SECONDS) + self._interval(now, is_card=is_card),
                self._paused.get(("chat.update", slack_channel), 0.0),
                self._budget_ready(is_card=is_card),
            )
            if ready > now:
                return self._refuse(ready)
            self._edited[key] = now
            self._edits.append(now)
            self._forget_old(now)
            return True

    def note_posted(self, key: str) -> None:
        """A message with this key was posted: its first edit keeps its distance, too."""
        with self._lock:
            self._edited[key] = self._now()

    def pause(self, method: str, slack_channel: str, seconds: float) -> None:
        """Slack said Retry-After for this method in this channel; other channels go on."""
        with self._lock:
            until = self._now() + seconds
            self._paused[method, slack_channel] = max(until, self._paused.get((method, slack_channel), 0.0))

    def resume_posts(self) -> None:
        """The bot was invited somewhere. Rows may name channels and Slack tells ids, so all that is paused is tried."""
        with self._lock:
            self._paused = {pause: until for pause, until in self._paused.items() if pause[0] != "chat.postMessage"}

    def _interval(self, now: float, *, is_card: bool) -> float:
        if not is_card:
            return 0.0
        busy = sum(1 for key, at in self._edited.items() if key.startswith("card:") and at > now - _BUSY_SECONDS)
        return max(self._card_seconds, 0.4 * self._card_seconds * busy)

    def _budget_ready(self, *, is_card: bool) -> float:
        allowed = EDITS_PER_MINUTE - (_KEPT_FOR_PEOPLE if is_card else 0)
        return self._edits[-allowed] + _BUSY_SECONDS if len(self._edits) >= allowed else 0.0

    def _refuse(self, ready: float) -> bool:
        self._next = ready if self._next is None else min(self._next, ready)
        return False

    def _forget_old(self, now: float) -> None:
        if len(self._edited) > 1_000:
            self._edited = {key: at for key, at in self._edited.items() if at > now - _BUSY_SECONDS}
