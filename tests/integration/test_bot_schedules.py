"""A deployment for later: read by the person's own clock, told on the card, begun in time, or called off."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.services import schedules
from tests.support.engine import until
from tests.support.served_bot import ServedBot, TurnedClock, serve_bot

CLOCK = TurnedClock()
BUILD = "steps:\n  - step: build\n    run_script: {inline: 'echo built'}\n"


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[ServedBot]:
    """Slack says that ana lives in Vienna; the configuration says nothing about clocks."""
    with serve_bot(tmp_path, process=BUILD, clock=CLOCK) as served:
        until(lambda: schedules.zone_name(served.db, "ana") == "Europe/Vienna", "the time zone from Slack")
        served.says("ana", "/release create web 1.0.0")
        yield served


def test_it_begins_at_its_time_and_another_is_called_off(bot: ServedBot) -> None:
    told = bot.says("ana", "/deploy web 1.0.0 to staging in 2h because everybody is asleep then")
    assert "(UTC)" in told["text"], "a notification shows no reader's own clock: the configuration's, by name"
    assert "'type': 'date'" in str(told["blocks"])
    assert "/deploy cancel 1" in str(told["blocks"])
    card = bot.card(1, "Begins ")
    assert "everybody is asleep then" in str(card["blocks"])
    bot.says("ana", "/deploy web 1.0.0 to staging tomorrow at 06:30")
    bot.card(2, "Begins ")
    assert bot.says("ana", "/deploy queue")["text"].endswith("0 in line, 2 scheduled")
    bot.says("ana", "/deploy cancel 2")
    bot.card(2, "Canceled by ana")
    CLOCK.passes(hours=2)
    bot.card(1, "Done in")


def test_a_time_that_cannot_be_is_answered_with_commands_that_can(bot: ServedBot) -> None:
    refused = bot.says("ana", "/deploy web 1.0.0 to staging at 25:00 because yes")
    assert refused["text"].startswith("I cannot read “25:00” as a time.")
    assert "/deploy web 1.0.0 to staging at 22:00 because yes" in refused["text"]
    refused = bot.says("ana", "/deploy web 1.0.0 to staging at 22:00 until 22:01")
    assert "/deploy web 1.0.0 to staging at 22:00" in refused["text"].splitlines()[-1], refused["text"]
