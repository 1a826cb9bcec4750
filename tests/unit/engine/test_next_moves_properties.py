"""*What next?* for any plan and any course of events: it ends, starts nothing twice and nothing after a cancel."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from engine.domain.guidance import Guidance
from engine.domain.next_moves import MAXIMUM_IDEMPOTENT_ATTEMPTS
from engine.domain.plans import Plan, PlannedAction, PlannedStep, RunKey
from engine.domain.processes import Retries, Rolling, RunCondition, StartTrigger
from engine.domain.states import RunState, TaskState
from tests.support.simulation import ASK, BY_MACHINE, SCRIPT, WORTH, World, play

scripts = st.builds(
    PlannedAction,
    slug=st.just("a"),
    name=st.just("a"),
    work=st.just(SCRIPT),
    idempotent=st.booleans(),
    retries=st.none() | st.builds(Retries, attempts=st.integers(1, 3)),
)
questions = st.builds(PlannedAction, slug=st.just("q"), name=st.just("q"), work=st.just(ASK))
machines = st.sampled_from([("",), ("web-1", "web-2"), ("web-1", "web-2", "web-3")])
own_conditions = st.sampled_from(["", "", "", *WORTH])
rollings = st.none() | st.builds(Rolling, window=st.integers(1, 3), stop_after_failures=st.integers(0, 2))


@st.composite
def steps_on_machines(draw: st.DrawFn) -> PlannedStep:
    where = draw(machines)
    actions = draw(st.lists(scripts | questions, min_size=1, max_size=3))
    return PlannedStep(
        slug="s",
        name="s",
        condition=draw(st.sampled_from(RunCondition)),
        actions=tuple(replace(action, machines=where, expression=draw(own_conditions)) for action in actions),
        start_trigger=draw(st.sampled_from(StartTrigger)),
        expression=draw(st.sampled_from(["true", "false", "broken", *BY_MACHINE])),
        rolling=draw(rollings) if where != ("",) else None,
    )


steps = steps_on_machines()
plans = st.builds(
    Plan,
    st.lists(steps, max_size=5).map(tuple),
    guided_failure=st.booleans(),
    left_out=st.just(()),
    fail_on_unresolved=st.just(False),
)
courses = st.lists(st.integers(0, 1_000), max_size=60)
"""What chance does at each turn; when it is used up everything succeeds."""


@given(plans, courses)
def test_whatever_happens_it_ends_and_starts_nothing_twice(plan: Plan, course: list[int]) -> None:
    assert play(plan, course).end is not None


@given(plans, courses)
def test_its_end_is_what_its_runs_say(plan: Plan, course: list[int]) -> None:
    world = play(plan, course)
    excluded = {run.key.machine for run in world.runs.values() if run.guidance is Guidance.EXCLUDE}
    is_nobody_left = excluded and excluded >= {name for step in plan.steps for name in step.machines if name}
    if world.canceled:
        assert world.end is TaskState.CANCELED
    elif is_nobody_left or any(run.state.is_failure for run in world.runs.values()):
        assert world.end is TaskState.FAILED
    else:
        assert world.end is TaskState.SUCCESS


@given(plans, courses)
def test_without_a_cancel_every_action_on_every_machine_is_accounted_for(plan: Plan, course: list[int]) -> None:
    world = play(plan, [chance for chance in course if chance % 29 != 28])
    expected = {
        RunKey(index, position, machine)
        for index, step in enumerate(plan.steps)
        for position, action in enumerate(step.actions)
        for machine in action.machines
    }
    assert set(world.runs) == expected


@given(plans, courses)
def test_by_itself_nothing_is_tried_more_often_than_allowed(plan: Plan, course: list[int]) -> None:
    world = World(plan)
    chances = iter(course)
    while world.end is None:
        before = set(world.started)
        world.moves_on()
        for key, attempt in set(world.started) - before:
            action, failures = plan.action(key.step, key.action), world.runs[key].failures
            allowed = action.retries.attempts if action.retries else 0
            assert failures <= allowed + world.started_by_people[key]
            assert attempt == 1 or action.idempotent or failures or world.started_by_people[key]
            assert attempt <= MAXIMUM_IDEMPOTENT_ATTEMPTS + world.started_by_people[key] + failures
        if world.end is None:
            world.happens(next(chances, 0))


@given(plans, courses)
def test_no_step_begins_before_the_group_before_it_is_settled(plan: Plan, course: list[int]) -> None:
    world = World(plan)
    chances = iter(course)
    while world.end is None:
        world.moves_on()
        if world.end is None:
            under_way = [(r.key.step, r.key.machine) for r in world.open_runs() if not (r.asked and r.state.is_failure)]
            assert any({step for step, _ in under_way} <= set(group) for group in plan.groups)
            assert len(under_way) == len(set(under_way)), "two actions of one step at once on one machine"
            for index in range(len(plan.steps)):
                assert sum(1 for found, _ in under_way if found == index) <= plan.window(index)
            world.happens(next(chances, 0))


@given(plans.filter(lambda plan: not any(is_broken(step) for step in plan.steps)))
def test_when_all_goes_well_only_the_steps_whose_condition_is_false_are_skipped(plan: Plan) -> None:
    world = World(plan)
    while world.end is None:
        world.moves_on()
        for run in world.open_runs():
            world.runs[run.key] = run._replace(state=RunState.SUCCEEDED, asked=False)
    assert world.end is TaskState.SUCCESS
    for run in world.runs.values():
        step = plan.steps[run.key.step]
        is_false = step.condition is RunCondition.VARIABLE and step.expression.startswith("false")
        is_false = is_false or step.actions[run.key.action].expression == "false"
        assert (run.state is RunState.SKIPPED) is (step.condition is RunCondition.FAILURE or is_false)


def is_broken(step: PlannedStep) -> bool:
    """Has it a condition that cannot be told?"""
    return step.expression.startswith("broken") or any(action.expression == "broken" for action in step.actions)
