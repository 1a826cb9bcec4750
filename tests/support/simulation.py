"""Deployments by chance: random plans in a random course of events, held against what must always be true.

Pure: a world keeps rows as the engine would, and makes the moves of `engine.domain`. Steps fail, take too long, get
lost; people approve, abort, guide, cancel; places, the task cap, freezes, pauses and busy machines hold up.
`python -m tests.support.simulation 1000000` plays so many deployments; a seed that fails plays the same again.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from engine.domain.guidance import Guidance, choices, follow
from engine.domain.histories import History, Judgement, RunRecord
from engine.domain.holds import Hold, HoldKind
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
from engine.domain.next_moves import ACTION_CONDITION_FALSE, keeps_place, next_moves
from engine.domain.plans import Plan, PlannedAction, PlannedStep, RunKey
from engine.domain.processes import ManualIntervention, Retries, Rolling, RunCondition, RunScript, StartTrigger
from engine.domain.queueing import Rank, Situation, Waiter, choose
from engine.domain.states import RunState, TaskState
from tests.support.simulated_machines import Machines

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


@dataclass
class World:
    """Rows as the engine would keep them, and what goes wrong with them."""

    plan: Plan
    runs: dict[RunKey, RunRecord] = field(default_factory=dict)
    started: list[tuple[RunKey, int]] = field(default_factory=list)
    started_by_people: Counter[RunKey] = field(default_factory=Counter)
    canceled: bool = False
    judged: dict[tuple[int, str] | RunKey, Judgement] = field(default_factory=dict)
    end: TaskState | None = None
    looks: int = 0
    may_begin: Callable[[RunKey], bool] = lambda _key: True  # has its turn on its machine come?

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
                is_excluded = key.machine in self.history().excluded
                assert by_hand or not is_excluded, "started by itself on a machine that was excluded"
                self.started.append((key, attempt))
                self.started_by_people[key] += by_hand
                failures, by_people = (before.failures, before.retries_by_hand) if before else (0, 0)
                self.runs[key] = RunRecord(key, RunState.QUEUED, attempt, failures=failures, retries_by_hand=by_people)
            case Skip(key, reason):
                assert key not in self.runs
                assert reason
                self.runs[key] = RunRecord(key, RunState.SKIPPED, is_left_out=reason == ACTION_CONDITION_FALSE)
            case Judge(step, machine, int(action)):
                key = RunKey(step, action, machine)
                assert key not in self.judged, "evaluated twice"
                assert key not in self.runs, "evaluated after it began"
                self.judged[key] = WORTH[self.plan.action(step, action).expression]
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
                    self.runs[key] = self.runs[key]._replace(asked=True)
            case AskAboutLost(key):
                assert not self.plan.guided_failure
                assert not self.runs[key].asked, "asked twice"
                self.runs[key] = self.runs[key]._replace(asked=True)
            case Withdraw(key):
                assert self.canceled
                run = self.runs[key]
                state = run.state if run.state.is_failure else RunState.CANCELED
                self.runs[key] = run._replace(state=state, asked=False)
            case Finish(state):
                assert not self.open_runs()
                self.end = state

    def moves_on(self) -> None:
        """All moves, until there is none."""
        for _ in range(MAXIMUM_TURNS):
            moves = next_moves(self.plan, self.history())
            self.looks += 1
            if self.looks % 32 == 1:
                assert moves == next_moves(self.plan, self.history()), "two answers to one question"
            if not moves:
                return
            for move in moves:
                self.make(move)
            if self.end is not None:
                return
        raise AssertionError("the moves never end")

    def check(self) -> None:
        """What is true at every moment: windows, groups, and one action at a time on a machine."""
        under_way = [r.key for r in self.open_runs() if not (r.asked and r.state.is_failure)]
        lanes = [(key.step, key.machine) for key in under_way]
        assert len(lanes) == len(set(lanes)), "two actions of one step at once on one machine"
        for index in range(len(self.plan.steps)):
            assert sum(1 for found, _ in lanes if found == index) <= self.plan.window(index)
        at_work = {step for step, _ in lanes}
        assert not at_work or any(at_work <= set(group) for group in self.plan.groups), "two groups at once"

    def open_runs(self) -> list[RunRecord]:
        """What can change without us: a worker or a person may do something with it."""
        return [run for run in self.runs.values() if run.state.is_active or run.state is RunState.LOST or run.asked]

    def changeable_runs(self) -> list[RunRecord]:
        """Without those lost ones that somebody will be asked about, or that begin again, when others have ended."""
        return [run for run in self.runs.values() if run.asked or run.state.is_active]

    def happens(self, chance: int) -> bool:
        """One thing happens to one open run, or somebody cancels; False when it waits for its machine."""
        if chance % 29 == 28:
            self.canceled = True
            return True
        found = self.changeable_runs()
        run = found[chance % len(found)]
        if run.asked and self.plan.guided_failure and run.state is not RunState.WAITING:
            self._guide(run, chance // 7)
            return True
        self.runs[run.key] = self._changed(run, chance // 7)
        return self.runs[run.key] is not run

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
                return run._replace(state=RunState.RUNNING) if self.may_begin(run.key) else run
            case RunState.RUNNING:
                end = ENDS[chance % len(ENDS)]
                return run._replace(state=end, failures=run.failures + end.is_failure)
            case RunState.WAITING:
                return run._replace(state=(RunState.SUCCEEDED, RunState.FAILED)[chance % 2], asked=False)
        assert run.asked, "lost, and nobody is asked"
        if chance % 2:
            return run._replace(state=RunState.FAILED, asked=False, failures=run.failures + 1, given_up=True)
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


def random_plan(chance: random.Random) -> Plan:
    """A few steps, on a worker or on up to twelve machines, with all that a step can have."""
    steps = []
    for number in range(chance.randint(1, 4)):
        where = ("",) if chance.random() < 0.5 else tuple(f"web-{n}" for n in range(chance.choice((1, 2, 2, 3, 3, 12))))
        actions = tuple(_random_action(chance, n, where) for n in range(chance.randint(1, 2)))
        rolling = (
            Rolling(chance.randint(1, 4), chance.randint(0, 2)) if where != ("",) and chance.random() < 0.5 else None
        )
        steps.append(
            PlannedStep(
                f"s{number}",
                f"s{number}",
                chance.choice(tuple(RunCondition)),
                actions,
                chance.choice(tuple(StartTrigger)),
                chance.choice(["true", "false", "broken", *BY_MACHINE]),
                rolling,
                required=chance.random() < 0.2,
            )
        )
    return Plan(tuple(steps), guided_failure=chance.random() < 0.5, max_parallelism=chance.choice((2, 10)))


def _random_action(chance: random.Random, number: int, machines: tuple[str, ...]) -> PlannedAction:
    name = f"a{number}"
    if chance.random() < 0.15:
        return PlannedAction(name, name, ASK, machines=machines)
    retries = Retries(chance.randint(1, 3)) if chance.random() < 0.3 else None
    is_idempotent = chance.random() < 0.3
    action = PlannedAction(name, name, SCRIPT, machines=machines, idempotent=is_idempotent, retries=retries)
    return replace(action, expression=chance.choice(tuple(WORTH))) if chance.random() < 0.15 else action


@dataclass
class Deployment:
    """One of a day: a world, and how it stands in line."""

    number: int
    waiter: Waiter
    world: World
    has_place: bool = False
    in_line: bool = True

    @property
    def is_over(self) -> bool:
        """Nothing will happen to it any more."""
        return self.world.end is not None

    @property
    def only_waits_for_people(self) -> bool:
        """It counts for no cap then."""
        return not any(run.state in {RunState.QUEUED, RunState.RUNNING} for run in self.world.runs.values())


class Day:
    """Some deployments of two projects to two environments, one after the other or beside each other."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.cap = self.chance.randint(1, 3)
        self.holds: list[Hold] = []
        self.machines = Machines(self.chance)
        self.deployments = [self._deployment(number) for number in range(1, self.chance.randint(2, 6))]

    def _deployment(self, number: int) -> Deployment:
        project, environment = self.chance.choice(("web", "shop")), self.chance.choice(("staging", "production"))
        waiter = Waiter(
            number,
            project,
            environment,
            f"{project}/{environment}",
            self.chance.choice((Rank.REGULAR, Rank.HIGH)),
            number,
            requested_by=self.chance.choice(("ana", "ben")),
            overrides=self.chance.random() < 0.1,
        )
        world = World(random_plan(self.chance))
        world.may_begin = lambda key: self.machines.may_begin(number, key, lambda: world.runs[key])
        return Deployment(number, waiter, world)

    def play(self) -> int:
        """To the end of all; returns how many there were."""
        for _ in range(MAXIMUM_TURNS * len(self.deployments)):
            self._hold_or_let_go()
            self._let_begin()
            if all(deployment.is_over for deployment in self.deployments):
                return len(self.deployments)
            self._happens()
        raise AssertionError("the day never ends")

    def _hold_or_let_go(self) -> None:
        if self.holds and self.chance.random() < 0.5:
            self.holds.pop()
        elif self.chance.random() < 0.05:
            kind = self.chance.choice((HoldKind.FREEZE, HoldKind.PAUSE, HoldKind.LOCK))
            environment = self.chance.choice((None, "production"))
            self.holds.append(Hold(1, kind, "ana", datetime(2026, 1, 1, tzinfo=UTC), environment=environment))

    def _let_begin(self) -> None:
        line = [d for d in self.deployments if d.in_line and not d.is_over]
        if not line:
            return
        holders = [d for d in self.deployments if d.has_place and not d.is_over]
        busy = Counter(d.waiter.project for d in holders if not d.only_waits_for_people)
        taken = frozenset(d.waiter.place for d in holders)
        situation = Situation(self.cap, busy, taken, tuple(self.holds))
        chosen = {waiter.number for waiter in choose([d.waiter for d in line], situation)}
        self._check(line, chosen, situation)
        for deployment in line:
            if deployment.number in chosen:
                deployment.has_place, deployment.in_line = True, False
                deployment.waiter = replace(deployment.waiter, rank=Rank.BEGUN)
                self._moves_on(deployment)

    def _check(self, line: Sequence[Deployment], chosen: set[int], situation: Situation) -> None:
        """Nobody waits without a reason, and nobody begins who must not."""
        places = [d.waiter.place for d in line if d.number in chosen]
        assert len(places) == len(set(places)), "two in one place"
        assert not set(places) & situation.taken, "in a place that is taken"
        assert len(chosen) <= situation.free, "more than the cap allows"
        for deployment in line:
            if deployment.number in chosen:
                assert situation.lets_begin(deployment.waiter), "begun although something holds it up"
            elif situation.lets_begin(deployment.waiter) and deployment.waiter.place not in places:
                assert len(chosen) == situation.free, "it waits, and nothing is in its way"

    def _moves_on(self, deployment: Deployment) -> None:
        assert deployment.has_place, "it moves without its place"
        deployment.world.moves_on()
        deployment.world.check()
        if deployment.is_over or (
            deployment.only_waits_for_people and not keeps_place(deployment.world.plan, deployment.world.history())
        ):
            deployment.has_place = False

    def _happens(self) -> None:
        """Something happens to one that has begun; the engine looks at it again, once it has its place."""
        able = [d for d in self.deployments if not d.is_over and not d.in_line and d.world.changeable_runs()]
        if not able:
            return
        deployment = self.chance.choice(able)
        was_canceled = deployment.world.canceled
        if not deployment.world.happens(self.chance.randrange(1_000)):
            return
        if deployment.world.canceled and not was_canceled:
            deployment.has_place = True if not self._is_taken(deployment) else deployment.has_place
        if deployment.has_place:
            self._moves_on(deployment)
        else:
            deployment.in_line = True

    def _is_taken(self, deployment: Deployment) -> bool:
        return any(
            d.has_place and d is not deployment and d.waiter.place == deployment.waiter.place for d in self.deployments
        )


def simulate(count: int, seed: int) -> int:
    """Play days from this seed on until so many deployments are over; returns the seed after the last one."""
    over = 0
    while over < count:
        try:
            over += Day(seed).play()
        except AssertionError as error:
            raise AssertionError(f"{error} (seed {seed}: `python -m tests.support.simulation 1 {seed}`)") from error
        seed += 1
    return seed


def main(count: int, seed: int) -> None:
    """Play, and say how quickly."""
    print(f"{count:,} deployments from seed {seed} on")
    begin = time.process_time()
    simulate(count, seed)
    seconds = time.process_time() - begin
    print(f"no illegal state; {count / seconds:,.0f} deployments a second of processor time")


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    main(given[0] if given else 1_000_000, given[1] if len(given) > 1 else random.randrange(1 << 40))
