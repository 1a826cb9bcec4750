"""Guided failure: what a person can say about a step that failed, and what follows from it. Pure."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.domain.states import RunState

if TYPE_CHECKING:
    from engine.domain.histories import History, RunRecord
    from engine.domain.plans import PlannedStep, RunKey

MAXIMUM_RETRIES = 10
"""How often people may have one action run again on one machine (Octopus's number); then only the rest is offered."""


class Guidance(enum.StrEnum):
    """What is to happen with a failed action; Octopus's names."""

    RETRY = "retry"  # run it again, on that machine
    EXCLUDE = "exclude"  # go on without that machine, in this and all later steps
    IGNORE = "ignore"  # go on, on that machine, as if it had been skipped
    FAIL = "fail"  # it has failed; later steps see that


LET_PASS = frozenset({Guidance.EXCLUDE, Guidance.IGNORE})
"""After these the failure counts no more: the deployment goes on as if the action had been skipped."""


def resolve(deployment: bool | None, project: bool | None, environment: bool) -> bool:
    """Is a person asked when a step fails? The nearest that says something decides; None says nothing."""
    if deployment is not None:
        return deployment
    return environment if project is None else project


def choices(step: PlannedStep, run: RunRecord) -> tuple[Guidance, ...]:
    """What can be said about this failed run of this step, the safest first."""
    offered = [] if run.retries_by_hand >= MAXIMUM_RETRIES else [Guidance.RETRY]
    if not step.required:
        offered += [Guidance.EXCLUDE, Guidance.IGNORE] if run.key.machine else [Guidance.IGNORE]
    return (*offered, Guidance.FAIL)


def follow(history: History, keys: Iterable[RunKey], guidance: Guidance) -> History:
    """The history after a person said this about these failed runs; of other runs and machines nothing changes."""
    told = {key: _told(history.by_key[key], guidance) for key in keys}
    return replace(history, runs=tuple(told.get(run.key, run) for run in history.runs))


def _told(run: RunRecord, guidance: Guidance) -> RunRecord:
    if guidance in LET_PASS:
        return run._replace(state=RunState.SKIPPED, asked=False, guidance=guidance)
    state = RunState.FAILED if run.state is RunState.LOST else run.state
    if guidance is Guidance.RETRY:  # it begins when the window has room for its machine
        return run._replace(state=state, asked=False, retries_by_hand=run.retries_by_hand + 1, guidance=guidance)
    return run._replace(state=state, asked=False, given_up=True, guidance=guidance)
