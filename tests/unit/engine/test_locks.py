"""Locks and freezes: who is refused and told what, who may pass, what waits, and what happens when they end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from engine.domain.holds import Hold, HoldKind
from engine.models import OutboxRow
from engine.services import deployments, freezes, holds, locks
from engine.services.choices import Choices
from engine.services.errors import NotPermitted, UnknownEnvironment
from engine.services.gates import Way
from engine.services.queue_errors import AlreadyHeld, EndMissing, Held, NotHeld, ReasonMissing, ScopeUnclear, TooFarAway
from engine.services.views import HoldView, TaskState, TaskView, WaitKind
from tests.support.engine import MAIN, Deck

GRANTS = (
    "grants:\n  - {team: release-managers, roles: [environment_manager, deployment_creator]}\n"
    "  - {team: shop-devs, roles: [deployment_creator]}\n"
)
PEOPLE = MAIN.replace("grants:\n", GRANTS).replace("teams:\n", "teams:\n  shop-devs: {people: [mia]}\n")


@pytest.fixture
def deck(deck: Deck) -> Deck:
    """ana and mia deploy; ben and eva deploy, take locks and freeze. 1.0.0 exists."""
    deck.configured(files={"foredeck.yml": PEOPLE})
    deck.deploys(version="1.0.0")
    deck.works()
    return deck


def lock(deck: Deck, by: str = "ana", *names: str, **facts: Any) -> HoldView:
    given = {"reason": "testing a migration", **facts}
    return locks.lock(deck.db, deck.clock(), person=by, names=names or ("staging", "web"), **given)


def freeze(deck: Deck, *names: str, **facts: Any) -> HoldView:
    given = {"reason": "release week", "until": "Monday 08:00", **facts}
    return freezes.freeze(deck.db, deck.clock(), person="ben", names=names or ("production",), **given)


def asks(deck: Deck, by: str, environment: str = "staging", **facts: Any) -> TaskView:
    return deployments.request(
        deck.db,
        deck.clock(),
        person=by,
        project="web",
        version="1.0.0",
        environment=environment,
        choices=Choices(**facts),
    )


def told(deck: Deck) -> list[tuple[str, str]]:
    """Who was told what by direct message, oldest first."""
    with deck.db.read() as session:
        rows = session.scalars(select(OutboxRow).where(OutboxRow.kind == "direct").order_by(OutboxRow.id))
        return [(str(row.addressee), row.payload["what"]) for row in rows]


def test_a_lock_refuses_others_with_who_why_and_until_when_and_lets_its_owner_through(deck: Deck) -> None:
    lock(deck)
    with pytest.raises(Held) as caught:
        asks(deck, "mia")
    assert str(caught.value) == "Staging of web is locked by ana because testing a migration."
    assert (
        caught.value.hint
        == "Since Mon 2026-05-04 09:00 (UTC); it ends Mon 2026-05-04 17:00 (UTC). ben or eva may end it."
    )
    assert (caught.value.is_lock, caught.value.may_pass) == (True, False)
    with pytest.raises(Held) as caught:
        asks(deck, "ben")
    assert caught.value.may_pass
    mine = asks(deck, "ana")
    other = asks(deck, "mia", "production")
    deck.works()
    assert {deck.task(view.number).state for view in (mine, other)} == {TaskState.SUCCESS}


def test_who_queues_behind_a_lock_begins_when_it_is_released_and_is_told(deck: Deck) -> None:
    lock(deck)
    queued = asks(deck, "mia", way=Way.QUEUE)
    deck.works()
    waiting = deck.task(queued.number).waiting
    assert waiting is not None
    assert (waiting.kind, waiting.since) == (WaitKind.HOLD, deck.clock())
    assert waiting.text == "staging of web is locked by ana because testing a migration"
    mine = asks(deck, "ana")
    deck.works()
    assert deck.task(mine.number).state is TaskState.SUCCESS, "the owner passes those who wait"
    with pytest.raises(NotPermitted, match="mia may not release the lock of ana"):
        locks.unlock(deck.db, deck.clock(), person="mia", names=("web", "staging"))
    locks.unlock(deck.db, deck.clock(), person="ana", names=("web", "staging"))
    deck.works()
    assert deck.task(queued.number).state is TaskState.SUCCESS
    assert told(deck) == [("@mia", "free")]


def test_a_lock_is_taken_explicitly_by_who_may_and_its_owner_is_told(deck: Deck) -> None:
    first = lock(deck)
    with pytest.raises(AlreadyHeld) as caught:
        lock(deck, "ben")
    assert str(caught.value) == "Staging of web is locked by ana already because testing a migration."
    assert caught.value.hint == "The way out: `lock take staging of web because …`."
    with pytest.raises(NotPermitted, match="mia may not take the lock of ana"):
        locks.take(deck.db, deck.clock(), person="mia", hold=first.id)
    taken = locks.take(deck.db, deck.clock(), person="ben", hold=first.id)
    assert (taken.by, taken.reason) == ("ben", "it was taken from ana")
    assert told(deck) == [("@ana", "taken")]
    with pytest.raises(NotHeld, match="staging of web is not locked any more"):
        locks.take(deck.db, deck.clock(), person="eva", hold=first.id)
    with pytest.raises(Held):
        asks(deck, "ana")


def test_a_lock_of_the_whole_environment_needs_more_than_one_of_a_project(deck: Deck) -> None:
    deck.configured(files={"foredeck.yml": PEOPLE.replace(
        "roles: [deployment_creator, release_creator]}", "roles: [deployment_creator], when: {project: web}}"
    )})  # fmt: skip
    with pytest.raises(NotPermitted, match="ana may not lock staging"):
        lock(deck, "ana", "staging")
    lock(deck, "ana", "web", "staging")
    with pytest.raises(AlreadyHeld):
        lock(deck, "ben", "staging")


def test_what_does_not_say_enough_is_asked_back(deck: Deck) -> None:
    with pytest.raises(ReasonMissing):
        lock(deck, reason=" ")
    with pytest.raises(ScopeUnclear) as caught:
        lock(deck, "ana", "web")
    assert caught.value.hint == "For example `lock production of web`."
    with pytest.raises(UnknownEnvironment, match="There is no environment `stagng`") as unknown:
        lock(deck, "ana", "stagng")
    assert unknown.value.hint == "Did you mean staging?"
    with pytest.raises(TooFarAway):
        lock(deck, until="2026-09-01 08:00")
    with pytest.raises(EndMissing):
        freeze(deck, until="")
    with pytest.raises(NotHeld) as none:
        locks.unlock(deck.db, deck.clock(), person="ana", names=("staging",))
    assert str(none.value) == "staging is not locked."


def test_a_lock_runs_out_and_the_next_is_told(deck: Deck) -> None:
    held = lock(deck, until="in 2h")
    queued = asks(deck, "mia", way=Way.QUEUE)
    deck.time.passes(hours=2)
    deck.works()
    assert deck.task(queued.number).state is TaskState.SUCCESS
    over = holds.view(deck.db, held.id)
    assert (over.ended_at, over.ended_by) == (deck.clock(), None)
    assert told(deck)[-1] == ("@mia", "free")


def test_an_owner_is_asked_now_and_then_while_the_lock_holds_somebody_up(deck: Deck) -> None:
    lock(deck)
    deck.time.passes(hours=1)
    deck.settles()
    assert told(deck) == [], "it holds nobody up"
    asks(deck, "mia", way=Way.QUEUE)
    for _ in range(2):
        deck.time.passes(hours=1)
        deck.settles()
        deck.settles()
    assert told(deck) == [("@ana", "nag"), ("@ana", "nag")]


def test_a_freeze_refuses_what_would_begin_meanwhile_and_holds_what_waits(deck: Deck) -> None:
    asking = "steps:\n  - {step: confirm, manual_intervention: {teams: [release-managers], instructions: Good?}}\n"
    deck.configured(asking, files={"foredeck.yml": PEOPLE})
    began = deck.deploys(version="1.2.0", environment="production")
    deck.works()
    freeze(deck)
    with pytest.raises(Held) as caught:
        asks(deck, "ana", "production")
    assert str(caught.value) == "Production is frozen by ben because release week."
    assert (
        caught.value.hint
        == "Since Mon 2026-05-04 09:00 (UTC); it ends Mon 2026-05-11 08:00 (UTC). ben or eva may let it pass."
    )
    with pytest.raises(Held):
        asks(deck, "ana", "production", at="Sunday 22:00")
    later = asks(deck, "ana", "production", at="Monday 08:00")
    elsewhere = asks(deck, "ana")
    deck.proceeds(began)
    deck.works()
    assert deck.task(elsewhere.number).state is TaskState.SUCCESS
    waiting = deck.task(began).waiting
    assert waiting is not None
    assert waiting.kind is WaitKind.HOLD
    deck.time.passes(days=7)
    deck.works()
    assert deck.task(began).state is TaskState.SUCCESS
    assert deck.task(later.number).state is TaskState.SUCCESS


def test_a_freeze_of_the_future_blocks_nothing_today_and_one_that_began_holds_what_was_scheduled(deck: Deck) -> None:
    scheduled = asks(deck, "ana", "production", at="in 2h")
    freeze(deck, until="in 5h")
    deck.time.passes(hours=3)
    deck.works()
    assert deck.task(scheduled.number).state is TaskState.QUEUED
    deck.time.passes(hours=2)
    deck.works()
    assert deck.task(scheduled.number).state is TaskState.SUCCESS


def test_a_freeze_is_passed_by_permission_with_a_reason_and_stays(deck: Deck) -> None:
    freeze(deck)
    with pytest.raises(NotPermitted, match="ana may not let deployments to production pass a freeze"):
        asks(deck, "ana", "production", way=Way.OVERRIDE, reason="INC-7")
    with pytest.raises(ReasonMissing):
        asks(deck, "ben", "production", way=Way.OVERRIDE)
    passing = asks(deck, "ben", "production", way=Way.OVERRIDE, reason="INC-7")
    deck.works()
    assert deck.task(passing.number).state is TaskState.SUCCESS
    with pytest.raises(Held):
        asks(deck, "ben", "production")
    with pytest.raises(AlreadyHeld, match="Production is frozen by ben already because release week"):
        freeze(deck)
    freezes.thaw(deck.db, deck.clock(), person="eva", names=("production",))
    assert asks(deck, "ana", "production").state is TaskState.QUEUED


@given(
    st.sampled_from(list(HoldKind)),
    st.sampled_from([None, "web", "shop"]),
    st.sampled_from([None, "staging", "production"]),
    st.sampled_from(["ana", "ben"]),
    st.booleans(),
    st.integers(-5, 5),
)
def test_what_is_refused_would_be_held_back_and_pauses_refuse_nothing(
    kind: HoldKind, project: str | None, environment: str | None, person: str, overrides: bool, hours: int
) -> None:
    now = datetime(2026, 5, 4, tzinfo=UTC)
    hold = Hold(1, kind, "ana", now, project=project, environment=environment, until=now)
    where = {"project": "web", "environment": "staging", "requested_by": person, "overrides": overrides}
    refused = hold.refuses(**where, at=now + timedelta(hours=hours))  # type: ignore[arg-type]
    if refused:
        assert hours < 0
        assert hold.holds_back(**where)  # type: ignore[arg-type]
        assert kind in {HoldKind.LOCK, HoldKind.FREEZE}
        assert not (kind is HoldKind.LOCK and person == "ana")
        assert not (kind is HoldKind.FREEZE and overrides)


def test_what_a_freeze_offers_for_its_end_is_not_refused_again(deck: Deck) -> None:
    deck.time.passes(seconds=17)
    freezes.freeze(deck.db, deck.clock(), person="ben", names=["staging"], until="in 3h", reason="release week")
    with pytest.raises(Held) as refused:
        deck.deploys()
    deck.time.passes(seconds=20)
    assert refused.value.opens_typed == "2026-05-04 12:01"
    assert deck.task(deck.deploys(at=refused.value.opens_typed)).waiting is not None


def test_an_override_is_remembered_while_its_place_is_taken_by_another(deck: Deck) -> None:
    question = "{teams: [release-managers], instructions: Good?, block_concurrent_deployments: true}"
    asking = f"steps: [{{step: ok, manual_intervention: {question}}}]\n"
    deck.configured(asking, files={"foredeck.yml": PEOPLE})
    busy = deck.deploys(version="2.0.0")
    deck.works()
    freeze(deck, "staging")
    passing = asks(deck, "eva", way=Way.OVERRIDE, reason="INC-7")
    plain = asks(deck, "ana", at="Monday 08:00")
    deck.works()
    waiting = deck.task(passing.number).waiting
    assert waiting is not None
    assert waiting.kind is WaitKind.PLACE
    assert f"#{busy}" in waiting.text
    deck.reopen()
    deck.proceeds(busy)
    deck.works()
    assert deck.task(passing.number).state is TaskState.SUCCESS, "the freeze is still there, and it passes it"
    assert deck.task(plain.number).state is TaskState.QUEUED
    assert deck.task(passing.number).overrides


def test_who_waits_behind_a_lock_can_pass_a_freeze_as_well(deck: Deck) -> None:
    lock(deck, until="in 1h")
    freeze(deck, "staging")
    with pytest.raises(Held) as caught:
        asks(deck, "eva", way=Way.OVERRIDE, reason="INC-7")
    assert caught.value.is_lock, "an override passes freezes only"
    with pytest.raises(Held) as caught:
        asks(deck, "eva", way=Way.QUEUE, reason="INC-7")
    assert not caught.value.is_lock, "a queue is behind locks only"
    both = Way.OVERRIDE.queueing
    assert both is Way.QUEUE.overriding
    with pytest.raises(ReasonMissing):
        asks(deck, "eva", way=both)
    with pytest.raises(NotPermitted):
        asks(deck, "mia", way=both, reason="INC-7")
    queued = asks(deck, "eva", way=both, reason="INC-7")
    deck.works()
    waiting = deck.task(queued.number).waiting
    assert waiting is not None
    assert "is locked by ana" in waiting.text
    locks.unlock(deck.db, deck.clock(), person="ana", names=("web", "staging"))
    deck.works()
    assert deck.task(queued.number).state is TaskState.SUCCESS
