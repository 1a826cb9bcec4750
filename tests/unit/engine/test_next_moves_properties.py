"""*What next?* for any plan and any course of events: it ends, starts nothing twice and nothing after a cancel."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from hypothesis import given
from hypothesis import strategies as st

from engine.domain.guidance import Guidance, choices, follow
from engine.domain.next_moves import (
    MAXIMUM_IDEMPOTENT_ATTEMPTS,
    AskAboutLost,
    AskForDecision,
    AskForGuidance,
    Fail,
    Finish,
    History,
    Judge,
    Judgement,
    Move,
    RunKey,
    RunRecord,
    Skip,
    Start,
    Withdraw,
    next_moves,
)
from engine.domain.plans import Plan, PlannedAction, PlannedStep
from engine.domain.processes import ManualIntervention, Retries, Rolling, RunCondition, RunScript, StartTrigger
from engine.domain.states import RunState, TaskState

SCRIPT = RunScript("echo")
ASK = ManualIntervention("Good?", ("release-managers",))
BY_MACHINE = [f"{worth} #{{Octopus.Machine.Name}}" for worth in ("true", "false", "broken")]
WORTH = {
    "true": Judgement(holds=True),
    "false": Judgement(why_not="its run condition is false"),
    "broken": Judgement(failure="It cannot be told."),
}
ENDS = (RunState.SUCCEEDED, RunState.FAILED, RunState.TIMED_OUT, RunState.LOST, RunState.CANCELED)
MAXIMUM_TURNS = 2_000

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
rollings = st.none() | st.builds(Rolling, window=st.integers(1, 3), stop_after_failures=st.integers(0, 2))


@st.composite
def steps_on_machines(draw: st.DrawFn) -> PlannedStep:
    where = draw(machines)
    actions = draw(st.lists(scripts | questions, min_size=1, max_size=3))
    return PlannedStep(
        slug="s",
        name="s",
        condition=draw(st.sampled_from(RunCondition)),
        actions=tuple(replace(action, machines=where) for action in actions),
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


@dataclass
class World:
    """Rows as the engine would keep them, and what goes wrong with them."""

    plan: Plan
    runs: dict[RunKey, RunRecord] = field(default_factory=dict)
    started: list[tuple[RunKey, int]] = field(default_factory=list)
    started_by_people: Counter[RunKey] = field(default_factory=Counter)
    canceled: bool = False
    judged: dict[tuple[int, str], Judgement] = field(default_factory=dict)
    end: TaskState | None = None

    def history(self) -> History:
        return History(tuple(self.runs.values()), cancel_requested=self.canceled, judged=self.judged)

    def make(self, move: Move) -> None:
        assert self.end is None, "something happened after the end"
        match move:
            case Start(key, attempt):
                assert not self.canceled, "started after the cancel"
                assert (key, attempt) not in self.started, "started twice"
                before = self.runs.get(key)
                by_hand = before is not None and before.guidance is Guidance.RETRY
                assert before is None or before.state in {RunState.LOST, RunState.FAILED, RunState.TIMED_OUT} or by_hand
                assert before is None or not before.given_up, "started although a person gave it up"
                assert key.machine not in self.history().excluded, "started on a machine that was excluded"
                self.started.append((key, attempt))
                self.started_by_people[key] += by_hand
                failures, by_people = (before.failures, before.retries_by_hand) if before else (0, 0)
                self.runs[key] = RunRecord(key, RunState.QUEUED, attempt, failures=failures, retries_by_hand=by_people)
            case Skip(key, reason):
                assert key not in self.runs
                assert reason
                self.runs[key] = RunRecord(key, RunState.SKIPPED)
            case Judge(step, machine):
                by_machine = self.plan.steps[step].is_judged_by_machine
                assert (step, machine) not in self.judged, "evaluated twice"
                begun = [key for key in self.runs if key.step == step and (not by_machine or key.machine == machine)]
                assert not begun, "evaluated after it began"
                self.judged[step, machine] = WORTH[self.plan.steps[step].expression.partition(" ")[0]]
            case Fail(key, reason):
                assert key not in self.runs
                assert reason
                self.runs[key] = RunRecord(key, RunState.FAILED, given_up=True)
            case AskForDecision(key):
                assert not self.canceled
                assert key not in self.runs, "asked twice"
                self.runs[key] = RunRecord(key, RunState.WAITING, asked=True)
            case AskForGuidance(step, keys):
                assert not self.canceled
                assert keys
                active = [run for run in self.runs.values() if run.key.step == step and run.state.is_active]
                assert not active, "asked while others of the step are at work"
                for key in keys:
                    assert key.step == step
                    assert self.plan.guided_failure
                    assert self.plan.action(step, key.action).work == SCRIPT, "an aborted approval is nobody's failure"
                    assert not self.runs[key].asked, "asked twice"
                    self.runs[key] = replace(self.runs[key], asked=True)
            case AskAboutLost(key):
                assert not self.plan.guided_failure
                assert not self.runs[key].asked, "asked twice"
                self.runs[key] = replace(self.runs[key], asked=True)
            case Withdraw(key):
                assert self.canceled
                run = self.runs[key]
                state = run.state if run.state.is_failure else RunState.CANCELED
                self.runs[key] = replace(run, state=state, asked=False)
            case Finish(state):
                assert not self.open_runs()
                self.end = state

    def moves_on(self) -> None:
        """All moves, until there is none."""
        for _ in range(MAXIMUM_TURNS):
            moves = next_moves(self.plan, self.history())
            assert moves == next_moves(self.plan, self.history()), "two answers to one question"
            if not moves:
                return
            for move in moves:
                self.make(move)
            if self.end is not None:
                return
        raise AssertionError("the moves never end")

    def open_runs(self) -> list[RunRecord]:
        """What can change without us: a worker or a person may do something with it."""
        return [run for run in self.runs.values() if run.state.is_active or run.state is RunState.LOST or run.asked]

    def changeable_runs(self) -> list[RunRecord]:
        """Without those lost ones that somebody will be asked about, or that begin again, when others have ended."""
        return [run for run in self.open_runs() if run.asked or run.state is not RunState.LOST]

    def happens(self, chance: int) -> None:
        """One thing happens to one open run, or somebody cancels."""
        if chance % 29 == 28:
            self.canceled = True
            return
        found = self.changeable_runs()
        run = found[chance % len(found)]
        if run.asked and self.plan.guided_failure and run.state is not RunState.WAITING:
            self._guide(run, chance // 7)
        else:
            self.runs[run.key] = self._changed(run, chance // 7)

    def _guide(self, run: RunRecord, chance: int) -> None:
        """A person says something about it, and about those that are asked about beside it, or about it alone."""
        offered = choices(self.plan.steps[run.key.step], run)
        guidance = offered[chance % len(offered)] if chance else Guidance.IGNORE
        others = [r.key for r in self.open_runs() if r.asked and r.key.step == run.key.step and chance % 2]
        others = [key for key in others if self.runs[key].state is not RunState.WAITING]
        before = self.history()
        after = follow(before, {run.key, *others}, guidance)
        for key, record in after.by_key.items():
            assert record == before.by_key[key] or key in {run.key, *others}, "guidance that spread"
            self.runs[key] = record

    def _changed(self, run: RunRecord, chance: int) -> RunRecord:
        match run.state:
            case RunState.QUEUED:
                return replace(run, state=RunState.RUNNING)
            case RunState.RUNNING:
                end = ENDS[chance % len(ENDS)]
                return replace(run, state=end, failures=run.failures + end.is_failure)
            case RunState.WAITING:
                return replace(run, state=(RunState.SUCCEEDED, RunState.FAILED)[chance % 2], asked=False)
        assert run.asked, "lost, and nobody is asked"
        if chance % 2:
            return replace(run, state=RunState.FAILED, asked=False, failures=run.failures + 1, given_up=True)
        self.started.append((run.key, run.attempt + 1))  # Run again is the person's start
        self.started_by_people[run.key] += 1
        return RunRecord(run.key, RunState.QUEUED, run.attempt + 1, failures=run.failures)


def play(plan: Plan, course: list[int]) -> World:
    """Play it to its end."""
    world = World(plan)
    chances = iter(course)
    for _ in range(MAXIMUM_TURNS):
        world.moves_on()
        if world.end is not None:
            return world
        assert world.changeable_runs(), "it stands still, and nobody is to blame"
        world.happens(next(chances, 0))
    raise AssertionError("it never ends")


@given(plans, courses)
def test_whatever_happens_it_ends_and_starts_nothing_twice(plan: Plan, course: list[int]) -> None:
    assert play(plan, course).end is not None


@given(plans, courses)
def test_its_end_is_what_its_runs_say(plan: Plan, course: list[int]) -> None:
    world = play(plan, course)
    if world.canceled:
        assert world.end is TaskState.CANCELED
    elif any(run.state.is_failure for run in world.runs.values()):
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
            assert any({step for step, _ in under_way} <= set(group) for group in plan.groups())
            assert len(under_way) == len(set(under_way)), "two actions of one step at once on one machine"
            for index, step in enumerate(plan.steps):
                assert sum(1 for found, _ in under_way if found == index) <= step.window
            world.happens(next(chances, 0))


@given(plans.filter(lambda plan: all(not step.expression.startswith("broken") for step in plan.steps)))
def test_when_all_goes_well_only_the_steps_whose_condition_is_false_are_skipped(plan: Plan) -> None:
    world = World(plan)
    while world.end is None:
        world.moves_on()
        for run in world.open_runs():
            world.runs[run.key] = replace(run, state=RunState.SUCCEEDED, asked=False)
    assert world.end is TaskState.SUCCESS
    for run in world.runs.values():
        step = plan.steps[run.key.step]
        is_false = step.condition is RunCondition.VARIABLE and step.expression.startswith("false")
        assert (run.state is RunState.SKIPPED) is (step.condition is RunCondition.FAILURE or is_false)
