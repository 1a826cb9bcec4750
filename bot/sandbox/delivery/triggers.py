"""Trigger ids: three seconds, one use, and only for the person who acted."""

import secrets
from dataclasses import dataclass

from bot.sandbox.clock import Clock
from bot.sandbox.errors import SlackError

LIFETIME = 3.0


@dataclass
class Trigger:
    """One chance to open something for `user_id`; `view_id` is the modal that was acted in, if any."""

    user_id: str
    view_id: str | None
    made_at: float
    exchanged: bool = False


class Triggers:
    """All trigger ids of this run; they do not outlive it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._triggers: dict[str, Trigger] = {}

    def new(self, user_id: str, view_id: str | None = None) -> str:
        """A fresh trigger id."""
        number = secrets.randbelow(10**13)
        trigger_id = f"{number}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._triggers[trigger_id] = Trigger(user_id, view_id, self._clock.monotonic())
        while len(self._triggers) > 10_000:
            del self._triggers[next(iter(self._triggers))]
        return trigger_id

    def check(self, trigger_id: str) -> Trigger:
        """The trigger, when it may still be used; it is spent by `exchange`."""
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise SlackError("expired_trigger_id" if trigger_id.count(".") == 2 else "invalid_trigger_id")
        if trigger.exchanged:
            raise SlackError("exchanged_trigger_id")
        if self._clock.monotonic() - trigger.made_at > LIFETIME:
            raise SlackError("expired_trigger_id")
        return trigger

    def exchange(self, trigger_id: str) -> None:
        """Spend it."""
        self._triggers[trigger_id].exchanged = True
