"""An app of nothing but a socket: it keeps every envelope as it came and acks each with what it is told."""

import contextlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from slack_sdk import WebClient
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.support.sandbox import JsonObject, SandboxClient


@dataclass
class RawApp:
    """What came, and what it answers: `answers` by the type of the envelope's payload or by its own."""

    sandbox: SandboxClient
    client: WebClient
    envelopes: list[JsonObject] = field(default_factory=list)
    answers: dict[str, JsonObject] = field(default_factory=dict)

    def payloads(self, kind: str) -> list[JsonObject]:
        """The payloads of this type: slash_commands, events_api, or an interaction's own."""
        return [envelope["payload"] for envelope in self.envelopes if kind in _kinds(envelope)]

    def events(self, kind: str) -> list[JsonObject]:
        """The events of this type."""
        told = (payload["event"] for payload in self.payloads("events_api"))
        return [event for event in told if kind in (event["type"], event.get("subtype"))]

    def last_event(self) -> JsonObject:
        """The newest event."""
        event: JsonObject = self.payloads("events_api")[-1]["event"]
        return event

    def hear(self, socket: ClientConnection) -> None:
        """Ack what comes until the socket ends."""
        with contextlib.suppress(ConnectionClosed):
            for text in socket:
                envelope = json.loads(text)
                if "envelope_id" not in envelope:
                    continue
                self.envelopes.append(envelope)
                answer = {"envelope_id": envelope["envelope_id"]}
                payload = next((self.answers[kind] for kind in _kinds(envelope) if kind in self.answers), None)
                socket.send(json.dumps(answer if payload is None else {**answer, "payload": payload}))


def open_socket(sandbox: SandboxClient) -> ClientConnection:
    """A fresh connection, before its hello."""
    app = WebClient(token=sandbox.app_token, base_url=sandbox.api_url)
    return connect(str(app.apps_connections_open(app_token=sandbox.app_token)["url"]))


@contextlib.contextmanager
def start_raw_app(sandbox: SandboxClient) -> Iterator[RawApp]:
    """Connect it."""
    app = RawApp(sandbox, WebClient(token=sandbox.bot_token, base_url=sandbox.api_url, retry_handlers=[]))
    with open_socket(sandbox) as socket:
        assert json.loads(socket.recv())["type"] == "hello"
        thread = threading.Thread(target=app.hear, args=[socket])
        thread.start()
        try:
            yield app
        finally:
            socket.close()
            thread.join()


def _kinds(envelope: JsonObject) -> tuple[str, str]:
    return envelope["type"], str(envelope["payload"].get("type"))
