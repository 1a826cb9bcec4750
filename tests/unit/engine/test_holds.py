"""Pauses and draining: nothing new begins, what runs goes on, everybody is told why. And a stuck cancel is let go."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.contracts import Outcome
from engine.domain.holds import Hold, HoldKind
from engine.domain.queueing import Situation, Waiter, choose
from engine.services import holds, queues, tasks
from engine.services.errors import NotPermitted, UnknownProject
from engine.services.queue_errors import AlreadyDraining, AlreadyPaused, NotDraining, NothingToResume, NotStuck
from engine.services.views import TaskState, WaitKind
from tests.support.engine import BUILD_ONLY, MAIN, Deck
from tests.support.engine_workers import ends
from tests.support.task_views import NOON

GOES_ON = ends(Outcome.DETACHED)
LEAD = "grants:\n  - {team: release-managers, roles: [environment_manager]}"
WEB_ONLY = LEAD + "\n  - {team: devs, roles: [environment_manager], when: {project: web}}"


@pytest.fixture
def deck(deck: Deck) -> Deck:
    """Two projects, web and shop; ben may pause anything, ana only web."""
    files = {"foredeck.yml": MAIN.replace("grants:", WEB_ONLY)}
    for name in ("web", "shop"):
        files |= {f"projects/{name}/project.yml": f"slug: {name}\n", f"projects/{name}/process.yml": BUILD_ONLY}
    return deck.configured(files=files)


@pytest.mark.parametrize(
    ("project", "environment", "begin"),
    [
        (None, None, []),
        ("web", None, [2]),
        (None, "staging", [3]),
        ("web", "staging", [2, 3]),
        ("api", None, [1, 2, 3]),
    ],
)
def test_a_hold_holds_back_what_it_covers_and_nothing_else(
    project: str | None, environment: str | None, begin: list[int]
) -> None:
    line = [
        Waiter(1, "web", "staging", "web/staging", line=1),
        Waiter(2, "shop", "staging", "shop/staging", line=2),
        Waiter(3, "web", "production", "web/production", line=3),
    ]
    hold = Hold(1, HoldKind.PAUSE, "ben", NOON, project=project, environment=environment)
    assert [one.number for one in choose(line, Situation(9, holds=(hold,)))] == begin


def pauses(deck: Deck, person: str = "ben", **facts: str) -> None:
    holds.pause(deck.db, deck.clock(), person=person, **facts)


def test_while_a_project_is_paused_nothing_of_it_begins_and_the_others_go_on(deck: Deck) -> None:
    pauses(deck, project="web", reason="the database moves")
    web, shop = deck.deploys(), deck.deploys("shop")
    deck.works()
    assert deck.task(shop).state is TaskState.SUCCESS
    waiting = deck.task(web).waiting
    assert waiting is not None
    assert (waiting.kind, waiting.since) == (WaitKind.HOLD, deck.clock())
    assert waiting.text == "web is paused by ben because the database moves"
    holds.resume(deck.db, deck.clock(), person="ana", project="web")
    deck.works()
    assert deck.task(web).state is TaskState.SUCCESS


def test_what_runs_goes_on_while_the_queue_is_paused(deck: Deck) -> None:
    deck.workers.when("build", GOES_ON)
    running = deck.deploys()
    deck.works(rounds=1)
    pauses(deck)
    waiting = deck.deploys("shop")
    deck.works()
    assert deck.task(running).state is TaskState.SUCCESS
    assert deck.task(waiting).state is TaskState.QUEUED
    assert [hold.what for hold in queues.view(deck.db, "ben").holds] == ["the whole queue"]
    deck.cancels(waiting)
    deck.settles()
    assert deck.task(waiting).state is TaskState.CANCELED


def test_pausing_and_resuming_need_a_permission_there(deck: Deck) -> None:
    pauses(deck, "ana", project="web")
    with pytest.raises(NotPermitted, match="ana may not pause the whole queue"):
        pauses(deck, "ana")
    with pytest.raises(NotPermitted, match="ana may not pause shop"):
        pauses(deck, "ana", project="shop")
    with pytest.raises(UnknownProject):
        pauses(deck, project="wbe")


def test_what_is_paused_is_not_paused_twice_and_what_is_not_cannot_be_resumed(deck: Deck) -> None:
    pauses(deck, reason="a holiday")
    with pytest.raises(AlreadyPaused, match="The whole queue is paused already, by ben because a holiday"):
        pauses(deck, project="web")
    with pytest.raises(NothingToResume, match="web is not paused") as caught:
        holds.resume(deck.db, deck.clock(), person="ben", project="web")
    assert caught.value.hint == "Paused: the whole queue."


def test_draining_lets_what_runs_end_and_nothing_begin_also_after_a_restart(deck: Deck) -> None:
    deck.workers.when("build", GOES_ON)
    running = deck.deploys()
    deck.works(rounds=1)
    holds.drain(deck.db, deck.clock(), person="ben", reason="an update")
    with pytest.raises(AlreadyDraining, match="ben drains Foredeck already"):
        holds.drain(deck.db, deck.clock(), person="ben")
    waiting = deck.deploys("shop")
    deck.reopen()
    deck.works()
    assert deck.task(running).state is TaskState.SUCCESS
    assert tasks.running_count(deck.db) == 0
    held = deck.task(waiting).waiting
    assert held is not None
    assert held.text == "Foredeck is being drained by ben because an update"
    holds.end_drain(deck.db, deck.clock(), person="ben")
    deck.works()
    assert deck.task(waiting).state is TaskState.SUCCESS
    with pytest.raises(NotDraining):
        holds.end_drain(deck.db, deck.clock(), person="ben")


def test_a_stuck_cancel_is_let_go_of_after_ten_minutes(deck: Deck) -> None:
    deck.workers.when("build", GOES_ON, GOES_ON)
    stuck = deck.deploys()
    behind = deck.deploys(version="1.1.0")
    deck.works(rounds=1)
    with pytest.raises(NotStuck, match="Deployment #1 is not being canceled"):
        tasks.abandon(deck.db, deck.clock(), person="ben", number=stuck)
    deck.cancels(stuck)
    assert deck.task(stuck).may_be_abandoned_at == deck.clock() + timedelta(minutes=10)
    deck.time.passes(minutes=8, seconds=30)
    with pytest.raises(NotStuck) as caught:
        tasks.abandon(deck.db, deck.clock(), person="ben", number=stuck)
    assert caught.value.hint == "It can be abandoned in 2 min."
    deck.time.passes(minutes=2)
    with pytest.raises(NotPermitted):
        tasks.abandon(deck.db, deck.clock(), person="eva2", number=stuck)
    tasks.abandon(deck.db, deck.clock(), person="ben", number=stuck)
    view = deck.task(stuck)
    assert (view.state, view.ended_because) == (TaskState.CANCELED, "abandoned by ben: what ran may still run")
    assert view.steps[0].detail == "abandoned by ben; it may still run on built-in"
    deck.works()
    assert deck.task(behind).state is TaskState.SUCCESS
    assert deck.task(stuck).state is TaskState.CANCELED
