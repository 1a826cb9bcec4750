"""What can be done next in a task. The engine writes them down; `next_moves` says which."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from engine.domain.plans import NO_MACHINE, RunKey
from engine.domain.states import TaskState


@dataclass(frozen=True)
class Start:
    """Queue an attempt of a script; it may begin after `delay`."""

    key: RunKey
    attempt: int = 1
    delay: timedelta = timedelta()


@dataclass(frozen=True)
class AskForDecision:
    """Raise the interruption of a manual intervention step."""

    key: RunKey


@dataclass(frozen=True)
class AskAboutLost:
    """Raise an interruption: the end of this run is unknown."""

    key: RunKey


@dataclass(frozen=True)
class AskForGuidance:
    """Raise the interruption of a step with failed runs, or add these to the one that is pending."""

    step: int
    keys: tuple[RunKey, ...]


@dataclass(frozen=True)
class Skip:
    """This run will not happen, and why."""

    key: RunKey
    reason: str


@dataclass(frozen=True)
class Judge:
    """Evaluate the expression of this step's run condition, then ask again; for one machine where it names that; or
    that of this `action` of it (index from 0).
    """

    step: int
    machine: str = NO_MACHINE
    action: int | None = None


@dataclass(frozen=True)
class Fail:
    """This run fails without having begun, and why."""

    key: RunKey
    reason: str


@dataclass(frozen=True)
class Withdraw:
    """Cancel a run that nobody works on: queued, waiting for a person, or lost."""

    key: RunKey


@dataclass(frozen=True)
class Finish:
    """The task is over."""

    state: TaskState


Move = Start | AskForDecision | AskAboutLost | AskForGuidance | Skip | Judge | Fail | Withdraw | Finish
