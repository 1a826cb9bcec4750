"""The outbox: what goes first, what waits for what, and that nothing is taken twice."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from engine.models import OutboxRow, Task
from engine.services import outbox
from engine.services.outbox import Parcel
from tests.support.engine import MAIN, Deck


@pytest.fixture
def number(deck: Deck) -> int:
    """A deployment whose card is not posted yet."""
    return deck.deploys()


def tell(deck: Deck, number: int, *what: str) -> None:
    """Write rows: `card`, `question`, `log 3`, `file`, `finished`."""
    with deck.db.write() as session:
        task = session.get_one(Task, number)
        for word in what:
            kind, _, at = word.partition(" ")
            if kind == "card":
                outbox.tell_card(session, deck.clock(), task)
            elif kind == "question":
                outbox.tell_interruption(session, deck.clock(), task, int(at or 1))
            elif kind == "log":
                outbox.tell_log(session, deck.clock(), task, 1, int(at), int(at) + 1)
            elif kind == "file":
                outbox.tell_file(session, deck.clock(), task, 1)
            else:
                outbox.tell_notice(session, deck.clock(), task, kind)


def claim(deck: Deck, **options: int) -> list[str]:
    return [parcel.key for parcel in outbox.claim(deck.db, deck.clock(), **options)]


def claim_one(deck: Deck) -> Parcel:
    (parcel,) = outbox.claim(deck.db, deck.clock(), limit=1)
    return parcel


def post(deck: Deck, parcel: Parcel, ts: str = "1.1") -> None:
    outbox.sent(deck.db, deck.clock(), parcel.id, slack_channel="C1", ts=ts)


def post_all(deck: Deck) -> list[str]:
    """Send everything, in turns, as the announcer does."""
    sent: list[str] = []
    while parcels := outbox.claim(deck.db, deck.clock()):
        for parcel in parcels:
            sent.append(parcel.key)
            post(deck, parcel, ts=f"{len(sent)}.0")
    return sent


def _waiting(deck: Deck) -> int:
    """How many rows wait to be sent or are being sent."""
    with deck.db.read() as session:
        states = session.scalars(select(OutboxRow.state)).all()
    return sum(1 for state in states if state in {"pending", "sending"})


def test_a_card_goes_before_everything_else_and_its_thread_waits_for_it(deck: Deck, number: int) -> None:
    tell(deck, number, "log 0", "question", "finished")
    assert claim(deck) == ["card:1"]
    assert claim(deck) == []


def test_questions_overtake_the_log_and_the_rest_of_a_thread_keeps_its_order(deck: Deck, number: int) -> None:
    tell(deck, number, "log 0", "log 1", "file", "question", "finished")
    assert post_all(deck) == ["card:1", "interruption:1", "log:1:0", "log:1:1", "file:1", "notice:1:finished"]


def test_of_one_thread_only_one_is_on_its_way(deck: Deck, number: int) -> None:
    post_all(deck)
    tell(deck, number, "log 0", "log 1")
    assert claim(deck) == ["log:1:0"]
    assert claim(deck) == []


def test_a_thread_that_has_to_wait_is_overtaken_by_nothing_of_its_own(deck: Deck, number: int) -> None:
    post_all(deck)
    tell(deck, number, "log 0", "log 1")
    outbox.retry_later(deck.db, claim_one(deck).id, deck.clock() + timedelta(seconds=30), "ratelimited")
    assert claim(deck) == []
    deck.time.passes(seconds=31)
    assert post_all(deck) == ["log:1:0", "log:1:1"]


def test_other_threads_do_not_wait_for_it(deck: Deck, number: int) -> None:
    other = deck.deploys(environment="production")
    post_all(deck)
    tell(deck, number, "log 0")
    tell(deck, other, "finished")
    outbox.retry_later(deck.db, claim_one(deck).id, deck.clock() + timedelta(seconds=30), "ratelimited")
    assert claim(deck) == ["notice:2:finished"]


def test_an_update_that_was_not_sent_stands_for_all_later_ones(deck: Deck, number: int) -> None:
    tell(deck, number, "card", "card", "card")
    assert claim(deck) == ["card:1"]


def test_an_update_during_a_send_is_sent_after_it_and_not_beside_it(deck: Deck, number: int) -> None:
    first = claim_one(deck)
    tell(deck, number, "card", "card")
    assert claim(deck) == []
    post(deck, first)
    assert post_all(deck) == ["card:1"]


def test_what_is_put_off_makes_room_for_a_newer_update_and_hands_its_wait_on(deck: Deck, number: int) -> None:
    first = claim_one(deck)
    tell(deck, number, "card")
    outbox.retry_later(deck.db, first.id, deck.clock() + timedelta(seconds=5), "ratelimited")
    assert claim(deck) == []
    deck.time.passes(seconds=5)
    assert claim(deck) == ["card:1"]
    assert _waiting(deck) == 1


def test_a_newer_update_knows_that_the_one_before_it_was_tried(deck: Deck, number: int) -> None:
    first = claim_one(deck)
    tell(deck, number, "card")
    outbox.retry_later(deck.db, first.id, deck.clock(), "the connection was cut")
    assert claim_one(deck).attempts == 2


def test_who_may_send_is_asked_in_order_and_knows_whether_it_is_an_edit(deck: Deck, number: int) -> None:
    asked: list[tuple[str, bool]] = []

    def refuse(parcel: Parcel, stands: bool) -> bool:
        asked.append((parcel.key, stands))
        return False

    assert outbox.claim(deck.db, deck.clock(), may_send=refuse) == ()
    post_all(deck)
    tell(deck, number, "card", "question")
    assert outbox.claim(deck.db, deck.clock(), may_send=refuse) == ()
    assert asked == [("card:1", False), ("card:1", True), ("interruption:1", False)]
    assert _waiting(deck) == 2


def test_no_more_is_claimed_than_was_asked_for(deck: Deck, number: int) -> None:
    deck.deploys(environment="production")
    assert claim(deck, limit=1) == ["card:1"]
    assert claim(deck, limit=5) == ["card:2"]


def test_two_announcers_never_claim_the_same(deck: Deck) -> None:
    for _ in range(30):
        deck.deploys()
    claimed: list[str] = []
    start = threading.Barrier(4)

    def take() -> None:
        start.wait()
        while parcels := outbox.claim(deck.db, deck.clock(), limit=3):
            claimed.extend(parcel.key for parcel in parcels)

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    claimed += claim(deck, limit=100)  # one that met only rows of others may have left early
    assert sorted(claimed) == sorted(f"card:{number}" for number in range(1, 31))


def test_what_a_dead_process_was_sending_is_looked_up_first(deck: Deck, number: int) -> None:
    claim_one(deck)
    deck.reopen()
    assert claim(deck) == []
    (parcel,) = outbox.unfinished(deck.db)
    assert (parcel.key, parcel.was_sending, parcel.attempts) == ("card:1", True, 1)
    post(deck, parcel)
    assert outbox.unfinished(deck.db) == ()
    assert _waiting(deck) == 0


def test_a_message_is_known_by_its_key(deck: Deck, number: int) -> None:
    post(deck, claim_one(deck), ts="17.5")
    found = outbox.message(deck.db, "card:1")
    assert found is not None
    assert (found.slack_channel, found.ts, found.edited_at) == ("C1", "17.5", None)
    assert outbox.message(deck.db, "card:99") is None


def test_a_late_answer_for_what_was_given_up_changes_nothing(deck: Deck, number: int) -> None:
    parcel = claim_one(deck)
    outbox.drop(deck.db, parcel.id, "channel_not_found")
    post(deck, parcel)
    outbox.retry_later(deck.db, parcel.id, deck.clock(), "late")
    assert outbox.message(deck.db, "card:1") is None
    assert _waiting(deck) == 0


def test_a_deployment_that_is_told_nowhere_writes_nothing(deck: Deck) -> None:
    deck.configured(files={"foredeck.yml": MAIN.replace("defaults: {slack_channel: deployments}\n", "")})
    deck.works()
    number = deck.deploys()
    deck.works()
    assert deck.task(number).slack_channel is None
    assert _waiting(deck) == 0
