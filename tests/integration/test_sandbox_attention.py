"""What notifies people in the sandbox, what they have read, and the threads they follow."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from slack_sdk import WebClient

from tests.support.sandbox import EVERYTHING, SandboxClient, start_sandbox

CHANNEL = "C0DEPLOYMEN"
ANA, BEN, EVA = "U0ANA000000", "U0BEN000000", "U0EVA000000"


@pytest.fixture
def sandbox() -> Iterator[SandboxClient]:
    with start_sandbox(EVERYTHING) as started:
        yield started


@pytest.fixture
def client(sandbox: SandboxClient) -> WebClient:
    return WebClient(token=sandbox.bot_token, base_url=sandbox.api_url)


def told(sandbox: SandboxClient) -> list[tuple[str, str]]:
    """Who was notified and why, in order."""
    return [(known["user"], known["reason"]) for known in sandbox.state()["notifications"]]


def test_the_app_names_somebody_and_its_edits_notify_nobody(sandbox: SandboxClient, client: WebClient) -> None:
    ts = client.chat_postMessage(channel=CHANNEL, text=f"<@{BEN}> please")["ts"]
    client.chat_update(channel=CHANNEL, ts=str(ts), text=f"<@{BEN}> <@{EVA}> please")
    client.chat_postEphemeral(channel=CHANNEL, user=ANA, text=f"<@{ANA}> only you")
    assert told(sandbox) == [(BEN, "mention")]


def test_who_wrote_or_was_named_follows_the_thread_and_who_typed_a_command_does_not(
    sandbox: SandboxClient, client: WebClient
) -> None:
    sandbox.types("mia", "deployments", "/deploy web")
    ts = str(client.chat_postMessage(channel=CHANNEL, text=f"Asked for by <@{ANA}>")["ts"])
    client.chat_postMessage(channel=CHANNEL, text="step 1", thread_ts=ts)
    sandbox.writes("ben", "deployments", "looking", ts)
    client.chat_postMessage(channel=CHANNEL, text="step 2", thread_ts=ts)
    assert told(sandbox) == [(ANA, "mention"), (ANA, "thread"), (ANA, "thread"), (ANA, "thread"), (BEN, "thread")]
    assert sandbox.state()["follows"] == {f"{CHANNEL} {ts}": [ANA, BEN]}


def test_a_thread_can_be_left_and_joined(sandbox: SandboxClient, client: WebClient) -> None:
    ts = sandbox.writes("ana", "deployments", "a question")["ts"]
    assert sandbox.post("follows", user="ana", channel=CHANNEL, thread_ts=ts, is_following=False)["ok"]
    assert sandbox.post("follows", user="eva", channel=CHANNEL, thread_ts=ts)["ok"]
    client.chat_postMessage(channel=CHANNEL, text="an answer", thread_ts=ts)
    assert told(sandbox) == [(EVA, "thread")]
    unknown = sandbox.post("follows", user="eva", channel=CHANNEL, thread_ts="1.000000")
    assert unknown["error"] == "unknown_message"


def test_two_people_talk_without_the_app(sandbox: SandboxClient, client: WebClient) -> None:
    written = sandbox.writes("ana", "ben", "between us")
    assert sandbox.writes("ben", "ana", "yes")["channel"] == written["channel"]
    assert told(sandbox) == [(BEN, "direct_message"), (ANA, "direct_message")]
    assert sandbox.writes("eva", written["channel"], "me too")["error"] == "not_in_channel"
    assert written["channel"] not in [known["id"] for known in client.conversations_list(types="im")["channels"]]


def test_read_marks_and_notifications_outlive_the_server(tmp_path: Path) -> None:
    def shown(sandbox: SandboxClient) -> dict[str, Any]:
        return {key: sandbox.state()[key] for key in ("reads", "follows", "notifications")}

    with start_sandbox(EVERYTHING, tmp_path) as first:
        ts = first.writes("ana", "deployments", "@ben look")["ts"]
        first.writes("ben", "deployments", "seen", ts)
        assert first.post("reads", user="ben", channel="deployments", ts=ts)["ok"]
        assert first.post("reads", user="ben", channel="deployments", ts="now")["error"] == "invalid_arguments"
        before = shown(first)
        assert before["reads"][BEN][CHANNEL] == ts
        assert before["reads"][ANA] == {CHANNEL: ts}
    with start_sandbox(EVERYTHING, tmp_path) as second:
        assert shown(second) == before
