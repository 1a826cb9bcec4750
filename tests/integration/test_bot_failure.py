"""A deployment that fails: who must know is told what matters, with one next step; a long log stays calm."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.served_bot import ServedBot, serve_bot

PROCESS = """
steps:
  - step: build
    run_script:
      inline: |
        for n in $(seq 3000); do echo "line $n of the build"; done
        echo "<!channel> *bold* <https://evil.example|click>"
        echo "curl: (7) Failed to connect" >&2
        fail_step "The shop does not answer."
"""


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[ServedBot]:
    with serve_bot(tmp_path, process=PROCESS) as served:
        served.says("ana", "/release create web 1.0.0")
        served.says("ana", "/deploy web 1.0.0 to staging")
        yield served


def test_the_failure_shows_what_decided_it_and_can_be_tried_again_once(bot: ServedBot) -> None:
    told = bot.reply("failed at build (#1)")
    shown = str(told["blocks"])
    assert told["subtype"] == "thread_broadcast"
    assert f"'user_id': '{bot.ids['ana']}'" in shown
    assert "The shop does not answer." in shown
    assert "curl: (7) Failed to connect" in shown
    assert "line 2990" not in shown, "only the last lines"
    for _ in range(2):
        bot.presses("ana", told, "deploy_this:0")
        assert "Deployment #2" in bot.private("ana", "Deployment #2")["text"]
    bot.card(2, "Failed")
    still = bot.reply("failed at build (#1)")
    assert still["ts"] == told["ts"], "what everybody sees was not replaced"
    assert "mia" not in shown
    bot.presses("ben", told, "deploy_this:0")
    bot.private("ben", "You may not deploy web to staging.")
    bot.presses("mia", told, "deploy_this:0")
    bot.private("mia", "I do not know you yet")


def test_a_long_log_is_one_message_and_one_file_and_nothing_in_it_pings(bot: ServedBot) -> None:
    bot.reply("failed at build (#1)")

    def file_shared(state: dict[str, Any]) -> Any:
        return [m for m in state["messages"] if m.get("files")]

    (shared,) = bot.sandbox.wait_for(file_shared)
    logs = [m for m in bot.sandbox.messages("deployments") if m["text"].startswith("build: log")]
    assert 1 <= len(logs) <= 2
    everything = str(bot.sandbox.messages("deployments"))
    assert "'type': 'broadcast'" not in everything
    assert shared["files"][0]["size"] > 60_000
