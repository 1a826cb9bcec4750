"""The dispatcher: it holds nothing that matters, one broken thing holds up nothing else, and there is only one."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import update

from engine.contracts import ActionRequest, ActionResult, Outcome
from engine.domain.states import RunState
from engine.models import ActionRun, Task
from engine.orchestration import dispatcher as dispatching
from engine.orchestration.clock import Ticker
from engine.orchestration.exclusive import AlreadyServing, DispatcherLock
from engine.orchestration.running import Runner
from engine.ports import RunSink
from engine.services.views import TaskState
from tests.support.engine import Deck, until
from tests.support.engine_workers import ScriptedWorkers, ends


def test_deployments_that_were_asked_for_while_it_was_away_are_done(deck: Deck) -> None:
    numbers = [deck.deploys(), deck.deploys(environment="production")]
    with deck.serving(deck.workers):
        assert [deck.over(number).state for number in numbers] == [TaskState.SUCCESS] * 2


def test_it_hears_of_new_ones_by_itself(deck: Deck) -> None:
    with deck.serving(deck.workers):
        assert deck.over(deck.deploys()).state is TaskState.SUCCESS


def test_what_another_process_wrote_is_seen_at_the_next_tick(deck: Deck) -> None:
    from engine.database import open_database

    with deck.serving(deck.workers) as dispatcher:
        ticker = Ticker([dispatcher.wake])
        ticker.start()
        mine, deck.db = deck.db, open_database(deck.db.path)
        number = deck.deploys()
        deck.over(number)
        deck.db.close()
        deck.db = mine
        ticker.stop()


def test_what_was_left_running_is_followed_again_with_the_same_ticket(deck: Deck) -> None:
    deck.workers.when("build", ends(Outcome.DETACHED))
    number = deck.deploys()
    deck.works(rounds=1)
    deck.reopen()
    with deck.serving(deck.workers):
        assert deck.over(number).state is TaskState.SUCCESS
    first, second = deck.workers.requests
    assert first.ticket == second.ticket
    assert (first.launch_confirmed, second.launch_confirmed) == (False, True)


def test_a_task_that_cannot_be_advanced_holds_up_no_other(deck: Deck, caplog: pytest.LogCaptureFixture) -> None:
    broken = deck.deploys()
    with deck.db.write() as session:
        session.execute(update(Task).where(Task.id == broken).values(plan={"steps": "nonsense"}))
    with deck.serving(deck.workers):
        assert deck.over(deck.deploys(environment="production")).state is TaskState.SUCCESS
    assert f"task {broken} could not be advanced" in caplog.text


class BreakingWorkers(ScriptedWorkers):
    """A worker with a fault of its own."""

    def ensure_and_follow(self, request: ActionRequest, sink: RunSink) -> ActionResult:
        super().ensure_and_follow(request, sink)
        raise RuntimeError("a fault of ours")


def test_a_step_that_cannot_be_followed_by_our_own_fault_is_lost_after_some_tries(
    deck: Deck, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(dispatching, "MAXIMUM_MISHAPS", 1)
    number = deck.deploys()
    with deck.serving(BreakingWorkers()):
        pending = deck.asked(number)
    assert pending.instructions == "Foredeck could not follow this step (RuntimeError), so its end is not known."
    assert "a fault of ours" in caplog.text


def test_what_a_crash_kept_from_being_cleaned_up_is_cleaned_up_at_the_next_start(deck: Deck) -> None:
    number = deck.deploys()
    deck.works()
    (run,) = deck.runs(number)
    deck.workers.cleaned.clear()
    with deck.db.write() as session:
        session.execute(update(ActionRun).values(cleaned_up=False))
    with deck.serving(deck.workers):
        until(lambda: deck.runs(number)[0].cleaned_up)
    assert deck.workers.cleaned == [run.ticket]


class CountingWorkers(ScriptedWorkers):
    """Waits until the test lets it go on, and counts how many do."""

    def __init__(self) -> None:
        super().__init__()
        self.at_once = 0
        self.go_on = threading.Event()
        self._guard = threading.Lock()

    def ensure_and_follow(self, request: ActionRequest, sink: RunSink) -> ActionResult:
        with self._guard:
            self.at_once += 1
        self.go_on.wait(30)
        return super().ensure_and_follow(request, sink)


def test_no_more_are_followed_at_once_than_there_is_room_for_and_the_rest_have_their_turn(
    deck: Deck, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatching, "MAXIMUM_FOLLOWERS", 3)
    environments = "environments:\n" + "".join(f"  e{n}: {{}}\n" for n in range(8))
    main = (deck.config / "foredeck.yml").read_text()
    deck.configured(files={"foredeck.yml": main[: main.index("environments:")] + environments})
    numbers = [deck.deploys(environment=f"e{n}") for n in range(8)]
    workers = CountingWorkers()
    with deck.serving(workers):
        until(lambda: workers.at_once == 3)
        running = [n for n in numbers if deck.runs(n) and deck.runs(n)[0].state == RunState.RUNNING.value]
        assert len(running) == 3
        workers.go_on.set()
        assert all(deck.over(number).state is TaskState.SUCCESS for number in numbers)


def test_a_run_that_is_settled_is_not_run_again_by_whoever_comes_late(deck: Deck) -> None:
    deck.deploys()
    deck.works()
    Runner(deck.db, deck.clock, deck.workers, deck.sealer, lambda: False).run(1)
    Runner(deck.db, deck.clock, deck.workers, deck.sealer, lambda: False).run(99)
    assert len(deck.workers.requests) == 1


# Being the only one.


def test_a_second_dispatcher_is_refused_and_told_of_the_first(tmp_path: Path) -> None:
    import os

    first, second = DispatcherLock(tmp_path), DispatcherLock(tmp_path)
    assert second.holder() is None
    first.acquire()
    with pytest.raises(AlreadyServing, match=f"process {os.getpid()}"):
        second.acquire()
    assert second.holder() == os.getpid()
    first.release()
    second.acquire()
    second.release()


def test_whoever_only_looks_is_in_nobodys_way(tmp_path: Path) -> None:
    looking = threading.Event()

    def look() -> None:
        while not looking.is_set():
            DispatcherLock(tmp_path).holder()

    threads = [threading.Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(50):
            lock = DispatcherLock(tmp_path)
            lock.acquire()
            lock.release()
    finally:
        looking.set()
        for thread in threads:
            thread.join()
