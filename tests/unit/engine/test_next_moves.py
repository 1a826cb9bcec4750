"""*What next?* for histories written by hand: which moves follow, and who keeps the place."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from engine.domain.histories import History, Judgement, RunRecord
from engine.domain.moves import AskAboutLost, AskForDecision, Fail, Finish, Judge, Move, Skip, Start, Withdraw
from engine.domain.next_moves import MAXIMUM_IDEMPOTENT_ATTEMPTS, keeps_place, next_moves
from engine.domain.plans import Plan, PlannedAction, PlannedStep, RunKey
from engine.domain.processes import ManualIntervention, Retries, Rolling, RunCondition, RunScript, StartTrigger
from engine.domain.states import RunState, TaskState

SCRIPT = RunScript("echo")
ASK = ManualIntervention("Good?", ("release-managers",))
SUCCEEDED, FAILED, SKIPPED, WAITING = RunState.SUCCEEDED, RunState.FAILED, RunState.SKIPPED, RunState.WAITING
QUEUED, RUNNING, LOST, CANCELED, TIMED_OUT = (
    RunState.QUEUED,
    RunState.RUNNING,
    RunState.LOST,
    RunState.CANCELED,
    RunState.TIMED_OUT,
)


def action(
    work: RunScript | ManualIntervention = SCRIPT,
    *machines: str,
    idempotent: bool = False,
    retries: Retries | None = None,
) -> PlannedAction:
    return PlannedAction("act", "act", work, machines=machines or ("",), idempotent=idempotent, retries=retries)


def step(*actions: PlannedAction, on: RunCondition = RunCondition.SUCCESS) -> PlannedStep:
    return PlannedStep("step", "step", on, actions or (action(),))


def beside(*actions: PlannedAction, on: RunCondition = RunCondition.SUCCESS) -> PlannedStep:
    """A step that starts with the one before it."""
    return replace(step(*actions, on=on), start_trigger=StartTrigger.WITH_PREVIOUS)


def plan(*steps: PlannedStep) -> Plan:
    return Plan(steps)


def key(index: int, position: int = 0, machine: str = "") -> RunKey:
    return RunKey(index, position, machine)


def history(*states: RunState, cancel: bool = False) -> History:
    """One run a step, in this state."""
    runs = tuple(RunRecord(key(index), state) for index, state in enumerate(states))
    return History(runs, cancel_requested=cancel)


THREE = plan(step(), step(), step())
AFTER_FAILURE = plan(step(), step(on=RunCondition.FAILURE), step(on=RunCondition.ALWAYS), step())


@pytest.mark.parametrize(
    ("of", "so_far", "moves"),
    [
        (THREE, history(), (Start(key(0)),)),
        (THREE, history(QUEUED), ()),
        (THREE, history(RUNNING), ()),
        (THREE, history(SUCCEEDED), (Start(key(1)),)),
        (THREE, history(SUCCEEDED, SUCCEEDED, SUCCEEDED), (Finish(TaskState.SUCCESS),)),
        (THREE, history(SUCCEEDED, FAILED), (Skip(key(2), "an earlier step failed"),)),
        (THREE, history(SUCCEEDED, TIMED_OUT), (Skip(key(2), "an earlier step failed"),)),
        (THREE, history(SUCCEEDED, CANCELED), (Skip(key(2), "an earlier step failed"),)),
        (THREE, history(SUCCEEDED, FAILED, SKIPPED), (Finish(TaskState.FAILED),)),
        (AFTER_FAILURE, history(SUCCEEDED), (Skip(key(1), "runs only after a failure"),)),
        (AFTER_FAILURE, history(SUCCEEDED, SKIPPED), (Start(key(2)),)),
        (AFTER_FAILURE, history(SUCCEEDED, SKIPPED, SUCCEEDED), (Start(key(3)),)),
        (AFTER_FAILURE, history(FAILED), (Start(key(1)),)),
        (AFTER_FAILURE, history(FAILED, SUCCEEDED), (Start(key(2)),)),
        (AFTER_FAILURE, history(FAILED, SUCCEEDED, SUCCEEDED), (Skip(key(3), "an earlier step failed"),)),
        (AFTER_FAILURE, history(FAILED, SUCCEEDED, SUCCEEDED, SKIPPED), (Finish(TaskState.FAILED),)),
        (plan(step(on=RunCondition.FAILURE)), history(), (Skip(key(0), "runs only after a failure"),)),
        (plan(step(on=RunCondition.FAILURE)), history(SKIPPED), (Finish(TaskState.SUCCESS),)),
        (plan(step(on=RunCondition.ALWAYS)), history(), (Start(key(0)),)),
        (plan(step(action(ASK))), history(), (AskForDecision(key(0)),)),
        (plan(step(action(ASK))), history(WAITING), ()),
        (plan(step(action(ASK)), step()), history(FAILED), (Skip(key(1), "an earlier step failed"),)),
        (plan(), history(), (Finish(TaskState.SUCCESS),)),
    ],
)
def test_what_has_happened_says_what_is_next(of: Plan, so_far: History, moves: tuple[Move, ...]) -> None:
    assert next_moves(of, so_far) == moves


TOLD = Judgement(holds=True)
IS_FALSE = Judgement(why_not="its run condition is false")
BROKEN = Judgement(failure="It cannot be told.")
IF_WANTED = replace(step(on=RunCondition.VARIABLE), expression="#{Wanted}")


@pytest.mark.parametrize(
    ("so_far", "judged", "moves"),
    [
        ((), None, (Judge(0),)),
        ((), TOLD, (Start(key(0)),)),
        ((), IS_FALSE, (Skip(key(0), "its run condition is false"),)),
        ((), BROKEN, (Fail(key(0), "It cannot be told."),)),
        ((RUNNING,), None, ()),  # it began: nothing is evaluated twice
        ((SKIPPED,), None, (Skip(key(1), "runs only after a failure"),)),  # what is skipped is no failure
        ((FAILED,), None, (Start(key(1)),)),
    ],
)
def test_an_expression_is_evaluated_once_before_the_step_begins(
    so_far: tuple[RunState, ...], judged: Judgement | None, moves: tuple[Move, ...]
) -> None:
    of = plan(IF_WANTED, step(on=RunCondition.FAILURE))
    told = {(0, ""): judged} if judged else {}
    assert next_moves(of, replace(history(*so_far), judged=told)) == moves


def test_an_expression_is_evaluated_also_after_a_failure() -> None:
    assert next_moves(plan(step(), IF_WANTED), history(FAILED)) == (Judge(1),)


def test_an_expression_that_names_the_machine_is_evaluated_on_each_of_them() -> None:
    where = replace(IF_WANTED, actions=(action(SCRIPT, "a", "b"),), expression="#{On[#{Octopus.Machine.Name}]}")
    assert next_moves(plan(where), History()) == (Judge(0, "a"), Judge(0, "b"))
    told = History(judged={(0, "a"): IS_FALSE, (0, "b"): TOLD})
    assert next_moves(plan(where), told) == (
        Skip(key(0, 0, "a"), "its run condition is false"),
        Start(key(0, 0, "b")),
    )


IF_IT_IS = replace(action(SCRIPT, "a"), expression="#{Octopus.Action[one].Output.IsIt}")


@pytest.mark.parametrize(
    ("so_far", "judged", "moves"),
    [
        ((), None, (Start(key(0, 0, "a")),)),
        ((SUCCEEDED,), None, (Judge(0, "a", 1),)),
        ((SUCCEEDED,), TOLD, (Start(key(0, 1, "a")),)),
        ((SUCCEEDED,), IS_FALSE, (Skip(key(0, 1, "a"), "its own run condition is false"),)),
        ((SUCCEEDED,), BROKEN, (Fail(key(0, 1, "a"), "It cannot be told."),)),
        ((SUCCEEDED, SKIPPED), None, (Start(key(0, 2, "a")),)),
        ((FAILED,), TOLD, tuple(Skip(key(0, n, "a"), "an earlier action of this step failed") for n in (1, 2))),
    ],
)
def test_an_expression_of_an_action_is_evaluated_when_its_turn_comes_and_decides_of_it_alone(
    so_far: tuple[RunState, ...], judged: Judgement | None, moves: tuple[Move, ...]
) -> None:
    of = plan(step(action(SCRIPT, "a"), IF_IT_IS, action(SCRIPT, "a")))
    runs = tuple(RunRecord(key(0, position, "a"), state) for position, state in enumerate(so_far))
    assert next_moves(of, History(runs, judged={key(0, 1, "a"): judged} if judged else {})) == moves


def test_what_an_action_is_skipped_for_says_nothing_of_the_condition_of_its_step() -> None:
    of = plan(replace(step(IF_IT_IS, action(SCRIPT, "a")), condition=RunCondition.VARIABLE, expression="#{Wanted}"))
    skipped = RunRecord(key(0, 0, "a"), SKIPPED, is_left_out=True)
    assert next_moves(of, History((skipped,), judged={(0, ""): TOLD})) == (Start(key(0, 1, "a")),)


def test_an_action_starts_on_all_its_machines_at_once() -> None:
    wide = plan(step(action(SCRIPT, "web-1", "web-2")))
    assert next_moves(wide, History()) == (Start(key(0, 0, "web-1")), Start(key(0, 0, "web-2")))


WEB = ("web-1", "web-2", "web-3")
ONE_BY_ONE = replace(step(action(SCRIPT, *WEB), action(SCRIPT, *WEB)), rolling=Rolling(1))


def on(*runs: tuple[str, int, RunState]) -> History:
    """Runs of the first step, as (machine, action, state)."""
    return History(tuple(RunRecord(key(0, position, machine), state) for machine, position, state in runs))


def test_the_actions_of_a_step_run_in_order_on_each_machine_which_waits_for_no_other() -> None:
    of = plan(step(action(SCRIPT, "web-1", "web-2"), action(SCRIPT, "web-1", "web-2")), step())
    ahead = on(("web-1", 0, SUCCEEDED), ("web-2", 0, RUNNING))
    assert next_moves(of, ahead) == (Start(key(0, 1, "web-1")),)
    one_ready = on(("web-1", 0, SUCCEEDED), ("web-2", 0, RUNNING), ("web-1", 1, SUCCEEDED))
    assert next_moves(of, one_ready) == ()


def test_a_machine_on_which_an_action_failed_goes_no_further_and_the_others_do() -> None:
    of = plan(step(action(SCRIPT, "web-1", "web-2"), action(SCRIPT, "web-1", "web-2")))
    so_far = on(("web-1", 0, FAILED), ("web-2", 0, SUCCEEDED))
    why = "an earlier action of this step failed"
    assert next_moves(of, so_far) == (Skip(key(0, 1, "web-1"), why), Start(key(0, 1, "web-2")))


def test_no_more_machines_than_allowed_are_under_way_at_once() -> None:
    many = [f"web-{number}" for number in range(10 + 5)]
    of = plan(step(action(SCRIPT, *many)))
    assert len(next_moves(of, History())) == 10


def test_a_rolling_step_takes_the_next_machine_when_all_actions_are_done_on_one() -> None:
    of = plan(ONE_BY_ONE, step())
    assert next_moves(of, History()) == (Start(key(0, 0, "web-1")),)
    assert next_moves(of, on(("web-1", 0, SUCCEEDED))) == (Start(key(0, 1, "web-1")),)
    first_done = on(("web-1", 0, SUCCEEDED), ("web-1", 1, SUCCEEDED))
    assert next_moves(of, first_done) == (Start(key(0, 0, "web-2")),)


def test_a_window_slides_and_does_not_wait_for_a_batch() -> None:
    of = plan(replace(step(action(SCRIPT, *WEB)), rolling=Rolling(2)))
    assert next_moves(of, History()) == (Start(key(0, 0, "web-1")), Start(key(0, 0, "web-2")))
    assert next_moves(of, on(("web-1", 0, RUNNING), ("web-2", 0, SUCCEEDED))) == (Start(key(0, 0, "web-3")),)


def test_a_rolling_step_stops_at_the_first_failure_and_leaves_the_other_machines_alone() -> None:
    of = plan(ONE_BY_ONE, step())
    failed = on(("web-1", 0, FAILED), ("web-1", 1, SKIPPED))
    why = "stopped after 1 failure"
    skips = tuple(Skip(key(0, position, machine), why) for machine in WEB[1:] for position in (0, 1))
    assert next_moves(of, failed) == skips


def test_a_rolling_step_may_bear_some_failures() -> None:
    of = plan(replace(step(action(SCRIPT, *WEB)), rolling=Rolling(1, stop_after_failures=2)), step())
    assert next_moves(of, on(("web-1", 0, FAILED))) == (Start(key(0, 0, "web-2")),)
    twice = on(("web-1", 0, FAILED), ("web-2", 0, FAILED))
    assert next_moves(of, twice) == (Skip(key(0, 0, "web-3"), "stopped after 2 failures"),)


def test_what_runs_elsewhere_in_the_window_is_waited_for_after_a_stop() -> None:
    of = plan(replace(step(action(SCRIPT, *WEB)), rolling=Rolling(2)))
    stopped = on(("web-1", 0, FAILED), ("web-2", 0, RUNNING), ("web-3", 0, SKIPPED))
    assert next_moves(of, stopped) == ()
    over = on(("web-1", 0, FAILED), ("web-2", 0, SUCCEEDED), ("web-3", 0, SKIPPED))
    assert next_moves(of, over) == (Finish(TaskState.FAILED),)


def test_a_machine_that_is_tried_again_has_not_failed_yet() -> None:
    of = plan(replace(step(action(SCRIPT, *WEB, retries=Retries(1))), rolling=Rolling(1)))
    failed = History((RunRecord(key(0, 0, "web-1"), FAILED, failures=1),))
    assert next_moves(of, failed) == (Start(key(0, 0, "web-1"), 2, timedelta(seconds=15)),)


def test_an_approval_inside_a_rolling_step_is_asked_for_each_machine_and_holds_its_place_in_the_window() -> None:
    of = plan(replace(step(action(SCRIPT, *WEB), action(ASK, *WEB)), rolling=Rolling(1)))
    assert next_moves(of, on(("web-1", 0, SUCCEEDED))) == (AskForDecision(key(0, 1, "web-1")),)
    assert next_moves(of, on(("web-1", 0, SUCCEEDED), ("web-1", 1, WAITING))) == ()
    agreed = on(("web-1", 0, SUCCEEDED), ("web-1", 1, SUCCEEDED))
    assert next_moves(of, agreed) == (Start(key(0, 0, "web-2")),)


def test_the_actions_behind_a_failed_one_in_its_step_are_skipped_and_the_step_has_failed() -> None:
    of = plan(step(action(), action(), action()), step())
    failed = RunRecord(key(0, 0), FAILED)
    why = "an earlier action of this step failed"
    assert next_moves(of, History((failed,))) == (Skip(key(0, 1), why), Skip(key(0, 2), why))
    skipped = (failed, RunRecord(key(0, 1), SKIPPED), RunRecord(key(0, 2), SKIPPED))
    assert next_moves(of, History(skipped)) == (Skip(key(1), "an earlier step failed"),)


def test_a_step_whose_condition_does_not_hold_is_skipped_on_all_its_machines() -> None:
    of = plan(step(action(SCRIPT, "web-1", "web-2"), on=RunCondition.FAILURE))
    reason = "runs only after a failure"
    assert next_moves(of, History()) == (Skip(key(0, 0, "web-1"), reason), Skip(key(0, 0, "web-2"), reason))


def test_a_failure_inside_an_always_step_skips_the_rest_of_it_and_no_other_always_step() -> None:
    of = plan(step(action(), action(), on=RunCondition.ALWAYS), step(on=RunCondition.ALWAYS))
    runs = (RunRecord(key(0, 0), FAILED), RunRecord(key(0, 1), SKIPPED))
    assert next_moves(of, History(runs)) == (Start(key(1)),)


# Lost.


def test_a_lost_run_asks_once() -> None:
    assert next_moves(THREE, history(LOST)) == (AskAboutLost(key(0)),)
    asked = History((RunRecord(key(0), LOST, asked=True),))
    assert next_moves(THREE, asked) == ()


def test_a_lost_run_that_is_idempotent_is_started_again_without_asking_until_it_was_tried_often_enough() -> None:
    of = plan(step(action(idempotent=True)))
    assert next_moves(of, History((RunRecord(key(0), LOST, 1),))) == (Start(key(0), 2),)
    assert next_moves(of, History((RunRecord(key(0), LOST, 2),))) == (Start(key(0), 3),)
    last = History((RunRecord(key(0), LOST, MAXIMUM_IDEMPOTENT_ATTEMPTS),))
    assert next_moves(of, last) == (AskAboutLost(key(0)),)


def test_one_lost_machine_is_asked_about_while_the_others_go_on() -> None:
    of = plan(step(action(SCRIPT, "web-1", "web-2")), step())
    runs = (RunRecord(key(0, 0, "web-1"), LOST), RunRecord(key(0, 0, "web-2"), RUNNING))
    assert next_moves(of, History(runs)) == (AskAboutLost(key(0, 0, "web-1")),)


# Steps beside each other.

GROUP = plan(step(), step(), beside(), beside(on=RunCondition.FAILURE), step())


def test_the_steps_of_a_group_start_together_and_only_together() -> None:
    assert next_moves(GROUP, history()) == (Start(key(0)),)
    both = (Start(key(1)), Start(key(2)), Skip(key(3), "runs only after a failure"))
    assert next_moves(GROUP, history(SUCCEEDED)) == both


@pytest.mark.parametrize("first", [SUCCEEDED, FAILED])
@pytest.mark.parametrize("second", [QUEUED, RUNNING, WAITING])
def test_what_follows_a_group_waits_for_all_of_it(first: RunState, second: RunState) -> None:
    assert next_moves(GROUP, history(SUCCEEDED, first, second, SKIPPED)) == ()


def test_a_failure_in_a_group_counts_for_what_follows_and_not_for_what_is_beside_it() -> None:
    failed = history(SUCCEEDED, FAILED, SUCCEEDED, SKIPPED)
    assert next_moves(GROUP, failed) == (Skip(key(4), "an earlier step failed"),)
    begun_late = History((RunRecord(key(0), SUCCEEDED), RunRecord(key(1), FAILED)))
    assert next_moves(GROUP, begun_late) == (Start(key(2)), Skip(key(3), "runs only after a failure"))


def test_an_approval_waits_beside_a_script() -> None:
    of = plan(step(), beside(action(ASK)), step())
    assert next_moves(of, history()) == (Start(key(0)), AskForDecision(key(1)))
    assert next_moves(of, history(SUCCEEDED, WAITING)) == ()
    assert next_moves(of, history(RUNNING, WAITING, cancel=True)) == (Withdraw(key(1)),)
    assert next_moves(of, history(RUNNING, CANCELED, cancel=True)) == ()


def test_a_first_step_that_would_start_with_the_one_before_it_starts_all_the_same() -> None:
    assert next_moves(plan(beside(), beside()), history()) == (Start(key(0)), Start(key(1)))


def test_no_more_steps_than_allowed_are_under_way_at_once() -> None:
    of = plan(step(), *(beside() for _ in range(10 + 2)))
    assert len(next_moves(of, history())) == 10
    running = history(*(RUNNING for _ in range(10)))
    assert next_moves(of, running) == ()
    one_done = history(SUCCEEDED, *(RUNNING for _ in range(10 - 1)))
    assert next_moves(of, one_done) == (Start(key(10)),)


# Retries.

TWICE = Retries(2, timedelta(seconds=20))
TRIED = plan(step(action(retries=TWICE)), step())


@pytest.mark.parametrize("state", [FAILED, TIMED_OUT])
def test_a_failed_action_is_tried_again_after_its_delay_as_often_as_allowed(state: RunState) -> None:
    def so_far(attempt: int) -> History:
        return History((RunRecord(key(0), state, attempt, failures=attempt),))

    assert next_moves(TRIED, so_far(1)) == (Start(key(0), 2, TWICE.delay),)
    assert next_moves(TRIED, so_far(2)) == (Start(key(0), 3, TWICE.delay),)
    assert next_moves(TRIED, so_far(3)) == (Skip(key(1), "an earlier step failed"),)


def test_attempts_that_were_lost_are_no_failures() -> None:
    after_two_lost_ones = History((RunRecord(key(0), FAILED, 3, failures=1),))
    assert next_moves(TRIED, after_two_lost_ones) == (Start(key(0), 4, TWICE.delay),)


def test_what_a_person_gave_up_is_not_tried_again() -> None:
    given_up = History((RunRecord(key(0), FAILED, failures=1, given_up=True),))
    assert next_moves(TRIED, given_up) == (Skip(key(1), "an earlier step failed"),)


def test_only_the_machine_that_failed_is_tried_again_while_others_run() -> None:
    of = plan(step(action(SCRIPT, "web-1", "web-2", retries=TWICE)))
    runs = (RunRecord(key(0, 0, "web-1"), FAILED, failures=1), RunRecord(key(0, 0, "web-2"), RUNNING))
    assert next_moves(of, History(runs)) == (Start(key(0, 0, "web-1"), 2, TWICE.delay),)


def test_nothing_is_tried_again_after_a_cancel() -> None:
    so_far = History((RunRecord(key(0), FAILED, failures=1),), cancel_requested=True)
    assert next_moves(TRIED, so_far) == (Finish(TaskState.CANCELED),)


# Cancel.


@pytest.mark.parametrize("state", [QUEUED, WAITING, LOST])
def test_a_cancel_withdraws_what_nobody_works_on(state: RunState) -> None:
    assert next_moves(THREE, history(SUCCEEDED, state, cancel=True)) == (Withdraw(key(1)),)


def test_a_cancel_waits_for_what_runs() -> None:
    assert next_moves(THREE, history(SUCCEEDED, RUNNING, cancel=True)) == ()


@pytest.mark.parametrize("so_far", [(), (SUCCEEDED,), (FAILED,), (SUCCEEDED, SUCCEEDED, SUCCEEDED), (CANCELED,)])
def test_a_cancel_ends_the_task_when_nothing_runs(so_far: tuple[RunState, ...]) -> None:
    assert next_moves(THREE, history(*so_far, cancel=True)) == (Finish(TaskState.CANCELED),)


def test_not_even_an_always_step_starts_after_a_cancel() -> None:
    of = plan(step(), step(on=RunCondition.ALWAYS))
    assert next_moves(of, history(CANCELED, cancel=True)) == (Finish(TaskState.CANCELED),)


# The place.


def blocking(*, yes: bool) -> Plan:
    return plan(step(action(ManualIntervention("Good?", ("x",), block_concurrent_deployments=yes))))


@pytest.mark.parametrize(
    ("of", "state", "kept"),
    [
        (THREE, QUEUED, True),
        (THREE, RUNNING, True),
        (THREE, LOST, True),
        (THREE, SUCCEEDED, False),
        (blocking(yes=False), WAITING, False),
        (blocking(yes=True), WAITING, True),
    ],
)
def test_the_place_is_kept_while_something_may_be_half_done(of: Plan, state: RunState, *, kept: bool) -> None:
    assert keeps_place(of, history(state)) is kept
