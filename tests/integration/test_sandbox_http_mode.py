"""HTTP mode: the app is called at its addresses, signed; what it answers counts as an ack does over a socket."""

import json
import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from slack_bolt import Ack, App
from slack_sdk import WebClient
from slack_sdk.signature import SignatureVerifier

from bot.sandbox import manifest
from bot.sandbox.errors import SandboxUnusable
from tests.support.http_app import Answer, HttpApp, Received, bolt_answering, echoing, start_http_app
from tests.support.sandbox import JsonObject, SandboxClient, start_sandbox

CHANNEL, ANA = "C0DEPLOYMEN", "U0ANA000000"
SEARCH = {"type": "external_select", "action_id": "search", "min_query_length": 0}
BUTTON = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}, "value": "1"}
BLOCKS = [{"type": "actions", "block_id": "row", "elements": [BUTTON, SEARCH]}]
FORM: JsonObject = {
    "type": "modal",
    "callback_id": "form",
    "title": {"type": "plain_text", "text": "Form"},
    "submit": {"type": "plain_text", "text": "Go"},
    "blocks": [
        {
            "type": "input",
            "block_id": "note",
            "label": {"type": "plain_text", "text": "Note"},
            "element": {"type": "plain_text_input", "action_id": "note"},
        }
    ],
}


@pytest.fixture
def app() -> Iterator[HttpApp]:
    with start_http_app() as started:
        yield started


@pytest.fixture
def sandbox(app: HttpApp, tmp_path: Path) -> Iterator[SandboxClient]:
    with start_sandbox(app.manifest(tmp_path)) as started:
        yield started


def told(sandbox: SandboxClient, user: str = ANA) -> str:
    return [str(m["text"]) for m in sandbox.messages() if m.get("visible_to") == user][-1]


def test_a_command_is_a_signed_form_and_its_body_is_the_answer(sandbox: SandboxClient, app: HttpApp) -> None:
    app.answer = lambda _: (200, {"content-type": "application/json"}, '{"text": "heard"}')
    answer = sandbox.types("ana", "deployments", "/deploy web to @ben")
    assert answer["ok"] is True
    assert answer["ack_ms"] > 0
    assert told(sandbox) == "heard"
    (request,) = app.received
    assert request.path == "/commands/deploy"
    assert request.form["text"] == "web to <@U0BEN000000|ben>"
    assert SignatureVerifier(sandbox.signing_secret).is_valid_request(request.body, request.headers)
    app.answer = lambda _: (200, {"content-type": "text/plain"}, "plain words")
    sandbox.types("ana", "deployments", "/deploy x")
    assert told(sandbox) == "plain words"


def test_the_address_of_a_command_is_asked_once_for_its_certificate(sandbox: SandboxClient, app: HttpApp) -> None:
    for _ in range(2):
        assert sandbox.types("ana", "deployments", "/deploy x")["ok"]
    assert sandbox.wait_for(lambda _: app.ssl_checks)
    (asked,) = app.ssl_checks
    assert (asked.path, asked.form["ssl_check"]) == ("/commands/deploy", "1")
    assert SignatureVerifier(sandbox.signing_secret).is_valid_request(asked.body, asked.headers)
    checked = bolt_answering(App(client=WebClient(token="x"), signing_secret="other", token_verification_enabled=False))
    assert checked(asked)[0] == 200, "Bolt answers it before it looks at anything else"


def test_an_app_that_fails_is_shown_as_slack_shows_it(sandbox: SandboxClient, app: HttpApp) -> None:
    app.answer = lambda _: (500, {}, "broken")
    assert sandbox.types("ana", "deployments", "/deploy x")["error"] == "dispatch_failed"
    assert told(sandbox) == '/deploy failed with the error "dispatch_failed"'
    assert len(app.received) == 1, "a command is never repeated"


def test_an_app_that_answers_late_is_shown_as_slack_shows_it(sandbox: SandboxClient, app: HttpApp) -> None:
    is_over = threading.Event()

    def late(_: Received) -> Answer:
        sandbox.moves_clock(3.1)
        is_over.wait(10)
        return 200, {}, "too late"

    app.answer = late
    assert sandbox.types("ana", "deployments", "/deploy x")["error"] == "operation_timeout"
    is_over.set()
    assert told(sandbox) == '/deploy failed with the error "operation_timeout"'


def test_clicks_and_suggestions_go_to_their_addresses(sandbox: SandboxClient, app: HttpApp) -> None:
    client = WebClient(token=sandbox.bot_token, base_url=sandbox.api_url)
    ts = client.chat_postMessage(channel=CHANNEL, text="card", blocks=BLOCKS)["ts"]
    assert sandbox.clicks("ana", "go", channel=CHANNEL, ts=ts)["ok"] is True
    (request,) = [request for request in app.received if request.path == "/interactive"]
    assert request.json["type"] == "block_actions"
    options = {"options": [{"text": {"type": "plain_text", "text": "web"}, "value": "web"}]}
    app.answer = lambda _: (200, {"content-type": "application/json"}, json.dumps(options))
    answer = sandbox.suggestions("ana", "search", "we", channel=CHANNEL, ts=ts)
    assert answer["options"] == options["options"]
    (request,) = [request for request in app.received if request.path == "/options"]
    assert request.json["type"] == "block_suggestion"


class TestEvents:
    def test_the_address_is_verified_once_before_the_first(self, sandbox: SandboxClient, app: HttpApp) -> None:
        assert sandbox.writes("ana", "deployments", "one")["error"] is None
        assert sandbox.writes("ana", "deployments", "two")["error"] is None
        kinds = [request.json["type"] for request in app.received]
        assert kinds == ["url_verification", "event_callback", "event_callback"]
        assert "x-slack-retry-num" not in app.received[-1].headers

    def test_an_address_that_does_not_give_the_challenge_back_gets_none(
        self, sandbox: SandboxClient, app: HttpApp
    ) -> None:
        app.answer = lambda _: (200, {}, "hello")
        assert sandbox.writes("ana", "deployments", "one")["error"] == "url_verification_failed"
        assert {request.json["type"] for request in app.received} == {"url_verification"}

    def test_what_failed_comes_three_times_more_and_says_so(self, sandbox: SandboxClient, app: HttpApp) -> None:
        app.answer = lambda r: echoing(r) if r.json["type"] == "url_verification" else (503, {}, "")
        sandbox.writes("ana", "deployments", "one")
        for attempts in (3, 4, 5):
            sandbox.wait_for(lambda _, attempts=attempts: len(app.received) >= attempts)
            sandbox.wait_for(lambda state, attempts=attempts: len(state["deliveries"]) >= attempts - 1)
            sandbox.moves_clock(300)
        retries = [request.headers for request in app.received[2:]]
        assert [headers["x-slack-retry-num"] for headers in retries] == ["1", "2", "3"]
        assert {headers["x-slack-retry-reason"] for headers in retries} == {"http_error"}
        assert len({request.json["event_id"] for request in app.received[1:]}) == 1

    def test_an_app_may_say_that_it_wants_no_retry(self, sandbox: SandboxClient, app: HttpApp) -> None:
        no_more = {"X-Slack-No-Retry": "1"}
        app.answer = lambda r: echoing(r) if r.json["type"] == "url_verification" else (500, no_more, "")
        sandbox.writes("ana", "deployments", "one")
        sandbox.moves_clock(400)
        sandbox.writes("ana", "deployments", "two")
        texts = [request.json["event"]["text"] for request in app.received[1:]]
        assert texts == ["one", "two"]


def test_bolt_does_not_notice_the_difference(sandbox: SandboxClient, app: HttpApp) -> None:
    logging.getLogger("slack_bolt").setLevel(logging.CRITICAL)
    client = WebClient(token=sandbox.bot_token, base_url=sandbox.api_url)
    bolt = App(client=client, signing_secret=sandbox.signing_secret)
    app.answer = bolt_answering(bolt)
    heard: list[str] = []

    @bolt.command("/deploy")
    def command(ack: Ack, body: JsonObject, client: WebClient) -> None:
        ack("opening")
        client.views_open(trigger_id=body["trigger_id"], view=FORM)

    @bolt.view("form")
    def submitted(ack: Ack, view: JsonObject) -> None:
        text = view["state"]["values"]["note"]["note"]["value"]
        ack(response_action="errors", errors={"note": "Not so."}) if text == "bad" else ack()

    @bolt.event("message")
    def message(event: JsonObject) -> None:
        heard.append(event["text"])

    sandbox.types("ana", "deployments", "/deploy")
    view = sandbox.wait_for(lambda state: state["modals"].get(ANA))[-1]
    assert told(sandbox) == "opening"
    answer = sandbox.submits("ana", view["id"], {"note": {"note": "bad"}})
    assert answer["response"] == {"response_action": "errors", "errors": {"note": "Not so."}}
    assert sandbox.submits("ana", view["id"], {"note": {"note": "good"}})["ok"] is True
    assert ANA not in sandbox.state()["modals"]
    assert sandbox.writes("ana", "deployments", "hello")["error"] is None
    assert heard == ["hello"]
    assert sandbox.types("ana", "deployments", "/raw nobody listens")["error"] == "dispatch_failed"


class TestTheManifest:
    def test_an_app_elsewhere_is_never_called(self, tmp_path: Path, app: HttpApp) -> None:
        path = app.manifest(tmp_path)
        path.write_text(path.read_text().replace(app.url, "https://example.com"))
        with pytest.raises(SandboxUnusable, match=r"on this machine only.*not https://example.com"):
            manifest.load(path)

    def test_with_socket_mode_its_addresses_do_not_matter(self, tmp_path: Path, app: HttpApp) -> None:
        path = app.manifest(tmp_path)
        document = json.loads(path.read_text().replace(app.url, "https://example.com"))
        document["settings"]["socket_mode_enabled"] = True
        path.write_text(json.dumps(document))
        assert manifest.load(path).is_socket_mode is True
