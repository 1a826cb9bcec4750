"""Messages, threads, places, files and rate limits through Slack's own client, as stories."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.support.sandbox import EVERYTHING, SandboxClient, start_sandbox
from tests.support.web_api import refused

CHANNEL = "C0DEPLOYMEN"
ANA = "U0ANA000000"


@pytest.fixture(scope="module")
def shared() -> Iterator[SandboxClient]:
    with start_sandbox(EVERYTHING) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def client(shared: SandboxClient) -> WebClient:
    return WebClient(token=shared.bot_token, base_url=shared.api_url)


@pytest.fixture(autouse=True)
def _rested(shared: SandboxClient) -> None:
    """The app's budgets of calls and posts are whole again."""
    shared.moves_clock(60, only="rate_limits")


def post_until_refused(client: WebClient) -> None:
    for _ in range(20):
        client.chat_postMessage(channel=CHANNEL, text="x")


def raw(sandbox: SandboxClient, method: str, body: bytes, kind: str, token: str | None = None) -> dict[str, Any]:
    """A call by hand."""
    headers = {"content-type": kind} | ({"authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(f"{sandbox.api_url}{method}", data=body, headers=headers)
    with urllib.request.urlopen(request) as response:
        answer: dict[str, Any] = json.load(response)
    return answer


class TestBodies:
    def test_forms_multipart_query_and_json_all_work(self, shared: SandboxClient) -> None:
        token = shared.bot_token
        form = f"token={token}&channel={CHANNEL}&text=form&blocks=%5B%7B%22type%22%3A%22divider%22%7D%5D".encode()
        assert raw(shared, "chat.postMessage", form, "application/x-www-form-urlencoded")["message"]["text"] == "form"
        part = "--b\r\nContent-Disposition: form-data; name={}\r\n\r\n{}\r\n"
        multipart = part.format('"channel"', CHANNEL) + part.format('"text"', "parts") + "--b--\r\n"
        answer = raw(shared, "chat.postMessage", multipart.encode(), "multipart/form-data; boundary=b", token)
        assert answer["message"]["text"] == "parts"
        in_query = raw(shared, f"conversations.info?channel={CHANNEL}", b"", "application/json", token)
        assert in_query["channel"]["name"] == "deployments"

    def test_json_is_left_unread_where_slack_takes_none(self, shared: SandboxClient) -> None:
        body = json.dumps({"channel": CHANNEL}).encode()
        answer = raw(shared, "conversations.info", body, "application/json", shared.bot_token)
        assert answer["response_metadata"]["messages"] == ["[ERROR] missing required field: channel"]


class TestMessages:
    def test_a_message_goes_to_a_channel_by_id_name_or_person(self, client: WebClient) -> None:
        for channel in (CHANNEL, "deployments", "#deployments"):
            answer = client.chat_postMessage(channel=channel, text="hello")
            assert answer["channel"] == CHANNEL
        direct = client.chat_postMessage(channel=ANA, text="psst")
        assert direct["channel"] == client.conversations_open(users=ANA)["channel"]["id"]

    @pytest.mark.parametrize(
        ("arguments", "error"),
        [
            ({"channel": "C1", "text": "x"}, "channel_not_found"),
            ({"channel": CHANNEL, "text": "x", "thread_ts": "1.000000"}, "thread_not_found"),
            ({"channel": CHANNEL, "text": "x", "metadata": {"event_payload": {}}}, "invalid_metadata_format"),
            ({"channel": CHANNEL, "text": "x", "username": "Ana"}, "missing_scope"),
        ],
    )
    def test_what_cannot_be_posted_is_refused(self, client: WebClient, arguments: dict[str, Any], error: str) -> None:
        assert refused(client.chat_postMessage, **arguments)["error"] == error

    def test_a_message_without_words_is_no_message(self, shared: SandboxClient) -> None:
        body = json.dumps({"channel": CHANNEL, "text": " "}).encode()
        assert raw(shared, "chat.postMessage", body, "application/json", shared.bot_token)["error"] == "no_text"

    def test_wrong_blocks_are_refused_with_pointers(self, client: WebClient) -> None:
        blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}]
        answer = refused(client.chat_postMessage, channel=CHANNEL, text="x", blocks=blocks)
        sentence = "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
        assert answer["errors"] == [sentence]
        assert answer["response_metadata"] == {"messages": [f"[ERROR] {sentence}"]}
        assert answer["error"] == "invalid_blocks"

    def test_a_very_long_text_is_cut_with_a_warning(self, client: WebClient) -> None:
        answer = client.chat_postMessage(channel=CHANNEL, text="x" * 40_001)
        assert len(answer["message"]["text"]) == 40_000
        assert answer["warning"] == "message_truncated"

    def test_an_edit_is_marked_and_keeps_what_it_does_not_name(self, client: WebClient) -> None:
        blocks = [{"type": "divider", "block_id": "d"}]
        metadata = {"event_type": "card", "event_payload": {"id": 7}}
        ts = client.chat_postMessage(channel=CHANNEL, text="one", blocks=blocks, metadata=metadata)["ts"]
        client.chat_update(channel=CHANNEL, ts=ts, text="two")
        newest: dict[str, Any] = {"channel": CHANNEL, "latest": ts, "inclusive": True, "limit": 1}
        shown = client.conversations_history(**newest, include_all_metadata=True)
        message = shown["messages"][0]
        assert (message["text"], message["blocks"], message["metadata"]) == ("two", blocks, metadata)
        assert message["edited"]["user"] == "U0FOREDECK0"
        client.chat_update(channel=CHANNEL, ts=ts, text="three", blocks=[])
        shown = client.conversations_history(**newest)
        assert "blocks" not in shown["messages"][0]
        assert "metadata" not in shown["messages"][0]

    def test_only_own_messages_are_edited_and_deleted(self, shared: SandboxClient, client: WebClient) -> None:
        theirs = shared.writes("ana", "deployments", "mine")["ts"]
        assert refused(client.chat_update, channel=CHANNEL, ts=theirs, text="x")["error"] == "cant_update_message"
        assert refused(client.chat_delete, channel=CHANNEL, ts=theirs)["error"] == "cant_delete_message"
        assert refused(client.chat_update, channel=CHANNEL, ts="1.000000", text="x")["error"] == "message_not_found"
        own = client.chat_postMessage(channel=CHANNEL, text="x")["ts"]
        assert refused(client.chat_update, channel=CHANNEL, ts=own, text="x" * 4001)["error"] == "msg_too_long"
        client.chat_delete(channel=CHANNEL, ts=own)
        assert refused(client.chat_delete, channel=CHANNEL, ts=own)["error"] == "message_not_found"

    def test_timestamps_are_unique_and_grow(self, client: WebClient) -> None:
        stamps = [client.chat_postMessage(channel=CHANNEL, text=str(n))["ts"] for n in range(4)]
        assert stamps == sorted(set(stamps))

    def test_an_ephemeral_message_needs_its_reader_there(self, shared: SandboxClient, client: WebClient) -> None:
        answer = client.chat_postEphemeral(channel=CHANNEL, user=ANA, text="only you")
        shown = next(known for known in shared.messages() if known["ts"] == answer["message_ts"])
        assert (shown["is_ephemeral"], shown["visible_to"], shown["channel"]) == (True, ANA, CHANNEL)
        history = client.conversations_history(channel=CHANNEL)["messages"]
        assert answer["message_ts"] not in [known["ts"] for known in history]
        stranger = refused(client.chat_postEphemeral, channel=CHANNEL, user="U1", text="x")
        assert stranger["error"] == "user_not_in_channel"

    def test_a_permalink_names_the_channel_and_the_message(self, client: WebClient) -> None:
        ts = client.chat_postMessage(channel=CHANNEL, text="x")["ts"]
        link = client.chat_getPermalink(channel=CHANNEL, message_ts=ts)["permalink"]
        assert link.endswith(f"/archives/{CHANNEL}/p{ts.replace('.', '')}")
        assert refused(client.chat_getPermalink, channel=CHANNEL, message_ts="1.000000")["error"] == "message_not_found"


class TestThreads:
    def test_replies_are_counted_and_shown_in_the_thread_only(self, client: WebClient) -> None:
        parent = client.chat_postMessage(channel=CHANNEL, text="parent")["ts"]
        quiet = client.chat_postMessage(channel=CHANNEL, text="quiet", thread_ts=parent)["ts"]
        loud = client.chat_postMessage(channel=CHANNEL, text="loud", thread_ts=parent, reply_broadcast=True)
        assert loud["message"]["subtype"] == "thread_broadcast"
        replies = client.conversations_replies(channel=CHANNEL, ts=parent)["messages"]
        assert [reply["text"] for reply in replies] == ["parent", "quiet", "loud"]
        assert (replies[0]["reply_count"], replies[0]["latest_reply"]) == (2, loud["ts"])
        history = client.conversations_history(channel=CHANNEL, oldest=parent, inclusive=True)["messages"]
        assert [message["text"] for message in history] == ["loud", "parent"]
        nested = refused(client.chat_postMessage, channel=CHANNEL, text="x", thread_ts=quiet)
        assert nested["error"] == "cannot_reply_to_message"

    def test_a_deleted_parent_leaves_a_tombstone(self, client: WebClient) -> None:
        parent = client.chat_postMessage(channel=CHANNEL, text="parent")["ts"]
        client.chat_postMessage(channel=CHANNEL, text="reply", thread_ts=parent)
        client.chat_delete(channel=CHANNEL, ts=parent)
        replies = client.conversations_replies(channel=CHANNEL, ts=parent)["messages"]
        assert [reply["text"] for reply in replies] == ["This message was deleted.", "reply"]
        assert replies[0]["subtype"] == "tombstone"

    def test_pages_follow_each_other(self, shared: SandboxClient, client: WebClient) -> None:
        parent = client.chat_postMessage(channel=CHANNEL, text="parent")["ts"]
        for number in range(5):
            shared.moves_clock(1, only="rate_limits")
            client.chat_postMessage(channel=CHANNEL, text=str(number), thread_ts=parent)
        seen = []
        for answer in client.conversations_replies(channel=CHANNEL, ts=parent, limit=2):
            seen += [reply["text"] for reply in answer["messages"] if reply["ts"] != parent]
        assert seen == ["0", "1", "2", "3", "4"]
        wrong = refused(client.conversations_history, channel=CHANNEL, cursor="x")
        assert wrong["error"] == "invalid_cursor"


class TestPlaces:
    def test_the_app_posts_only_where_it_is(self, shared: SandboxClient, client: WebClient) -> None:
        elsewhere = shared.post("channels", name="elsewhere", members=["ana"])["channel"]["id"]
        secret = shared.post("channels", name="secret", members=["ana"], is_private=True)["channel"]["id"]
        assert refused(client.chat_postMessage, channel=elsewhere, text="x")["error"] == "not_in_channel"
        assert refused(client.conversations_history, channel=elsewhere)["error"] == "not_in_channel"
        assert refused(client.chat_postMessage, channel=secret, text="x")["error"] == "channel_not_found"
        client.conversations_join(channel=elsewhere)
        client.chat_postMessage(channel=elsewhere, text="now")
        shared.post("members", channel="secret", user="foredeck")
        client.chat_postMessage(channel=secret, text="now")
        assert client.conversations_members(channel=secret)["members"] == [ANA, "U0FOREDECK0"]

    def test_channels_and_people_are_listed(self, client: WebClient) -> None:
        assert "deployments" in [known["name"] for known in client.conversations_list()["channels"]]
        assert client.conversations_info(channel=CHANNEL, include_num_members=True)["channel"]["num_members"] == 5
        assert CHANNEL in [known["id"] for known in client.users_conversations()["channels"]]
        people = {known["name"] for known in client.users_list()["members"]}
        assert {"ana", "ben", "eva", "mia", "foredeck"} <= people
        assert client.users_info(user=ANA)["user"]["real_name"] == "Ana Adler"
        assert client.users_lookupByEmail(email="ana@sandbox.example")["user"]["id"] == ANA
        assert refused(client.users_info, user="U1")["error"] == "user_not_found"
        assert refused(client.users_lookupByEmail, email="x@y.z")["error"] == "users_not_found"

    def test_groups_teams_and_bots_are_described(self, shared: SandboxClient, client: WebClient) -> None:
        group = shared.post("usergroups", handle="release-managers", users=["ben", "eva"])["usergroup"]["id"]
        assert client.usergroups_users_list(usergroup=group)["users"] == ["U0BEN000000", "U0EVA000000"]
        assert client.usergroups_list()["usergroups"][0]["handle"] == "release-managers"
        assert refused(client.usergroups_users_list, usergroup="S1")["error"] == "no_such_subteam"
        assert client.team_info()["team"]["id"] == "T0SANDBOX00"
        assert client.bots_info(bot="B0FOREDECK0")["bot"]["user_id"] == "U0FOREDECK0"

    def test_a_deactivated_person_is_known_but_not_found(self, shared: SandboxClient, client: WebClient) -> None:
        shared.post("users", name="tom", deleted=True)
        tom = next(known for known in client.users_list()["members"] if known["name"] == "tom")
        assert tom["deleted"] is True
        assert refused(client.users_lookupByEmail, email="tom@sandbox.example")["error"] == "users_not_found"


class TestFiles:
    def test_an_upload_becomes_a_message_in_the_thread(self, shared: SandboxClient, client: WebClient) -> None:
        parent = client.chat_postMessage(channel=CHANNEL, text="parent")["ts"]
        log = "line\n" * 1000
        answer = client.files_upload_v2(
            channel=CHANNEL,
            thread_ts=parent,
            content=log,
            filename="build.log",
            title="Log",
            initial_comment="All of it",
        )
        reply = client.conversations_replies(channel=CHANNEL, ts=parent)["messages"][1]
        assert (reply["text"], reply["files"][0]["title"]) == ("All of it", "Log")
        info = client.files_info(file=answer["file"]["id"])["file"]
        with urllib.request.urlopen(info["url_private"]) as response:
            assert response.read().decode() == log
            assert response.headers["x-content-type-options"] == "nosniff"
        assert [known["id"] for known in shared.state()["files"]] == [info["id"]]


class TestRateLimits:
    def test_a_channel_answers_429_with_the_time_to_wait(self) -> None:
        with start_sandbox() as sandbox:
            client = WebClient(token=sandbox.bot_token, base_url=sandbox.api_url)
            with pytest.raises(SlackApiError) as error:
                post_until_refused(client)
            assert error.value.response.status_code == 429
            assert error.value.response.headers["retry-after"] == "1"
            assert error.value.response["error"] == "rate_limited"
            assert sandbox.state()["calls"][-1]["error"] == "rate_limited"
            assert sandbox.server is not None
            sandbox.server.sandbox.clock.move(5)
            client.chat_postMessage(channel=CHANNEL, text="again")


class TestBlocksValidate:
    def test_it_says_what_is_wrong_as_data(self, client: WebClient) -> None:
        blocks = [{"type": "section", "text": {"type": "invalid", "text": "x"}}]
        answer = refused(client.api_call, "blocks.validate", json={"blocks": json.dumps(blocks)})
        assert answer["error"] == "invalid_blocks"
        assert answer["errors"] == [
            {
                "code": "failed_constraint",
                "message": "unsupported type: invalid",
                "pointer": "/0/text/type",
                "constraint": {"type": "enum", "expected": ["plain_text", "mrkdwn"]},
            }
        ]
        assert client.api_call("blocks.validate", json={"blocks": [{"type": "divider"}]})["ok"]
        assert refused(client.api_call, "blocks.validate")["error"] == "invalid_arguments"
