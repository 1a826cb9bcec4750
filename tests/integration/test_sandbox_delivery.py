"""What reaches an app that runs on Slack's own Bolt, and what a person sees of its answers."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from slack_bolt import Ack, BoltContext, Respond
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.support.bolt_app import BoltApp, start_bolt_app
from tests.support.sandbox import EVERYTHING, SandboxClient, start_sandbox

CHANNEL = "C0DEPLOYMEN"
ANA, BEN = "U0ANA000000", "U0BEN000000"

Body = dict[str, Any]


def plain(text: str) -> Body:
    return {"type": "plain_text", "text": text}


def option(value: str) -> Body:
    return {"text": plain(value.title()), "value": value}


def modal(title: str = "Form") -> Body:
    return {
        "type": "modal",
        "callback_id": "form",
        "title": plain(title),
        "submit": plain("Go"),
        "notify_on_close": True,
        "private_metadata": "kept",
        "blocks": [
            {
                "type": "input",
                "block_id": "note",
                "label": plain("Note"),
                "element": {"type": "plain_text_input", "action_id": "text"},
            },
            {
                "type": "input",
                "block_id": "project",
                "label": plain("Project"),
                "optional": True,
                "element": {"type": "external_select", "action_id": "project", "min_query_length": 0},
            },
            {
                "type": "input",
                "block_id": "kind",
                "label": plain("Kind"),
                "dispatch_action": True,
                "element": {
                    "type": "static_select",
                    "action_id": "kind",
                    "options": [option("fast"), option("slow")],
                    "initial_option": option("fast"),
                },
            },
        ],
    }


CARD: list[Body] = [
    {
        "type": "actions",
        "block_id": "row",
        "elements": [
            {"type": "button", "action_id": "proceed", "text": plain("Proceed"), "value": "17", "style": "primary"},
            {"type": "static_select", "action_id": "pick", "options": [option("one"), option("two")]},
        ],
    }
]
VIEW_KEYS = (
    "id team_id type blocks private_metadata callback_id state hash title clear_on_close notify_on_close close submit "
    "previous_view_id root_view_id app_id external_id app_installed_team_id bot_id"
)


def listen(bolt: BoltApp) -> None:
    """A small app that answers as its input tells it to."""
    app = bolt.app

    @app.command("/deploy")
    def command(ack: Ack, body: Body, client: WebClient, respond: Respond) -> None:
        bolt.seen.append(("command", body))
        match body["text"]:
            case "quiet":
                ack()
            case "all":
                ack(text="for all", response_type="in_channel")
            case "wrong":
                ack(blocks=[{"type": "nonsense"}])
            case "late":
                pass
            case "modal":
                ack()
                client.views_open(trigger_id=body["trigger_id"], view=modal())
            case "card":
                ack()
                client.chat_postMessage(channel=body["channel_id"], text="card", blocks=CARD)
            case _:
                ack(text=f"heard: {body['text']}")

    @app.command("/raw")
    def raw(ack: Ack, body: Body) -> None:
        ack(text=body["text"])

    @app.action("proceed")
    @app.action("pick")
    @app.action("kind")
    def action(ack: Ack, body: Body) -> None:
        bolt.seen.append(("action", body))
        ack()

    @app.view("form")
    def submitted(ack: Ack, body: Body, view: Body) -> None:
        bolt.seen.append(("view", body))
        match view["state"]["values"]["note"]["text"]["value"]:
            case "errors":
                ack(response_action="errors", errors={"note": "Not like this."})
            case "update":
                ack(response_action="update", view=modal("Second"))
            case "push":
                ack(response_action="push", view=modal("Above"))
            case "clear":
                ack(response_action="clear")
            case "broken":
                ack(response_action="update", view={"type": "modal"})
            case _:
                ack()

    @app.view_closed("form")
    def closed(ack: Ack, body: Body) -> None:
        bolt.seen.append(("closed", body))
        ack()

    @app.options("project")
    def options(ack: Ack, body: Body) -> None:
        bolt.seen.append(("options", body))
        ack(options=[option(name) for name in ("web", "api") if body["value"] in name])

    @app.event("message")
    @app.event("app_mention")
    @app.event("app_home_opened")
    def event(body: Body, context: BoltContext) -> None:
        bolt.seen.append(("event", body))


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxClient]:
    with start_sandbox(EVERYTHING, rate_limits=False) as started:
        yield started


@pytest.fixture(scope="module")
def bolt(sandbox: SandboxClient) -> Iterator[BoltApp]:
    with start_bolt_app(sandbox, listen) as app:
        yield app


@pytest.fixture
def card(sandbox: SandboxClient, bolt: BoltApp) -> Body:
    """A fresh card with a button and a select."""
    before = len(sandbox.messages("deployments"))
    sandbox.types("ana", "deployments", "/deploy card")
    sandbox.wait_for(lambda state: len(state["messages"]) > before)
    return sandbox.messages("deployments")[-1]


@pytest.fixture
def form(sandbox: SandboxClient, bolt: BoltApp) -> Body:
    """A fresh modal of ana's."""
    before = [view["id"] for view in sandbox.state()["modals"].get(ANA, [])]
    sandbox.types("ana", "deployments", "/deploy modal")
    opened: Body = sandbox.wait_for(
        lambda state: [view for view in state["modals"].get(ANA, []) if view["id"] not in before]
    )[0]
    return opened


def shown_to(sandbox: SandboxClient, user: str) -> str:
    """The newest text that only this person sees."""
    texts = [known["text"] for known in sandbox.messages() if known.get("visible_to") == user]
    return str(texts[-1])


class TestCommands:
    def test_the_payload_has_every_key_and_the_answer_is_private(self, sandbox: SandboxClient, bolt: BoltApp) -> None:
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
        assert shown_to(sandbox, ANA).startswith("heard: web")
        delivery = sandbox.state()["deliveries"][-1]
        assert (delivery["kind"], delivery["ok"], delivery["ack_ms"]) == ("slash_commands", True, answer["ack_ms"])

    def test_a_user_group_reaches_the_app_by_its_id(self, sandbox: SandboxClient, bolt: BoltApp) -> None:
        group = sandbox.post("usergroups", handle="sre", users=["ben"])["usergroup"]
        sandbox.types("ana", "deployments", "/deploy ask @sre, or @nobody")
        assert bolt.payloads("command")[-1]["text"] == f"ask <!subteam^{group['id']}|@sre>, or @nobody"

    def test_without_should_escape_the_text_stays(self, sandbox: SandboxClient, bolt: BoltApp) -> None:
        sandbox.types("ana", "deployments", "/raw @ben & <b>")
        assert shown_to(sandbox, ANA) == "@ben & <b>"

    def test_an_answer_may_be_for_all(self, sandbox: SandboxClient, bolt: BoltApp) -> None:
        sandbox.types("ana", "deployments", "/deploy all")
        message = sandbox.messages("deployments")[-1]
        assert (message["text"], message.get("visible_to")) == ("for all", None)

    def test_an_answer_with_wrong_blocks_is_told_to_the_test(self, sandbox: SandboxClient, bolt: BoltApp) -> None:
        answer = sandbox.types("ana", "deployments", "/deploy wrong")
        assert (answer["ok"], answer["error"]) == (False, "invalid_blocks")

    def test_no_ack_within_the_wall_is_shown_as_slack_shows_it(self, sandbox: SandboxClient, bolt: BoltApp) -> None:
        assert sandbox.server is not None
        sandbox.server.sandbox.sockets.ack_wall = 0.2
        try:
            answer = sandbox.types("mia", "deployments", "/deploy late")
        finally:
            sandbox.server.sandbox.sockets.ack_wall = 3.0
        assert (answer["ok"], answer["ack_ms"], answer["error"]) == (False, None, "operation_timeout")
        assert shown_to(sandbox, "U0MIA000000") == '/deploy failed with the error "operation_timeout"'

    def test_a_command_in_a_thread_is_refused_as_slack_does(self, sandbox: SandboxClient, bolt: BoltApp) -> None:
        ts = sandbox.writes("ben", "deployments", "parent")["ts"]
        answer = sandbox.post("commands", user="ben", channel="deployments", command="/deploy", text="", thread_ts=ts)
        assert answer["ok"] is False
        assert shown_to(sandbox, BEN) == "/deploy is not supported in threads. Sorry!"

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
        self, sandbox: SandboxClient, user: str, channel: str, command: str, error: str
    ) -> None:
        answer = sandbox.types(user, channel, command)
        assert (answer["ok"], answer["error"]) == (False, error)


class TestClicks:
    def test_a_button_tells_who_where_and_what(self, sandbox: SandboxClient, bolt: BoltApp, card: Body) -> None:
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

    def test_a_select_carries_its_option(self, sandbox: SandboxClient, bolt: BoltApp, card: Body) -> None:
        sandbox.clicks("ben", "pick", channel="deployments", ts=card["ts"], value="two")
        body = bolt.payloads("action")[-1]
        assert body["actions"][0]["selected_option"]["value"] == "two"
        assert body["state"]["values"]["row"]["pick"]["selected_option"]["value"] == "two"

    def test_a_trigger_id_opens_one_modal(self, sandbox: SandboxClient, bolt: BoltApp, card: Body) -> None:
        sandbox.clicks("mia", "proceed", channel="deployments", ts=card["ts"])
        trigger_id = bolt.payloads("action")[-1]["trigger_id"]
        view = bolt.client.views_open(trigger_id=trigger_id, view=modal())["view"]
        assert sandbox.modal("U0MIA000000")["id"] == view["id"]
        with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
            bolt.client.views_open(trigger_id=trigger_id, view=modal())
        wrong = {"type": "modal", "title": plain("x" * 25), "blocks": []}
        with pytest.raises(SlackApiError, match="invalid_arguments"):
            bolt.client.views_open(trigger_id=trigger_id, view=wrong)

    def test_what_is_not_there_is_refused(self, sandbox: SandboxClient, bolt: BoltApp, card: Body) -> None:
        where = {"channel": "deployments", "ts": card["ts"]}
        assert sandbox.clicks("ben", "nothing", **where)["error"] == "unknown_action"
        assert sandbox.clicks("ben", "proceed", channel="deployments", ts="1.000000")["error"] == "unknown_message"
        assert sandbox.clicks("ben", "pick", **where, value="three")["error"] == "invalid_arguments"
        assert sandbox.clicks("ben", "proceed", view_id="V1")["error"] == "unknown_view"

    def test_a_client_that_is_a_moment_behind_can_still_press(
        self, sandbox: SandboxClient, bolt: BoltApp, card: Body
    ) -> None:
        bolt.client.chat_update(channel=CHANNEL, ts=card["ts"], text="decided", blocks=[])
        assert sandbox.clicks("ben", "proceed", channel="deployments", ts=card["ts"])["ok"] is True


class TestResponseUrls:
    @staticmethod
    def post(url: str, **body: Any) -> tuple[int, str]:
        request = urllib.request.Request(
            url, data=json.dumps(body).encode(), headers={"content-type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def test_five_answers_and_no_more(self, sandbox: SandboxClient, bolt: BoltApp) -> None:
        sandbox.types("ana", "deployments", "/deploy quiet")
        url = bolt.payloads("command")[-1]["response_url"]
        assert self.post(url, text="private") == (200, "ok")
        assert shown_to(sandbox, ANA) == "private"
        assert self.post(url, text="public", response_type="in_channel") == (200, "ok")
        assert sandbox.messages("deployments")[-1]["text"] == "public"
        status, refusal = self.post(url, blocks=[{"type": "x"}])
        assert (status, json.loads(refusal)["error"]) == (400, "invalid_blocks")
        for _ in range(3):
            assert self.post(url, text="more")[0] == 200
        assert self.post(url, text="too much") == (404, '{"ok":false,"error":"used_url"}')

    def test_a_click_may_replace_or_delete_what_was_clicked(
        self, sandbox: SandboxClient, bolt: BoltApp, card: Body
    ) -> None:
        sandbox.clicks("ben", "proceed", channel="deployments", ts=card["ts"])
        url = bolt.payloads("action")[-1]["response_url"]
        self.post(url, replace_original=True, text="decided")
        message = next(known for known in sandbox.messages() if known["ts"] == card["ts"])
        assert (message["text"], message.get("blocks")) == ("decided", None)
        self.post(url, delete_original=True)
        assert card["ts"] not in [known["ts"] for known in sandbox.messages()]


class TestForms:
    def test_a_view_has_every_key(self, form: Body) -> None:
        assert form.keys() == set(VIEW_KEYS.split())
        assert form["state"]["values"]["kind"]["kind"]["selected_option"]["value"] == "fast"

    def test_values_reach_the_app_and_the_modal_closes(self, sandbox: SandboxClient, bolt: BoltApp, form: Body) -> None:
        answer = sandbox.submits("ana", form["id"], {"note": {"text": "fine"}, "project": {"project": "web"}})
        assert answer["ok"] is True
        body = bolt.payloads("view")[-1]
        values = body["view"]["state"]["values"]
        assert values["note"]["text"] == {"type": "plain_text_input", "value": "fine"}
        assert values["project"]["project"]["selected_option"]["value"] == "web"
        assert values["kind"]["kind"]["selected_option"]["value"] == "fast"
        assert body["view"]["private_metadata"] == "kept"
        assert {"team", "user", "api_app_id", "token", "trigger_id", "response_urls", "enterprise"} <= body.keys()
        assert ANA not in sandbox.state()["modals"]

    def test_a_required_field_is_asked_for_before_the_app_hears_of_it(
        self, sandbox: SandboxClient, bolt: BoltApp, form: Body
    ) -> None:
        heard = len(bolt.payloads("view"))
        answer = sandbox.submits("ana", form["id"])
        assert answer["ok"] is False
        assert answer["response"]["errors"] == {"note": "Please complete this required field."}
        assert len(bolt.payloads("view")) == heard

    def test_errors_keep_the_modal_and_what_was_typed(self, sandbox: SandboxClient, bolt: BoltApp, form: Body) -> None:
        answer = sandbox.submits("ana", form["id"], {"note": {"text": "errors"}})
        assert answer["ok"] is True
        assert answer["response"] == {"response_action": "errors", "errors": {"note": "Not like this."}}
        assert sandbox.modal(ANA)["state"]["values"]["note"]["text"]["value"] == "errors"

    def test_an_update_shows_another_view_and_keeps_what_was_typed(
        self, sandbox: SandboxClient, bolt: BoltApp, form: Body
    ) -> None:
        sandbox.submits("ana", form["id"], {"note": {"text": "update"}})
        view = sandbox.modal(ANA)
        assert (view["id"], view["title"]["text"]) == (form["id"], "Second")
        assert view["state"]["values"]["note"]["text"]["value"] == "update"
        assert view["hash"] != form["hash"]

    def test_views_stack_three_high(self, sandbox: SandboxClient, bolt: BoltApp, form: Body) -> None:
        sandbox.submits("ana", form["id"], {"note": {"text": "push"}})
        second = sandbox.modal(ANA)
        assert (second["previous_view_id"], second["root_view_id"]) == (form["id"], form["id"])
        sandbox.submits("ana", second["id"], {"note": {"text": "push"}})
        third = sandbox.modal(ANA)
        assert sandbox.submits("ana", third["id"], {"note": {"text": "push"}})["error"] == "push_limit_reached"
        sandbox.submits("ana", third["id"], {"note": {"text": "fine"}})
        assert sandbox.modal(ANA)["id"] == second["id"]
        sandbox.submits("ana", second["id"], {"note": {"text": "clear"}})
        assert ANA not in sandbox.state()["modals"]

    def test_a_broken_answer_is_told_to_the_test(self, sandbox: SandboxClient, bolt: BoltApp, form: Body) -> None:
        answer = sandbox.submits("ana", form["id"], {"note": {"text": "broken"}})
        assert (answer["ok"], answer["error"]) == (False, "invalid_arguments")

    def test_a_dispatching_input_tells_the_app_and_others_do_not(
        self, sandbox: SandboxClient, bolt: BoltApp, form: Body
    ) -> None:
        heard = len(bolt.payloads("action"))
        assert sandbox.clicks("ana", "text", view_id=form["id"], value="typed")["ack_ms"] is None
        assert len(bolt.payloads("action")) == heard
        assert sandbox.clicks("ana", "kind", view_id=form["id"], value="slow")["ok"] is True
        body = bolt.payloads("action")[-1]
        assert body["container"] == {"type": "view", "view_id": form["id"]}
        assert body["view"]["state"]["values"]["note"]["text"]["value"] == "typed"
        assert body["view"]["state"]["values"]["kind"]["kind"]["selected_option"]["value"] == "slow"

    def test_suggestions_are_asked_for_as_somebody_types(
        self, sandbox: SandboxClient, bolt: BoltApp, form: Body
    ) -> None:
        answer = sandbox.suggestions("ana", "project", "ap", view_id=form["id"])
        assert [known["value"] for known in answer["options"]] == ["api"]
        body = bolt.payloads("options")[-1]
        assert (body["action_id"], body["block_id"], body["value"]) == ("project", "project", "ap")
        unknown = sandbox.submits("ana", form["id"], {"project": {"project": "nothing"}})
        assert unknown["error"] == "invalid_arguments"

    def test_closing_is_told_when_it_was_asked_for(self, sandbox: SandboxClient, bolt: BoltApp, form: Body) -> None:
        assert sandbox.closes("ana", form["id"])["ok"] is True
        body = bolt.payloads("closed")[-1]
        assert (body["is_cleared"], body["view"]["id"]) == (False, form["id"])
        assert ANA not in sandbox.state()["modals"]

    def test_nobody_acts_in_somebody_elses_modal(self, sandbox: SandboxClient, form: Body) -> None:
        assert sandbox.submits("ben", form["id"])["error"] == "unknown_view"

    def test_views_update_heeds_the_hash(self, sandbox: SandboxClient, bolt: BoltApp, form: Body) -> None:
        updated = bolt.client.views_update(view_id=form["id"], hash=form["hash"], view=modal("New"))["view"]
        assert updated["title"]["text"] == "New"
        with pytest.raises(SlackApiError, match="hash_conflict"):
            bolt.client.views_update(view_id=form["id"], hash=form["hash"], view=modal("Late"))
        with pytest.raises(SlackApiError, match="not_found"):
            bolt.client.views_update(view_id="V1", view=modal())
        large = {**modal(), "blocks": [{"type": "section", "text": plain("x" * 3000)}] * 90}
        with pytest.raises(SlackApiError, match="view_too_large"):
            bolt.client.views_update(view_id=form["id"], view=large)

    def test_a_home_is_published_and_opened(self, sandbox: SandboxClient, bolt: BoltApp) -> None:
        sandbox.post("homes", user="eva")
        assert [event["user"] for event in bolt.events("app_home_opened")] == ["U0EVA000000"]
        home = {"type": "home", "blocks": [{"type": "divider"}]}
        bolt.client.views_publish(user_id="U0EVA000000", view=home)
        assert sandbox.state()["homes"]["U0EVA000000"]["type"] == "home"


class TestEvents:
    def test_a_persons_message_is_an_event(self, sandbox: SandboxClient, bolt: BoltApp) -> None:
        answer = sandbox.writes("ana", "deployments", "hello @ben")
        assert answer["ok"] is True
        assert answer["ack_ms"] > 0
        event = next(event for event in bolt.events("message") if event["ts"] == answer["ts"])
        assert (event["text"], event["ts"], event["channel_type"]) == (f"hello <@{BEN}>", answer["ts"], "channel")

    def test_a_mention_of_the_app_is_one_more(self, sandbox: SandboxClient, bolt: BoltApp) -> None:
        sent = sandbox.writes("ana", "deployments", "@foredeck hello")
        for kind in ("message", "app_mention"):
            assert [event["text"] for event in bolt.events(kind) if event["ts"] == sent["ts"]] == [
                "<@U0FOREDECK0> hello"
            ]


def test_after_a_refresh_the_app_comes_back_and_hears_everything() -> None:
    with start_sandbox(EVERYTHING) as sandbox, start_bolt_app(sandbox, listen):
        assert sandbox.types("ana", "deployments", "/deploy before")["ok"] is True
        assert sandbox.post("disconnects", reason="refresh_requested")["told"] == 1
        sandbox.wait_for_app()
        assert sandbox.types("ana", "deployments", "/deploy after")["ok"] is True


def test_without_an_app_the_command_fails_as_slack_shows_it() -> None:
    with start_sandbox(EVERYTHING) as sandbox:
        answer = sandbox.types("ana", "deployments", "/deploy")
        assert (answer["ok"], answer["error"]) == (False, "no_app_connected")
        assert shown_to(sandbox, ANA) == '/deploy failed with the error "dispatch_failed"'
