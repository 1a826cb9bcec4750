"""Before a method is asked: the token, its scopes, the shape of the request. In one process, without a socket."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest

from bot.sandbox.webapi.methods import METHODS
from tests.support.sandbox import EVERYTHING
from tests.support.web_api import ANA, DEPLOYMENTS, InProcess

MANIFEST = """
display_information: {name: Foredeck}
features: {bot_user: {display_name: foredeck}}
oauth_config: {scopes: {bot: [SCOPES]}}
"""
FORM, JSON = "application/x-www-form-urlencoded", "application/json; charset=utf-8"
POST = "/api/chat.postMessage"


def with_scopes(folder: Path, *scopes: str) -> InProcess:
    manifest = folder / "manifest.yml"
    manifest.write_text(MANIFEST.replace("SCOPES", ", ".join(f"'{scope}'" for scope in scopes)))
    return InProcess(manifest)


@pytest.fixture
def slack(tmp_path: Path) -> Iterator[InProcess]:
    with with_scopes(tmp_path, "chat:write", "channels:history") as made:
        yield made


@pytest.fixture(scope="module")
def powerless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    with with_scopes(tmp_path_factory.mktemp("powerless"), "commands") as made:
        yield made


class TestTokens:
    @pytest.mark.parametrize(
        ("token", "error"),
        [("", "not_authed"), ("xoxb-x", "invalid_auth"), ("xapp-sandbox-foredeck", "not_allowed_token_type")],
    )
    def test_only_the_apps_own_token_opens(self, slack: InProcess, token: str, error: str) -> None:
        assert slack.request("/api/auth.test", b"", JSON, token).json == {"ok": False, "error": error}

    def test_it_may_stand_in_the_header_the_form_the_query_or_the_json(self, slack: InProcess) -> None:
        token = slack.sandbox.credentials.bot_token
        assert slack.request("/api/auth.test", b"", JSON, token).json["ok"]
        assert slack.request("/api/auth.test", f"token={token}".encode(), FORM).json["ok"]
        assert slack.request(f"/api/auth.test?token={token}", b"", FORM, verb="GET").json["ok"]
        assert slack.request("/api/auth.test", json.dumps({"token": token}).encode(), JSON).json["ok"]

    @pytest.mark.parametrize("verb", ["PUT", "PATCH", "DELETE", "OPTIONS"])
    def test_whatever_verb_is_used_the_answer_is_slacks(self, slack: InProcess, verb: str) -> None:
        for method, error in (("auth.test", "insecure_request"), ("no.such", "unknown_method")):
            refused = slack.request(f"/api/{method}", b"", JSON, slack.sandbox.credentials.bot_token, verb=verb)
            assert (refused.status, refused.json["error"]) == (200, error)

    def test_a_socket_is_opened_by_posting_only(self, slack: InProcess) -> None:
        token = slack.sandbox.credentials.app_token
        refused = slack.request("/api/apps.connections.open", b"", FORM, token, verb="GET")
        assert refused.json == {"ok": False, "error": "insecure_request"}
        assert slack.request("/api/apps.connections.open", b"", FORM, token).json["ok"]

    def test_a_token_that_was_given_back_is_revoked(self, slack: InProcess) -> None:
        assert slack.call("auth.revoke", test="1")["revoked"] is False
        assert slack.call("auth.test")["ok"]
        assert slack.call("auth.revoke")["revoked"] is True
        assert slack.call("auth.test")["error"] == "token_revoked"

    def test_connections_want_the_app_level_token(self, slack: InProcess) -> None:
        token = slack.sandbox.credentials.bot_token
        answer = slack.request("/api/apps.connections.open", b"", JSON, token)
        assert answer.json["error"] == "not_allowed_token_type"
        assert slack.call("apps.connections.open")["ok"]


class TestScopes:
    @pytest.mark.parametrize("method", [name for name, method in METHODS.items() if method.scopes])
    def test_a_missing_one_is_named_with_those_there_are(self, powerless: InProcess, method: str) -> None:
        answer = powerless.call(method)
        assert (answer["error"], answer["provided"]) == ("missing_scope", "commands")
        assert set(answer["needed"].split(",")) == set(METHODS[method].scopes)

    def test_the_type_of_the_conversation_decides(self, slack: InProcess) -> None:
        assert slack.call("conversations.history", channel=DEPLOYMENTS)["ok"]
        direct = slack.sandbox.workspace.direct_message(ANA).id
        answer = slack.call("conversations.history", channel=direct)
        assert (answer["error"], answer["needed"]) == ("missing_scope", "im:history")

    def test_one_of_two_is_enough_where_slack_has_a_narrower_one(self, tmp_path: Path) -> None:
        for scope in ("channels:write.topic", "channels:manage"):
            with with_scopes(tmp_path, scope) as made:
                assert made.call("conversations.setTopic", channel=DEPLOYMENTS, topic="x")["ok"]
        with with_scopes(tmp_path, "groups:write") as made:
            answer = made.call("conversations.setTopic", channel=DEPLOYMENTS, topic="x")
            assert answer["needed"] == "channels:write.topic,channels:manage"

    def test_answers_name_the_scopes_in_their_headers(self, slack: InProcess) -> None:
        answer = slack.request(POST, b"", JSON, slack.sandbox.credentials.bot_token)
        assert answer.headers["x-oauth-scopes"] == "chat:write,channels:history"
        assert answer.headers["x-accepted-oauth-scopes"] == "chat:write"

    def test_public_channels_are_open_to_who_may_write_everywhere(self, tmp_path: Path, slack: InProcess) -> None:
        assert slack.call("chat.postMessage", channel=slack_channel(slack), text="x")["error"] == "not_in_channel"
        with with_scopes(tmp_path, "chat:write", "chat:write.public") as made:
            assert made.call("chat.postMessage", channel=slack_channel(made), text="x")["ok"]
            secret = made.sandbox.workspace.add_channel("secret", [ANA], is_private=True).id
            assert made.call("chat.postMessage", channel=secret, text="x")["error"] == "channel_not_found"
            answer = made.call("chat.postEphemeral", channel=slack_channel(made), user=ANA, text="x")
            assert answer["error"] == "not_in_channel"

    def test_another_name_needs_the_scope_to_customize(self, tmp_path: Path, slack: InProcess) -> None:
        worn = {"channel": DEPLOYMENTS, "text": "x", "username": "Robot", "icon_emoji": ":robot_face:"}
        assert slack.call("chat.postMessage", **worn)["needed"] == "chat:write.customize"
        with with_scopes(tmp_path, "chat:write", "chat:write.customize") as made:
            message = made.call("chat.postMessage", **worn)["message"]
            assert (message["username"], message["subtype"]) == ("Robot", "bot_message")


def slack_channel(made: InProcess) -> str:
    """A public channel that the app is not in."""
    known = made.sandbox.workspace.channel("elsewhere")
    return (known or made.sandbox.workspace.add_channel("elsewhere", [ANA])).id


class TestTabs:
    HOME: ClassVar[dict[str, object]] = {"type": "home", "blocks": []}

    def test_a_home_is_published_only_by_an_app_that_has_one(self, slack: InProcess) -> None:
        assert slack.call("views.publish", user_id=ANA, view=self.HOME)["error"] == "not_enabled"
        with InProcess(EVERYTHING) as made:
            assert made.call("views.publish", user_id=ANA, view=self.HOME)["ok"]

    @pytest.mark.parametrize("method", ["chat.postMessage", "chat.meMessage", "chat.scheduleMessage"])
    def test_no_direct_messages_when_they_are_switched_off(self, tmp_path: Path, method: str) -> None:
        manifest = tmp_path / "manifest.yml"
        switched_off = "features: {app_home: {messages_tab_enabled: false}, "
        text = MANIFEST.replace("SCOPES", "'chat:write'").replace("features: {", switched_off)
        manifest.write_text(text)
        with InProcess(manifest) as made:
            assert made.call(method, channel=ANA, text="x", post_at=1)["error"] == "messages_tab_disabled"


class TestBodies:
    @pytest.mark.parametrize(
        ("body", "kind", "error"),
        [
            (b"{", JSON, "invalid_json"),
            (b'{"text": NaN}', JSON, "invalid_json"),
            (b"[" * 100_000, JSON, "invalid_json"),
            (b"[]", JSON, "json_not_object"),
            (b"--x", "multipart/form-data", "invalid_form_data"),
            (b"--x\r\nbroken", "multipart/form-data; boundary=b", "invalid_form_data"),
            (b"x" * 5_000_001, JSON, "request_too_large"),
            (b"channel=C0DEPLOYMEN&text=x", "text/plain", "invalid_arguments"),
            (b"<x/>", "application/xml", "invalid_post_type"),
            (b"channel=x", "", "missing_post_type"),
            (b"", JSON, "invalid_arguments"),
            (b"", "application/xml", "invalid_arguments"),
        ],
    )
    def test_what_cannot_be_read_is_refused(self, slack: InProcess, body: bytes, kind: str, error: str) -> None:
        answer = slack.request(POST, body, kind, slack.sandbox.credentials.bot_token)
        assert (answer.status, answer.json["error"]) == (200, error)

    def test_wrong_arguments_are_all_named(self, slack: InProcess) -> None:
        answer = slack.call("chat.postMessage", text="x", attachments="{", unfurl_links="perhaps")
        assert answer["response_metadata"]["messages"] == [
            "[ERROR] must be valid JSON [json-pointer:/attachments]",
            "[ERROR] missing required field: channel",
            "[ERROR] must be a boolean [json-pointer:/unfurl_links]",
        ]

    def test_a_method_that_does_not_exist_is_named(self, slack: InProcess) -> None:
        answer = slack.call("chat.postNothing")
        assert answer == {"ok": False, "error": "unknown_method", "req_method": "chat.postNothing"}
