"""Messages arrive once each, in order, at Slack's pace; after a crash, uninvited, and when Slack says wait."""

from __future__ import annotations

import sqlite3
import urllib.request
from pathlib import Path
from typing import Any

from tests.support.bot_workspaces import BotWorkspace, connect_workspace, serve_workspace
from tests.support.sandbox import start_sandbox
from tests.support.served_bot import FOREDECK, write_configuration

QUICK = "steps:\n  - step: build\n    run_script: {inline: 'echo built'}\n"
CHATTY = "steps:\n  - step: build\n    run_script: {inline: 'seq 1 20000; write_highlight done-with-counting'}\n"
SLOW = "steps:\n  - step: build\n    run_script: {inline: 'echo begun; sleep 300'}\n"
FAILING = """
steps:
  - step: build
    run_script: {inline: "echo looks good; echo 'disk full' >&2; exit 3"}
"""
TO_PROD = FOREDECK.replace("production: {}", "production: {slack_channel: prod}")


def _rows(folder: Path, query: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(folder / "state" / "foredeck.db", timeout=10) as connection:
        return connection.execute(query).fetchall()


def _posted(bot: BotWorkspace) -> list[str]:
    return [m["text"] for m in bot.sandbox.messages() if not m.get("is_ephemeral")]


def _wait_until_told(bot: BotWorkspace) -> None:
    query = "SELECT count(*) FROM outbox WHERE state IN ('pending', 'sending')"
    bot.sandbox.wait_for(lambda _: _rows(bot.folder, query) == [(0,)])


def test_what_was_being_sent_at_a_crash_is_neither_lost_nor_sent_twice(tmp_path: Path) -> None:
    config = write_configuration(tmp_path, process=QUICK)
    with start_sandbox() as sandbox:
        with connect_workspace(tmp_path, config, sandbox) as bot:
            bot.ana.types("/release create web 1.0.0")
            bot.ana.types("/deploy web 1.0.0 to staging")
            bot.card("(#1)", "Done in")
            bot.reply("is done (#1)")
            _wait_until_told(bot)
            before = sorted(_posted(bot))
        # As after kill -9: Slack has the messages, the rows say that they were on their way.
        for key in ("card:1", "notice:1:finished"):
            _rows(tmp_path, f"UPDATE outbox SET state = 'sending' WHERE message_key = '{key}'")
        _rows(tmp_path, "DELETE FROM posted_messages WHERE message_key = 'notice:1:finished'")
        # And one that never reached Slack: its row is on its way, too, and nothing is in the thread.
        log_key = _rows(tmp_path, "SELECT message_key FROM outbox WHERE kind = 'log'")[0][0]
        log = next(m for m in sandbox.messages() if m["text"] == "build: log")
        _delete(sandbox, log)
        _rows(tmp_path, f"UPDATE outbox SET state = 'sending' WHERE message_key = '{log_key}'")
        _rows(tmp_path, f"DELETE FROM posted_messages WHERE message_key = '{log_key}'")
        with connect_workspace(tmp_path, config, sandbox) as bot:
            bot.reply("build: log")
            _wait_until_told(bot)
            assert sorted(_posted(bot)) == before
            assert _rows(tmp_path, "SELECT count(*) FROM posted_messages") == [(3,)]


def _delete(sandbox: Any, message: dict[str, Any]) -> None:
    request = urllib.request.Request(
        f"{sandbox.api_url}chat.delete",
        data=f"channel={message['channel']}&ts={message['ts']}".encode(),
        headers={"Authorization": f"Bearer {sandbox.bot_token}"},
    )
    with urllib.request.urlopen(request) as response:
        assert b'"ok":true' in response.read().replace(b" ", b"")


def test_a_card_that_may_not_be_posted_is_told_to_who_asked_and_posted_after_the_invitation(tmp_path: Path) -> None:
    with serve_workspace(tmp_path, foredeck=TO_PROD, process=QUICK) as bot:
        bot.add_channel("prod", bot.ana, bot.ben, is_private=True)
        bot.ana.types("/release create web 1.0.0")
        answer = bot.ana.types("/deploy web 1.0.0 to production")
        assert "its card is in another channel" in answer.text
        told = bot.ana.private("I cannot post the card of web 1.0.0 → production (#1)")
        assert "/invite @foredeck" in told.text
        bot.invite("foredeck", "prod")
        card = bot.card("(#1)", "Done in")
        assert card.channel == bot.reply("is done (#1)").channel == "prod"
        assert told.channel == "deployments"


def test_a_long_log_is_told_in_a_few_messages_and_then_whole_as_a_file(tmp_path: Path) -> None:
    with serve_workspace(tmp_path, process=CHATTY) as bot:
        bot.ana.types("/release create web 1.0.0")
        bot.ana.types("/deploy web 1.0.0 to staging")
        shared = bot.reply("The whole log of build.")
        assert "★ done-with-counting" in shared.text
        (file,) = shared.files
        assert file["name"] == "web-1-build-1.log"
        lines = bot.control.download(file["url_private"]).decode().splitlines()
        assert [line for line in lines if line.isdigit()] == [str(number) for number in range(1, 20_001)]
        batches = [m for m in bot.sandbox.messages() if m["text"].startswith("build: log")]
        assert 1 <= len(batches) <= 6
        bot.reply("is done (#1)")


def test_a_failure_is_also_sent_to_the_channel_with_what_is_needed_to_act(tmp_path: Path) -> None:
    with serve_workspace(tmp_path, process=FAILING) as bot:
        bot.ana.types("/release create web 1.0.0")
        bot.ana.types("/deploy web 1.0.0 to staging")
        told = bot.reply("failed at build (#1)")
        assert told.is_broadcast
        assert "disk full" in told.text
        assert told.mentions == {"ana"}
        bot.card("(#1)", "Failed at build")


def test_rate_limits_are_waited_out_and_nothing_is_lost(tmp_path: Path) -> None:
    config = write_configuration(tmp_path, process=QUICK)
    with start_sandbox() as sandbox, connect_workspace(tmp_path, config, sandbox, is_impatient=True) as bot:
        bot.ana.types("/release create web 1.0.0")
        for number in range(1, 5):
            bot.ana.types("/deploy web 1.0.0 to staging")
            bot.card(f"(#{number})")
        for number in range(1, 5):
            bot.card(f"(#{number})", "Done in", timeout=60)
            bot.reply(f"is done (#{number})", timeout=60)
        _wait_until_told(bot)
        texts = _posted(bot)
        assert len(texts) == 4 * 3
        assert {call["error"] for call in bot.failed_calls} <= {"ratelimited", "rate_limited"}


def test_with_its_own_pace_the_bot_is_never_told_to_wait(tmp_path: Path) -> None:
    with serve_workspace(tmp_path, process=QUICK) as bot:
        bot.ana.types("/release create web 1.0.0")
        for _ in range(3):
            bot.ana.types("/deploy web 1.0.0 to staging")
        for number in range(1, 4):
            bot.reply(f"is done (#{number})", timeout=60)
        assert bot.failed_calls == []


def test_a_running_deployment_goes_on_through_a_restart_of_the_bot_on_the_same_card(tmp_path: Path) -> None:
    config = write_configuration(tmp_path, process=SLOW)
    with start_sandbox() as sandbox:
        with connect_workspace(tmp_path, config, sandbox) as bot:
            bot.ana.types("/release create web 1.0.0")
            bot.ana.types("/deploy web 1.0.0 to staging")
            card = bot.card("(#1)", "Running build")
        with connect_workspace(tmp_path, config, sandbox) as bot:
            assert bot.ana.types("/deploy cancel 1").text.startswith("Canceling web 1.0.0 to staging (#1).")
            assert bot.card("(#1)", "Canceled by ana").ts == card.ts
            bot.reply("was canceled (#1)")
