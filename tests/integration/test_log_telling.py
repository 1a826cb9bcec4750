"""A log is told in few messages, rarer the longer it runs; nothing is lost or doubled, nor said again in a file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.announcing.renderings import render
from engine.contracts import ActionRequest, ActionResult, Checkpoint, LogLevel, LogSegment, Outcome, Progress
from engine.models import OutboxRow
from engine.ports import RunSink
from engine.services import log_telling
from engine.services.outbox import Parcel
from tests.support.engine import Deck, a_deck
from tests.support.slack_blocks import assert_sendable, shown

Said = tuple[LogLevel, str]


@pytest.fixture
def deck(tmp_path: Path) -> Iterator[Deck]:
    """A configured deck, played by hand."""
    with a_deck(tmp_path) as made:
        yield made.configured()


def plays(deck: Deck, *said: Said, seconds: float = 0, is_delivered: bool = True) -> list[OutboxRow]:
    """A step prints these texts, each so many seconds after the one before; what is to be told of it."""

    def behave(_request: ActionRequest, sink: RunSink) -> ActionResult:
        sink.launch_confirmed()
        for number, (level, text) in enumerate(said, start=1):
            deck.time.passes(seconds=seconds)
            segment = LogSegment(datetime(2026, 5, 4, tzinfo=UTC), level, "stdout", text)
            sink.record(Progress(Checkpoint(stdout_offset=number, parser={"number": number}), (segment,)))
            told = log_telling.tell_new(deck.db, deck.clock())
            assert not told or seconds, "what ends within seconds is told at its end"
            if is_delivered:
                deliver(deck)
        return ActionResult(Outcome.SUCCEEDED)

    deck.workers.when("build", behave)
    deck.deploys()
    deck.works()
    with deck.db.read() as session:
        query = select(OutboxRow).where(OutboxRow.kind.in_(("log", "file"))).order_by(OutboxRow.id)
        return list(session.scalars(query))


def deliver(deck: Deck) -> None:
    """As the announcer would."""
    with deck.db.write() as session:
        for row in session.scalars(select(OutboxRow)):
            row.state = "sent"


def messages(deck: Deck, rows: list[OutboxRow]) -> list[str]:
    """What the messages show; each can be sent."""
    told = []
    for row in rows:
        if row.kind == "log":
            parcel = Parcel(row.id, row.task_id, row.kind, row.message_key, row.payload, 1, "deployments")
            message = render(deck.db, parcel, command="/deploy").message
            assert_sendable(message)
            told.append(shown(message))
    return told


def test_a_run_of_half_a_minute_is_told_in_four_messages_without_a_file(deck: Deck) -> None:
    lines = [f"line {n} of 31" for n in range(1, 32)]
    rows = plays(deck, *((LogLevel.INFO, f"{line}\n") for line in lines), seconds=1)
    assert [row.kind for row in rows] == ["log"] * 4
    told = "\n".join(message.removeprefix("build\n") for message in messages(deck, rows))
    assert told.splitlines() == lines


def test_the_waits_between_messages_double(deck: Deck) -> None:
    rows = plays(deck, *((LogLevel.INFO, f"line {n}\n") for n in range(300)), seconds=1)
    moments = [row.created_at for row in rows]
    waits = [(after - before).total_seconds() for before, after in pairwise(moments)]
    assert waits[: log_telling.MAXIMUM_BATCHES - 1] == [8, 16, 32, 64, 128]
    assert len(rows) == log_telling.MAXIMUM_BATCHES + 1
    assert "line 299" in messages(deck, rows)[-1]


@pytest.mark.parametrize(
    "said",
    [
        [(LogLevel.INFO, f"line {n}\n") for n in range(200)],
        [(LogLevel.INFO, "a\na\nb\nb\nc\nc\n" * 180)],
        [(LogLevel.ERROR, "".join(f"e{n}\n" for n in range(330)))],
        [(LogLevel.HIGHLIGHT, f"look {n}\n") for n in range(30)],
        [(LogLevel.INFO, "half a "), (LogLevel.WARNING, "careful\n"), (LogLevel.INFO, "line")],
        [(LogLevel.VERBOSE, "quiet\n" * 9_000) for _ in range(40)] + [(LogLevel.INFO, "done\n")],
    ],
    ids=["many-lines", "repeated", "errors", "highlights", "torn", "after-much-that-is-quiet"],
)
def test_what_is_short_is_all_said_in_the_thread(deck: Deck, said: list[Said]) -> None:
    rows = plays(deck, *said)
    assert [row.kind for row in rows] == ["log"]
    (message,) = messages(deck, rows)
    assert "more line" not in message
    for level, text in said:
        assert level is LogLevel.VERBOSE or all(line in message for line in text.splitlines())


@pytest.mark.parametrize(
    "said",
    [
        [(LogLevel.INFO, "x" * 600 + "\n")],
        [(LogLevel.INFO, "x" * 300), (LogLevel.INFO, "x" * 300)],
        [(LogLevel.INFO, "".join(f"line {n}\n" for n in range(500)))],
        [(LogLevel.INFO, f"line {n}\n") for n in range(500)],
        [(LogLevel.ERROR, "e\n" * 1_200)],
    ],
    ids=["long-line", "long-line-in-two", "burst", "many-lines", "many-errors"],
)
def test_what_the_thread_does_not_show_in_full_is_given_as_a_file(deck: Deck, said: list[Said]) -> None:
    rows = plays(deck, *said)
    assert [row.kind for row in rows] == ["log", "file"]
    messages(deck, rows)


def test_quiet_lines_make_neither_a_message_nor_a_file(deck: Deck) -> None:
    assert plays(deck, *((LogLevel.VERBOSE, f"quiet {n}\n") for n in range(60)), seconds=1) == []


def test_a_message_on_its_way_is_waited_for(deck: Deck) -> None:
    rows = plays(deck, *((LogLevel.INFO, f"line {n}\n") for n in range(60)), seconds=1, is_delivered=False)
    assert [row.kind for row in rows] == ["log", "log"]
    assert "line 59" in messages(deck, rows)[-1]
