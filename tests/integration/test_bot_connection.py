"""The connection to Slack ends in every way it can, and the bot hears again soon."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot import main as root
from bot.app import SlackBot
from bot.hearing import Patience
from bot.settings import SlackSettings
from engine.times import utc_now
from tests.support.bot_workspaces import connect_workspace
from tests.support.sandbox import JsonObject, SandboxChild, SandboxClient, start_sandbox_child
from tests.support.served_bot import write_configuration

HASTY = Patience(look=0.05, ping=0.3, silence=1.0, first_wait=0.1, longest_wait=0.5)
WHILE_DEAF = {"dispatch_failed", "no_app_connected", "operation_timeout"}


@contextlib.contextmanager
def _listening(folder: Path, sandbox: SandboxClient, patience: Patience = HASTY) -> Iterator[SlackBot]:
    """The Slack side alone: it deploys nothing, but it answers."""
    db = root.open_state(folder / "state")
    slack_bot = SlackBot(
        SlackSettings(sandbox.bot_token, sandbox.app_token, sandbox.api_url), db, utc_now, patience=patience
    )
    slack_bot.start()
    try:
        yield slack_bot
    finally:
        slack_bot.stop()
        db.close()


@contextlib.contextmanager
def _stopped(child: SandboxChild) -> Iterator[None]:
    """Slack is there and says nothing meanwhile: connections are taken, never answered."""
    child.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        child.process.send_signal(signal.SIGCONT)


def _ask(sandbox: SandboxClient) -> JsonObject:
    return sandbox.types("ana", "deployments", "/deploy help")


def _wait_until_heard(sandbox: SandboxClient, seconds: float = 20.0) -> None:
    """A command is acked and answered within this time; those that come too early fail as Slack shows it."""
    deadline = time.monotonic() + seconds
    while not (answer := _ask(sandbox))["ok"]:
        assert answer["error"] in WHILE_DEAF, answer
        assert time.monotonic() < deadline, "it does not hear"
        time.sleep(0.1)
    assert answer["response"]["text"]


def _wait(until: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.02)


def _ends_soon(stop: Callable[[], None]) -> bool:
    """Does it end long before a call to Slack gives up?"""
    stopping = threading.Thread(target=stop, daemon=True)
    stopping.start()
    stopping.join(7)
    return not stopping.is_alive()


def test_after_slack_was_gone_without_a_word_it_hears_again_and_tells_nothing_twice(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    state = tmp_path / "sandbox"
    with (
        start_sandbox_child("--state", str(state)) as child,
        connect_workspace(tmp_path, write_configuration(tmp_path), child.client) as bot,
    ):
        bot.ana.types("/release create web 1.0.0")
        bot.ana.types("/deploy web 1.0.0 to staging")
        bot.card("(#1)", "Done in")
        bot.reply("is done (#1)")
        before = len(bot.sandbox.messages("deployments"))
        child.kill()
        port = child.client.base_url.rsplit(":", 1)[1]
        with start_sandbox_child("--state", str(state), "--port", port):
            _wait_until_heard(bot.sandbox)
            kept = [m for m in bot.sandbox.messages("deployments") if not m.get("is_ephemeral")]
            assert len(kept) <= before
            bot.ana.types("/deploy web 1.0.0 to staging")
            bot.card("(#2)", "Done in")
    assert "the connection to Slack has ended" in caplog.text
    assert "hearing Slack again, after" in caplog.text


@pytest.mark.parametrize("reason", ["cut", "refresh_requested", "warning"])
def test_after_slack_hung_up_it_hears_again_on_one_connection(tmp_path: Path, reason: str) -> None:
    with start_sandbox_child() as child, _listening(tmp_path, child.client, Patience()):
        _wait_until_heard(child.client)
        child.client.post("disconnects", reason=reason)
        _wait_until_heard(child.client)
        child.client.wait_for(lambda state: state["app"]["connections"] == 1)
        _wait_until_heard(child.client)


def test_while_slack_asks_for_new_connections_commands_are_heard(tmp_path: Path) -> None:
    heard = []
    with start_sandbox_child() as child, _listening(tmp_path, child.client):
        for _ in range(3):
            _wait_until_heard(child.client)
            child.client.post("disconnects", reason="warning")
            time.sleep(0.1)  # the new connection is there, and nobody reads it before the old one has ended
            heard.append(_ask(child.client)["ok"])
    assert any(heard)  # one that Slack sent on the old connection in its last moment is lost


def test_a_connection_on_which_nothing_comes_is_left(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with start_sandbox_child() as child, _listening(tmp_path, child.client):
        _wait_until_heard(child.client)
        with _stopped(child):
            _wait(lambda: "the connection to Slack is silent" in caplog.text)
        _wait_until_heard(child.client)
        child.client.wait_for(lambda state: state["app"]["connections"] == 1)
    assert "hearing Slack again, after" in caplog.text


def test_a_connection_that_answers_and_brings_nothing_is_exchanged(tmp_path: Path) -> None:
    with start_sandbox_child() as child, _listening(tmp_path, child.client, Patience(look=0.05, quiet=1.0)):
        _wait_until_heard(child.client)
        child.client.post("faults", kind="deaf")
        assert _ask(child.client)["error"] == "operation_timeout"
        _wait_until_heard(child.client)
        child.client.wait_for(lambda state: state["app"]["connections"] == 1)


def test_a_quiet_connection_is_kept(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with start_sandbox_child() as child, _listening(tmp_path, child.client):
        _wait_until_heard(child.client)
        time.sleep(3 * HASTY.silence)
        _wait_until_heard(child.client)
    assert "the connection to Slack" not in caplog.text


def test_it_stops_while_slack_is_gone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with start_sandbox_child() as child, _listening(tmp_path, child.client) as slack_bot:
        child.kill()
        _wait(lambda: "Slack cannot be reached" in caplog.text)
        assert _ends_soon(slack_bot.stop)


def test_it_stops_while_slack_lets_a_new_connection_hang_and_keeps_none(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with start_sandbox_child() as child, _listening(tmp_path, child.client) as slack_bot:
        with _stopped(child):
            _wait(lambda: "the connection to Slack is silent" in caplog.text)
            assert _ends_soon(slack_bot.stop)
        child.client.wait_for(lambda state: state["app"]["connections"] == 0)
