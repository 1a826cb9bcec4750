"""Slack's rate limits: a bucket for each method, and one for each channel that messages are posted to."""

import math

from bot.sandbox.clock import Clock
from bot.sandbox.errors import RateLimited
from bot.sandbox.webapi.methods import TIERS, Method


class _Bucket:
    """Holds up to `burst` uses and regains `per_second` of them."""

    def __init__(self, burst: float, per_second: float, now: float) -> None:
        self.burst, self.per_second = burst, per_second
        self.level, self.at = burst, now

    def take(self, now: float) -> float:
        """Use one; returns 0, or the seconds until there is one."""
        self.level = min(self.burst, self.level + (now - self.at) * self.per_second)
        self.at = now
        if self.level < 1:
            return (1 - self.level) / self.per_second
        self.level -= 1
        return 0.0


class RateLimits:
    """What the app has left. A minute's budget may be used in one burst; Slack's own tolerance is not published."""

    def __init__(self, clock: Clock, is_on: bool = True) -> None:
        self._clock = clock
        self._rested = 0.0
        self._buckets: dict[tuple[str, str], _Bucket] = {}
        self.is_on = is_on

    def now(self) -> float:
        """The time by which budgets recover: the sandbox's clock, and what `rest` added."""
        return self._clock.monotonic() + self._rested

    def rest(self, seconds: float) -> None:
        """Let the budgets recover as if so much time had passed, while nothing else gets older: an app that paces
        itself need not be waited for, and its three seconds for everything else stay three seconds."""
        self._rested += seconds

    def spend_call(self, method: Method) -> None:
        """One call of a method; raises RateLimited."""
        per_minute = TIERS[method.tier]
        self._spend(("method", method.name), per_minute, per_minute / 60)

    def spend_post(self, method: Method, channel_id: str) -> None:
        """One message in a channel, for the methods that have such a budget; raises RateLimited."""
        if method.per_channel is not None:
            budget = method.per_channel
            # Slack's word for too many messages, where the method knows it, differs from that for too many calls.
            error = "rate_limited" if "rate_limited" in method.errors else "ratelimited"
            self._spend(("channel", channel_id), budget["burst"], budget["per_second"], error)

    def _spend(self, key: tuple[str, str], burst: float, per_second: float, error: str = "ratelimited") -> None:
        if not self.is_on:
            return
        now = self.now()
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = _Bucket(burst, per_second, now)
        wait = bucket.take(now)
        if wait:
            raise RateLimited(max(1, math.ceil(wait)), error)
