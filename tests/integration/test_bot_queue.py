"""Several people want the same place: the cards say who stands where, the queue shows it, and it moves on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

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
    (bot.folder / "go").touch()
    for number in (1, 2, 3):
        bot.card(number, "Done in")
    assert bot.says("ben", "/deploy queue of web")["text"] == "The queue of web is empty."
