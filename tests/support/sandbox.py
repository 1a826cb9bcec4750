"""A sandbox for tests: in a thread (`start_sandbox`) or as a child that can be killed (`start_sandbox_child`)."""

import contextlib
import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.sandbox.options import DEFAULT_APP_TOKEN, DEFAULT_BOT_TOKEN, DEFAULT_SIGNING_SECRET, SandboxOptions
from bot.sandbox.server import SandboxServer

JsonObject = dict[str, Any]
REPOSITORY = Path(__file__).resolve().parents[2]
ENVIRONMENT = {"PYTHONPATH": str(REPOSITORY), "PATH": "/usr/bin:/bin"}
# An app that may do everything, for tests of the sandbox itself.
EVERYTHING = Path(__file__).with_name("sandbox_manifest.yml")


@dataclass
class SandboxClient:
    """The control API in a test's words. `server` is there when the sandbox runs in this process."""

    base_url: str
    bot_token: str = DEFAULT_BOT_TOKEN
    app_token: str = DEFAULT_APP_TOKEN
    signing_secret: str = DEFAULT_SIGNING_SECRET
    server: SandboxServer | None = field(default=None, repr=False)

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
        with urllib.request.urlopen(f"{self.base_url}/sandbox/state", timeout=10) as response:
            state: JsonObject = json.load(response)
        return state

    def messages(self, channel: str | None = None) -> list[JsonObject]:
        """The messages, of one channel (by name) or of all."""
        state = self.state()
        ids = {known["name"]: known["id"] for known in state["channels"]}
        return [known for known in state["messages"] if channel is None or known["channel"] == ids[channel]]

    def modal(self, user_id: str) -> JsonObject:
        """The top modal of a person (by id)."""
        view: JsonObject = self.state()["modals"][user_id][-1]
        return view

    def wait_for(self, predicate: Callable[[JsonObject], Any], timeout: float = 20.0) -> Any:
        """The first thing that `predicate(state)` gives which is not false; fails after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while True:
            state = self.state()
            found = predicate(state)
            if found:
                return found
            if time.monotonic() > deadline:
                shown = json.dumps(state["messages"][-5:], indent=1)
                raise AssertionError(f"It did not come within {timeout} s. The latest messages: {shown}")
            time.sleep(0.02)

    def wait_for_app(self, connections: int = 1) -> None:
        """Wait until the app has connected."""
        self.wait_for(lambda state: state["app"]["connections"] >= connections)

    def fault(self, kind: str, **fields: Any) -> JsonObject:
        """Let something go wrong; returns the fault."""
        answer = self.post("faults", kind=kind, **fields)
        assert answer["ok"], answer
        fault: JsonObject = answer["fault"]
        return fault

    def clear_faults(self) -> None:
        """Nothing goes wrong any more."""
        request = urllib.request.Request(f"{self.base_url}/sandbox/faults", method="DELETE")
        with urllib.request.urlopen(request, timeout=10) as response:
            assert json.load(response)["ok"]

    def moves_clock(self, seconds: float, only: str | None = None) -> None:
        """Let time go on, or only the time of the rate limits."""
        assert self.post("clock", seconds=seconds, only=only)["ok"]

    def post(self, act: str, **body: Any) -> JsonObject:
        """Any act of the control API."""
        request = urllib.request.Request(
            f"{self.base_url}/sandbox/{act}",
            data=json.dumps(body).encode(),
            headers={"content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as response:
            answer: JsonObject = json.load(response)
        return answer


@contextlib.contextmanager
def start_sandbox(
    manifest: Path | None = None, state_dir: Path | None = None, rate_limits: bool = True, port: int = 0
) -> Iterator[SandboxClient]:
    """A sandbox in a thread of this process, on a free port."""
    options = SandboxOptions(port=port, manifest=manifest, state_dir=state_dir, rate_limits=rate_limits)
    with SandboxServer(options) as server:
        yield SandboxClient(server.url, server=server)


@dataclass
class SandboxChild:
    """A sandbox in a process of its own."""

    client: SandboxClient
    process: subprocess.Popen[str]

    def kill(self) -> None:
        """As kill -9 does."""
        self.process.kill()
        self.process.wait()


def command(*arguments: str) -> list[str]:
    """How `python -m bot.sandbox` is started; with ENVIRONMENT it needs no installation."""
    return [sys.executable, "-P", "-m", "bot.sandbox", *arguments]


@contextlib.contextmanager
def start_sandbox_child(*arguments: str) -> Iterator[SandboxChild]:
    """`python -m bot.sandbox` with these arguments."""
    with subprocess.Popen(command(*arguments), stdout=subprocess.PIPE, text=True, env=ENVIRONMENT, cwd="/") as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            yield SandboxChild(SandboxClient(line.split()[-1]), process)
        finally:
            process.kill()
