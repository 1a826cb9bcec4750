"""Messages for later: posted by the sandbox's clock, listed, taken back, and kept over a restart."""

import time
from pathlib import Path

from slack_sdk import WebClient

from tests.integration.web_api.conftest import World
from tests.support.sandbox import SandboxClient, start_sandbox
from tests.support.web_api import DEPLOYMENTS, refused

DAY = 86_400


def wait_for_text(people: SandboxClient, text: str) -> None:
    people.wait_for(lambda state: [known for known in state["messages"] if known["text"] == text])


def now(world: World) -> int:
    return int(world.sandbox.clock.now())


def test_a_message_is_posted_when_its_time_has_come(world: World, client: WebClient) -> None:
    parent = client.chat_postMessage(channel=DEPLOYMENTS, text="parent of a later one")["ts"]
    answer = client.chat_scheduleMessage(
        channel=DEPLOYMENTS, text="in an hour", post_at=now(world) + 3_600, thread_ts=parent
    )
    assert answer["scheduled_message_id"].startswith("Q")
    assert (answer["message"]["text"], answer["message"]["type"]) == ("in an hour", "delayed_message")
    assert "in an hour" not in [known["text"] for known in world.people.messages()]
    world.sandbox.clock.move(3_601)
    wait_for_text(world.people, "in an hour")
    replies = client.conversations_replies(channel=DEPLOYMENTS, ts=parent)["messages"]
    assert replies[1]["text"] == "in an hour"
    listed = client.chat_scheduledMessages_list()["scheduled_messages"]
    assert answer["scheduled_message_id"] not in [known["id"] for known in listed]


def test_what_waits_is_listed_and_taken_back(world: World, client: WebClient) -> None:
    later = now(world) + DAY
    keys = [
        client.chat_scheduleMessage(channel=DEPLOYMENTS, text=f"no {n}", post_at=later - n)["scheduled_message_id"]
        for n in range(3)
    ]
    client.chat_deleteScheduledMessage(channel=DEPLOYMENTS, scheduled_message_id=keys[0])
    listed = client.chat_scheduledMessages_list(channel=DEPLOYMENTS, oldest=str(later - 10), latest=str(later))
    assert [known["text"] for known in listed["scheduled_messages"]] == ["no 2", "no 1"]
    first = client.chat_scheduledMessages_list(oldest=str(later - 10), latest=str(later), limit=1)
    assert [known["id"] for known in first["scheduled_messages"]] == [keys[2]]
    world.sandbox.clock.move(2 * DAY)
    wait_for_text(world.people, "no 1")
    assert "no 0" not in [known["text"] for known in world.people.messages()]


def test_the_last_minute_is_too_late_to_take_it_back(world: World, client: WebClient) -> None:
    key = client.chat_scheduleMessage(channel=DEPLOYMENTS, text="soon", post_at=now(world) + 50)["scheduled_message_id"]
    answer = refused(client.chat_deleteScheduledMessage, channel=DEPLOYMENTS, scheduled_message_id=key)
    assert answer["error"] == "invalid_scheduled_message_id"


def test_there_are_limits_in_time_and_number(world: World, client: WebClient) -> None:
    furthest = now(world) + 120 * DAY
    assert client.chat_scheduleMessage(channel=DEPLOYMENTS, text="x", post_at=furthest - 1)["ok"]
    answer = refused(client.chat_scheduleMessage, channel=DEPLOYMENTS, text="x", post_at=furthest + 60)
    assert answer["error"] == "time_too_far"
    begin = (now(world) + DAY) // 300 * 300
    for _ in range(30):
        client.chat_scheduleMessage(channel=DEPLOYMENTS, text="x", post_at=begin)
    answer = refused(client.chat_scheduleMessage, channel=DEPLOYMENTS, text="x", post_at=begin + 299)
    assert answer["error"] == "restricted_too_many"
    assert client.chat_scheduleMessage(channel=DEPLOYMENTS, text="x", post_at=begin + 300)["ok"]


def test_a_restart_forgets_none(tmp_path: Path) -> None:
    with start_sandbox(state_dir=tmp_path) as people:
        client = WebClient(token=people.bot_token, base_url=people.api_url)
        client.chat_scheduleMessage(channel=DEPLOYMENTS, text="after the restart", post_at=int(time.time()) + 3_600)
    with start_sandbox(state_dir=tmp_path) as people:
        assert people.server is not None
        people.server.sandbox.clock.move(3_601)
        wait_for_text(people, "after the restart")
