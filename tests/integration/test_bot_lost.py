"""A step whose end cannot be known: a person is asked in the thread, and chooses."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.support.sandbox import JsonObject
from tests.support.served_bot import ServedBot, serve_bot


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[ServedBot]:
    """Its build waits for a file the first time, and notes each run."""
    notes, done = tmp_path / "notes", tmp_path / "done"
    body = f"echo ran >> {notes}; until [ -e {done} ]; do sleep 0.05; done; echo built"
    process = f'steps:\n  - step: build\n    run_script: {{inline: "{body}"}}\n'
    with serve_bot(tmp_path, process=process) as served:
        yield served


def _lose(bot: ServedBot) -> JsonObject:
    """Deploy, end the script behind Foredeck's back with all it left, and wait for the question."""
    bot.says("ana", "/release create web 1.0.0")
    bot.says("ana", "/deploy web 1.0.0 to staging")
    tickets = bot.folder / "state" / "built-in" / "tickets"
    bot.sandbox.wait_for(lambda _: (bot.folder / "notes").exists())
    (ticket,) = tickets.iterdir()
    wrapper = psutil.Process(int((ticket / "owner").read_text().split()[0]))
    for process in [*wrapper.children(recursive=True), wrapper]:
        process.kill()
    shutil.rmtree(ticket)
    return bot.reply("(#1) waits for")


def test_run_again_runs_it_once_more(bot: ServedBot) -> None:
    asked = _lose(bot)
    assert asked["subtype"] == "thread_broadcast"
    assert bot.card(1, "The end of build is unknown")
    bot.presses("mia", asked, "open_run_again")
    assert bot.private("mia", "I do not know you yet")
    (bot.folder / "done").touch()
    bot.presses("ana", asked, "open_run_again")
    modal = bot.modal("ana")
    assert bot.sandbox.submits("ana", modal["id"])["ok"]
    bot.card(1, "Done in")
    assert (bot.folder / "notes").read_text() == "ran\nran\n"


def test_fail_lets_it_fail_by_typing_too(bot: ServedBot) -> None:
    _lose(bot)
    assert "Only ana or somebody who may" in bot.says("ben", "/deploy fail 1")["text"]
    assert "said that it failed" in bot.says("ana", "/deploy fail 1 because I looked")["text"]
    bot.card(1, "Failed at build")
    assert "ana has already" in bot.says("ana", "/deploy retry 1")["text"]
