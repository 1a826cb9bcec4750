"""Which tasks begin next: places, the task cap, ranks and fair shares. Pure; it starts nothing."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from engine.domain.holds import Hold


class Rank(enum.IntEnum):
    """Who goes first. Within a rank the older goes first, except that projects below their share come before others."""

    EMERGENCY = -1  # it goes before everything, also above the cap
    BEGUN = 0  # it began, waited for a person and goes on: something may be half done
    FIRST = 1  # somebody moved it to the front
    HIGH = 2  # its project has `priority: high`
    REGULAR = 3


@dataclass(frozen=True)
class Waiter:
    """A task that stands in line: nobody is asked about it, and its time has come."""

    number: int
    project: str
    environment: str
    place: str  # one task has it at a time
    rank: Rank = Rank.REGULAR
    line: int = 0  # the order within the rank; lower is earlier
    requested_by: str = ""
    overrides: bool = False  # somebody who may let it pass freezes

    @property
    def is_emergency(self) -> bool:
        """Does it go above the cap, and past what holds others back?"""
        return self.rank is Rank.EMERGENCY

    @property
    def order(self) -> tuple[int, int]:
        """Where it stands: lower goes first."""
        return (self.rank, self.line)


@dataclass(frozen=True)
class Situation:
    """What decides who may begin: how many may run at once, how many of each project do, and which places are taken."""

    cap: int
    running: Mapping[str, int] = field(default_factory=dict)  # by project
    taken: frozenset[str] = frozenset()
    holds: tuple[Hold, ...] = ()

    @property
    def free(self) -> int:
        """How many more may run."""
        return max(0, self.cap - sum(self.running.values()))

    def lets_begin(self, waiter: Waiter) -> bool:
        """Is its place free, and does nothing hold it back?"""
        if waiter.place in self.taken:
            return False
        return not any(
            hold.holds_back(
                project=waiter.project,
                environment=waiter.environment,
                requested_by=waiter.requested_by,
                overrides=waiter.overrides,
                is_emergency=waiter.is_emergency,
            )
            for hold in self.holds
        )


def choose(waiters: Iterable[Waiter], situation: Situation) -> tuple[Waiter, ...]:
    """All that may begin now, in the order in which they do. Whoever is blocked is passed over, never waited for.

    The cap is shared equally between the projects that run or could begin; a project below its share goes first. This
    is judged anew at each start (Octopus's fair queue). Emergencies begin even above the cap.
    """
    able = [waiter for waiter in waiters if situation.lets_begin(waiter)]
    running = dict(situation.running)
    chosen: list[Waiter] = []
    while able and (len(chosen) < situation.free or any(waiter.is_emergency for waiter in able)):
        share = situation.cap / len({waiter.project for waiter in able} | {p for p, n in running.items() if n})
        first = min(able, key=lambda waiter: _precedence(waiter, running, share))
        chosen.append(first)
        running[first.project] = running.get(first.project, 0) + 1
        able = [waiter for waiter in able if waiter.place != first.place]
    return tuple(chosen)


def _precedence(waiter: Waiter, running: Mapping[str, int], share: float) -> tuple[int, bool, int]:
    return (waiter.rank, running.get(waiter.project, 0) + 1 > share and running.get(waiter.project, 0) > 0, waiter.line)
