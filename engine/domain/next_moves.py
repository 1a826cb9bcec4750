"""The one question that drives the engine: *what next?* A pure function of the plan and of what has happened so far."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from engine.domain.guidance import Guidance
from engine.domain.histories import History, Judgement, RunRecord
from engine.domain.moves import (
    AskAboutLost,
    AskForDecision,
    AskForGuidance,
    Fail,
    Finish,
    Judge,
    Move,
    Skip,
    Start,
    Withdraw,
)
from engine.domain.plans import NO_MACHINE, Plan, PlannedAction, PlannedStep, RunKey
from engine.domain.processes import ManualIntervention, RunCondition
from engine.domain.states import RunState, TaskState

MAXIMUM_IDEMPOTENT_ATTEMPTS = 3
"""How often an action marked idempotent is started again by itself when its end is unknown; then a person is asked."""

CONDITION_FALSE = "its run condition is false"
ACTION_CONDITION_FALSE = "its own run condition is false"
"""Why an action is skipped whose step runs."""

_AFTER_A_FAILURE = Judgement(why_not="an earlier step failed")
_BEFORE_ANY_FAILURE = Judgement(why_not="runs only after a failure")
_HOLDS = Judgement(holds=True)

EXCLUDED = "this machine was excluded after a failure"


def next_moves(plan: Plan, history: History) -> tuple[Move, ...]:
    """The moves to make now; empty means that something is under way or a person is asked. Always the same answer."""
    if history.cancel_requested:
        return _moves_to_cancel(history)
    failed = False
    for group in plan.groups:
        moves = _moves_of_group(plan, group, history, failed_before=failed)
        if moves is not None:
            return moves
        failed = failed or any(history.has_failed(step) for step in group) or _nobody_is_left(plan, group, history)
    return (Finish(TaskState.FAILED if failed else TaskState.SUCCESS),)


def _nobody_is_left(plan: Plan, group: range, history: History) -> bool:
    """Did people exclude all machines of the plan, up to this group? Then nothing was deployed: that is a failure."""
    if not history.excluded:
        return False
    excluded = {
        run.key.machine for run in history.runs if run.guidance is Guidance.EXCLUDE and run.key.step < group.stop
    }
    return excluded.issuperset(machine for step in plan.steps for machine in step.machines if machine != NO_MACHINE)


def _moves_to_cancel(history: History) -> tuple[Move, ...]:
    withdrawable = {RunState.QUEUED, RunState.WAITING, RunState.LOST}
    withdrawals = tuple(Withdraw(run.key) for run in history.runs if run.asked or run.state in withdrawable)
    if withdrawals:
        return withdrawals
    if any(run.state is RunState.RUNNING for run in history.runs):
        return ()
    return (Finish(TaskState.CANCELED),)


def _moves_of_group(plan: Plan, group: range, history: History, *, failed_before: bool) -> tuple[Move, ...] | None:
    """None when all its steps are settled. Each step sees the failures of the groups before, not those beside it, so
    the answer does not depend on which of them is quicker.
    """
    moves: list[Move] = []
    under_way = 0
    waiting: list[tuple[Move, ...]] = []
    for index in group:
        of_step = _moves_of_step(plan, index, history, failed_before=failed_before)
        if of_step is None:
            continue
        if index in history.by_step:
            under_way += 1
            moves.extend(of_step)
        else:
            waiting.append(of_step)
    if not under_way and not waiting:
        return None
    for of_step in waiting[: max(0, plan.max_parallelism - under_way)]:
        moves.extend(of_step)
    return tuple(moves)


def _moves_of_step(plan: Plan, index: int, history: History, *, failed_before: bool) -> tuple[Move, ...] | None:
    """None when the step is settled; otherwise its moves, empty while it waits.

    Each machine is a lane: the step's actions run on it one after the other. At most `window` lanes are under way; as
    one ends, the next begins. When `stop_after_failures` lanes have failed, no further one begins.
    """
    step = plan.steps[index]
    if _has_gone_well(step, history.by_step.get(index, ())):
        return None
    judgement = None if step.is_judged_by_machine else _judgement_of(index, step, history, failed_before=failed_before)
    if not step.is_judged_by_machine and (judgement is None or judgement.failure):
        return _moves_of_judging(index, step, judgement)
    begun: list[_Lane] = []
    again: list[_Lane] = []
    fresh: list[_Lane] = []
    held: list[RunKey] = []
    failures = under_way = 0
    for keys in plan.lanes(index):
        lane = _lane(plan, keys, history, judgement or _judgement_on(index, keys[0].machine, history))
        if not lane.has_begun:
            (again if lane.goes_on else fresh).append(lane)
            continue
        begun.append(lane)
        failures += lane.has_failed
        if lane.held:
            held.append(lane.held)
        elif lane.moves is not None:
            under_way += 1
    if judgement and not judgement.holds:
        return tuple(move for lane in (*begun, *again, *fresh) for move in lane.moves or ()) or _settled(begun)
    moves = [move for lane in begun if lane.moves for move in lane.moves]
    is_stopped = 0 < step.stop_after_failures <= failures
    if is_stopped and not held:
        why = f"stopped after {failures} {'failure' if failures == 1 else 'failures'}"
        moves += [Skip(key, why) for lane in fresh for key in lane.keys]
        fresh = []
    if again or fresh:
        lost = sum(1 for key in held if history.by_key[key].state is RunState.LOST)  # it may still run there
        room = max(0, plan.window(index) - under_way - lost)
        next_ones = again if is_stopped else [*again, *fresh]  # what a person has go on, goes on
        moves += [move for lane in next_ones[:room] for move in lane.moves or ()]
    if held and not moves and not under_way:  # one question a step, when nothing of it runs any more
        unasked = tuple(key for key in held if not history.by_key[key].asked)
        return (AskForGuidance(index, unasked),) if unasked else ()
    return tuple(moves) if moves or again or fresh else _settled(begun)


def _has_gone_well(step: PlannedStep, runs: Sequence[RunRecord]) -> bool:
    """Is all of it over without a failure? A quick look, so that what is long past costs little."""
    return len(runs) == step.size and all(run.state in _WELL and run.guidance is not Guidance.RETRY for run in runs)


_WELL = frozenset({RunState.SUCCEEDED, RunState.SKIPPED})


class _Lane(NamedTuple):
    """One machine's way through a step. `moves` is None when it is settled, and empty while it waits. One that has not
    begun, or is begun again, needs room in the window. `held`: what failed, and somebody has to say how to go on.
    A tuple, because thousands of them are made.
    """

    keys: tuple[RunKey, ...]
    moves: tuple[Move, ...] | None
    has_begun: bool
    has_failed: bool
    held: RunKey | None = None
    goes_on: bool = False  # a person has it run again, or go on: it stood still, and waits for room


def _settled(lanes: Iterable[_Lane]) -> tuple[Move, ...] | None:
    return None if all(lane.moves is None for lane in lanes) else ()


def _lane(plan: Plan, keys: tuple[RunKey, ...], history: History, judgement: Judgement | None) -> _Lane:
    """`judgement`: what comes of the run condition there; None when it has to be evaluated first."""
    step = plan.steps[keys[0].step]
    is_excluded = keys[0].machine in history.excluded
    has_begun = is_excluded or not history.by_key.keys().isdisjoint(keys)
    has_failed = was_ignored = False
    for key in keys:
        action = step.actions[key.action]
        run = history.by_key.get(key)
        if run is None:
            reason = EXCLUDED if is_excluded else "an earlier action of this step failed" if has_failed else ""
            lane = _lane_from(key, action, keys, history, judgement, reason, has_begun=has_begun, has_failed=has_failed)
            return lane._replace(has_begun=False, goes_on=True) if was_ignored and not reason else lane
        if run.state in _WELL and run.guidance is None:  # nothing more is to be said of most
            was_ignored = False
            continue
        if run.guidance is Guidance.RETRY:
            return _Lane(keys, (Start(key, run.attempt + 1),), has_begun=False, has_failed=False, goes_on=True)
        moves = _moves_of_run(action, run, guided=plan.guided_failure, is_excluded=is_excluded)
        if moves is not None:
            held = key if not moves and plan.guided_failure and _needs_guidance(action, run) else None
            return _Lane(keys, moves, has_begun, has_failed=held is not None, held=held)
        has_failed, was_ignored = has_failed or run.state.is_failure, run.guidance is Guidance.IGNORE
    return _Lane(keys, None, has_begun, has_failed)


def _lane_from(
    key: RunKey,
    action: PlannedAction,
    keys: tuple[RunKey, ...],
    history: History,
    judgement: Judgement | None,
    reason: str,
    *,
    has_begun: bool,
    has_failed: bool,
) -> _Lane:
    """The lane from its first action on of which nothing is known."""
    if not reason and judgement is None:
        return _Lane(keys, (Judge(key.step, key.machine),), has_begun, has_failed)
    if not reason and judgement and judgement.failure:  # needs no room: it is over at once
        return _Lane(keys, (Fail(key, judgement.failure),), has_begun=True, has_failed=has_failed)
    why = reason or ("" if judgement is None or judgement.holds else judgement.why_not)
    if why:
        skips = tuple(Skip(key, why) for key in keys if key not in history.by_key)
        return _Lane(keys, skips, has_begun=True, has_failed=has_failed)
    own = history.judged.get(key) if action.expression else _HOLDS
    if own is None:
        return _Lane(keys, (Judge(key.step, key.machine, key.action),), has_begun, has_failed)
    if own.failure:
        return _Lane(keys, (Fail(key, own.failure),), has_begun=True, has_failed=has_failed)
    move = _first_move(key, action) if own.holds else Skip(key, ACTION_CONDITION_FALSE)
    return _Lane(keys, (move,), has_begun, has_failed)


def _moves_of_run(action: PlannedAction, run: RunRecord, *, guided: bool, is_excluded: bool) -> tuple[Move, ...] | None:
    """None when it is settled; empty while a worker or a person is at it, or a person will be asked. On a machine that
    was excluded, by a step beside this one, nothing is tried again by itself.
    """
    if not is_excluded and (again := _again(action, run)):
        return (again,)
    if guided and _needs_guidance(action, run):
        return ()
    if run.state is RunState.LOST and not run.asked:
        return (AskAboutLost(run.key),)
    return () if run.state.is_active or run.state is RunState.LOST else None


def _moves_of_judging(index: int, step: PlannedStep, judgement: Judgement | None) -> tuple[Move, ...]:
    if judgement is None:
        return (Judge(index),)
    return tuple(Fail(RunKey(index, 0, machine), judgement.failure) for machine in step.actions[0].machines)


def _judgement_of(index: int, step: PlannedStep, history: History, *, failed_before: bool) -> Judgement | None:
    """What comes of this step's run condition; None when its expression has to be evaluated first."""
    condition = step.condition
    if condition is RunCondition.SUCCESS and failed_before:
        return _AFTER_A_FAILURE
    if condition is RunCondition.FAILURE and not failed_before:
        return _BEFORE_ANY_FAILURE
    if condition is not RunCondition.VARIABLE:
        return _HOLDS
    return _read_from(history.by_step.get(index)) or history.judged.get((index, NO_MACHINE))


def _judgement_on(index: int, machine: str, history: History) -> Judgement | None:
    """The same on one machine, of an expression that names it."""
    runs = [run for run in history.by_step.get(index, ()) if run.key.machine == machine]
    return _read_from(runs) or history.judged.get((index, machine))


def _read_from(runs: Sequence[RunRecord] | None) -> Judgement | None:
    """It was evaluated before, and the runs say what came of it; None when there are none that do."""
    runs = [run for run in runs or () if not run.is_left_out]
    if not runs:
        return None
    holds = any(run.state is not RunState.SKIPPED or run.guidance for run in runs)
    return Judgement(holds=holds, why_not="" if holds else CONDITION_FALSE)


def _first_move(key: RunKey, action: PlannedAction) -> Move:
    return AskForDecision(key) if isinstance(action.work, ManualIntervention) else Start(key)


def _again(action: PlannedAction, run: RunRecord) -> Start | None:
    """Is it tried again by itself? A lost one only when that is said to be safe; it is never a failed one."""
    if run.asked or run.given_up:
        return None
    if run.state is RunState.LOST and action.idempotent and run.attempt < MAXIMUM_IDEMPOTENT_ATTEMPTS:
        return Start(run.key, run.attempt + 1)
    retries = action.retries
    if retries and run.state in {RunState.FAILED, RunState.TIMED_OUT} and run.failures <= retries.attempts:
        return Start(run.key, run.attempt + 1, retries.delay)
    return None


def _needs_guidance(action: PlannedAction, run: RunRecord) -> bool:
    """Is a person asked how to go on? Never about an approval that was aborted: that was a person's word."""
    if isinstance(action.work, ManualIntervention) or run.given_up:
        return False
    return run.state.is_failure or run.state is RunState.LOST


def keeps_place(plan: Plan, history: History) -> bool:
    """Does the task keep its place (project and environment) now? A manual intervention frees it unless its step says
    `block_concurrent_deployments`; a lost or failed run that somebody is asked about always keeps it: something may
    still be half done.
    """
    for run in history.runs:
        if (run.asked and run.state.is_failure) or run.state in {RunState.QUEUED, RunState.RUNNING, RunState.LOST}:
            return True
        if run.state is RunState.WAITING:
            work = plan.action(run.key.step, run.key.action).work
            if not isinstance(work, ManualIntervention) or work.block_concurrent_deployments:
                return True
    return False
