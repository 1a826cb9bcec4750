"""One sandbox: the workspace, its app's credentials, and what connects the two. Built once, used by all requests."""

import asyncio
from collections import deque
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

from bot.sandbox import manifest as manifests
from bot.sandbox.changes import Changes
from bot.sandbox.clock import Clock
from bot.sandbox.delivery.acks import Ack, Link
from bot.sandbox.delivery.request_urls import RequestUrls
from bot.sandbox.delivery.response_urls import ResponseUrls
from bot.sandbox.delivery.sockets import Sockets
from bot.sandbox.delivery.triggers import Triggers
from bot.sandbox.exchanges import Exchanges
from bot.sandbox.faults import Faults
from bot.sandbox.files import Uploads
from bot.sandbox.journal import Journal
from bot.sandbox.json_types import JsonObject
from bot.sandbox.modals import Modals
from bot.sandbox.options import (
    DEFAULT_APP_TOKEN,
    DEFAULT_BOT_TOKEN,
    DEFAULT_SIGNING_SECRET,
    Credentials,
    SandboxOptions,
)
from bot.sandbox.scheduled import ScheduledMessages
from bot.sandbox.transcripts import Transcript
from bot.sandbox.webapi.rate_limits import RateLimits
from bot.sandbox.workspace import Workspace

LOG_KEPT = 5_000
T = TypeVar("T")


@dataclass
class TypedInMessages:
    """What people entered into inputs of messages, by person, channel and ts; Slack keeps it in their clients."""

    values: dict[tuple[str, str, str], dict[str, dict[str, JsonObject]]] = field(default_factory=dict)


class Sandbox:
    """Everything that the endpoints share."""

    def __init__(self, options: SandboxOptions, base_url: str) -> None:
        self.base_url = base_url
        self.clock = Clock()
        self.manifest = manifests.find(options.manifest)
        self.journal = Journal(options.state_dir)
        self.credentials = _credentials(options, self.journal)
        self.changes = Changes()
        self.workspace = Workspace(self.clock, self.journal, self.changes, self.manifest)
        self.modals = Modals(self.workspace)
        self.typed = TypedInMessages()
        self.triggers = Triggers(self.clock)
        self.sockets = Sockets(self.clock, self.workspace.app_id)
        self.request_urls = RequestUrls(self.clock, self.manifest, self.credentials.signing_secret)
        self.link: Link = self.sockets if self.manifest.is_socket_mode else self.request_urls
        self.response_urls = ResponseUrls(self.workspace, base_url)
        self.uploads = Uploads(self.workspace, base_url, options.state_dir)
        self.rate_limits = RateLimits(self.clock, is_on=options.rate_limits)
        self.faults = Faults(self.rate_limits.now)
        self.scheduled = ScheduledMessages(self.workspace, self.in_background)
        # Tokens that the app gave back; a restart of the sandbox installs it anew.
        self.revoked: set[str] = set()
        # The newest Web API calls and deliveries, for who looks on.
        self.calls: deque[JsonObject] = deque(maxlen=LOG_KEPT)
        self.deliveries: deque[JsonObject] = deque(maxlen=LOG_KEPT)
        self.exchanges = Exchanges()
        self.transcript = Transcript(self.workspace, vars(self.credentials).values(), options.record)
        self.changes.hear(self.transcript.hear)
        self._background: set[asyncio.Task[Any]] = set()
        self.journal.flush()

    async def deliver(
        self, envelope: str, kind: str, payload: JsonObject, about: JsonObject, retry: tuple[int, str] | None = None
    ) -> Ack:
        """Send a payload to the app, wait for its ack, and write both down; `about` says whose and where."""
        at = self.clock.now()
        self.transcript.begin(kind, payload)
        ack = await self.link.deliver(envelope, payload, retry)
        if ack.error is None and self.faults.of_ack((kind, str(about.get("name")))) is not None:
            ack = Ack(error="operation_timeout", ms=ack.ms, reason="timeout")
        self.transcript.end(ack.error, ack.ms, ack.payload)
        delivery = {
            "id": self.exchanges.keep("Dl", payload, ack.payload),
            "kind": kind,
            **about,
            "ack_ms": ack.ms,
            "ok": ack.error is None,
            "error": ack.error,
            "at": at,
        }
        self.deliveries.append(delivery)
        self.changes.publish("delivery", delivery=delivery)
        return ack

    def note_call(
        self,
        method: str,
        error: str | None,
        ms: float,
        given: JsonObject | None = None,
        answer: bytes | None = None,
    ) -> None:
        """Write down a Web API call; `given` are its arguments as they came, unless it was not let in, and `answer` is
        the JSON that went out."""
        arguments = {key: value for key, value in (given or {}).items() if key != "token"}
        call = {
            "id": self.exchanges.keep("Ca", arguments, answer),
            "method": method,
            "ok": error is None,
            "error": error,
            "ms": round(ms, 3),
            "at": self.clock.now(),
        }
        self.calls.append(call)
        self.changes.publish("call", call=call)

    def in_background(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Let something go on after the request that began it."""
        task = asyncio.get_running_loop().create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return task

    def close(self) -> None:
        """Write what is left and end the streams."""
        self.changes.close()
        self.transcript.close()
        self.request_urls.close()
        self.journal.close()


def _credentials(options: SandboxOptions, journal: Journal) -> Credentials:
    """What was given counts, then what the state folder has, then what is well known."""
    kept = dict(journal.all("credentials")).get("app", {})
    credentials = Credentials(
        bot_token=options.bot_token or kept.get("bot_token") or DEFAULT_BOT_TOKEN,
        app_token=options.app_token or kept.get("app_token") or DEFAULT_APP_TOKEN,
        signing_secret=options.signing_secret or kept.get("signing_secret") or DEFAULT_SIGNING_SECRET,
    )
    journal.put("credentials", "app", dict(vars(credentials)))
    return credentials
