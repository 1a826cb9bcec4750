"""Calls of the Web API in a test's words: by Slack's own client, or straight into the application without a socket."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from starlette.types import Message

from bot.sandbox.application import build
from bot.sandbox.options import SandboxOptions
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.webapi.methods import METHODS

DEPLOYMENTS = "C0DEPLOYMEN"
ANA, BEN, EVA, MIA = "U0ANA000000", "U0BEN000000", "U0EVA000000", "U0MIA000000"
APP = "U0FOREDECK0"
HOST = "127.0.0.1:8040"
T = TypeVar("T")


def call(client: WebClient, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """What Slack's client answers, also when Slack refuses; JSON or a form, as the method takes it."""
    carried = {"json": arguments} if METHODS[method].json else {"data": _as_form(arguments)}
    try:
        answer = client.api_call(method, **carried).data  # type: ignore[arg-type]
    except SlackApiError as error:
        answer = error.response.data
    assert isinstance(answer, dict)
    return answer


def refusal(client: WebClient, method: str, **arguments: Any) -> str:
    """The error that Slack gives; fails when it gives none."""
    answer = call(client, method, arguments)
    assert not answer["ok"], answer
    return str(answer["error"])


def refused(function: Any, *arguments: Any, **named: Any) -> dict[str, Any]:
    """The answer of a function of the client that Slack refuses."""
    with pytest.raises(SlackApiError) as error:
        function(*arguments, **named)
    answer = error.value.response.data
    assert isinstance(answer, dict)
    return answer


def _as_form(arguments: dict[str, Any]) -> dict[str, Any]:
    return {key: json.dumps(value) if isinstance(value, dict | list) else value for key, value in arguments.items()}


@dataclass
class Answer:
    """What came back over ASGI."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class InProcess:
    """A sandbox without a socket: requests go straight into its application, in a loop of its own."""

    def __init__(self, manifest: Path | None = None, rate_limits: bool = False) -> None:
        self.sandbox = Sandbox(SandboxOptions(manifest=manifest, rate_limits=rate_limits), f"http://{HOST}")
        self._app = build(self.sandbox, frozenset({HOST}))
        self._runner = asyncio.Runner()

    def __enter__(self) -> "InProcess":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.sandbox.close()
        self._runner.close()

    def call(self, method: str, **arguments: Any) -> dict[str, Any]:
        """One call with the bot token, or the app token where the method wants it."""
        credentials = self.sandbox.credentials
        is_app = method in METHODS and METHODS[method].token == "app"
        token = credentials.app_token if is_app else credentials.bot_token
        body, kind = json.dumps(arguments).encode(), "application/json"
        if method in METHODS and not METHODS[method].json:
            from urllib.parse import urlencode

            body, kind = urlencode(_as_form(arguments)).encode(), "application/x-www-form-urlencoded"
        answer: dict[str, Any] = self.request(f"/api/{method}", body, kind, token).json
        return answer

    def within(self, do: Callable[[], T]) -> T:
        """Do something to the sandbox where its own code runs: in the event loop."""

        async def done() -> T:
            return do()

        return self._runner.run(done())

    def request(self, path: str, body: bytes, kind: str, token: str = "", verb: str = "POST") -> Answer:
        """Any request."""
        return self._runner.run(self._request(path, body, kind, token, verb))

    async def _request(self, path: str, body: bytes, kind: str, token: str, verb: str) -> Answer:
        headers = {"host": HOST, "content-type": kind, "content-length": str(len(body))}
        if token:
            headers["authorization"] = f"Bearer {token}"
        pure, _, query = path.partition("?")
        scope = {
            "type": "http",
            "method": verb,
            "path": pure,
            "raw_path": pure.encode(),
            "root_path": "",
            "scheme": "http",
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers.items()],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 8040),
            "http_version": "1.1",
        }
        answer = Answer()

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                answer.headers = {name.decode(): value.decode("latin-1") for name, value in message["headers"]}
            else:
                answer.body += message.get("body", b"")

        await self._app(scope, receive, send)
        return answer
