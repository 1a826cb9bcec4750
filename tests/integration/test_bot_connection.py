"""The connection to Slack ends in every way it can, and the bot hears again soon."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.support.sandbox import SandboxClient, start_sandbox_child
from tests.support.served_bot import ServedBot, connect_bot, write_configuration


def _heard(bot: ServedBot, seconds: float = 20.0) -> None:
    """A command is acked and answered within this time; those that come too early fail as Slack shows it."""
    deadline = time.monotonic() + seconds
    while not (answer := bot.sandbox.types("ana", "deployments", "/deploy help"))["ok"]:
        assert answer["error"] in {"dispatch_failed", "no_app_connected", "operation_timeout"}, answer
        assert time.monotonic() < deadline, "it does not hear"
        time.sleep(0.1)


def test_after_slack_was_gone_without_a_word_it_hears_again_and_tells_nothing_twice(tmp_path: Path) -> None:
    state = tmp_path / "sandbox"
    with start_sandbox_child("--state", str(state)) as child:
        config = write_configuration(tmp_path)
        with connect_bot(tmp_path, config, child.client) as bot:
            bot.says("ana", "/release create web 1.0.0")
            bot.says("ana", "/deploy web 1.0.0 to staging")
            bot.card(1, "Done in")
            bot.reply("is done (#1)")
            before = len(bot.sandbox.messages("deployments"))
            child.kill()
            port = child.client.base_url.rsplit(":", 1)[1]
            with start_sandbox_child("--state", str(state), "--port", port):
                _heard(bot)
                kept = [m for m in bot.sandbox.messages("deployments") if not m.get("is_ephemeral")]
                assert len(kept) <= before


@pytest.mark.parametrize("reason", ["cut", "refresh_requested"])
def test_after_slack_hung_up_it_hears_again(tmp_path: Path, reason: str) -> None:
    with start_sandbox_child() as child, connect_bot(tmp_path, write_configuration(tmp_path), child.client) as bot:
        _heard(bot)
        SandboxClient(child.client.base_url).post("disconnects", reason=reason)
        _heard(bot)


def test_it_stops_while_slack_is_gone(tmp_path: Path) -> None:
    with start_sandbox_child() as child, connect_bot(tmp_path, write_configuration(tmp_path), child.client) as bot:
        _heard(bot)
        child.kill()
        time.sleep(1)
