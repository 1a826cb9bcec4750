"""Anything may arrive at the Web API: the answer is Slack-shaped, never a failure of the sandbox itself."""

import json
import random
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from bot.sandbox.webapi.methods import METHODS
from tests.support.sandbox import EVERYTHING, SandboxClient, start_sandbox

JUNK: list[Any] = [
    None, True, False, 0, -1, 10**30, 1.5, "", " ", "x", "C0DEPLOYMEN", "U0ANA000000", "#deployments", "1.000000",
    "999999999999999999.000000", "[]", "{}", '{"type":"modal"}', "\x00", float("nan"), "\ud800",
    "😀" * 50, [], {}, [[]], [None], {"a": {}},
    ["C0DEPLOYMEN"], [{"id": 7}], {"type": "modal", "title": 7, "blocks": 7}, {"type": "home", "blocks": [[]]},
    [{"type": "section", "text": 7}], {"event_type": 7}, {"event_type": "a", "event_payload": []},
]  # fmt: skip


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxClient]:
    with start_sandbox(EVERYTHING, rate_limits=False) as started:
        yield started


def call(sandbox: SandboxClient, method: str, body: bytes, kind: str) -> dict[str, Any]:
    headers = {"content-type": kind, "authorization": f"Bearer {sandbox.bot_token}"}
    with urllib.request.urlopen(urllib.request.Request(f"{sandbox.api_url}{method}", body, headers)) as response:
        answer: dict[str, Any] = json.load(response)
    return answer


@pytest.mark.parametrize("seed", range(3))
def test_no_junk_makes_a_method_fail(sandbox: SandboxClient, seed: int) -> None:
    chance = random.Random(seed)
    ts = sandbox.writes("ana", "deployments", "x")["ts"]
    for method in METHODS.values():
        for _ in range(8):
            given = {name: chance.choice([*JUNK, ts]) for name in method.arguments if chance.random() < 0.8}
            if "channel" in method.arguments and chance.random() < 0.6:
                given["channel"] = "C0DEPLOYMEN"
            answer = call(sandbox, method.name, json.dumps(given).encode(), "application/json")
            assert isinstance(answer["ok"], bool)
            assert answer.get("error") != "internal_error", (method.name, given)


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data", "application/x-www-form-urlencoded", "x"])
@pytest.mark.parametrize("body", [b"\xff\xfe", b"[" * 100_000, b'{"a":', b"%zz=%", b"--\r\n\r\n"])
def test_no_body_makes_the_door_fail(sandbox: SandboxClient, kind: str, body: bytes) -> None:
    answer = call(sandbox, "chat.postMessage", body, kind)
    assert answer["ok"] is False
    assert answer["error"] != "internal_error"
