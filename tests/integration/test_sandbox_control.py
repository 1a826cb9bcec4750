"""The control API's door, the state that survives, the stream of changes, and Socket Mode by hand."""

import asyncio
import json
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from slack_sdk import WebClient
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.support.sandbox import ENVIRONMENT, EVERYTHING, SandboxClient, command, start_sandbox, start_sandbox_child

CHANNEL = "C0DEPLOYMEN"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxClient]:
    with start_sandbox(EVERYTHING) as started:
        yield started


def request(sandbox: SandboxClient, path: str, body: bytes | None = None, **headers: str) -> tuple[int, dict[str, Any]]:
    """Any request; header names with _ for -."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    call = urllib.request.Request(f"{sandbox.base_url}{path}", data=body, headers=named)
    try:
        with urllib.request.urlopen(call) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


class TestTheDoor:
    def test_another_host_name_is_refused(self, sandbox: SandboxClient) -> None:
        assert request(sandbox, "/sandbox/state", host="evil.example")[0] == 403
        assert request(sandbox, "/api/auth.test", host="evil.example")[0] == 403

    def test_another_origin_is_refused(self, sandbox: SandboxClient) -> None:
        status, body = request(sandbox, "/sandbox/state", origin="https://evil.example")
        assert (status, body["error"]) == (403, "forbidden_origin")
        assert request(sandbox, "/sandbox/state", origin="null")[0] == 403
        assert request(sandbox, "/sandbox/state", origin=sandbox.base_url)[0] == 200

    def test_only_json_may_act(self, sandbox: SandboxClient) -> None:
        body = json.dumps({"user": "ana", "channel": "deployments", "text": "x"}).encode()
        for kind in ("text/plain", "application/x-www-form-urlencoded"):
            assert request(sandbox, "/sandbox/messages", body, content_type=kind)[0] == 415
        status, answer = request(sandbox, "/sandbox/messages", body, content_type="application/json; charset=utf-8")
        assert (status, answer["ok"]) == (200, True)

    @pytest.mark.parametrize("body", [b"{", b"[]", b"7", b'{"user": 7}', b'{"user": {}, "channel": []}', b"\xff"])
    @pytest.mark.parametrize("act", ["commands", "clicks", "submissions", "messages", "closes", "suggestions"])
    def test_junk_gets_an_answer_and_no_traceback(self, sandbox: SandboxClient, act: str, body: bytes) -> None:
        status, answer = request(sandbox, f"/sandbox/{act}", body, content_type="application/json")
        assert (status, answer["ok"], answer["error"]) == (200, False, "invalid_arguments")

    @pytest.mark.parametrize(
        ("path", "body", "status", "error"),
        [
            ("/sandbox/commands", None, 405, "method_not_allowed"),
            ("/sandbox/state", b"{}", 405, "method_not_allowed"),
            ("/response/x", None, 405, "method_not_allowed"),
            ("/sandbox/nothing", None, 404, "not_found"),
            ("/nothing", b"{}", 404, "not_found"),
        ],
    )
    def test_where_nothing_is_the_answer_is_json_too(
        self, sandbox: SandboxClient, path: str, body: bytes | None, status: int, error: str
    ) -> None:
        found, answer = request(sandbox, path, body, content_type="application/json")
        assert (found, answer["ok"], answer["error"]) == (status, False, error)

    def test_no_answer_invites_other_origins(self, sandbox: SandboxClient) -> None:
        with urllib.request.urlopen(f"{sandbox.base_url}/sandbox/state") as response:
            assert not [name for name in response.headers if name.lower().startswith("access-control")]


class TestState:
    def test_alone_it_has_a_channel_four_people_and_the_app(self, sandbox: SandboxClient) -> None:
        state = sandbox.state()
        assert {user["name"] for user in state["users"] if not user["is_bot"]} == {"ana", "ben", "eva", "mia"}
        channel = next(known for known in state["channels"] if known["name"] == "deployments")
        assert channel["id"] == CHANNEL
        assert "U0FOREDECK0" in channel["members"]
        assert [known["command"] for known in state["commands"]] == ["/deploy", "/raw"]

    def test_a_persons_message_is_there_with_its_channel_and_thread(self, sandbox: SandboxClient) -> None:
        parent = sandbox.writes("ana", "deployments", "parent")["ts"]
        reply = sandbox.writes("U0BEN000000", "#deployments", "reply", parent)["ts"]
        shown = next(known for known in sandbox.messages("deployments") if known["ts"] == reply)
        assert (shown["channel"], shown["thread_ts"], shown["user"]) == (CHANNEL, parent, "U0BEN000000")
        assert sandbox.writes("ana", "deployments", "x", "1.000000")["error"] == "unknown_message"

    def test_one_who_is_not_in_the_channel_cannot_write_there(self, sandbox: SandboxClient) -> None:
        sandbox.post("channels", name="two", members=["ana", "ben"])
        assert sandbox.writes("mia", "two", "x")["error"] == "not_in_channel"

    def test_a_person_writes_to_the_app_directly(self, sandbox: SandboxClient) -> None:
        answer = sandbox.writes("ana", "foredeck", "hello")
        direct = next(known for known in sandbox.state()["channels"] if known["id"] == answer["channel"])
        assert (direct["is_im"], direct["user"]) == (True, "U0ANA000000")


class TestStream:
    @staticmethod
    def events(sandbox: SandboxClient, after: int, count: int) -> list[tuple[str, dict[str, Any]]]:
        """The next `count` events."""
        found: list[tuple[str, dict[str, Any]]] = []
        kind = ""
        with urllib.request.urlopen(f"{sandbox.base_url}/sandbox/stream?after={after}", timeout=10) as response:
            for line in response:
                name, _, value = line.decode().strip().partition(": ")
                if name == "event":
                    kind = value
                elif name == "data":
                    found.append((kind, json.loads(value)))
                    if len(found) == count:
                        break
        return found

    def test_it_continues_where_the_state_ended(self, sandbox: SandboxClient) -> None:
        seq = sandbox.state()["seq"]
        ts = sandbox.writes("ana", "deployments", "news")["ts"]
        kind, change = self.events(sandbox, seq, 1)[0]
        assert (kind, change["kind"], change["seq"]) == ("change", "message", seq + 1)
        assert (change["message"]["ts"], change["message"]["channel"]) == (ts, CHANNEL)

    def test_one_who_missed_too_much_is_told_to_start_again(self, sandbox: SandboxClient) -> None:
        assert self.events(sandbox, 1, 1)[0][0] == "reset"


class TestKeptState:
    def test_it_survives_a_kill_and_never_reuses_a_timestamp(self, tmp_path: Path) -> None:
        arguments = ["--state", str(tmp_path), "--manifest", str(EVERYTHING), "--bot-token", "xoxb-mine"]
        with start_sandbox_child(*arguments) as child:
            client = WebClient(token="xoxb-mine", base_url=child.client.api_url)
            parent = client.chat_postMessage(
                channel=CHANNEL, text="card", metadata={"event_type": "a", "event_payload": {}}
            )
            client.chat_postMessage(channel=CHANNEL, text="reply", thread_ts=parent["ts"])
            file = client.files_upload_v2(channel=CHANNEL, content="log", filename="a.log")["file"]["id"]
            child.client.post("channels", name="prod")
            last = client.chat_postMessage(channel=CHANNEL, text="gone")["ts"]
            client.chat_delete(channel=CHANNEL, ts=last)
            before = child.client.messages("deployments")
            child.kill()
        with start_sandbox_child("--state", str(tmp_path), "--manifest", str(EVERYTHING)) as child:
            client = WebClient(token="xoxb-mine", base_url=child.client.api_url)
            after = child.client.messages("deployments")
            assert [(known["ts"], known["text"]) for known in after] == [
                (known["ts"], known["text"]) for known in before
            ]
            assert {known["name"] for known in child.client.state()["channels"]} == {"deployments", "prod"}
            thread = client.conversations_replies(channel=CHANNEL, ts=parent["ts"], include_all_metadata=True)[
                "messages"
            ]
            assert (thread[0]["reply_count"], thread[0]["metadata"]["event_type"]) == (1, "a")
            with urllib.request.urlopen(client.files_info(file=file)["file"]["url_private"]) as response:
                assert response.read() == b"log"
            assert client.chat_postMessage(channel=CHANNEL, text="new")["ts"] > last
            client.chat_update(channel=CHANNEL, ts=parent["ts"], text="edited")

    def test_the_app_keeps_its_ids_when_the_manifest_renames_it(self, tmp_path: Path) -> None:
        with start_sandbox(EVERYTHING, tmp_path):
            pass
        renamed = tmp_path / "renamed.yml"
        renamed.write_text(EVERYTHING.read_text().replace("display_name: foredeck", "display_name: Ship"))
        with start_sandbox(renamed, tmp_path) as sandbox:
            client = WebClient(token=sandbox.bot_token, base_url=sandbox.api_url)
            assert client.auth_test()["user_id"] == "U0FOREDECK0"
            assert client.auth_test()["user"] == "ship"
            client.chat_postMessage(channel=CHANNEL, text="still a member")

    def test_a_second_sandbox_on_the_same_state_is_refused(self, tmp_path: Path) -> None:
        with start_sandbox(state_dir=tmp_path):
            second = self.attempt("--state", str(tmp_path))
        assert second.returncode == 2
        assert "Is another sandbox running on it?" in second.stderr

    def test_a_port_that_is_taken_is_refused(self, sandbox: SandboxClient) -> None:
        second = self.attempt("--port", sandbox.base_url.rpartition(":")[2])
        assert second.returncode == 2
        assert second.stderr.endswith("Choose another --port.\n")

    @staticmethod
    def attempt(*arguments: str) -> subprocess.CompletedProcess[str]:
        """A start that fails."""
        return subprocess.run(
            command(*arguments), env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=30
        )


class TestSocketMode:
    @staticmethod
    def address(sandbox: SandboxClient) -> str:
        client = WebClient(token=sandbox.bot_token, base_url=sandbox.api_url)
        return str(client.apps_connections_open(app_token=sandbox.app_token)["url"])

    def test_a_ticket_opens_one_connection(self, sandbox: SandboxClient) -> None:
        async def scenario() -> None:
            address = self.address(sandbox)
            async with connect(address) as socket:
                hello = json.loads(await socket.recv())
                assert (hello["type"], hello["num_connections"]) == ("hello", 1)
                assert hello["connection_info"] == {"app_id": "A0FOREDECK0"}
                assert hello["debug_info"]["approximate_connection_time"] > 0
                with pytest.raises(InvalidStatus):
                    await connect(address)

        asyncio.run(scenario())

    def test_envelopes_take_turns_and_any_connection_may_ack(self, sandbox: SandboxClient) -> None:
        async def scenario() -> None:
            async with connect(self.address(sandbox)) as one, connect(self.address(sandbox)) as two:
                await one.recv()
                assert json.loads(await two.recv())["num_connections"] == 2
                heard = []
                for socket, other in ((one, two), (two, one)):
                    typing = asyncio.to_thread(sandbox.types, "ana", "deployments", "/deploy x")
                    task = asyncio.create_task(typing)
                    receiver, envelope = await self.next_envelope(socket, other)
                    heard.append(receiver)
                    assert envelope["accepts_response_payload"] is True
                    assert envelope["type"] == "slash_commands"
                    await other.send("not json")
                    await other.send(json.dumps({"envelope_id": envelope["envelope_id"], "payload": {"text": "yes"}}))
                    assert (await task)["response"] == {"text": "yes"}
                assert len(set(heard)) == 2

        asyncio.run(scenario())

    def test_whatever_an_app_sends_over_its_socket_the_next_ack_counts(self, sandbox: SandboxClient) -> None:
        junk: list[str | bytes] = [b"\xff\x00", "", "{", "7", "[]", '{"envelope_id": {}}', '{"envelope_id": ["x"]}']
        junk += ['{"payload": 7}', '{"type": "hello"}', "x" * 200_000, "[" * 5_000, '{"envelope_id": "\\ud800"}']

        async def scenario() -> None:
            async with connect(self.address(sandbox)) as socket:
                await socket.recv()
                task = asyncio.create_task(asyncio.to_thread(sandbox.types, "ana", "deployments", "/deploy x"))
                envelope = json.loads(await socket.recv())
                for frame in junk:
                    await socket.send(frame)
                await socket.send(json.dumps({"envelope_id": envelope["envelope_id"], "payload": {"text": [1]}}))
                answered = await task
                assert (answered["ok"], answered["response"]) == (True, {"text": [1]})

        asyncio.run(scenario())

    @staticmethod
    async def next_envelope(*sockets: ClientConnection) -> tuple[int, dict[str, Any]]:
        """Which of them got it, and what it was."""
        waiting = {asyncio.create_task(socket.recv()): id(socket) for socket in sockets}
        done, pending = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        first = done.pop()
        envelope: dict[str, Any] = json.loads(first.result())
        return waiting[first], envelope

    def test_an_event_without_an_ack_comes_again_and_a_command_does_not(self, sandbox: SandboxClient) -> None:
        assert sandbox.server is not None
        sockets = sandbox.server.sandbox.sockets

        async def scenario() -> None:
            async with connect(self.address(sandbox)) as socket:
                await socket.recv()
                task = asyncio.create_task(asyncio.to_thread(sandbox.writes, "ana", "deployments", "hello"))
                first = json.loads(await socket.recv())
                again = json.loads(await socket.recv())
                await socket.send(json.dumps({"envelope_id": again["envelope_id"]}))
                assert (await task)["ok"] is True
                assert (first["retry_attempt"], again["retry_attempt"]) == (0, 1)
                assert again["retry_reason"] == "timeout"
                assert first["payload"]["event_id"] == again["payload"]["event_id"]
                command = asyncio.create_task(asyncio.to_thread(sandbox.types, "ana", "deployments", "/deploy x"))
                await socket.recv()
                assert (await command)["error"] == "operation_timeout"
                kinds = [known["kind"] for known in sandbox.state()["deliveries"][-2:]]
                assert kinds == ["events_api", "slash_commands"]

        sockets.ack_wall = 0.2
        try:
            asyncio.run(scenario())
        finally:
            sockets.ack_wall = 3.0

    def test_a_disconnect_closes_the_connection(self, sandbox: SandboxClient) -> None:
        async def scenario() -> None:
            async with connect(self.address(sandbox)) as socket:
                await socket.recv()
                await asyncio.to_thread(sandbox.post, "disconnects", reason="warning")
                assert json.loads(await socket.recv())["reason"] == "warning"
                await asyncio.to_thread(sandbox.post, "disconnects", reason="refresh_requested")
                assert json.loads(await socket.recv())["reason"] == "refresh_requested"
                with pytest.raises(ConnectionClosed):
                    await socket.recv()

        asyncio.run(scenario())


class TestExchanges:
    def test_each_call_and_delivery_can_be_looked_at_without_its_token(self, sandbox: SandboxClient) -> None:
        client = WebClient(token=sandbox.bot_token, base_url=sandbox.api_url)
        ts = client.chat_postMessage(channel=CHANNEL, text="looked at")["ts"]
        sandbox.types("ana", "deployments", "/deploy nobody is connected")
        state = sandbox.state()
        status, call = request(sandbox, f"/sandbox/exchanges/{state['calls'][-1]['id']}")
        assert (status, call["request"]["text"], call["response"]["ts"]) == (200, "looked at", ts)
        assert sandbox.bot_token not in json.dumps(call)
        _, delivery = request(sandbox, f"/sandbox/exchanges/{state['deliveries'][-1]['id']}")
        assert (delivery["request"]["text"], delivery["response"]) == ("nobody is connected", None)
        assert request(sandbox, "/sandbox/exchanges/Ca0")[0] == 404
