"""Several people want the same place: the cards say who stands where, the queue shows it, and it moves on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.sandbox import JsonObject
from tests.support.served_bot import FOREDECK, ServedBot, serve_bot


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[ServedBot]:
    """Its build goes on until a file is there."""
    process = (
        f'steps:\n  - step: build\n    run_script: {{inline: "until [ -e {tmp_path}/go ]; do sleep 0.05; done"}}\n'
    )
    roles = FOREDECK.replace("[project_contributor]", "[project_deployer]")
    with serve_bot(tmp_path, process=process, foredeck=roles) as served:
        served.says("ana", "/release create web 1.0.0")
        yield served


def test_cards_say_where_in_line_they_stand_and_behind_whom(bot: ServedBot) -> None:
    for person in ("ana", "ben", "eva"):
        assert bot.says(person, "/deploy web 1.0.0 to staging") == {}
    first = bot.card(1, "Running build")
    bot.card(2, "Next in line behind #1 (web 1.0.0 to staging, asked for by ana)")
    third = bot.card(3, "2nd in line behind #1")
    assert f"/archives/{first['channel']}/p{first['ts'].replace('.', '')}" in str(third["blocks"])
    answer = bot.says("ben", "/deploy queue")
    assert answer["text"] == "The queue: 1 running, 0 waiting for people, 2 in line"
    assert "may not move deployments" in bot.says("ana", "/deploy queue 3 first")["text"]
    assert bot.says("ben", "/deploy queue 3 first")["text"].startswith("#3 (web 1.0.0 to staging) is at the front")
    bot.card(3, "Next in line behind #1")
    bot.card(2, "2nd in line behind #1")
    _pauses(bot)
    (bot.folder / "go").touch()
    bot.card(1, "Done in")
    bot.presses("ben", _announced(bot, "⏸️ web is paused by eva"), "end_hold")
    for number in (2, 3):
        bot.card(number, "Done in")
    _announced(bot, "▶️ ben resumed web, which eva had paused for")
    assert bot.says("ben", "/deploy queue of web")["text"] == "The queue of web is empty."


def _pauses(bot: ServedBot) -> None:
    """Somebody who may pauses web; it is told once in the channel and on the cards that wait."""
    assert "may not pause web" in bot.says("ana", "/deploy pause web")["text"]
    assert bot.says("eva", "/deploy pause web because the database moves") == {}
    announced = _announced(bot, "⏸️ web is paused by eva")
    assert "the database moves" in str(announced["blocks"])
    assert "thread_ts" not in announced
    bot.card(3, "Web is paused by eva because the database moves")


def _announced(bot: ServedBot, beginning: str) -> JsonObject:
    """The message of the channel that begins like this, as soon as it does."""

    def found(state: JsonObject) -> JsonObject | None:
        return next((m for m in state["messages"] if m["text"].startswith(beginning)), None)

    message: JsonObject = bot.sandbox.wait_for(found)
    return message
