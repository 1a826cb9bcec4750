"""A small Bolt app that knows nothing of Foredeck: it proves that Slack's own client does not notice the difference."""

import contextlib
import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from tests.support.sandbox import SandboxClient

Seen = list[tuple[str, dict[str, Any]]]


@dataclass
class BoltApp:
    """The app, its client, and every payload it got."""

    app: App
    client: WebClient
    seen: Seen = field(default_factory=list)

    def payloads(self, kind: str) -> list[dict[str, Any]]:
        """The payloads of one kind: command, action, view, closed, options, event."""
        return [payload for known, payload in self.seen if known == kind]

    def events(self, kind: str) -> list[dict[str, Any]]:
        """The events of this type. Listeners have threads, so two that come close together may change places."""
        return [payload["event"] for payload in self.payloads("event") if payload["event"]["type"] == kind]

    def event(self, kind: str, **fields: object) -> dict[str, Any]:
        """The event of this type with these fields. Bolt confirms an event before its listener has seen it."""
        deadline = time.monotonic() + 20
        while True:
            for event in self.events(kind):
                if all(event.get(name) == value for name, value in fields.items()):
                    return event
            assert time.monotonic() < deadline, f"no {kind} with {fields} among {self.events(kind)}"
            time.sleep(0.01)


@contextlib.contextmanager
def start_bolt_app(sandbox: SandboxClient, listen: Callable[[BoltApp], None]) -> Iterator[BoltApp]:
    """Connect an app by Socket Mode; `listen` registers its listeners."""
    logging.getLogger("slack_bolt").setLevel(logging.CRITICAL)
    client = WebClient(token=sandbox.bot_token, base_url=sandbox.api_url)
    app = App(client=client, signing_secret=sandbox.signing_secret, listener_executor=ThreadPoolExecutor(8))
    bolt = BoltApp(app, client)
    listen(bolt)
    handler = SocketModeHandler(app, sandbox.app_token, ping_interval=5)
    handler.connect()  # type: ignore[no-untyped-call]
    try:
        sandbox.wait_for_app()
        yield bolt
    finally:
        # slack_sdk's close waits for the next byte, and loses a race with its own reconnecting; so: stop that, hang up.
        handler.client.auto_reconnect_enabled = False
        handler.client.current_app_monitor.shutdown()  # type: ignore[no-untyped-call]
        sandbox.post("disconnects", reason="cut")
        # Its reader waits a second for the next message and looks only then whether it is closed: nothing wakes it.
        handler.client.closed = True
        handler.client.message_queue.put(None)  # type: ignore[arg-type]
        with contextlib.suppress(AttributeError, OSError):  # its socket may be gone already, which it does not expect
            handler.close()  # type: ignore[no-untyped-call]
