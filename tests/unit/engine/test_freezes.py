"""Freezes of the configuration: windows that refuse and hold, judged by the time a deployment would begin."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from engine.services import deployments, freezes, holds
from engine.services.choices import Choices
from engine.services.gates import Way
from engine.services.queue_errors import Held
from engine.services.views import HoldView, TaskState, TaskView, WaitKind
from tests.support.engine import MAIN, Deck

GRANTS = MAIN.replace(
    "grants:", "grants:\n  - {team: release-managers, roles: [environment_manager, deployment_creator]}"
)
WEEKENDS = """\
freezes:
  weekends:
    name: the weekend
    when: {environment: production}
    repeats: weekly
    from: "Friday 18:00"
    until: "Monday 06:00"
    time_zone: Europe/Vienna
"""
FRIDAY = datetime(2026, 5, 8, 16, 0, tzinfo=UTC)
"""18:00 in Vienna."""


@pytest.fixture
def deck(deck: Deck) -> Deck:
    """It is Monday; from Friday on production is frozen. 1.0.0 exists."""
    deck.configured(files={"foredeck.yml": GRANTS + WEEKENDS})
    deck.deploys()
    deck.works()
    return deck


def asks(deck: Deck, environment: str = "production", by: str = "ana", **facts: str) -> TaskView:
    way = Way(facts.pop("way", ""))
    return deployments.request(
        deck.db,
        deck.clock(),
        person=by,
        project="web",
        version="1.0.0",
        environment=environment,
        choices=Choices(way=way, **facts),
    )


def frozen(deck: Deck) -> list[HoldView]:
    return list(holds.current(deck.db))


def test_outside_its_windows_it_blocks_nothing(deck: Deck) -> None:
    number = asks(deck).number
    deck.works()
    assert deck.task(number).state is TaskState.SUCCESS
    assert frozen(deck) == []


def test_within_a_window_it_refuses_and_is_told_once_in_the_channel(deck: Deck) -> None:
    deck.time.now = FRIDAY
    deck.settles()
    (hold,) = frozen(deck)
    assert (holds.headline_of(hold), hold.since, hold.reason) == ("production is frozen", FRIDAY, "the weekend")
    assert hold.until == datetime(2026, 5, 11, 4, tzinfo=UTC)
    with pytest.raises(Held) as caught:
        asks(deck)
    assert str(caught.value) == "Production is frozen because the weekend."
    assert "it ends Mon 2026-05-11 04:00 (UTC)." in caught.value.hint
    elsewhere = asks(deck, "staging").number
    deck.works()
    assert deck.task(elsewhere).state is TaskState.SUCCESS
    deck.reopen()
    deck.settles()
    assert len(frozen(deck)) == 1


def test_the_moment_it_opens_nobody_slips_in_even_when_nobody_has_looked(deck: Deck) -> None:
    deck.time.now = FRIDAY
    with pytest.raises(Held):
        asks(deck)


def test_what_is_scheduled_is_judged_by_its_own_time(deck: Deck) -> None:
    with pytest.raises(Held, match="Production is frozen because the weekend"):
        asks(deck, at="Saturday 12:00 UTC")
    asks(deck, at="Friday 15:59 UTC")
    deck.time.now = FRIDAY
    deck.settles()
    with pytest.raises(Held):
        asks(deck, at="in 1h")
    assert asks(deck, at="2026-05-11 04:00 UTC").waiting is not None


def test_what_waits_when_it_opens_waits_for_its_end(deck: Deck) -> None:
    asking = "steps: [{step: confirm, manual_intervention: {teams: [release-managers], instructions: Good?}}]\n"
    deck.configured(asking, files={"foredeck.yml": GRANTS + WEEKENDS})
    number = deck.deploys(version="1.1.0", environment="production")
    deck.works()
    deck.time.now = FRIDAY
    deck.proceeds(number)
    deck.works()
    waiting = deck.task(number).waiting
    assert waiting is not None
    assert (waiting.kind, waiting.text) == (WaitKind.HOLD, "production is frozen because the weekend")
    deck.time.now = datetime(2026, 5, 11, 4, tzinfo=UTC)
    deck.works()
    assert deck.task(number).state is TaskState.SUCCESS
    assert frozen(deck) == []


def test_a_lenient_one_lets_what_is_asked_for_wait(deck: Deck) -> None:
    deck.configured(files={"foredeck.yml": GRANTS + WEEKENDS + "    requests: hold\n"})
    deck.time.now = FRIDAY
    number = asks(deck).number
    deck.works()
    assert deck.task(number).state is TaskState.QUEUED
    deck.time.now = datetime(2026, 5, 11, 4, tzinfo=UTC)
    deck.works()
    assert deck.task(number).state is TaskState.SUCCESS


def test_it_is_passed_with_a_reason_thawed_for_this_time_and_comes_again(deck: Deck) -> None:
    deck.time.now = FRIDAY
    deck.settles()
    number = asks(deck, by="ben", way="override", reason="INC-7").number
    deck.works()
    assert deck.task(number).state is TaskState.SUCCESS
    freezes.thaw(deck.db, deck.clock(), person="ben", names=("production",))
    deck.time.passes(hours=1)
    deck.settles()
    assert frozen(deck) == []
    assert asks(deck).state is TaskState.QUEUED
    deck.time.passes(days=7)
    deck.settles()
    assert len(frozen(deck)) == 1


def test_a_freeze_that_leaves_the_configuration_ends(deck: Deck) -> None:
    deck.time.now = FRIDAY
    deck.settles()
    deck.configured(files={"foredeck.yml": GRANTS})
    deck.settles()
    assert frozen(deck) == []


def test_each_environment_of_several_is_held_and_judged_for_itself(deck: Deck) -> None:
    both = WEEKENDS.replace("{environment: production}", "{environment: [staging, production], project: web}")
    deck.configured(files={"foredeck.yml": GRANTS + both})
    deck.time.now = FRIDAY
    deck.settles()
    assert [holds.scope(hold) for hold in frozen(deck)] == ["staging of web", "production of web"]
    freezes.thaw(deck.db, deck.clock(), person="ben", names=("staging", "web"))
    assert asks(deck, "staging").state is TaskState.QUEUED
    with pytest.raises(Held):
        asks(deck)


def refusals(deck: Deck, person: str = "ana", **choices: Any) -> tuple[str, ...]:
    where = {"project": "web", "version": "1.0.0", "environment": "production"}
    view = deployments.preview(deck.db, **where, person=person, now=deck.clock(), choices=Choices(**choices))
    return view.refusals


def test_a_plan_says_what_a_request_would_be_refused_for(deck: Deck) -> None:
    assert refusals(deck) == ()
    assert refusals(deck, answers=[("Ticket", "x")]) == ("web does not ask for `Ticket` in production.",)
    (frozen_then,) = refusals(deck, at="Saturday 10:00")
    assert "the weekend" in frozen_then
    (unclear,) = refusals(deck, at="never")
    assert "never" in unclear
    assert refusals(deck, "eva", at="Saturday 10:00", way=Way.OVERRIDE, reason="INC-7") == ()
