"""A deck to play deployments on: a state folder, a configuration, people, and the engine, by hand or by itself.

By hand (`works`, `settles`) every move is made when the test says so, in the test's thread, with scripted workers and a
clock that the test turns. By itself (`serving`) the real dispatcher works, by default with the real built-in worker.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from engine.database import Database
from engine.models import ActionRun, MachineHealth
from engine.orchestration import admitting, advancing, checking, passing
from engine.orchestration.dispatcher import Dispatcher, runs_to_follow
from engine.orchestration.running import Runner
from engine.ports import Clock, Workers
from engine.sealing import Sealer
from engine.services import configuration, deployments, health, interruptions, tasks, triggers
from engine.services.choices import Choices
from engine.services.configuration import Loaded
from engine.services.views import InterruptionView, TaskState, TaskView, Verdict
from engine.times import utc_now
from tests.support.engine_workers import ScriptedWorkers
from tests.support.migrated import open_migrated
from workers.packages.shelf import PackageShelf
from workers.pools import WorkerPool
from workers.runner.pace import Pace

MAIN = """\
foredeck: 1
defaults: {slack_channel: deployments}
people:
  ana: {slack: U01ANA}
  ben: {slack: U02BEN}
  eva: {slack: U03EVA}
  mia: {slack: U04MIA}
teams:
  devs: {people: [ana]}
  release-managers: {people: [ben, eva]}
grants:
  - {team: devs, roles: [deployment_creator, release_creator]}
environments:
  staging: {}
  production: {}
"""

BUILD_ONLY = "steps: [{step: build, run_script: {inline: echo building}}]\n"

PACE = replace(Pace(), slowest=0.05, record_every=0.05, grace=1)
"""Quicker than in production: nobody is sorry for this machine."""

PATIENCE = 60.0
"""Seconds until something that should happen is taken for stuck; nothing is measured by it."""


class TestClock:
    """A clock that stands until the test turns it."""

    __test__ = False

    def __init__(self) -> None:
        self.now = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **span: float) -> None:
        """Time goes by, as in `timedelta(**span)`."""
        self.now += timedelta(**span)


class Deck:
    """One state folder with everything on it."""

    def __init__(self, folder: Path, *, clock: Clock | None = None) -> None:
        self.folder = folder
        self.config = folder / "config"
        self.state = folder / "state"
        self.time = TestClock()
        self.clock: Clock = clock or self.time
        self.db: Database = open_migrated(self.state / "foredeck.db")
        self.sealer = Sealer(self.state / "seal.key")
        self.workers = ScriptedWorkers()

    # The configuration.

    def configured(self, process: str = BUILD_ONLY, files: Mapping[str, str] | None = None) -> Deck:
        """Write the folder, with this process of the project `web` and these other files, and load it."""
        loaded = self.reloaded(process, files)
        assert not loaded.problems, loaded.problems
        return self

    def reloaded(self, process: str = BUILD_ONLY, files: Mapping[str, str] | None = None) -> Loaded:
        """The same, with whatever comes of it."""
        everything = {
            "foredeck.yml": MAIN,
            "projects/web/project.yml": "slug: web\n",
            "projects/web/process.yml": process,
            **(files or {}),
        }
        for name, content in everything.items():
            path = self.config / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        return configuration.load_folder(self.db, self.clock(), self.config)

    def checks_later(self) -> Deck:
        """Nobody looks at its machines within the hour: they are not there."""
        with self.db.write() as session:
            for row in session.scalars(select(MachineHealth)):
                row.next_check_at = self.clock() + timedelta(hours=1)
        return self

    # What people do.

    def deploys(
        self,
        project: str = "web",
        version: str = "1.0.0",
        environment: str = "staging",
        *,
        by: str = "ana",
        skip: Sequence[str] = (),
        at: str = "",
        until: str = "",
        **more: Any,
    ) -> int:
        """Somebody deploys; the release is created when it does not exist. The number on the card."""
        task = deployments.request(
            self.db,
            self.clock(),
            person=by,
            project=project,
            version=version,
            environment=environment,
            create_release=True,
            choices=Choices(skip=skip, at=at, until=until, **more),
        )
        return task.number

    def decides(self, number: int, verdict: Verdict, *, by: str, note: str = "") -> InterruptionView:
        """Somebody answers what the deployment waits for."""
        pending = interruptions.pending_of(self.db, number, verdict)
        return interruptions.decide(
            self.db, self.clock(), person=by, interruption_id=pending.id, verdict=verdict, note=note
        )

    def proceeds(self, number: int, *, by: str = "ben", note: str = "") -> InterruptionView:
        """Somebody approves."""
        return self.decides(number, Verdict.PROCEED, by=by, note=note)

    def aborts(self, number: int, *, by: str = "ben", note: str = "") -> InterruptionView:
        """Somebody aborts."""
        return self.decides(number, Verdict.ABORT, by=by, note=note)

    def cancels(self, number: int, *, by: str = "ana") -> TaskView:
        """Somebody cancels."""
        return tasks.cancel(self.db, self.clock(), person=by, number=number)

    # What can be seen.

    def task(self, number: int) -> TaskView:
        """The deployment."""
        return tasks.view(self.db, number)

    def steps(self, number: int) -> dict[str, str]:
        """What a person sees of each step: slug and status."""
        return {step.slug: step.status.value for step in self.task(number).steps}

    def log(self, number: int, step: str) -> str:
        """The whole stored log of a step."""
        return "".join(
            piece
            for view in self.task(number).steps
            if view.slug == step
            for run_id in view.run_ids
            for piece in tasks.whole_log(self.db, run_id)
        )

    def runs(self, number: int) -> list[ActionRun]:
        """The rows of its action runs, oldest first."""
        with self.db.read() as session:
            return list(session.scalars(select(ActionRun).where(ActionRun.task_id == number).order_by(ActionRun.id)))

    def holders(self) -> set[int]:
        """The deployments that have their place now."""
        from engine.models import Task

        with self.db.read() as session:
            return set(session.scalars(select(Task.id).where(Task.holds_place)))

    # The engine, by hand.

    def settles(self) -> None:
        """Advance whatever is due and let those begin whose turn has come, until nothing moves."""
        while True:
            with self.db.write() as session:
                passing.pass_time(session, self.clock())
                for project, slug in triggers.due(session, self.clock()):
                    triggers.fire(session, self.clock(), project, slug)
            with self.db.read() as session:
                due, chosen = advancing.due_tasks(session), admitting.chosen(session)
            if not due and not chosen:
                return
            for task_id in due:
                with self.db.write() as session:
                    advancing.advance(session, self.clock(), task_id, self.sealer)
            for task_id in chosen:
                with self.db.write() as session:
                    admitting.begin(session, self.clock(), task_id, self.sealer)

    def works(self, rounds: int = 100) -> None:
        """Advance, and run what is queued (or was left running) on the scripted workers, until nothing moves."""
        shelf = PackageShelf(self.state / "packages")
        runner = Runner(self.db, self.clock, self.workers, self.sealer, lambda: False, shelf)
        self.settles()
        for _ in range(rounds):
            with self.db.read() as session:
                waiting = runs_to_follow(session, self.clock())
            if not waiting:
                return
            for run_id in waiting:
                runner.run(run_id)
            self.settles()

    def checks(self) -> None:
        """Look at every machine whose time has come."""
        while True:
            with self.db.read() as session:
                due = health.due(session, self.clock(), 100)
            if not due:
                return
            for machine in due:
                checking.check(self.db, self.clock, self.workers, machine, threading.Event())

    # The engine, by itself.

    @contextmanager
    def serving(self, workers: Workers | None = None) -> Iterator[Dispatcher]:
        """The dispatcher works meanwhile; with the real built-in worker unless others are given."""
        working = workers or WorkerPool(self.state / "tickets", clock=self.clock, pace=PACE)
        dispatcher = Dispatcher(self.db, self.clock, working, self.sealer, PackageShelf(self.state / "packages"))
        dispatcher.start()
        try:
            yield dispatcher
        finally:
            dispatcher.stop()
            working.close()

    def reopen(self) -> None:
        """As a new process would: all that is not in the folder is gone."""
        self.db.close()
        self.db = open_migrated(self.state / "foredeck.db")
        self.sealer = Sealer(self.state / "seal.key")

    def over(self, number: int) -> TaskView:
        """Wait until the deployment is over."""
        until(lambda: self.task(number).state.is_final, f"deployment #{number} to be over")
        return self.task(number)

    def asked(self, number: int) -> InterruptionView:
        """Wait until a person is asked."""
        until(lambda: self.task(number).pending is not None, f"deployment #{number} to wait for somebody")
        pending = self.task(number).pending
        assert pending is not None
        return pending

    def close(self) -> None:
        """Let go of the database."""
        self.db.close()


@contextmanager
def a_deck(folder: Path, *, real_time: bool = False) -> Iterator[Deck]:
    """A deck for one test."""
    deck = Deck(folder, clock=utc_now if real_time else None)
    try:
        yield deck
    finally:
        deck.close()


def until(happened: Callable[[], object], what: str = "that") -> None:
    """Wait for something that is sure to happen soon."""
    deadline = time.monotonic() + PATIENCE
    while not happened():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {PATIENCE:.0f} s for {what}")
        time.sleep(0.01)


__all__ = ["BUILD_ONLY", "MAIN", "PACE", "Deck", "TaskState", "TestClock", "Verdict", "a_deck", "until"]
