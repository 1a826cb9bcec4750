"""Every payload has the keys that Slack's own have: neither fewer nor more."""

from collections.abc import Iterator

import pytest
from slack_sdk.webhook import WebhookClient

from tests.support.raw_app import RawApp, start_raw_app
from tests.support.sandbox import EVERYTHING, JsonObject, SandboxClient, start_sandbox

CHANNEL, ANA = "C0DEPLOYMEN", "U0ANA000000"

INTERACTION = "type user api_app_id token team enterprise is_enterprise_install"
COMMAND = (
    "token team_id team_domain channel_id channel_name user_id user_name command text api_app_id is_enterprise_install "
    "response_url trigger_id"
)
VIEW = (
    "id team_id type blocks private_metadata callback_id state hash title clear_on_close notify_on_close close submit "
    "previous_view_id root_view_id app_id external_id app_installed_team_id bot_id"
)
SHORTCUT = "type token action_ts team user is_enterprise_install enterprise callback_id trigger_id"
ENVELOPE = (
    "token team_id context_team_id context_enterprise_id api_app_id event type event_id event_time authorizations "
    "is_ext_shared_channel event_context"
)
BUTTON = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}, "value": "1"}
SEARCH = {"type": "external_select", "action_id": "search", "min_query_length": 0}
BLOCKS = [{"type": "actions", "block_id": "row", "elements": [{**BUTTON, "style": "danger"}, SEARCH]}]
FORM = {
    "type": "modal",
    "callback_id": "form",
    "title": {"type": "plain_text", "text": "Form"},
    "submit": {"type": "plain_text", "text": "Go"},
    "notify_on_close": True,
    "blocks": [
        {
            "type": "input",
            "block_id": "where",
            "label": {"type": "plain_text", "text": "Where"},
            "element": {
                "type": "conversations_select",
                "action_id": "where",
                "response_url_enabled": True,
                "initial_conversation": CHANNEL,
            },
        },
        {"type": "actions", "block_id": "row", "elements": [BUTTON, SEARCH]},
    ],
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxClient]:
    with start_sandbox(EVERYTHING) as started:
        yield started


@pytest.fixture(scope="module")
def app(sandbox: SandboxClient) -> Iterator[RawApp]:
    with start_raw_app(sandbox) as started:
        yield started


def post(app: RawApp, **where: str) -> JsonObject:
    app.sandbox.moves_clock(2, only="rate_limits")
    answer = app.client.chat_postMessage(channel=CHANNEL, text="card", blocks=BLOCKS, **where)
    return {"channel": CHANNEL, "ts": answer["ts"]}


def open_form(app: RawApp) -> JsonObject:
    app.sandbox.types("ana", "deployments", "/deploy form")
    trigger_id = app.payloads("slash_commands")[-1]["trigger_id"]
    view: JsonObject = app.client.views_open(trigger_id=trigger_id, view=FORM)["view"]
    return view


def keys(words: str) -> set[str]:
    return set(words.split())


def test_slash_command(app: RawApp) -> None:
    app.sandbox.types("ana", "deployments", "/deploy x")
    envelope = app.envelopes[-1]
    assert envelope.keys() == keys("envelope_id payload type accepts_response_payload")
    assert envelope["payload"].keys() == keys(COMMAND)
    assert envelope["payload"]["is_enterprise_install"] == "false"
    assert all(isinstance(value, str) for value in envelope["payload"].values())


def test_block_actions_in_a_message(app: RawApp) -> None:
    where = post(app)
    app.sandbox.clicks("ana", "go", **where)
    payload = app.payloads("block_actions")[-1]
    more = " container trigger_id channel message state response_url actions"
    assert payload.keys() == keys(INTERACTION + more)
    assert payload["user"].keys() == keys("id username name team_id")
    assert payload["team"].keys() == keys("id domain")
    assert payload["channel"].keys() == keys("id name")
    assert payload["container"] == {
        "type": "message",
        "message_ts": where["ts"],
        "channel_id": CHANNEL,
        "is_ephemeral": False,
    }
    assert payload["actions"][0].keys() == keys("type action_id block_id text value style action_ts")
    assert payload["state"] == {"values": {"row": {"search": {"type": "external_select", "selected_option": None}}}}


def test_block_actions_in_a_thread_name_it(app: RawApp) -> None:
    parent = post(app)
    app.sandbox.clicks("ana", "go", **post(app, thread_ts=parent["ts"]))
    assert app.payloads("block_actions")[-1]["container"]["thread_ts"] == parent["ts"]


def test_block_actions_of_what_one_person_sees_have_no_message(app: RawApp) -> None:
    ts = app.client.chat_postEphemeral(channel=CHANNEL, user=ANA, text="for ana", blocks=BLOCKS)["message_ts"]
    app.sandbox.clicks("ana", "go", channel=CHANNEL, ts=ts)
    payload = app.payloads("block_actions")[-1]
    assert "message" not in payload
    assert payload["container"]["is_ephemeral"] is True


def test_block_actions_of_an_attachment_name_it(app: RawApp) -> None:
    app.sandbox.moves_clock(2, only="rate_limits")
    attachments = [{"text": "words"}, {"blocks": [{"type": "actions", "elements": [BUTTON, SEARCH]}]}]
    ts = app.client.chat_postMessage(channel=CHANNEL, text="card", attachments=attachments)["ts"]
    where = {"channel": CHANNEL, "ts": str(ts)}
    assert app.sandbox.clicks("ana", "go", **where)["ok"]
    payload = app.payloads("block_actions")[-1]
    assert payload["container"] == {
        "type": "message_attachment",
        "message_ts": ts,
        "attachment_id": 2,
        "channel_id": CHANNEL,
        "is_ephemeral": False,
        "is_app_unfurl": False,
    }
    assert payload["actions"][0]["block_id"] == payload["message"]["attachments"][1]["blocks"][0]["block_id"]
    assert payload["state"]["values"].keys() == {payload["actions"][0]["block_id"]}
    assert "@ana presses [Go] on “card”" in app.sandbox.transcript()
    app.sandbox.suggestions("ana", "search", "we", **where)
    assert app.payloads("block_suggestion")[-1]["container"] == payload["container"]


def test_a_button_below_a_link_belongs_to_the_unfurl_and_not_to_the_persons_message(app: RawApp) -> None:
    link = "https://releases.example/7"
    where = {"channel": CHANNEL, "ts": str(app.sandbox.writes("ana", "deployments", f"see {link}")["ts"])}
    unfurls = {link: {"blocks": [{"type": "actions", "elements": [BUTTON]}]}}
    app.client.chat_unfurl(channel=CHANNEL, ts=where["ts"], unfurls=unfurls)
    assert app.sandbox.clicks("ben", "go", **where)["ok"]
    payload = app.payloads("block_actions")[-1]
    assert (payload["container"]["is_app_unfurl"], payload["container"]["app_unfurl_url"]) == (True, link)
    assert payload["app_unfurl"] == payload["message"]["attachments"][0]
    WebhookClient(payload["response_url"]).send_dict({"text": "hijacked", "replace_original": True})
    mine = next(known for known in app.sandbox.messages("deployments") if known["ts"] == where["ts"])
    assert mine["text"] == f"see <{link}>"


def test_block_actions_and_submission_and_closing_of_a_view(app: RawApp) -> None:
    view = open_form(app)
    app.sandbox.clicks("ana", "go", view_id=view["id"])
    payload = app.payloads("block_actions")[-1]
    assert payload.keys() == keys(INTERACTION + " container trigger_id view actions")
    assert payload["view"].keys() == keys(VIEW)
    app.sandbox.submits("ana", view["id"])
    payload = app.payloads("view_submission")[-1]
    assert payload.keys() == keys(INTERACTION + " trigger_id view response_urls")
    assert payload["view"].keys() == keys(VIEW)
    (url,) = payload["response_urls"]
    assert url.keys() == keys("block_id action_id channel_id response_url")
    app.sandbox.closes("ana", open_form(app)["id"])
    payload = app.payloads("view_closed")[-1]
    assert payload.keys() == keys(INTERACTION + " view is_cleared")


def test_block_suggestion_in_a_message_and_in_a_view(app: RawApp) -> None:
    app.sandbox.suggestions("ana", "search", "we", **post(app))
    payload = app.payloads("block_suggestion")[-1]
    assert payload.keys() == keys(INTERACTION + " container action_id block_id value channel message")
    app.sandbox.suggestions("ana", "search", "we", view_id=open_form(app)["id"])
    payload = app.payloads("block_suggestion")[-1]
    assert payload.keys() == keys(INTERACTION + " container action_id block_id value view")


def test_a_message_shortcut_and_a_global_one(app: RawApp) -> None:
    where = post(app)
    assert app.sandbox.post("shortcuts", user="ana", callback_id="deploy_message", **where)["ok"]
    payload = app.payloads("message_action")[-1]
    assert payload.keys() == keys(SHORTCUT + " channel message message_ts response_url")
    assert payload["message"]["ts"] == payload["message_ts"] == where["ts"]
    assert app.sandbox.post("shortcuts", user="ana", callback_id="deploy_anything")["ok"]
    payload = app.payloads("shortcut")[-1]
    assert payload.keys() == keys(SHORTCUT)
    app.client.views_open(trigger_id=payload["trigger_id"], view=FORM)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"callback_id": "nothing"}, "unknown_shortcut"),
        ({"callback_id": "deploy_message"}, "invalid_arguments"),
        ({"callback_id": "deploy_anything", "channel": CHANNEL, "ts": "1.000000"}, "invalid_arguments"),
        ({"callback_id": "deploy_message", "channel": CHANNEL, "ts": "1.000000"}, "unknown_message"),
    ],
)
def test_a_shortcut_that_is_none_is_refused(app: RawApp, body: JsonObject, error: str) -> None:
    assert app.sandbox.post("shortcuts", user="ana", **body)["error"] == error


def test_an_event(app: RawApp) -> None:
    app.sandbox.writes("ana", "deployments", "hello")
    envelope = app.envelopes[-1]
    more = " accepts_response_payload retry_attempt retry_reason"
    assert envelope.keys() == keys("envelope_id payload type" + more)
    payload = envelope["payload"]
    assert payload.keys() == keys(ENVELOPE)
    assert payload["authorizations"][0].keys() == keys("enterprise_id team_id user_id is_bot is_enterprise_install")
    assert payload["type"] == "event_callback"
