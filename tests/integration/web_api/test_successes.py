"""What each method answers when it works: one call each here, longer stories in the files beside this one."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.sandbox.webapi.methods import METHODS
from tests.integration.web_api.conftest import World
from tests.support.web_api import ANA, APP, BEN, DEPLOYMENTS, call

HERE: dict[str, Any] = {"channel": DEPLOYMENTS}
MARKDOWN = {"type": "markdown", "text": "# Changes"}

WORKS: list[tuple[str, dict[str, Any], Callable[[dict[str, Any]], bool]]] = [
    ("api.test", {"foo": "bar"}, lambda answer: answer["args"] == {"foo": "bar"}),
    ("apps.connections.open", {}, lambda answer: answer["url"].startswith("ws://127.0.0.1")),
    ("auth.test", {}, lambda answer: answer["user_id"] == APP),
    ("auth.revoke", {"test": True}, lambda answer: answer["revoked"] is False),
    ("blocks.validate", {"blocks": [MARKDOWN]}, lambda answer: answer["ok"]),
    ("blocks.validate", {"message": {"blocks": [MARKDOWN]}}, lambda answer: answer["ok"]),
    ("bots.info", {"bot": "B0FOREDECK0"}, lambda answer: answer["bot"]["user_id"] == APP),
    ("team.info", {}, lambda answer: answer["team"]["domain"] == "sandbox"),
    ("chat.postMessage", {**HERE, "text": "x"}, lambda answer: answer["message"]["text"] == "x"),
    ("chat.postMessage", {**HERE, "markdown_text": "x" * 12_000}, lambda answer: answer["ok"]),
    ("chat.postEphemeral", {**HERE, "text": "x", "user": ANA}, lambda answer: "message_ts" in answer),
    ("chat.meMessage", {**HERE, "text": "waves"}, lambda answer: answer["channel"] == DEPLOYMENTS),
    ("chat.getPermalink", {**HERE, "message_ts": "{reply}"}, lambda answer: "thread_ts=" in answer["permalink"]),
    ("chat.scheduledMessages.list", HERE, lambda answer: isinstance(answer["scheduled_messages"], list)),
    ("conversations.info", {"channel": "{group}"}, lambda answer: answer["channel"]["is_private"]),
    ("conversations.list", {"types": "private_channel"}, lambda answer: all(one["is_private"] for one in answer["channels"])),  # noqa: E501
    ("conversations.members", {**HERE, "limit": 2}, lambda answer: len(answer["members"]) == 2),
    ("conversations.history", {**HERE, "limit": 1}, lambda answer: answer["has_more"]),
    ("conversations.replies", {**HERE, "ts": "{parent}"}, lambda answer: answer["messages"][0]["text"] == "parent"),
    ("conversations.open", {"users": BEN, "return_im": True}, lambda answer: answer["channel"]["user"] == BEN),
    ("conversations.open", {"channel": "{direct}"}, lambda answer: answer["already_open"]),
    ("conversations.join", HERE, lambda answer: answer["warning"] == "already_in_channel"),
    ("conversations.leave", {"channel": "{elsewhere}"}, lambda answer: answer["not_in_channel"]),
    ("users.info", {"user": ANA}, lambda answer: answer["user"]["profile"]["email"] == "ana@sandbox.example"),
    ("users.list", {"limit": 1}, lambda answer: answer["response_metadata"]["next_cursor"] != ""),
    ("users.lookupByEmail", {"email": "ANA@sandbox.example"}, lambda answer: answer["user"]["id"] == ANA),
    ("users.conversations", {"user": ANA}, lambda answer: DEPLOYMENTS in [one["id"] for one in answer["channels"]]),
    ("users.getPresence", {"user": ANA}, lambda answer: answer["presence"] == "active"),
    ("users.getPresence", {"user": "{tom}"}, lambda answer: answer["presence"] == "away"),
    ("users.getPresence", {}, lambda answer: answer["online"] is False),
    ("users.profile.get", {"user": ANA}, lambda answer: answer["profile"]["real_name"] == "Ana Adler"),
    ("usergroups.list", {"include_users": True}, lambda answer: [BEN] in [group["users"] for group in answer["usergroups"]]),  # noqa: E501
    ("usergroups.users.list", {"usergroup": "{managers}"}, lambda answer: answer["users"] == [BEN]),
    ("files.info", {"file": "{file}"}, lambda answer: answer["file"]["name"] == "log.txt"),
    ("files.list", {"types": "images,snippets"}, lambda answer: answer["paging"]["total"] >= 1),
    ("reactions.list", {}, lambda answer: answer["paging"]["page"] == 1),
    ("pins.list", HERE, lambda answer: isinstance(answer["items"], list)),
]  # fmt: skip

TOLD_AS_STORIES = {
    "chat.delete", "chat.deleteScheduledMessage", "chat.scheduleMessage", "chat.unfurl", "chat.update",
    "conversations.archive", "conversations.close", "conversations.create", "conversations.invite",
    "conversations.kick", "conversations.mark", "conversations.rename", "conversations.setPurpose",
    "conversations.setTopic", "conversations.unarchive", "files.completeUploadExternal", "files.delete",
    "files.getUploadURLExternal", "pins.add", "pins.remove", "reactions.add", "reactions.get", "reactions.remove",
    "usergroups.create", "usergroups.disable", "usergroups.enable", "usergroups.update", "usergroups.users.update",
    "views.open", "views.publish", "views.push", "views.update",
}  # fmt: skip


@pytest.mark.parametrize(("method", "given", "is_right"), WORKS)
def test_a_call_is_answered(
    world: World, method: str, given: dict[str, Any], is_right: Callable[[dict[str, Any]], bool]
) -> None:
    token = world.people.app_token if METHODS[method].token == "app" else None
    arguments = {**world.named(given), **({"token": token} if token else {})}
    answer = call(world.client, method, arguments)
    assert answer["ok"], answer
    assert is_right(answer), answer


def test_each_method_works_somewhere() -> None:
    assert {method for method, _, _ in WORKS} | TOLD_AS_STORIES == METHODS.keys()
