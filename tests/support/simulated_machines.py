"""The machines of a simulated day: deployments meet on them, and each waits for its turn as `domain.isolation` says."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from engine.domain.histories import RunRecord
from engine.domain.isolation import Holder, Isolation, Waiter, in_the_way, turns
from engine.domain.plans import RunKey
from engine.domain.states import RunState

WORKERS = ("build-1", "build-2")


@dataclass(frozen=True)
class Run:
    """An attempt of an action, as its deployment sees it now: `record` is asked each time."""

    number: int
    record: Callable[[], RunRecord]
    attempt: int

    def is_in(self, *states: RunState) -> bool:
        """Is it this attempt still, in one of these states?"""
        now = self.record()
        return now.attempt == self.attempt and now.state in states


class Machines:
    """Who is at work where, and who stands in line. What they want of their machine is drawn by lot."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._runs: dict[tuple[int, RunKey, int], Run] = {}
        self._by_number: dict[int, Run] = {}
        self._line: list[Waiter] = []
        self._at_work: list[Holder] = []

    def may_begin(self, deployment: int, key: RunKey, record: Callable[[], RunRecord]) -> bool:
        """Has its turn come? If not, it stands in line from now on."""
        self._forget_what_is_over()
        name = (deployment, key, record().attempt)
        if name not in self._runs:
            run = self._runs[name] = Run(len(self._runs), record, record().attempt)
            self._by_number[run.number] = run
            where = (key.machine,) if key.machine else WORKERS
            self._line.append(Waiter(run.number, where, self._chance.choice((Isolation.FULL, Isolation.NONE))))
        number = self._runs[name].number
        waiter = next(waiter for waiter in self._line if waiter.run == number)
        holders = [holder for holder in self._at_work if self._holds(holder)]
        machine = turns(holders, self._line).get(number)
        if machine is None:
            blocked = in_the_way(waiter, holders, self._line)
            assert blocked, "it waits, and nobody is in its way"
            self._check_that_somebody_can_end_it(blocked[1])
            return False
        there = [holder.isolation for holder in holders if holder.machine == machine]
        assert not there or {waiter.isolation, *there} == {Isolation.NONE}, "alone, and others are there"
        self._line.remove(waiter)
        self._at_work.append(Holder(number, machine, waiter.isolation))
        return True

    def _check_that_somebody_can_end_it(self, ahead: Holder | Waiter) -> None:
        """What is at work ends by itself, of what is lost a person says it, and who stands before waits for those."""
        run = self._by_number[ahead.run]
        is_in_line = isinstance(ahead, Waiter) and run.is_in(RunState.QUEUED)
        can_end = is_in_line or run.is_in(RunState.RUNNING) or run.record().asked
        assert can_end, "it waits for what nobody can end"

    def _holds(self, holder: Holder) -> bool:
        """What is lost does only while somebody is asked about it."""
        run = self._by_number[holder.run]
        return run.is_in(RunState.RUNNING) or run.record().asked

    def _forget_what_is_over(self) -> None:
        runs = self._by_number
        self._line = [waiter for waiter in self._line if runs[waiter.run].is_in(RunState.QUEUED)]
        self._at_work = [w for w in self._at_work if runs[w.run].is_in(RunState.RUNNING, RunState.LOST)]
