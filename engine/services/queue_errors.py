"""What the queue can refuse: places in line, pauses, locks, freezes and times, as sentences for people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from engine.errors import ForedeckError
from engine.services.errors import either


class NotInLine(ForedeckError):
    """It does not wait for its turn."""

    message = "Deployment #{number} {how}, so there is no line to be first in."


class AlreadyPaused(ForedeckError):
    """Somebody paused it before."""

    message = "{what} is paused already, by {by}{why}."


class NothingToResume(ForedeckError):
    """It is not paused; perhaps something else is."""

    message = "{what} is not paused."

    @property
    def hint(self) -> str:
        """What is."""
        others = [str(other or "the whole queue") for other in self.facts["others"]]  # type: ignore[attr-defined]
        return f"Paused: {', '.join(others)}." if others else "Nothing is paused."


class AlreadyDraining(ForedeckError):
    """Somebody drains it already."""

    message = "{by} drains Foredeck already."
    hint_text = "`foredeck drain --end` lets new work begin again."


class NotDraining(ForedeckError):
    """It takes on work as usual."""

    message = "Foredeck is not being drained; nothing was changed."


class NotStuck(ForedeckError):
    """It may still end by itself."""

    message = "Deployment #{number} {how}; nothing was changed."
    hint_text = "{way_out}"


class NothingThere(ForedeckError):
    """What should be let go of does not run."""

    message = "Nothing of deployment #{number} runs on {machine}; nothing was changed."
    hint_text = "It runs on {places}."


class Held(ForedeckError):
    """A lock or a freeze refuses it. `opens`: the first whole minute after its end, where that is known (UTC);
    `opens_typed`: the same as this person types it. `may_pass`: they may take the lock, or let it pass the freeze.
    """

    message = "{headline}{why}."

    def __init__(
        self,
        *,
        hold: int,
        is_lock: bool,
        headline: str,
        why: str,
        since: str,
        opens: datetime | None,
        opens_typed: str,
        ends: str,
        may_pass: bool,
        allowed: Sequence[str],
    ) -> None:
        self.hold, self.is_lock, self.may_pass = hold, is_lock, may_pass
        self.opens, self.opens_typed = opens, opens_typed
        self._since, self._ends, self._allowed = since, ends, tuple(allowed)
        super().__init__(headline=headline[:1].upper() + headline[1:], why=why)

    @property
    def hint(self) -> str:
        """Since when, until when, and whom to ask."""
        ends = f"it ends {self._ends}." if self._ends else "it has no end yet."
        may = "end it" if self.is_lock else "let it pass"
        who = "" if self.may_pass or not self._allowed else f" {either(self._allowed[:5])} may {may}."
        return f"Since {self._since}; {ends}{who}"


class AlreadyHeld(ForedeckError):
    """It is locked or frozen already, by somebody else or the same person.

    `typed`: what ends or takes it, as it is typed after the command. `may_take`: this person may take the lock.
    """

    message = "{headline} already{why}."

    def __init__(self, *, hold: int, headline: str, why: str, typed: str = "", may_take: bool = False) -> None:
        self.typed = typed
        self.may_take = may_take
        headline = headline[:1].upper() + headline[1:]
        super().__init__(hold=hold, headline=headline, why=why)

    @property
    def hint(self) -> str:
        """The way out, if this person has one."""
        return f"The way out: `{self.typed}`." if self.typed else "Only its owner can release it."


class NotHeld(ForedeckError):
    """There is nothing to unlock or to thaw."""

    message = "{scope} is not {done}."
    hint_text = "{others}"


class ReasonMissing(ForedeckError):
    """Others have to know why."""

    message = "Say why: others see it who have to wait."
    hint_text = "Add `because …`."


class EndMissing(ForedeckError):
    """A freeze ends by itself."""

    message = "Say until when: a freeze ends by itself."
    hint_text = "Add for example `until Monday 08:00` or `for 2h`."


class ScopeUnclear(ForedeckError):
    """It does not say what it is about."""

    message = "{sentence}"
    hint_text = "{way_out}"


class UnclearTime(ForedeckError):
    """Words that are no point in time, or more than one; `ways` can be typed instead behind `clause`."""

    message = "{sentence}"

    @property
    def ways(self) -> tuple[str, ...]:
        """What may be meant, the likeliest first."""
        return tuple(self.facts["ways"])  # type: ignore[arg-type]

    @property
    def hint(self) -> str:
        """What can be typed instead."""
        ways = [f"`{_behind(str(self.facts['clause']), way)}`" for way in self.ways]
        return f"Say for example {either(ways)}." if ways else ""


class TooFarAway(ForedeckError):
    """Nobody knows what will be so late."""

    message = "{at} is too far away."
    hint_text = "The latest is {latest}."


class EndsBeforeItBegins(ForedeckError):
    """There would be no time for it to begin."""

    message = "It would have to begin at {at} and not after {until}: that leaves no five minutes."
    hint_text = "Say a later `until`, or leave it out: then it may begin for 24 hours."


def _behind(clause: str, way: str) -> str:
    """`at 22:00`, `in 2h`, `until 22:00`, `for 2h`."""
    if not way.startswith("in "):
        return f"{clause} {way}"
    return way if clause == "at" else f"for {way.removeprefix('in ')}"
