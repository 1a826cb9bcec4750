"""A bot that dies again and again between two commits: the line for a machine is as if nobody had died."""

from __future__ import annotations

from itertools import count

import pytest

from engine.contracts import ActionRequest, ActionResult, Outcome
from engine.database import Database
from engine.domain.states import RunState
from engine.ports import RunSink
from engine.services.views import TaskState
from tests.support.engine import Deck
from tests.unit.engine.test_isolation_flow import logged, with_two_projects


class Death(BaseException):
    """The process is gone: nothing catches this."""


def dies_after(db: Database, commits: int) -> None:
    """The bot dies when it has committed so often."""
    numbers = count(1)

    def live_or_die() -> None:
        if next(numbers) == commits:
            raise Death

    db.on_commit(live_or_die)


@pytest.mark.parametrize("commits", [3, 4])  # the clock, a claim, an end: with fewer there is no getting on
def test_every_script_begins_once_one_at_a_time_and_in_order(
    deck: Deck, commits: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOREDECK_TEST_KEY", "a key")
    with_two_projects(deck)
    begun: dict[str, str] = {}

    def begins(request: ActionRequest, sink: RunSink) -> ActionResult:
        if request.ticket not in begun:
            assert not request.launch_confirmed
            begun[request.ticket] = request.step_name
        there = [run for n in numbers for run in deck.runs(n) if (run.worker, run.state) == ("web-1", RunState.RUNNING)]
        assert len(there) <= 1, "two at once on a machine"
        sink.launch_confirmed()
        return ActionResult(Outcome.SUCCEEDED, exit_code=0)

    for step in ("install", "migrate"):
        deck.workers.when(step, *[begins] * 99)
    numbers = [deck.deploys(), deck.deploys("shop", "2.0"), deck.deploys("shop", "2.0", "production")]
    deaths = 0
    while not all(deck.task(number).state.is_final for number in numbers):
        assert deaths < 99, "it gets nowhere"
        dies_after(deck.db, commits)
        try:
            deck.works()
        except Death:
            deaths += 1
        deck.reopen()
    assert deaths > 4
    assert [deck.task(number).state for number in numbers] == [TaskState.SUCCESS] * 3
    assert sorted(begun.values()) == ["install", "install", "migrate", "migrate"]
    began = [next(run.id for run in deck.runs(n) if run.machine == "web-1") for n in numbers]
    assert began == sorted(began)
    for number in numbers:
        said = [text for _, text in logged(deck, number, "web-1")]
        assert len(said) in {0, 2}, "who has waited has both lines in the log, once"
