"""A client of the sandbox's control API: one method for each act, answers as they come. It judges nothing."""

import json
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.sandbox.json_types import JsonObject
from bot.sandbox.options import DEFAULT_APP_TOKEN, DEFAULT_BOT_TOKEN, DEFAULT_SIGNING_SECRET

ACT_SECONDS = 30.0
"""How long an act may take: an app has three seconds to acknowledge, and there may be several deliveries."""

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # no proxy stands before this machine

SHORTEST_LOOK, LONGEST_LOOK = 0.02, 0.1


@dataclass
class Control:
    """The control API of the sandbox at `base_url`, and what an app needs to connect to it."""

    base_url: str
    bot_token: str = DEFAULT_BOT_TOKEN
    app_token: str = DEFAULT_APP_TOKEN
    signing_secret: str = DEFAULT_SIGNING_SECRET

    @property
    def api_url(self) -> str:
        """What SLACK_API_URL is set to."""
        return f"{self.base_url}/api/"

    def types(self, user: str, channel: str, line: str) -> JsonObject:
        """Type a command line, for example `/deploy web 1.4.0 to production`."""
        command, _, text = line.partition(" ")
        return self.post("commands", user=user, channel=channel, command=command, text=text)

    def clicks(self, user: str, action_id: str, **where: Any) -> JsonObject:
        """Press or choose; `where` is channel and ts, or view_id, and perhaps block_id and value."""
        return self.post("clicks", user=user, action_id=action_id, **where)

    def submits(self, user: str, view_id: str, values: JsonObject | None = None) -> JsonObject:
        """Send a modal off."""
        return self.post("submissions", user=user, view_id=view_id, values=values or {})

    def writes(self, user: str, channel: str, text: str, thread_ts: str | None = None) -> JsonObject:
        """Write a message."""
        return self.post("messages", user=user, channel=channel, text=text, thread_ts=thread_ts)

    def closes(self, user: str, view_id: str) -> JsonObject:
        """Close a modal."""
        return self.post("closes", user=user, view_id=view_id)

    def suggestions(self, user: str, action_id: str, value: str, **where: Any) -> JsonObject:
        """Type into an external select."""
        return self.post("suggestions", user=user, action_id=action_id, value=value, **where)

    def state(self) -> JsonObject:
        """All there is."""
        state: JsonObject = json.loads(self._asked(f"{self.base_url}/sandbox/state"))
        return state

    def transcript(self) -> str:
        """What happened, for people to read."""
        return self._asked(f"{self.base_url}/sandbox/transcript").decode()

    def exchange(self, exchange_id: str) -> bytes:
        """What was sent in one call or delivery, and what came back, as JSON."""
        return self._asked(f"{self.base_url}/sandbox/exchanges/{exchange_id}")

    def messages(self, channel: str | None = None) -> list[JsonObject]:
        """The messages, of one channel (by name) or of all."""
        state = self.state()
        ids = {known["name"]: known["id"] for known in state["channels"]}
        return [known for known in state["messages"] if channel is None or known["channel"] == ids[channel]]

    def modal(self, user_id: str) -> JsonObject:
        """The top modal of a person (by id)."""
        view: JsonObject = self.state()["modals"][user_id][-1]
        return view

    def looks_for(self, predicate: Callable[[JsonObject], Any], timeout: float) -> Any:
        """The first thing `predicate(state)` gives that is not false; None after `timeout` seconds."""
        deadline, pause = time.monotonic() + timeout, SHORTEST_LOOK
        while not (found := predicate(self.state())):
            if time.monotonic() > deadline:
                return None
            time.sleep(pause)
            pause = min(LONGEST_LOOK, 1.2 * pause)
        return found

    def wait_for(self, predicate: Callable[[JsonObject], Any], timeout: float = 20.0) -> Any:
        """The same; fails after `timeout` seconds and shows the latest messages."""
        found = self.looks_for(predicate, timeout)
        if not found:
            shown = json.dumps(self.messages()[-5:], indent=1)
            raise AssertionError(f"It did not come within {timeout} s. The latest messages: {shown}")
        return found

    def wait_for_app(self, connections: int = 1) -> None:
        """Wait until the app has connected."""
        self.wait_for(lambda state: state["app"]["connections"] >= connections)

    def fault(self, kind: str, **fields: Any) -> JsonObject:
        """Let something go wrong; returns the fault."""
        answer = self.post("faults", kind=kind, **fields)
        assert answer["ok"], answer  # noqa: S101 - a test wants to know at once
        fault: JsonObject = answer["fault"]
        return fault

    def clear_faults(self) -> None:
        """Nothing goes wrong any more."""
        self._asked(urllib.request.Request(f"{self.base_url}/sandbox/faults", method="DELETE"))  # noqa: S310

    def moves_clock(self, seconds: float, only: str | None = None) -> None:
        """Let time go on, or only the time of the rate limits."""
        self.post("clock", seconds=seconds, only=only)

    def post(self, act: str, **body: Any) -> JsonObject:
        """Any act of the control API."""
        request = urllib.request.Request(  # noqa: S310 - the address is the sandbox's
            f"{self.base_url}/sandbox/{act}",
            data=json.dumps(body).encode(),
            headers={"content-type": "application/json"},
        )
        answer: JsonObject = json.loads(self._asked(request))
        return answer

    def download(self, url: str) -> bytes:
        """A file as the app would get it."""
        headers = {"authorization": f"Bearer {self.bot_token}"}
        return self._asked(urllib.request.Request(url, headers=headers))  # noqa: S310

    def _asked(self, request: str | urllib.request.Request) -> bytes:
        with _DIRECT.open(request, timeout=ACT_SECONDS) as response:
            body: bytes = response.read()
        return body
