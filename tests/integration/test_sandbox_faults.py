"""Trouble on demand, as the app and people meet it; and the clock that tests move."""

import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.support.cut_answers import cuts_answers
from tests.support.raw_app import RawApp, start_raw_app
from tests.support.sandbox import EVERYTHING, JsonObject, SandboxClient, start_sandbox

CHANNEL = "C0DEPLOYMEN"


@pytest.fixture(scope="module")
def shared() -> Iterator[SandboxClient]:
    with start_sandbox(EVERYTHING) as started:
        yield started


@pytest.fixture
def sandbox(shared: SandboxClient) -> Iterator[SandboxClient]:
    """Without faults at its beginning and its end, and with fresh budgets."""
    shared.moves_clock(60, only="rate_limits")
    yield shared
    shared.clear_faults()


@pytest.fixture
def client(sandbox: SandboxClient) -> WebClient:
    return WebClient(token=sandbox.bot_token, base_url=sandbox.api_url, retry_handlers=[])


@pytest.fixture
def app(sandbox: SandboxClient) -> Iterator[RawApp]:
    with start_raw_app(sandbox) as started:
        yield started


def delete(sandbox: SandboxClient, path: str) -> tuple[int, JsonObject]:
    try:
        with urllib.request.urlopen(urllib.request.Request(f"{sandbox.base_url}{path}", method="DELETE")) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def said(sandbox: SandboxClient) -> list[str]:
    return [message["text"] for message in sandbox.messages("deployments")]


class TestTheList:
    def test_faults_are_shown_counted_down_and_cleared(self, sandbox: SandboxClient, client: WebClient) -> None:
        first = sandbox.fault("error", method="chat.postMessage", error="fatal_error", times=2)
        second = sandbox.fault("slow", ms=1)
        assert first == {
            "id": first["id"],
            "kind": "error",
            "times": 2,
            "method": "chat.postMessage",
            "channel": None,
            "error": "fatal_error",
        }
        with pytest.raises(SlackApiError, match="fatal_error"):
            client.chat_postMessage(channel=CHANNEL, text="x")
        assert sandbox.state()["faults"] == [{**first, "times": 1}, second]
        assert delete(sandbox, f"/sandbox/faults/{second['id']}")[1]["cleared"] == [second]
        assert delete(sandbox, "/sandbox/faults/Ft0")[0] == 404
        sandbox.clear_faults()
        assert sandbox.state()["faults"] == []

    @pytest.mark.parametrize(
        ("body", "named"),
        [
            ({}, "kind must be one of error, rate_limit, http_error, slow, cut, deaf, lost_ack"),
            ({"kind": "error", "status": 500}, "error knows no status"),
            ({"kind": "http_error", "status": 200}, "status must be a whole number from 500 to 599"),
            ({"kind": "slow", "ms": 1e9}, "ms must be"),
            ({"kind": "cut", "times": 0}, "times must be"),
            ({"kind": "cut", "is_done": "yes"}, "is_done must be true or false"),
            ({"kind": "error", "method": 7}, "method must be a string"),
            ({"kind": "error", "channel": "nowhere"}, "There is no channel 'nowhere'."),
        ],
    )
    def test_what_makes_no_fault_is_named(self, sandbox: SandboxClient, body: JsonObject, named: str) -> None:
        answer = sandbox.post("faults", **body)
        assert answer["ok"] is False
        assert named in answer["message"]


class TestTheWebApi:
    def test_an_error_until_it_is_cleared_leaves_other_methods_alone(
        self, sandbox: SandboxClient, client: WebClient
    ) -> None:
        sandbox.fault("error", method="chat.update", error="internal_error")
        ts = client.chat_postMessage(channel=CHANNEL, text="before")["ts"]
        for _ in range(3):
            with pytest.raises(SlackApiError, match="internal_error"):
                client.chat_update(channel=CHANNEL, ts=ts, text="after")
        sandbox.clear_faults()
        client.chat_update(channel=CHANNEL, ts=ts, text="after")
        assert said(sandbox)[-1] == "after"

    def test_a_rate_limit_lasts_as_long_as_retry_after_says(self, sandbox: SandboxClient, client: WebClient) -> None:
        sandbox.fault("rate_limit", method="chat.postMessage", channel="deployments", retry_after=30)
        with pytest.raises(SlackApiError, match="ratelimited") as refused:
            client.chat_postMessage(channel=CHANNEL, text="too soon")
        assert refused.value.response.status_code == 429
        assert int(refused.value.response.headers["Retry-After"]) in (29, 30)
        client.chat_postMessage(channel="U0ANA000000", text="another channel")
        sandbox.moves_clock(30, only="rate_limits")
        client.chat_postMessage(channel=CHANNEL, text="in time")
        assert "too soon" not in said(sandbox)

    def test_a_broken_server_answers_no_json(self, sandbox: SandboxClient, client: WebClient) -> None:
        sandbox.fault("http_error", method="auth.test", status=503, times=1)
        with pytest.raises(SlackApiError) as broken:
            client.auth_test()
        assert broken.value.response.status_code == 503
        assert client.auth_test()["ok"] is True

    @cuts_answers
    def test_a_connection_is_cut_after_the_work_is_done(self, sandbox: SandboxClient, client: WebClient) -> None:
        sandbox.fault("cut", method="chat.postMessage", times=1)
        with pytest.raises((http.client.HTTPException, OSError)):
            client.chat_postMessage(channel=CHANNEL, text="done all the same")
        assert said(sandbox)[-1] == "done all the same"
        sandbox.fault("cut", method="chat.postMessage", times=1, is_done=False)
        with pytest.raises((http.client.HTTPException, OSError)):
            client.chat_postMessage(channel=CHANNEL, text="not done")
        assert "not done" not in said(sandbox)

    def test_a_slow_answer_comes_after_the_work(self, sandbox: SandboxClient, client: WebClient) -> None:
        sandbox.fault("slow", method="chat.postMessage", ms=150, times=1)
        begun = time.monotonic()
        client.chat_postMessage(channel=CHANNEL, text="slowly")
        assert time.monotonic() - begun >= 0.15

    def test_response_urls_and_uploads_meet_faults_too(self, sandbox: SandboxClient, client: WebClient) -> None:
        sandbox.fault("http_error", method="upload", status=500, times=1)
        place = client.files_getUploadURLExternal(filename="a.log", length=1)
        request = urllib.request.Request(str(place["upload_url"]), data=b"x")
        with pytest.raises(urllib.error.HTTPError) as broken:
            urllib.request.urlopen(request)
        broken.value.close()
        with urllib.request.urlopen(request) as response:
            assert response.status == 200


class TestDelivery:
    def test_a_lost_ack_looks_like_a_late_one(self, sandbox: SandboxClient, app: RawApp) -> None:
        sandbox.fault("lost_ack", name="/deploy", times=1)
        lost = sandbox.types("ana", "deployments", "/deploy x")
        kept = sandbox.types("ana", "deployments", "/deploy x")
        assert (lost["ok"], lost["error"]) == (False, "operation_timeout")
        assert kept["ok"] is True
        assert len(app.payloads("slash_commands")) == 2
        told = [message["text"] for message in sandbox.messages() if message.get("is_ephemeral")]
        assert told[-1] == '/deploy failed with the error "operation_timeout"'

    def test_a_deaf_socket_is_connected_and_gets_nothing(self, sandbox: SandboxClient, app: RawApp) -> None:
        sandbox.fault("deaf")
        assert sandbox.types("ana", "deployments", "/deploy x")["error"] == "operation_timeout"
        assert sandbox.state()["app"]["connections"] == 1
        sandbox.clear_faults()
        assert sandbox.types("ana", "deployments", "/deploy again")["ok"] is True
        assert [payload["text"] for payload in app.payloads("slash_commands")] == ["again"]


class TestTheClock:
    def test_response_urls_expire_when_it_is_moved(self, sandbox: SandboxClient, app: RawApp) -> None:
        sandbox.types("ana", "deployments", "/deploy x")
        url = app.payloads("slash_commands")[-1]["response_url"]
        request = urllib.request.Request(url, data=b'{"text": "late"}')
        sandbox.moves_clock(30 * 60 + 1)
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request)
        assert json.loads(refused.value.read())["error"] == "expired_url"
        refused.value.close()

    def test_budgets_recover_while_nothing_gets_older(self, sandbox: SandboxClient, client: WebClient) -> None:
        before = sandbox.post("clock", seconds=0)["moved"]
        for number in range(9):
            client.chat_postMessage(channel=CHANNEL, text=f"message {number}")
            sandbox.moves_clock(1, only="rate_limits")
        assert sandbox.post("clock", seconds=0)["moved"] == before

    @pytest.mark.parametrize("body", [{}, {"seconds": -1}, {"seconds": "1"}, {"seconds": 1, "only": "x"}])
    def test_what_moves_no_clock_is_named(self, sandbox: SandboxClient, body: JsonObject) -> None:
        answer = sandbox.post("clock", **body)
        assert (answer["ok"], answer["error"]) == (False, "invalid_arguments")
