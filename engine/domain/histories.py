"""What has happened so far in a task, as the rules read it: the latest attempt of each run, and what was judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from engine.domain.guidance import Guidance
from engine.domain.plans import RunKey
from engine.domain.states import RunState


class RunRecord(NamedTuple):
    """What is known of the latest attempt of one action on one machine. A tuple, because thousands of them are made."""

    key: RunKey
    state: RunState
    attempt: int = 1
    asked: bool = False  # an interruption is pending for it
    failures: int = 0  # how many of its attempts failed, the latest one included
    given_up: bool = False  # a person said so, or it failed before it began: it is not tried again
    guidance: Guidance | None = None  # what a person said about its failure
    retries_by_hand: int = 0  # how often people had it run again
    is_left_out: bool = False  # by its machine or its own condition: that says nothing of the step's run condition


@dataclass(frozen=True)
class Judgement:
    """What came of a step's run condition. `failure`: why that could not be told, as a sentence."""

    holds: bool = False
    why_not: str = ""  # in a few words, when it does not hold
    failure: str = ""


@dataclass(frozen=True)
class History:
    """What has happened so far: the latest attempt of each run, and whether a cancel was asked for.

    `judged`: by step and machine, or by the run of an action (see `Judge`), the expressions that were evaluated just
    now. They are asked for once, before the first run is written; from then on the runs say what came of it.
    """

    runs: tuple[RunRecord, ...] = ()
    cancel_requested: bool = False
    judged: Mapping[tuple[int, str] | RunKey, Judgement] = field(default_factory=dict)
    by_key: dict[RunKey, RunRecord] = field(init=False, repr=False, compare=False)
    by_step: dict[int, list[RunRecord]] = field(init=False, repr=False, compare=False)
    excluded: frozenset[str] = field(init=False, repr=False, compare=False)  # machines that people took out

    def __post_init__(self) -> None:
        by_key: dict[RunKey, RunRecord] = {}
        by_step: dict[int, list[RunRecord]] = {}
        excluded: set[str] = set()
        for run in self.runs:
            key = run.key
            by_key[key] = run
            of_step = by_step.get(key.step)
            if of_step is None:
                by_step[key.step] = [run]
            else:
                of_step.append(run)
            if run.guidance is Guidance.EXCLUDE:
                excluded.add(key.machine)
        object.__setattr__(self, "by_key", by_key)
        object.__setattr__(self, "by_step", by_step)
        object.__setattr__(self, "excluded", frozenset(excluded))

    def has_failed(self, step: int) -> bool:
        """Has anything of this step failed for good?"""
        return any(run.state.is_failure for run in self.by_step.get(step, ()))
