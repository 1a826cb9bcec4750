"""Deployments that begin later: in the person's time zone, on time, also after a restart; or not at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from engine.contracts import Outcome
from engine.services import holds, queues, schedules
from engine.services.prompt_errors import AnswersMissing
from engine.services.queue_errors import EndsBeforeItBegins, TooFarAway, UnclearTime
from engine.services.views import TaskState, WaitKind
from tests.support.engine import MAIN, Deck
from tests.support.engine_workers import ends

ZONED = MAIN.replace("deployments}", "deployments, time_zone: Europe/Vienna}")
LEAD = ZONED.replace("grants:", "grants:\n  - {team: release-managers, roles: [environment_manager]}")


@pytest.fixture
def deck(deck: Deck) -> Deck:
    """In Vienna it is Monday, 11:00; ben may pause."""
    return deck.configured(files={"foredeck.yml": LEAD})


def test_it_begins_at_its_time_by_the_clock_of_the_configuration(deck: Deck) -> None:
    number = deck.deploys(at="22:00")
    deck.works()
    view = deck.task(number)
    assert view.state is TaskState.QUEUED
    assert view.waiting is not None
    assert view.waiting.kind is WaitKind.TIME
    assert view.waiting.text == "begins Mon 2026-05-04 22:00 (Europe/Vienna)"
    assert view.waiting.until == datetime(2026, 5, 4, 20, tzinfo=UTC)
    assert view.waiting.not_after == datetime(2026, 5, 5, 20, tzinfo=UTC)
    assert [entry.number for entry in queues.view(deck.db, "ana").scheduled] == [number]
    deck.time.passes(hours=10, minutes=59)
    deck.works()
    assert deck.task(number).state is TaskState.QUEUED
    deck.reopen()
    deck.time.passes(minutes=1)
    deck.works()
    assert deck.task(number).state is TaskState.SUCCESS


def test_it_begins_by_the_clock_of_the_person_when_slack_has_told_it(deck: Deck) -> None:
    schedules.store_zone(deck.db, "U01ANA", "America/New_York", deck.clock())
    schedules.store_zone(deck.db, "U02BEN", "Middle/Earth", deck.clock())
    assert schedules.zone_name(deck.db, "ana") == "America/New_York"
    assert schedules.zone_name(deck.db, "ben") == "Europe/Vienna"
    waiting = deck.task(deck.deploys(at="22:00")).waiting
    assert waiting is not None
    assert waiting.until is not None
    assert waiting.until.isoformat() == "2026-05-05T02:00:00+00:00"
    assert waiting.text == "begins Tue 2026-05-05 04:00 (Europe/Vienna)"  # where Slack shows no reader's own clock
    assert schedules.stale_zones(deck.db, deck.clock(), timedelta(days=1)) == ("U02BEN", "U03EVA", "U04MIA")


@pytest.mark.parametrize(
    ("at", "until", "error", "sentence", "hint"),
    [
        ("10:00", "", UnclearTime, "10:00 has passed today in Europe/Vienna.", "Say for example `at tomorrow 10:00`."),
        ("22:00", "nine", UnclearTime, "I cannot read “nine” as a time.",
         "Say for example `until 22:00`, `until tomorrow 06:30`, `until 2026-11-30 22:00` or `for 2h`."),
        ("2026-06-04 22:00", "", TooFarAway, "Thu 2026-06-04 22:00 (Europe/Vienna) is too far away.",
         "The latest is Wed 2026-06-03 11:00 (Europe/Vienna)."),
        ("22:00", "22:04", EndsBeforeItBegins,
         "It would have to begin at Mon 2026-05-04 22:00 (Europe/Vienna) and not after "
         "Mon 2026-05-04 22:04 (Europe/Vienna): that leaves no five minutes.",
         "Say a later `until`, or leave it out: then it may begin for 24 hours."),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_nothing_is_queued(
    deck: Deck, at: str, until: str, error: type[Exception], sentence: str, hint: str
) -> None:
    with pytest.raises(error) as caught:
        deck.deploys(at=at, until=until)
    assert str(caught.value) == sentence
    assert caught.value.hint == hint  # type: ignore[attr-defined]
    assert queues.view(deck.db, "ana").is_empty


@pytest.mark.parametrize(("environment", "is_refused"), [("production", True), ("staging", False)])
def test_what_asks_a_question_there_is_refused_when_it_is_scheduled_and_not_when_it_would_begin(
    deck: Deck, environment: str, is_refused: bool
) -> None:
    ticket = "Ticket: [{prompt: {label: Change ticket, required: true}, when: {environment: production}}]\n"
    deck.configured(files={"foredeck.yml": LEAD, "projects/web/variables.yml": ticket})
    if is_refused:
        with pytest.raises(AnswersMissing):
            deck.deploys(environment=environment, at="22:00")
        assert queues.view(deck.db, "ana").is_empty
        return
    number = deck.deploys(environment=environment, at="22:00")
    deck.time.passes(hours=11)
    deck.works()
    assert deck.task(number).state is TaskState.SUCCESS


def test_what_nobody_gave_an_end_waits_for_its_turn_as_long_as_it_takes(deck: Deck) -> None:
    holds.pause(deck.db, deck.clock(), person="ben")
    number = deck.deploys()
    deck.time.passes(days=60)
    deck.works()
    assert deck.task(number).state is TaskState.QUEUED
    holds.resume(deck.db, deck.clock(), person="ben")
    deck.works()
    assert deck.task(number).state is TaskState.SUCCESS


def test_a_scheduled_one_can_be_canceled_and_then_never_begins(deck: Deck) -> None:
    number = deck.deploys(at="in 2h")
    deck.cancels(number)
    deck.settles()
    deck.time.passes(hours=3)
    deck.works()
    view = deck.task(number)
    assert (view.state, view.started_at) == (TaskState.CANCELED, None)


def test_what_cannot_begin_in_time_expires_and_makes_room(deck: Deck) -> None:
    holds.pause(deck.db, deck.clock(), person="ben")
    number = deck.deploys(at="22:00", until="23:00")
    behind = deck.deploys(version="1.1.0")
    deck.time.passes(hours=11)
    deck.works()
    waiting = deck.task(number).waiting
    assert waiting is not None
    assert (waiting.kind, waiting.not_after) == (WaitKind.HOLD, datetime(2026, 5, 4, 21, tzinfo=UTC))
    deck.time.passes(hours=1)
    holds.resume(deck.db, deck.clock(), person="ben")
    deck.works()
    view = deck.task(number)
    assert (view.state, view.started_at) == (TaskState.TIMED_OUT, None)
    assert deck.task(behind).state is TaskState.SUCCESS


def test_what_expires_says_what_was_in_its_way(deck: Deck) -> None:
    holds.pause(deck.db, deck.clock(), person="ben", reason="the database moves")
    number = deck.deploys(at="22:00", until="23:00")
    missed = deck.deploys(environment="production", at="23:30", until="23:40")
    for hours in (11, 1):
        deck.time.passes(hours=hours)
        deck.works()
    assert deck.task(number).ended_because == "the queue is paused by ben because the database moves"
    deck.time.passes(hours=24)
    deck.works()
    assert deck.task(missed).ended_because == "Foredeck did not run meanwhile"


def test_what_began_in_time_does_not_expire(deck: Deck) -> None:
    deck.workers.when("build", ends(Outcome.DETACHED))
    number = deck.deploys(at="22:00", until="22:30")
    deck.time.passes(hours=11)
    deck.works(rounds=1)
    deck.time.passes(hours=5)
    deck.works()
    assert deck.task(number).state is TaskState.SUCCESS


def test_one_that_begins_later_supersedes_nothing_and_is_not_superseded(deck: Deck) -> None:
    deck.configured(files={"foredeck.yml": LEAD, "projects/web/project.yml": "slug: web\nqueue: {supersede: true}\n"})
    holds.pause(deck.db, deck.clock(), person="ben")
    now, later, newer = deck.deploys(), deck.deploys(version="1.1.0", at="22:00"), deck.deploys(version="1.2.0")
    deck.settles()
    assert deck.task(now).state is TaskState.CANCELED
    assert {deck.task(number).state for number in (later, newer)} == {TaskState.QUEUED}
