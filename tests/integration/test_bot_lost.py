"""A step whose end cannot be known: a person is asked in the thread, and chooses."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from bot.sandbox.testing.messages import Message
from tests.support.bot_workspaces import BotWorkspace, serve_workspace


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[BotWorkspace]:
    """Its build waits for a file the first time, and notes each run."""
    notes, done = tmp_path / "notes", tmp_path / "done"
    body = f"echo ran >> {notes}; until [ -e {done} ]; do sleep 0.05; done; echo built"
    process = f'steps:\n  - step: build\n    run_script: {{inline: "{body}"}}\n'
    with serve_workspace(tmp_path, process=process) as served:
        yield served


def _lose(bot: BotWorkspace) -> Message:
    """Deploy, end the script behind Foredeck's back with all it left, and wait for the question."""
    bot.ana.types("/release create web 1.0.0")
    bot.ana.types("/deploy web 1.0.0 to staging")
    tickets = bot.folder / "state" / "built-in" / "tickets"
    bot.sandbox.wait_for(lambda _: (bot.folder / "notes").exists())
    (ticket,) = tickets.iterdir()
    wrapper = psutil.Process(int((ticket / "owner").read_text().split()[0]))
    all_of_them = [wrapper, *wrapper.children(recursive=True)]
    os.killpg(wrapper.pid, signal.SIGKILL)  # at once: a wrapper that sees its script end writes how
    bot.sandbox.wait_for(lambda _: all(_has_ended(process) for process in all_of_them))
    shutil.rmtree(ticket)
    return bot.reply("(#1) waits for")


def _has_ended(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_run_again_runs_it_once_more(bot: BotWorkspace) -> None:
    asked = _lose(bot)
    assert asked.is_broadcast
    card = bot.card("(#1)", "The end of build is unknown")
    run_again = asked.button("Run again")
    run_again.click(as_=bot.mia)
    bot.mia.private("I do not know you yet")
    (bot.folder / "done").touch()
    run_again.click(as_=bot.ana)
    bot.ana.modal.submit()
    card.wait_for("Done in")
    assert (bot.folder / "notes").read_text() == "ran\nran\n"


def test_fail_lets_it_fail_by_typing_too(bot: BotWorkspace) -> None:
    _lose(bot)
    assert "Only ana or somebody who may" in bot.ben.types("/deploy fail 1").text
    assert "said that it failed" in bot.ana.types("/deploy fail 1 because I looked").text
    bot.card("(#1)", "Failed at build")
    assert "ana has already" in bot.ana.types("/deploy retry 1").text
