"""Clicks in messages: who, where and what; a trigger id opens one modal."""

import pytest
from slack_sdk.errors import SlackApiError

from tests.support.answering_app import Body, modal, plain
from tests.support.bolt_app import BoltApp
from tests.support.sandbox import SandboxClient

CHANNEL = "C0DEPLOYMEN"
BEN = "U0BEN000000"


def test_a_button_tells_who_where_and_what(sandbox: SandboxClient, bolt: BoltApp, card: Body) -> None:
    assert sandbox.clicks("ben", "proceed", channel="deployments", ts=card["ts"])["ok"] is True
    body = bolt.payloads("action")[-1]
    assert body["user"] == {"id": BEN, "username": "ben", "name": "ben", "team_id": "T0SANDBOX00"}
    assert body["container"]["message_ts"] == card["ts"]
    assert body["message"]["text"] == "card"
    action = body["actions"][0]
    assert (action["action_id"], action["block_id"], action["value"]) == ("proceed", "row", "17")
    keys = {"type", "api_app_id", "token", "trigger_id", "team", "enterprise", "channel", "state", "response_url"}
    assert keys <= body.keys()
    assert body["is_enterprise_install"] is False


def test_a_select_carries_its_option(sandbox: SandboxClient, bolt: BoltApp, card: Body) -> None:
    sandbox.clicks("ben", "pick", channel="deployments", ts=card["ts"], value="two")
    body = bolt.payloads("action")[-1]
    assert body["actions"][0]["selected_option"]["value"] == "two"
    assert body["state"]["values"]["row"]["pick"]["selected_option"]["value"] == "two"


def test_a_trigger_id_opens_one_modal(sandbox: SandboxClient, bolt: BoltApp, card: Body) -> None:
    sandbox.clicks("mia", "proceed", channel="deployments", ts=card["ts"])
    trigger_id = bolt.payloads("action")[-1]["trigger_id"]
    view = bolt.client.views_open(trigger_id=trigger_id, view=modal())["view"]
    assert sandbox.modal("U0MIA000000")["id"] == view["id"]
    with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
        bolt.client.views_open(trigger_id=trigger_id, view=modal())
    wrong = {"type": "modal", "title": plain("x" * 25), "blocks": []}
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        bolt.client.views_open(trigger_id=trigger_id, view=wrong)


def test_what_is_not_there_is_refused(sandbox: SandboxClient, bolt: BoltApp, card: Body) -> None:
    where = {"channel": "deployments", "ts": card["ts"]}
    assert sandbox.clicks("ben", "nothing", **where)["error"] == "unknown_action"
    assert sandbox.clicks("ben", "proceed", channel="deployments", ts="1.000000")["error"] == "unknown_message"
    assert sandbox.clicks("ben", "pick", **where, value="three")["error"] == "invalid_arguments"
    assert sandbox.clicks("ben", "proceed", view_id="V1")["error"] == "unknown_view"


def test_a_client_that_is_a_moment_behind_can_still_press(sandbox: SandboxClient, bolt: BoltApp, card: Body) -> None:
    bolt.client.chat_update(channel=CHANNEL, ts=card["ts"], text="decided", blocks=[])
    assert sandbox.clicks("ben", "proceed", channel="deployments", ts=card["ts"])["ok"] is True
