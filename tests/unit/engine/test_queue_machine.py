"""Where the rules of the queue meet: what people do in it, emergencies too, in an order by chance."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import select

from engine.contracts import Outcome
from engine.errors import ForedeckError
from engine.models import Task
from engine.orchestration.running import Runner
from engine.services import deployments, freezes, holds, locks, queues, tasks
from engine.services.choices import Choices
from engine.services.emergency_errors import RulesUnseen
from engine.services.gates import Way
from engine.services.views import TaskState
from tests.support.engine import BUILD_ONLY, MAIN, Deck
from tests.support.engine_workers import ends

CAP = 2
GRANTS = (
    "grants:\n  - {team: release-managers, roles: [environment_manager, deployment_creator]}\n"
    "  - {team: shop-devs, roles: [deployment_creator, release_creator, environment_manager]}\n"
)
CONFIGURATION = (
    MAIN.replace("deployments}", f"deployments, emergency_team: release-managers, task_cap: {CAP}}}")
    .replace("grants:\n", GRANTS)
    .replace("teams:\n", "teams:\n  shop-devs: {people: [mia]}\n")
    + "freezes:\n  nights: {repeats: daily, from: '22:00', until: '06:00', when: {environment: production}, "
    "requests: hold}\n"
)

PEOPLE = st.sampled_from(["ana", "ben", "mia"])
PROJECTS = st.sampled_from(["web", "shop"])
ENVIRONMENTS = st.sampled_from(["staging", "production"])


class Queue(RuleBasedStateMachine):
    """One deck; whatever people do, the rules hold, and in the end everybody had a turn."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.deck = Deck(Path(self.folder.name))
        files = {"foredeck.yml": CONFIGURATION}
        for name in ("web", "shop"):
            queue = "queue: {supersede: true}\n" if name == "shop" else ""
            files |= {
                f"projects/{name}/project.yml": f"slug: {name}\n{queue}",
                f"projects/{name}/process.yml": BUILD_ONLY,
            }
        self.deck.configured(files=files)
        self.runner = Runner(self.deck.db, self.deck.clock, self.deck.workers, self.deck.sealer, lambda: False)
        self.begun: set[int] = set()

    def teardown(self) -> None:
        """Everything ends that holds somebody up; then nobody may be left."""
        for hold in holds.current(self.deck.db):
            names = tuple(name for name in (hold.environment, hold.project) if name)
            with suppress(ForedeckError):
                holds.resume(self.deck.db, self.deck.clock(), person="ben", project=hold.project)
            with suppress(ForedeckError):
                locks.unlock(self.deck.db, self.deck.clock(), person="ben", names=names)
            with suppress(ForedeckError):
                freezes.thaw(self.deck.db, self.deck.clock(), person="ben", names=names)
        for _ in range(4):
            self.deck.time.passes(hours=7)
            self.deck.works()
        view = queues.view(self.deck.db, "ben")
        assert view.is_empty, view
        self.deck.close()
        self.folder.cleanup()

    @rule(
        by=PEOPLE,
        project=PROJECTS,
        environment=ENVIRONMENTS,
        way=st.sampled_from(list(Way)),
        at=st.sampled_from(["", "", "", "in 1h", "in 5h"]),
    )
    def deploys(self, by: str, project: str, environment: str, way: Way, at: str) -> None:
        """Somebody asks; refusals are fine and change nothing."""
        wanted = Choices(at=at, way=way, reason="by chance")
        with suppress(ForedeckError):
            try:
                self._request(by, project, environment, wanted)
            except RulesUnseen as unseen:
                self._request(by, project, environment, replace(wanted, seen=unseen.keys))

    def _request(self, by: str, project: str, environment: str, choices: Choices) -> None:
        deployments.request(
            self.deck.db,
            self.deck.clock(),
            person=by,
            project=project,
            version="1.0.0",
            environment=environment,
            create_release=True,
            choices=choices,
        )

    @rule(project=st.sampled_from([None, "web", "shop"]))
    def pauses_or_resumes(self, project: str | None) -> None:
        """What is paused goes on, what is not is paused."""
        try:
            holds.resume(self.deck.db, self.deck.clock(), person="ben", project=project)
        except ForedeckError:
            with suppress(ForedeckError):
                holds.pause(self.deck.db, self.deck.clock(), person="ben", project=project)

    @rule(
        by=PEOPLE, names=st.sampled_from([("staging",), ("web", "staging"), ("shop", "production")]), take=st.booleans()
    )
    def locks_or_unlocks(self, by: str, names: tuple[str, ...], take: bool) -> None:
        """What is one's own is released, the rest is locked or taken."""
        try:
            locks.unlock(self.deck.db, self.deck.clock(), person=by, names=names)
        except ForedeckError:
            with suppress(ForedeckError):
                locks.lock(self.deck.db, self.deck.clock(), person=by, names=names, reason="by chance", take=take)

    @rule(names=st.sampled_from([("production",), ("web",)]))
    def freezes_or_thaws(self, names: tuple[str, ...]) -> None:
        """What is frozen thaws, what is not is frozen."""
        try:
            freezes.thaw(self.deck.db, self.deck.clock(), person="ben", names=names)
        except ForedeckError:
            with suppress(ForedeckError):
                freezes.freeze(
                    self.deck.db, self.deck.clock(), person="ben", names=names, until="in 3h", reason="by chance"
                )

    @rule(hours=st.integers(1, 10))
    def time_passes(self, hours: int) -> None:
        """And whatever the clock brings happens."""
        self.deck.time.passes(hours=hours)

    @rule()
    def somebody_is_canceled_or_moved_first(self) -> None:
        """The last of those in line."""
        line = queues.view(self.deck.db, "ben").in_line
        if len(line) % 2:
            tasks.cancel(self.deck.db, self.deck.clock(), person="ben", number=line[-1].number)
        elif line:
            queues.move_first(self.deck.db, self.deck.clock(), person="ben", number=line[-1].number)

    @precondition(lambda self: self.begun)
    @rule(ending=st.sampled_from([Outcome.SUCCEEDED, Outcome.FAILED, Outcome.DETACHED]))
    def the_oldest_that_runs_ends(self, ending: Outcome) -> None:
        """Or goes on."""
        for number in sorted(self.begun):
            if self.deck.task(number).state is TaskState.EXECUTING:
                self.deck.workers.when("build", ends(ending))
                self.runner.run(self.deck.runs(number)[-1].id)
                return

    @invariant()
    def the_rules_hold(self) -> None:
        """One at a time in a place, no more than may, nobody begins who is held back, and who waits knows why."""
        self.deck.settles()
        in_force = self._in_force()
        with self.deck.db.read() as session:
            rows = session.scalars(select(Task)).all()
        running = [task for task in rows if task.state == TaskState.EXECUTING.value]
        assert len([task for task in running if not task.is_emergency]) <= CAP
        assert len({task.place for task in running}) == len(running)
        for task in running:
            if task.id not in self.begun:
                assert not [hold for hold in in_force if holds.holds_back(hold, task)], "began although held back"
        self.begun = {task.id for task in running}
        for task in rows:
            if task.state == TaskState.QUEUED.value:
                waiting = self.deck.task(task.id).waiting
                assert waiting is not None, "waits without a reason"

    def _in_force(self) -> tuple[holds.Hold, ...]:
        with self.deck.db.read() as session:
            return holds.in_force(session)


TestQueue = Queue.TestCase
TestQueue.settings = settings(
    max_examples=6,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
