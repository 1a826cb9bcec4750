"""Ids as Slack makes them: readable ones for what has a name, random ones for the rest, and message timestamps."""

import re
import secrets
import string

from bot.sandbox.clock import Clock

ALPHABET = string.ascii_uppercase + string.digits
BODY = 9
TIMESTAMP = re.compile(r"[0-9]{1,12}\.[0-9]{6}")


def named_id(prefix: str, name: str) -> str:
    """The id of something with a name: `named_id("U0", "ana")` is U0ANA000000."""
    letters = "".join(letter for letter in name.upper() if letter in ALPHABET)
    return prefix + letters[:BODY].ljust(BODY, "0")


def random_id(prefix: str) -> str:
    """An id that is never made twice, for example V07KQ2M0XPA."""
    return prefix + "".join(secrets.choice(ALPHABET) for _ in range(BODY))


def short_id() -> str:
    """What Slack gives a block or an element that came without an id."""
    return secrets.token_urlsafe(4)[:5]


class Timestamps:
    """Message timestamps: `seconds.microseconds`, unique and increasing in the workspace, also across restarts."""

    def __init__(self, clock: Clock, last: int = 0) -> None:
        self._clock = clock
        self.last = last

    def next(self) -> str:
        """The next one; never one that was given before, even when the wall clock went back."""
        self.last = max(int(self._clock.now() * 1_000_000), self.last + 1)
        return f"{self.last // 1_000_000}.{self.last % 1_000_000:06d}"


def is_timestamp(value: str) -> bool:
    """Whether this looks like a message's `ts`."""
    return TIMESTAMP.fullmatch(value) is not None
