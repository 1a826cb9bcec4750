"""A deployment that fails: who must know is told what matters, with one next step; a long log stays calm."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.bot_workspaces import BotWorkspace, serve_workspace

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
def bot(tmp_path: Path) -> Iterator[BotWorkspace]:
    with serve_workspace(tmp_path, process=PROCESS) as served:
        served.ana.types("/release create web 1.0.0")
        served.ana.types("/deploy web 1.0.0 to staging")
        yield served


def test_the_failure_shows_what_decided_it_and_can_be_tried_again_once(bot: BotWorkspace) -> None:
    told = bot.reply("failed at build (#1)")
    assert told.is_broadcast
    assert told.mentions == {"ana"}
    assert "The shop does not answer." in told.text
    assert "curl: (7) Failed to connect" in told.text
    assert "line 2990" not in told.text, "only the last lines"
    (label,) = (one for one in told.buttons if "again" in one)
    again = told.button(label)
    for _ in range(2):
        again.click(as_=bot.ana)
        bot.ana.private("Deployment #2")
    bot.card("(#2)", "Failed")
    assert "failed at build (#1)" in told.text, "what everybody sees was not replaced"
    again.click(as_=bot.ben)
    bot.ben.private("You may not deploy web to staging.")
    again.click(as_=bot.mia)
    bot.mia.private("I do not know you yet")


def test_a_long_log_is_one_message_and_one_file_and_nothing_in_it_pings(bot: BotWorkspace) -> None:
    card = bot.card("(#1)", "Failed")
    shared = card.thread.wait_for("file web-1-build-1.log")
    assert shared.files[0]["size"] > 60_000
    logs = [message for message in card.thread.replies if message.text.startswith("build: log")]
    assert 1 <= len(logs) <= 2
    assert "'type': 'broadcast'" not in str([message.raw for message in bot.messages()])
