"""Triggers: deployments by the clock, once for each time, and what was missed or refused is said."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from engine.contracts import Outcome
from engine.models import OutboxRow, Task, TriggerFire
from engine.services import holds, triggers
from engine.services.views import TaskState
from tests.support.engine import MAIN, Deck
from tests.support.engine_workers import ends

ROLES = MAIN.replace("grants:", "grants:\n  - {team: release-managers, roles: [environment_manager]}")


def with_trigger(deck: Deck, **keys: str) -> Deck:
    """`nightly` deploys the newest release to staging at 02:30 in Vienna, as ana; `keys` change that."""
    given = {"cron": '"30 2 * * *"', "environment": "staging", "as": "ana", "time_zone": "Europe/Vienna", **keys}
    listed = ", ".join(f"{key.rstrip('_')}: {value}" for key, value in given.items())
    project = f"slug: web\ntriggers:\n  nightly: {{{listed}}}\n"
    return deck.configured(files={"foredeck.yml": ROLES, "projects/web/project.yml": project})


def released(deck: Deck, version: str = "1.0.0", environment: str = "production") -> int:
    number = deck.deploys(version=version, environment=environment)
    deck.works()
    return number


def fires(deck: Deck) -> list[tuple[datetime, int | None, str]]:
    with deck.db.read() as session:
        rows = session.scalars(select(TriggerFire).order_by(TriggerFire.id))
        return [(row.fire_at, row.task_id, row.outcome) for row in rows]


def told(deck: Deck) -> int:
    with deck.db.read() as session:
        return len(session.scalars(select(OutboxRow).where(OutboxRow.kind == "trigger")).all())


def at(deck: Deck, *moment: int) -> None:
    """It is this time now (UTC), and everything has been done that had to be."""
    deck.time.now = datetime(*moment, tzinfo=UTC)  # type: ignore[misc, arg-type]
    deck.works()


def test_it_deploys_the_newest_release_at_its_time_on_somebodys_behalf(deck: Deck) -> None:
    with_trigger(deck)
    released(deck)
    at(deck, 2026, 5, 5, 0, 29)
    assert fires(deck) == []
    at(deck, 2026, 5, 5, 0, 30)
    ((fire_at, number, outcome),) = fires(deck)
    assert (fire_at, outcome) == (datetime(2026, 5, 5, 0, 30, tzinfo=UTC), "")
    assert number is not None
    view = deck.task(number)
    assert (view.state, view.requested_by, view.reason) == (TaskState.SUCCESS, "ana", "trigger nightly")
    deck.works()
    assert len(fires(deck)) == 1
    (upcoming,) = triggers.upcoming(deck.db, "web")
    assert (upcoming.schedule, upcoming.next_spelled) == ("At 02:30 every day", "Wed 2026-05-06 02:30 (Europe/Vienna)")


def test_what_is_live_is_not_deployed_again_unless_that_is_wanted(deck: Deck) -> None:
    with_trigger(deck)
    released(deck, environment="staging")
    at(deck, 2026, 5, 5, 0, 30)
    assert fires(deck)[0][1:] == (None, "1.0.0 is live already")
    with_trigger(deck, when_current="redeploy")
    at(deck, 2026, 5, 6, 0, 30)
    assert fires(deck)[1][1] is not None
    assert told(deck) == 0


def test_it_may_take_what_is_live_elsewhere(deck: Deck) -> None:
    with_trigger(deck, from_="staging", environment="production")
    at(deck, 2026, 5, 5, 0, 30)
    assert fires(deck)[0][2] == "nothing was ever deployed to staging"
    released(deck, "1.0.0", "staging")
    deck.workers.when("build", ends(Outcome.FAILED))
    released(deck, "1.1.0", "staging")
    at(deck, 2026, 5, 6, 0, 30)
    number = fires(deck)[1][1]
    assert number is not None
    assert deck.task(number).version == "1.0.0"


@pytest.mark.parametrize(("missed", "deploys"), [("skip", False), ("run", True)])
def test_what_was_missed_is_run_once_or_not_at_all(deck: Deck, missed: str, deploys: bool) -> None:
    with_trigger(deck, missed=missed)
    released(deck)
    at(deck, 2026, 5, 8, 12, 0)
    ((fire_at, number, outcome),) = fires(deck)
    assert fire_at == datetime(2026, 5, 5, 0, 30, tzinfo=UTC)
    assert (number is not None) is deploys
    assert outcome == ("" if deploys else "Foredeck did not run at that time")
    assert told(deck) == (0 if deploys else 1)
    assert triggers.upcoming(deck.db)[0].next_fire_at == datetime(2026, 5, 9, 0, 30, tzinfo=UTC)


def test_what_is_refused_is_told_in_the_channel_and_the_next_time_comes(deck: Deck) -> None:
    with_trigger(deck, **{"as": "mia"})
    released(deck)
    at(deck, 2026, 5, 5, 0, 30)
    assert fires(deck)[0][1:] == (None, "mia may not deploy web to staging.")
    assert told(deck) == 1
    with_trigger(deck)
    at(deck, 2026, 5, 6, 0, 30)
    assert fires(deck)[1][1] is not None


def test_what_is_asked_for_elsewhere_only_hinders_no_trigger(deck: Deck) -> None:
    ticket = "Ticket: [{prompt: {required: true}, when: {environment: production}}]\n"
    trigger = '{cron: "30 2 * * *", environment: staging, as: ana, when_current: redeploy}'
    project = f"slug: web\ntriggers: {{nightly: {trigger}}}\n"
    deck.configured(files={"projects/web/project.yml": project, "projects/web/variables.yml": ticket})
    released(deck, environment="staging")
    at(deck, 2026, 5, 5, 2, 30)
    number = fires(deck)[0][1]
    assert number is not None
    assert deck.task(number).state is TaskState.SUCCESS


def test_it_does_not_flood_a_queue_that_stands_still(deck: Deck) -> None:
    with_trigger(deck, cron='"*/10 * * * *"')
    released(deck)
    holds.pause(deck.db, deck.clock(), person="ben")
    for minute in (10, 20, 30):
        at(deck, 2026, 5, 4, 9, minute)
    numbers = [number for _, number, _ in fires(deck) if number]
    assert len(numbers) == 1
    assert fires(deck)[1][2] == f"#{numbers[0]} of the last time has not begun yet"
    with deck.db.read() as session:
        assert len(session.scalars(select(Task.id)).all()) == 2


def test_a_changed_schedule_begins_anew_and_a_removed_one_ends(deck: Deck) -> None:
    with_trigger(deck)
    with_trigger(deck, cron='"0 12 * * *"')
    assert triggers.upcoming(deck.db)[0].next_fire_at == datetime(2026, 5, 4, 10, tzinfo=UTC)
    deck.configured(files={"foredeck.yml": ROLES, "projects/web/project.yml": "slug: web\n"})
    assert triggers.upcoming(deck.db) == ()


def test_across_the_change_of_the_clocks_it_fires_once_a_night(deck: Deck) -> None:
    with_trigger(deck, when_current="redeploy")
    released(deck)
    deck.time.now = datetime(2026, 10, 24, 12, tzinfo=UTC)
    with_trigger(deck, when_current="redeploy", cron='"31 2 * * *"')
    for hour in range(48):
        at(deck, 2026, 10, 24 + (12 + hour) // 24, (12 + hour) % 24, 31)
    assert [fire_at for fire_at, _, _ in fires(deck)] == [
        datetime(2026, 10, 25, 0, 31, tzinfo=UTC),
        datetime(2026, 10, 26, 1, 31, tzinfo=UTC),
    ]
