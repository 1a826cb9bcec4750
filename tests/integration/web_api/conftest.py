"""One sandbox for all tests of the Web API, and what there is in it to be named in calls. Rate limits are on."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from slack_sdk import WebClient

from bot.sandbox.sandbox import Sandbox
from tests.support.sandbox import EVERYTHING, SandboxClient, start_sandbox
from tests.support.web_api import ANA, APP, DEPLOYMENTS


@dataclass(frozen=True)
class World:
    """A workspace with something of everything; `names` is what `{…}` in a table of calls stands for."""

    people: SandboxClient
    client: WebClient
    names: dict[str, str]

    @property
    def sandbox(self) -> Sandbox:
        """The sandbox itself, whose clock can be moved."""
        assert self.people.server is not None
        return self.people.server.sandbox

    def named(self, value: Any) -> Any:
        """`value` with ids where it has `{names}`."""
        if isinstance(value, str) and value.startswith("{") and value.endswith("}") and value[1:-1] in self.names:
            return self.names[value[1:-1]]
        if isinstance(value, dict):
            return {key: self.named(item) for key, item in value.items()}
        return [self.named(item) for item in value] if isinstance(value, list) else value


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    with start_sandbox(EVERYTHING) as people:
        client = WebClient(token=people.bot_token, base_url=people.api_url)
        yield World(people, client, _names(people, client))


@pytest.fixture(autouse=True)
def _rested(world: World) -> None:
    """The app's budgets of calls and posts are whole again."""
    world.sandbox.rate_limits.rest(60)


@pytest.fixture(scope="session")
def client(world: World) -> WebClient:
    return world.client


def _names(people: SandboxClient, client: WebClient) -> dict[str, str]:
    def channel(name: str, **more: Any) -> str:
        return str(people.post("channels", name=name, **more)["channel"]["id"])

    def uploaded(name: str) -> str:
        upload = client.files_upload_v2(filename=name, content="one\ntwo", channel=DEPLOYMENTS)
        return str(upload["file"]["id"])

    parent = client.chat_postMessage(channel=DEPLOYMENTS, text="parent")["ts"]
    reply = client.chat_postMessage(channel=DEPLOYMENTS, text="reply", thread_ts=parent)["ts"]
    archived = channel("archived", members=["ana", "foredeck"])
    old = client.chat_postMessage(channel=archived, text="old")["ts"]
    client.conversations_archive(channel=archived)
    deleted = uploaded("gone.txt")
    client.files_delete(file=deleted)
    people.post("users", name="tom", deleted=True)
    return {
        "elsewhere": channel("elsewhere", members=["ana"]),
        "secret": channel("secret", members=["ana"], is_private=True),
        "alone": channel("alone", members=["foredeck"]),
        "group": channel("group", members=["ana", "foredeck"], is_private=True),
        "archived": archived,
        "old": str(old),
        "direct": str(client.conversations_open(users=ANA)["channel"]["id"]),
        "parent": str(parent),
        "reply": str(reply),
        "theirs": str(
            people.writes("ana", "deployments", "see https://ci.example.com/7?a=1&b=2 and https://e.org")["ts"]
        ),
        "file": uploaded("log.txt"),
        "deleted": deleted,
        "announced": str(client.files_getUploadURLExternal(filename="a.txt", length=3)["file_id"]),
        "managers": str(people.post("usergroups", handle="managers", users=["ben"])["usergroup"]["id"]),
        "app": APP,
        "tom": "U0TOM000000",
    }
