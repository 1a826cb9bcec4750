"""What hangs on messages and people: edits, broadcasts, unfurls, reactions, pins, files, groups."""

import urllib.error
import urllib.request

import pytest
from slack_sdk import WebClient

from tests.integration.web_api.conftest import World
from tests.support.web_api import ANA, BEN, DEPLOYMENTS, EVA, call, refused

LINK = "https://ci.example.com/7?a=1&b=2"


def post(client: WebClient, text: str = "x") -> str:
    return str(client.chat_postMessage(channel=DEPLOYMENTS, text=text)["ts"])


def shown(client: WebClient, ts: str) -> dict[str, object]:
    history = client.conversations_history(channel=DEPLOYMENTS, latest=ts, oldest=ts, inclusive=True)
    message: dict[str, object] = history["messages"][0]
    return message


class TestMessages:
    def test_a_reply_is_shown_in_the_channel_later(self, client: WebClient) -> None:
        parent = post(client, "parent")
        reply = client.chat_postMessage(channel=DEPLOYMENTS, text="quiet", thread_ts=parent)["ts"]
        broadcast = {"channel": DEPLOYMENTS, "ts": reply, "reply_broadcast": True}
        assert call(client, "chat.update", broadcast)["ok"]
        assert shown(client, reply)["subtype"] == "thread_broadcast"
        assert call(client, "chat.update", broadcast)["error"] == "cant_broadcast_message"

    def test_an_edit_attaches_files(self, world: World, client: WebClient) -> None:
        ts = post(client)
        client.chat_update(channel=DEPLOYMENTS, ts=ts, text="with the log", file_ids=[world.names["file"]])
        assert [file["name"] for file in shown(client, ts)["files"]] == ["log.txt"]  # type: ignore[attr-defined]

    def test_a_message_is_deleted(self, client: WebClient) -> None:
        ts = post(client)
        client.chat_delete(channel=DEPLOYMENTS, ts=ts)
        assert refused(client.chat_delete, channel=DEPLOYMENTS, ts=ts)["error"] == "message_not_found"

    def test_what_the_app_does_is_told_like_me(self, client: WebClient) -> None:
        ts = client.chat_meMessage(channel=DEPLOYMENTS, text="deploys")["ts"]
        assert shown(client, ts)["subtype"] == "me_message"

    def test_a_link_is_unfurled_below_the_message(self, world: World, client: WebClient) -> None:
        ts = world.people.writes("ana", "deployments", f"look: {LINK}")["ts"]
        blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "Build 7"}}]
        client.chat_unfurl(channel=DEPLOYMENTS, ts=ts, unfurls={LINK: {"text": "first"}})
        client.chat_unfurl(channel=DEPLOYMENTS, ts=ts, unfurls={LINK: {"blocks": blocks}})
        attachments = shown(client, ts)["attachments"]
        assert isinstance(attachments, list)
        assert [(one["from_url"], one["is_app_unfurl"], "text" in one) for one in attachments] == [(LINK, True, False)]
        answer = refused(client.chat_unfurl, channel=DEPLOYMENTS, ts=ts, unfurls={LINK: {"blocks": [{"type": "x"}]}})
        assert answer["error"] == "invalid_blocks"

    def test_who_wrote_a_link_is_asked_to_sign_in(self, world: World, client: WebClient) -> None:
        ts = world.people.writes("ana", "deployments", f"look: {LINK}")["ts"]
        client.chat_unfurl(
            channel=DEPLOYMENTS, ts=ts, unfurls={}, user_auth_message="Please sign in", user_auth_url="https://e.com"
        )
        asked = world.people.messages()[-1]
        assert (asked["visible_to"], asked["text"]) == (ANA, "Please sign in <https://e.com|Sign in>")


class TestReactionsAndPins:
    def test_reactions_come_are_listed_and_go(self, client: WebClient) -> None:
        ts = post(client)
        item = {"channel": DEPLOYMENTS, "timestamp": ts}
        client.reactions_add(**item, name="tada")
        assert refused(client.reactions_add, **item, name=":tada:")["error"] == "already_reacted"
        got = client.reactions_get(**item)["message"]
        assert (got["reactions"][0]["count"], got["permalink"].rsplit("/", 1)[1]) == (1, f"p{ts.replace('.', '')}")
        assert client.reactions_list(limit=1)["items"][0]["message"]["ts"] == ts
        client.reactions_remove(**item, name="tada")
        assert "reactions" not in client.reactions_get(**item)["message"]

    def test_a_message_has_23_different_reactions_at_most(self, client: WebClient) -> None:
        ts = post(client)
        for number in range(23):
            client.reactions_add(channel=DEPLOYMENTS, timestamp=ts, name=f"e{number}")
        answer = refused(client.reactions_add, channel=DEPLOYMENTS, timestamp=ts, name="e23")
        assert answer["error"] == "too_many_emoji"

    def test_a_message_is_pinned_once(self, client: WebClient) -> None:
        ts = post(client)
        client.pins_add(channel=DEPLOYMENTS, timestamp=ts)
        assert refused(client.pins_add, channel=DEPLOYMENTS, timestamp=ts)["error"] == "already_pinned"
        assert client.pins_list(channel=DEPLOYMENTS)["items"][0]["message"]["pinned_to"] == [DEPLOYMENTS]
        client.pins_remove(channel=DEPLOYMENTS, timestamp=ts)
        assert client.pins_list(channel=DEPLOYMENTS)["items"] == []

    def test_a_channel_has_100_pins_at_most(self, world: World, client: WebClient) -> None:
        channel = client.conversations_create(name="pinned")["channel"]["id"]
        for _ in range(100):
            client.pins_add(channel=channel, timestamp=client.chat_postMessage(channel=channel, text="x")["ts"])
            world.sandbox.rate_limits.rest(3)
        ts = client.chat_postMessage(channel=channel, text="x")["ts"]
        assert refused(client.pins_add, channel=channel, timestamp=ts)["error"] == "too_many_pins"


class TestFiles:
    def test_a_file_is_announced_uploaded_shared_fetched_and_deleted(self, world: World, client: WebClient) -> None:
        ticket = client.files_getUploadURLExternal(filename="build.log", length=7)
        upload = urllib.request.Request(ticket["upload_url"], data=b"one\ntwo", method="POST")
        with urllib.request.urlopen(upload) as response:
            assert response.read() == b"OK - 7"
        files = [{"id": ticket["file_id"], "title": "The log"}]
        client.files_completeUploadExternal(files=files, channel_id=DEPLOYMENTS, initial_comment="Here")
        message = client.conversations_history(channel=DEPLOYMENTS, limit=1)["messages"][0]
        assert (message["text"], message["files"][0]["title"]) == ("Here", "The log")
        with urllib.request.urlopen(message["files"][0]["url_private"]) as response:
            assert response.read() == b"one\ntwo"
        assert ticket["file_id"] in [file["id"] for file in client.files_list(channel=DEPLOYMENTS)["files"]]
        client.files_delete(file=ticket["file_id"])
        message = client.conversations_history(channel=DEPLOYMENTS, limit=1)["messages"][0]
        assert message["files"][0]["mode"] == "tombstone"
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"{world.people.base_url}/files/{ticket['file_id']}/build.log")

    def test_only_own_files_are_deleted(self, world: World, client: WebClient) -> None:
        upload = client.files_upload_v2(filename="theirs.txt", content="x")["file"]["id"]
        world.sandbox.workspace.files[upload]["user"] = ANA
        assert refused(client.files_delete, file=upload)["error"] == "cant_delete_file"

    def test_lists_are_numbered_and_narrowed(self, client: WebClient) -> None:
        for number in range(3):
            client.files_upload_v2(filename=f"{number}.txt", content="x", channel=DEPLOYMENTS)
        answer = client.files_list(count=2, page=2)
        assert (len(answer["files"]), answer["paging"]["page"]) == (2, 2)
        assert client.files_list(ts_to="1")["files"] == []
        assert client.files_list(types="images")["files"] == []


class TestGroups:
    def test_a_group_is_made_filled_renamed_and_switched_off(self, client: WebClient) -> None:
        group = client.usergroups_create(name="On call", description="Who is woken", channels=[DEPLOYMENTS])[
            "usergroup"
        ]
        assert (group["handle"], group["users"], group["prefs"]["channels"]) == ("on-call", [], [DEPLOYMENTS])
        filled = client.usergroups_users_update(usergroup=group["id"], users=[BEN, EVA], include_count=True)
        assert (filled["usergroup"]["users"], filled["usergroup"]["user_count"]) == ([BEN, EVA], 2)
        assert client.usergroups_update(usergroup=group["id"], name="Night")["usergroup"]["handle"] == "on-call"
        client.usergroups_disable(usergroup=group["id"])
        assert group["id"] not in [one["id"] for one in client.usergroups_list()["usergroups"]]
        assert group["id"] in [one["id"] for one in client.usergroups_list(include_disabled=True)["usergroups"]]
        assert refused(client.usergroups_users_list, usergroup=group["id"])["error"] == "no_such_subteam"
        client.usergroups_enable(usergroup=group["id"])
        assert client.usergroups_users_list(usergroup=group["id"])["users"] == [BEN, EVA]
