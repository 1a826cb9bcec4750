"""Slash commands: what the app is told, and what the person sees of its answer."""

import pytest

from tests.support.bolt_app import BoltApp
from tests.support.sandbox import SandboxClient

CHANNEL = "C0DEPLOYMEN"
ANA, BEN = "U0ANA000000", "U0BEN000000"


def test_the_payload_has_every_key_and_the_answer_is_private(sandbox: SandboxClient, bolt: BoltApp) -> None:
    answer = sandbox.types("ana", "deployments", "/deploy web 1.4.0 to @ben in #deployments & <b>")
    assert answer["ok"] is True
    assert answer["ack_ms"] > 0
    body = bolt.payloads("command")[-1]
    assert body["text"] == f"web 1.4.0 to <@{BEN}|ben> in <#{CHANNEL}|deployments> &amp; &lt;b&gt;"
    assert (body["user_id"], body["user_name"]) == (ANA, "ana")
    assert (body["channel_id"], body["channel_name"]) == (CHANNEL, "deployments")
    assert body["is_enterprise_install"] == "false"
    expected = {"token", "team_id", "team_domain", "command", "api_app_id", "response_url", "trigger_id"}
    assert expected <= body.keys()
    assert sandbox.shown_to(ANA).startswith("heard: web")
    delivery = sandbox.state()["deliveries"][-1]
    assert (delivery["kind"], delivery["ok"], delivery["ack_ms"]) == ("slash_commands", True, answer["ack_ms"])


def test_a_user_group_reaches_the_app_by_its_id(sandbox: SandboxClient, bolt: BoltApp) -> None:
    group = sandbox.post("usergroups", handle="sre", users=["ben"])["usergroup"]
    sandbox.types("ana", "deployments", "/deploy ask @sre, or @nobody")
    assert bolt.payloads("command")[-1]["text"] == f"ask <!subteam^{group['id']}|@sre>, or @nobody"


def test_without_should_escape_the_text_stays(sandbox: SandboxClient, bolt: BoltApp) -> None:
    sandbox.types("ana", "deployments", "/raw @ben & <b>")
    assert sandbox.shown_to(ANA) == "@ben & <b>"


def test_an_answer_may_be_for_all(sandbox: SandboxClient, bolt: BoltApp) -> None:
    sandbox.types("ana", "deployments", "/deploy all")
    message = sandbox.messages("deployments")[-1]
    assert (message["text"], message.get("visible_to")) == ("for all", None)


def test_an_answer_with_wrong_blocks_is_told_to_the_test(sandbox: SandboxClient, bolt: BoltApp) -> None:
    answer = sandbox.types("ana", "deployments", "/deploy wrong")
    assert (answer["ok"], answer["error"]) == (False, "invalid_blocks")


def test_no_ack_within_the_wall_is_shown_as_slack_shows_it(sandbox: SandboxClient, bolt: BoltApp) -> None:
    assert sandbox.server is not None
    sandbox.server.sandbox.sockets.ack_wall = 0.2
    try:
        answer = sandbox.types("mia", "deployments", "/deploy late")
    finally:
        sandbox.server.sandbox.sockets.ack_wall = 3.0
    assert (answer["ok"], answer["ack_ms"], answer["error"]) == (False, None, "operation_timeout")
    assert sandbox.shown_to("U0MIA000000") == '/deploy failed with the error "operation_timeout"'


def test_a_command_in_a_thread_is_refused_as_slack_does(sandbox: SandboxClient, bolt: BoltApp) -> None:
    ts = sandbox.writes("ben", "deployments", "parent")["ts"]
    answer = sandbox.post("commands", user="ben", channel="deployments", command="/deploy", text="", thread_ts=ts)
    assert answer["ok"] is False
    assert sandbox.shown_to(BEN) == "/deploy is not supported in threads. Sorry!"


@pytest.mark.parametrize(
    ("user", "channel", "command", "error"),
    [
        ("tom", "deployments", "/deploy", "unknown_user"),
        ("foredeck", "deployments", "/deploy", "unknown_user"),
        ("ana", "nowhere", "/deploy", "unknown_channel"),
        ("ana", "deployments", "/nothing", "unknown_command"),
    ],
)
def test_what_a_person_cannot_do_is_refused(
    sandbox: SandboxClient, user: str, channel: str, command: str, error: str
) -> None:
    answer = sandbox.types(user, channel, command)
    assert (answer["ok"], answer["error"]) == (False, error)
