"""The embedded dispatcher: advances tasks that are due and hands queued action runs to a bounded pool of threads.

It holds no state that matters: after a restart the same rows give the same work.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.database import Database
from engine.domain.states import RunState
from engine.models import ActionRun
from engine.orchestration import admitting, advancing, passing
from engine.orchestration.running import Runner
from engine.ports import Clock, Shelf, Workers
from engine.sealing import Sealer
from engine.services import isolation, triggers

_log = logging.getLogger(__name__)

MAXIMUM_FOLLOWERS = 32
"""How many actions are followed at once; more wait in the queue."""

CLOCK_SECONDS = 0.5
"""What time brings is looked for so often at most: a commit brings nothing of that, and commits come in swarms."""

MAXIMUM_MISHAPS = 5
"""How often following one action may break by our own fault before a person is asked."""

_TO_FOLLOW = (
    select(ActionRun.id, ActionRun.not_before, ActionRun.waits_for)
    .where(ActionRun.state.in_((RunState.QUEUED.value, RunState.RUNNING.value)))
    .order_by(ActionRun.id)
)


def runs_to_follow(session: Session, now: datetime) -> list[int]:
    """The action runs that somebody should be at: what runs, and what is queued and neither waits for its time nor for
    its turn on a machine. Oldest first.
    """
    rows = session.execute(_TO_FOLLOW).all()
    turns = isolation.situation(session).turns if any(waits_for for _, _, waits_for in rows) else {}
    return [
        id_
        for id_, not_before, waits_for in rows
        if (not_before is None or not_before <= now) and (waits_for is None or id_ in turns)
    ]


class Dispatcher:
    """Start it once a process, with the dispatcher's lock held."""

    def __init__(
        self, db: Database, clock: Clock, workers: Workers, sealer: Sealer, shelf: Shelf | None = None
    ) -> None:
        self._db, self._clock, self._sealer = db, clock, sealer
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._in_flight: set[int] = set()
        self._mishaps: dict[int, int] = {}
        self._looked_at_the_clock = -CLOCK_SECONDS
        self._not_before: dict[int, float] = {}
        self._guard = threading.Lock()
        self._runner = Runner(db, clock, workers, sealer, self._stop.is_set, shelf)
        self._pool = ThreadPoolExecutor(MAXIMUM_FOLLOWERS, thread_name_prefix="action")
        self._thread = threading.Thread(target=self._loop, name="dispatcher", daemon=True)

    def start(self) -> None:
        """Begin; what was running when the last process ended is followed again."""
        self._db.on_commit(self.wake)
        self._thread.start()
        self._pool.submit(self._clean_up_leftovers)
        self.wake()

    def wake(self) -> None:
        """Look again at once. Cheap; called after every commit and by the clock."""
        self._wake.set()

    def stop(self, timeout: float = 10.0) -> None:
        """Let go: followers detach (their scripts go on), threads end within `timeout` seconds."""
        self._stop.set()
        self._wake.set()
        self._thread.join(timeout)
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _loop(self) -> None:
        while not self._stop.is_set():
            self._wake.wait()
            self._wake.clear()
            if self._stop.is_set():
                return
            try:
                if time.monotonic() - self._looked_at_the_clock >= CLOCK_SECONDS:
                    self._looked_at_the_clock = time.monotonic()
                    self._pass_time()
                due, waiting = self._look()
                self._advance(due)
                if self._begin() or due:  # only these put action runs into the queue
                    _, waiting = self._look()
                self._hand_out(waiting)
            except Exception:
                # A broken look must not end the dispatcher: the rows are still there and the clock will wake us.
                _log.exception("the dispatcher could not do its round; it will try again")
                self._stop.wait(1)

    def _advance(self, due: Iterable[int]) -> None:
        for task_id in due:
            try:
                with self._db.write() as session:
                    advancing.advance(session, self._clock(), task_id, self._sealer)
            except Exception:
                # One task that cannot be advanced must not hold up all the others.
                _log.exception("task %s could not be advanced; it will be tried again", task_id)

    def _pass_time(self) -> None:
        """Do what the time has come for."""
        with self._db.read() as session:
            is_due = passing.is_due(session, self._clock())
        if is_due:
            with self._db.write() as session:
                passing.pass_time(session, self._clock())
        self._fire_triggers()

    def _fire_triggers(self) -> None:
        """Each in a transaction of its own: one that breaks is tried again and holds up no other."""
        with self._db.read() as session:
            due = triggers.due(session, self._clock())
        for project, slug in due:
            try:
                with self._db.write() as session:
                    triggers.fire(session, self._clock(), project, slug)
            except Exception:
                _log.exception("the trigger %s of %s could not fire; it will be tried again", slug, project)

    def _begin(self) -> bool:
        """Let those begin whose turn has come; tells whether there were any."""
        with self._db.read() as session:
            chosen = admitting.chosen(session)
        for task_id in chosen:
            try:
                with self._db.write() as session:
                    admitting.begin(session, self._clock(), task_id, self._sealer)
            except Exception:
                _log.exception("task %s began and could not be advanced; it will be tried again", task_id)
                with self._db.write() as session:  # or it would be chosen for ever, before all others
                    admitting.admit(session, self._clock(), task_id)
        return bool(chosen)

    def _look(self) -> tuple[Sequence[int], Sequence[int]]:
        """The tasks to advance and the action runs to follow."""
        with self._db.read() as session:
            return advancing.due_tasks(session), runs_to_follow(session, self._clock())

    def _hand_out(self, waiting: Iterable[int]) -> None:
        now = time.monotonic()
        for run_id in waiting:
            with self._guard:
                if run_id in self._in_flight or self._not_before.get(run_id, 0) > now:
                    continue
                self._in_flight.add(run_id)
            self._pool.submit(self._run, run_id)

    def _run(self, run_id: int) -> None:
        has_to_wait = False
        try:
            has_to_wait = self._runner.run(run_id)
        except Exception as error:
            _log.exception("following action run %s broke; it will be followed again", run_id)
            self._after_mishap(run_id, error)
        else:
            self._mishaps.pop(run_id, None)
        finally:
            with self._guard:
                self._in_flight.discard(run_id)
            if has_to_wait:  # its turn may have come just now, while it was still in flight
                self.wake()

    def _clean_up_leftovers(self) -> None:
        try:
            self._runner.clean_up_leftovers()
        except Exception:
            _log.exception("what the last process left on the workers could not be cleaned up")

    def _after_mishap(self, run_id: int, error: Exception) -> None:
        count = self._mishaps[run_id] = self._mishaps.get(run_id, 0) + 1
        self._not_before[run_id] = time.monotonic() + min(30, 2**count)
        if count < MAXIMUM_MISHAPS:
            return
        try:
            self._runner.give_up(run_id, error)
        except Exception:
            _log.exception("action run %s could not be settled; it will be tried again", run_id)
