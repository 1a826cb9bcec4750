"""Who may be at work on a machine together: a reader/writer lock for each machine, first come first served. Pure.

It is Octopus's: FullIsolation is alone on its machine, NoIsolation is there with all others that are so. A run holds
one lock, and only while it is at work or while a person is asked what became of it: so nobody can wait in a circle.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile


class Isolation(enum.StrEnum):
    """What an action wants of its machine."""

    FULL = "full"  # to be alone on it
    NONE = "none"  # others may be there, unless they want to be alone


@dataclass(frozen=True)
class Holder:
    """A run that is at work on a machine, or may be: it is lost, and a person is asked."""

    run: int
    machine: str
    isolation: Isolation


@dataclass(frozen=True)
class Waiter:
    """A run that stands in line for one of these machines, the one that it likes best first."""

    run: int
    machines: tuple[str, ...]
    isolation: Isolation


def wanted(bypass: str, setting: Isolation | None, *, on_target: bool) -> Isolation:
    """What a run wants: what the variable says (True or False), else its step, else alone on targets only."""
    match bypass.casefold():
        case "true":
            return Isolation.NONE
        case "false":
            return Isolation.FULL
    return setting or (Isolation.FULL if on_target else Isolation.NONE)


def turns(holders: Iterable[Holder], line: Iterable[Waiter]) -> dict[int, str]:
    """The runs whose turn has come, and on which machine. `line`: whoever came first stands first.

    Whoever waits keeps those behind it from its machines as if it were there, so nobody is overtaken for ever.
    """
    taken: dict[str, Isolation] = {}
    for holder in holders:
        _take(taken, holder.machine, holder.isolation)
    result: dict[int, str] = {}
    for waiter in line:
        machine = next((m for m in waiter.machines if _fits(taken.get(m), waiter.isolation)), None)
        if machine is not None:
            result[waiter.run] = machine
        for blocked in waiter.machines if machine is None else (machine,):
            _take(taken, blocked, waiter.isolation)
    return result


def in_the_way(waiter: Waiter, holders: Sequence[Holder], line: Sequence[Waiter]) -> tuple[str, Holder | Waiter] | None:
    """Who keeps it waiting, and on which of its machines: who holds it, else the first before it in line. None when
    nobody does.
    """
    before = list(takewhile(lambda other: other.run != waiter.run, line))
    for machine in waiter.machines:
        there: list[Holder | Waiter] = [holder for holder in holders if holder.machine == machine]
        there += [other for other in before if machine in other.machines]
        for other in there:
            if not _fits(other.isolation, waiter.isolation):
                return machine, other
    return None


def _fits(there: Isolation | None, isolation: Isolation) -> bool:
    return there is None or (there is Isolation.NONE and isolation is Isolation.NONE)


def _take(taken: dict[str, Isolation], machine: str, isolation: Isolation) -> None:
    if taken.get(machine) is not Isolation.FULL:
        taken[machine] = isolation
