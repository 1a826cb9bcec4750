"""Guided failure as golden histories: what failed, what a person says about it, and what follows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.domain.guidance import MAXIMUM_RETRIES, Guidance, choices, follow, resolve
from engine.domain.histories import History, RunRecord
from engine.domain.moves import AskForGuidance, Finish, Skip, Start, Withdraw
from engine.domain.next_moves import EXCLUDED, keeps_place, next_moves
from engine.domain.plans import Plan, PlannedAction, PlannedStep, RunKey
from engine.domain.processes import ManualIntervention, Retries, Rolling, RunCondition, RunScript, StartTrigger
from engine.domain.states import RunState, TaskState

S, F, R, T, L, W, C = (
    RunState.SUCCEEDED,
    RunState.FAILED,
    RunState.RUNNING,
    RunState.TIMED_OUT,
    RunState.LOST,
    RunState.WAITING,
    RunState.CANCELED,
)
WEBS = ("web-1", "web-2", "web-3", "web-4")


def step(*machines: str, actions: int = 1, rolling: Rolling | None = None, **changes: object) -> PlannedStep:
    made = tuple(PlannedAction(f"a{n}", f"a{n}", RunScript("x"), machines=machines or ("",)) for n in range(actions))
    return replace(PlannedStep("s", "s", RunCondition.SUCCESS, made, rolling=rolling), **changes)  # type: ignore[arg-type]


def plan(*steps: PlannedStep) -> Plan:
    return Plan(steps, guided_failure=True)


def key(machine: str = "", index: int = 0, action: int = 0) -> RunKey:
    return RunKey(index, action, machine)


def on(**states: RunState) -> History:
    """The first step, by machine: `web_1=S`."""
    return History(tuple(RunRecord(key(name.replace("_", "-")), state) for name, state in states.items()))


def asked(history: History) -> History:
    return replace(history, runs=tuple(r._replace(asked=r.state.is_failure or r.state is L) for r in history.runs))


ONE = plan(step(), step())
FOUR = plan(step(*WEBS), step(*WEBS))


@pytest.mark.parametrize("state", [F, T, C, L])
def test_what_failed_took_too_long_ended_by_itself_or_was_lost_is_asked_about(state: RunState) -> None:
    assert next_moves(ONE, History((RunRecord(key(), state),))) == (AskForGuidance(0, (key(),)),)
    assert next_moves(ONE, asked(History((RunRecord(key(), state),)))) == ()


def test_it_asks_once_a_step_when_the_other_machines_have_finished() -> None:
    assert next_moves(FOUR, on(web_1=F, web_2=S, web_3=R, web_4=F)) == ()
    moves = next_moves(FOUR, on(web_1=F, web_2=S, web_3=S, web_4=F))
    assert moves == (AskForGuidance(0, (key("web-1"), key("web-4"))),)


def test_automatic_retries_come_first() -> None:
    step_ = replace(step(), actions=(replace(step().actions[0], retries=Retries(1)),))
    once, twice = (History((RunRecord(key(), F, failures=n),)) for n in (1, 2))
    assert isinstance(next_moves(plan(step_), once)[0], Start)
    assert next_moves(plan(step_), twice) == (AskForGuidance(0, (key(),)),)


def test_an_aborted_approval_is_nobodys_failure() -> None:
    approval = replace(step(), actions=(PlannedAction("ask", "ask", ManualIntervention("Good?", ("devs",))),))
    assert next_moves(plan(approval, step()), History((RunRecord(key(), F),))) == (
        Skip(key(index=1), "an earlier step failed"),
    )


def test_what_failed_before_it_began_would_fail_again() -> None:
    assert next_moves(plan(step()), History((RunRecord(key(), F, given_up=True),))) == (Finish(TaskState.FAILED),)


def test_retry_begins_it_again_on_these_machines_only() -> None:
    history = follow(asked(on(web_1=F, web_2=S, web_3=S, web_4=F)), [key("web-1")], Guidance.RETRY)
    assert next_moves(FOUR, history) == (Start(key("web-1"), 2),)
    assert history.by_key[key("web-4")].asked


def test_a_retry_waits_for_room_in_the_window() -> None:
    rolling = plan(step(*WEBS, rolling=Rolling(1, stop_after_failures=0)))
    failed = [key("web-1"), key("web-4")]
    history = follow(asked(on(web_1=F, web_2=S, web_3=S, web_4=F)), failed, Guidance.RETRY)
    assert next_moves(rolling, history) == (Start(key("web-1"), 2),)


def test_what_is_lost_may_still_run_so_it_keeps_its_room_in_the_window() -> None:
    rolling = plan(step(*WEBS, rolling=Rolling(1, stop_after_failures=0)))
    assert next_moves(rolling, on(web_1=L)) == (AskForGuidance(0, (key("web-1"),)),)
    assert next_moves(rolling, on(web_1=F)) == (Start(key("web-2")),)


def test_what_fails_again_is_asked_about_beside_what_is_still_asked() -> None:
    history = asked(on(web_1=F, web_2=S, web_3=S, web_4=F))
    runs = tuple(RunRecord(r.key, F, 2, retries_by_hand=1) if r.key.machine == "web-1" else r for r in history.runs)
    assert next_moves(FOUR, History(runs)) == (AskForGuidance(0, (key("web-1"),)),)


def test_exclude_takes_the_machine_out_of_this_and_all_later_steps_and_no_other() -> None:
    two = plan(step(*WEBS, actions=2), step(*WEBS))
    runs = [RunRecord(key(machine, action=a), S) for machine in WEBS[1:] for a in (0, 1)]
    history = History((RunRecord(key("web-1"), F, asked=True), *runs))
    history = follow(history, [key("web-1")], Guidance.EXCLUDE)
    assert next_moves(two, history) == (Skip(key("web-1", action=1), EXCLUDED),)
    history = History((*history.runs, RunRecord(key("web-1", action=1), RunState.SKIPPED)))
    assert next_moves(two, history) == (
        Skip(key("web-1", index=1), EXCLUDED),
        *(Start(key(machine, index=1)) for machine in WEBS[1:]),
    )


def test_what_failed_beside_it_on_an_excluded_machine_is_not_tried_again_by_itself() -> None:
    tried = replace(step("web-1"), actions=(replace(step("web-1").actions[0], retries=Retries(1)),))
    beside = plan(step("web-1"), replace(tried, start_trigger=StartTrigger.WITH_PREVIOUS))
    history = follow(History((RunRecord(key("web-1"), F, asked=True),)), [key("web-1")], Guidance.EXCLUDE)
    history = History((*history.runs, RunRecord(key("web-1", index=1), F, failures=1)))
    assert next_moves(beside, history) == (AskForGuidance(1, (key("web-1", index=1),)),)


def test_ignore_goes_on_on_the_same_machine() -> None:
    two = plan(step("web-1", actions=2))
    history = follow(asked(on(web_1=F)), [key("web-1")], Guidance.IGNORE)
    assert next_moves(two, history) == (Start(key("web-1", action=1)),)


@pytest.mark.parametrize("guidance", [Guidance.IGNORE, Guidance.EXCLUDE])
def test_what_was_let_pass_fails_neither_later_steps_nor_the_deployment(guidance: Guidance) -> None:
    history = follow(asked(on(web_1=F, web_2=S)), [key("web-1")], guidance)
    assert next_moves(plan(step("web-1", "web-2")), history) == (Finish(TaskState.SUCCESS),)


def test_fail_is_a_failure_that_later_steps_see() -> None:
    history = follow(asked(on(web_1=F, web_2=S)), [key("web-1")], Guidance.FAIL)
    assert next_moves(plan(step("web-1", "web-2"), step()), history) == (Skip(key(index=1), "an earlier step failed"),)


def test_a_lost_run_that_is_let_fail_has_failed() -> None:
    history = follow(asked(History((RunRecord(key(), L),))), [key()], Guidance.FAIL)
    assert next_moves(plan(step()), history) == (Finish(TaskState.FAILED),)


ROLLING = plan(step(*WEBS, rolling=Rolling(1, stop_after_failures=2)))


def test_a_rolling_step_asks_when_as_many_failed_as_stop_it() -> None:
    assert next_moves(ROLLING, on(web_1=F)) == (Start(key("web-2")),)
    assert next_moves(ROLLING, on(web_1=F, web_2=F)) == (AskForGuidance(0, (key("web-1"), key("web-2"))),)


def test_a_rolling_step_goes_on_after_what_was_let_pass_and_stops_after_what_failed() -> None:
    waits = asked(on(web_1=F, web_2=F))
    both = [key("web-1"), key("web-2")]
    assert next_moves(ROLLING, follow(waits, both, Guidance.EXCLUDE)) == (Start(key("web-3")),)
    assert next_moves(ROLLING, follow(waits, both, Guidance.FAIL)) == (
        Skip(key("web-3"), "stopped after 2 failures"),
        Skip(key("web-4"), "stopped after 2 failures"),
    )


def test_a_machine_that_is_excluded_from_a_rolling_step_does_nothing_more_and_the_next_takes_its_place() -> None:
    rolling = plan(step(*WEBS[:3], actions=2, rolling=Rolling(1)), step(*WEBS[:3], rolling=Rolling(1)))
    history = follow(asked(on(web_1=F)), [key("web-1")], Guidance.EXCLUDE)
    assert next_moves(rolling, history) == (Skip(key("web-1", action=1), EXCLUDED),)
    skipped = replace(history, runs=(*history.runs, RunRecord(key("web-1", action=1), RunState.SKIPPED)))
    assert next_moves(rolling, skipped) == (Start(key("web-2")),)
    done = [RunRecord(key(machine, action=action), S) for machine in WEBS[1:3] for action in (0, 1)]
    later = replace(skipped, runs=(*skipped.runs, *done))
    assert next_moves(rolling, later) == (Skip(key("web-1", index=1), EXCLUDED),)


def test_what_is_run_again_runs_although_another_failure_stops_the_step() -> None:
    rolling = plan(step(*WEBS, rolling=Rolling(2, stop_after_failures=1)))
    history = follow(asked(on(web_1=F, web_2=F)), [key("web-1")], Guidance.RETRY)
    history = follow(history, [key("web-2")], Guidance.FAIL)
    assert next_moves(rolling, history) == (
        Skip(key("web-3"), "stopped after 1 failure"),
        Skip(key("web-4"), "stopped after 1 failure"),
        Start(key("web-1"), 2),
    )


def test_a_false_condition_is_not_read_out_of_what_was_let_pass() -> None:
    judged = replace(step("web-1", "web-2", rolling=Rolling(1)), condition=RunCondition.VARIABLE, expression="x")
    history = follow(asked(on(web_1=F)), [key("web-1")], Guidance.IGNORE)
    assert next_moves(plan(judged), history) == (Start(key("web-2")),)


def test_it_keeps_its_place_while_somebody_is_asked() -> None:
    assert keeps_place(ONE, asked(History((RunRecord(key(), F),))))


def test_a_cancel_withdraws_the_question() -> None:
    history = replace(asked(History((RunRecord(key(), F),))), cancel_requested=True)
    assert next_moves(ONE, history) == (Withdraw(key()),)


def test_a_machine_can_be_excluded_a_step_that_runs_once_cannot() -> None:
    on_target, once = RunRecord(key("web-1"), F), RunRecord(key(), F)
    assert choices(step("web-1"), on_target) == tuple(Guidance)
    assert choices(step(), once) == (Guidance.RETRY, Guidance.IGNORE, Guidance.FAIL)


def test_a_required_step_is_retried_or_fails() -> None:
    assert choices(step("web-1", required=True), RunRecord(key("web-1"), F)) == (Guidance.RETRY, Guidance.FAIL)


def test_after_ten_retries_by_hand_retry_is_not_offered_and_the_rest_is() -> None:
    ninth, tenth = (RunRecord(key(), F, retries_by_hand=n) for n in (MAXIMUM_RETRIES - 1, MAXIMUM_RETRIES))
    assert Guidance.RETRY in choices(step(), ninth)
    assert choices(step(), tenth) == (Guidance.IGNORE, Guidance.FAIL)


@pytest.mark.parametrize(
    ("deployment", "project", "environment", "guided"),
    [
        (None, None, False, False),
        (None, None, True, True),
        (None, False, True, False),
        (None, True, False, True),
        (False, True, True, False),
        (True, False, False, True),
    ],
)
def test_the_nearest_that_says_something_decides(
    deployment: bool | None, project: bool | None, environment: bool, guided: bool
) -> None:
    assert resolve(deployment, project, environment) is guided
