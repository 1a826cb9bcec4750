"""What people and the app do becomes events: those of the manifest, as far as scopes and membership reach."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from slack_sdk.errors import SlackApiError

from tests.support.raw_app import RawApp, start_raw_app
from tests.support.sandbox import EVERYTHING, JsonObject, SandboxClient, start_sandbox

MESSAGE_KEYS = ["blocks", "channel", "channel_type", "client_msg_id", "event_ts", "team", "text", "ts", "type", "user"]
CHANNEL, ANA, BEN, APP = "C0DEPLOYMEN", "U0ANA000000", "U0BEN000000", "U0FOREDECK0"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxClient]:
    with start_sandbox(EVERYTHING) as started:
        yield started


@pytest.fixture(scope="module")
def connected(sandbox: SandboxClient) -> Iterator[RawApp]:
    with start_raw_app(sandbox) as started:
        yield started


@pytest.fixture
def app(connected: RawApp) -> RawApp:
    """It has heard nothing yet, and may write at once."""
    connected.sandbox.moves_clock(60, only="rate_limits")
    connected.envelopes.clear()
    return connected


def done(answer: JsonObject) -> JsonObject:
    assert answer["ok"], answer
    return answer


def the(app: RawApp, kind: str) -> JsonObject:
    """The one event of this kind, as soon as the app has it."""
    app.sandbox.wait_for(lambda _: app.events(kind))
    events = app.events(kind)
    (event,) = [event for event in events if event["type"] == kind] or events
    return event


class TestMessages:
    def test_a_message_names_its_channel_and_author(self, app: RawApp) -> None:
        ts = done(app.sandbox.writes("ana", "deployments", "see https://x.example/a?b=1&c=2, #deployments & @ben"))[
            "ts"
        ]
        event = app.last_event()
        assert sorted(event) == MESSAGE_KEYS
        assert (event["ts"], event["user"], event["channel_type"]) == (ts, ANA, "channel")
        assert event["text"] == (f"see <https://x.example/a?b=1&amp;c=2>, <#{CHANNEL}|deployments> &amp; <@{BEN}>")

    def test_a_message_of_a_person_has_its_words_as_rich_text_too(self, app: RawApp) -> None:
        ts = done(app.sandbox.writes("ana", "deployments", "*now* @ben :tada:"))["ts"]
        (block,) = app.last_event()["blocks"]
        assert block["elements"][0]["elements"] == [
            {"type": "text", "text": "now", "style": {"bold": True}},
            {"type": "text", "text": " "},
            {"type": "user", "user_id": BEN},
            {"type": "text", "text": " "},
            {"type": "emoji", "name": "tada"},
        ]
        (kept,) = app.client.conversations_history(channel=CHANNEL, latest=ts, oldest=ts, inclusive=True)["messages"]
        assert (kept["blocks"], kept["client_msg_id"]) == ([block], app.last_event()["client_msg_id"])
        done(app.sandbox.post("edits", user="ana", channel="deployments", ts=ts, text="later"))
        changed = app.last_event()["message"]
        assert changed["blocks"][0]["elements"][0]["elements"] == [{"type": "text", "text": "later"}]
        assert changed["client_msg_id"] == kept["client_msg_id"]

    def test_code_names_nobody(self, app: RawApp) -> None:
        done(app.sandbox.writes("ana", "deployments", "`@ben` and ```#deployments see https://x.example```"))
        event = app.last_event()
        assert event["text"] == "`@ben` and ```#deployments see <https://x.example>```"
        assert "user_id" not in json.dumps(event["blocks"])

    def test_edited_and_deleted(self, app: RawApp) -> None:
        ts = done(app.sandbox.writes("ana", "deployments", "first"))["ts"]
        where = {"user": "ana", "channel": "deployments", "ts": ts}
        done(app.sandbox.post("edits", **where, text="second"))
        event = the(app, "message_changed")
        assert (event["previous_message"]["text"], event["message"]["text"]) == ("first", "second")
        assert event["message"]["edited"]["user"] == ANA
        assert event["hidden"] is True
        done(app.sandbox.post("deletions", **where))
        event = the(app, "message_deleted")
        assert (event["deleted_ts"], event["previous_message"]["text"]) == (ts, "second")

    def test_only_ones_own(self, app: RawApp) -> None:
        ts = done(app.sandbox.writes("ana", "deployments", "mine"))["ts"]
        for act, more in (("edits", {"text": "yours"}), ("deletions", {})):
            answer = app.sandbox.post(act, user="ben", channel="deployments", ts=ts, **more)
            assert answer["error"] == "not_your_message"

    def test_what_the_app_writes_comes_back_to_it(self, app: RawApp) -> None:
        ts = app.client.chat_postMessage(channel=CHANNEL, text="one")["ts"]
        assert the(app, "message")["bot_id"] == "B0FOREDECK0"
        app.client.chat_update(channel=CHANNEL, ts=ts, text="two")
        assert the(app, "message_changed")["message"]["text"] == "two"

    def test_a_reply_that_is_broadcast(self, app: RawApp) -> None:
        ts = done(app.sandbox.writes("ana", "deployments", "parent"))["ts"]
        answer = app.sandbox.post(
            "messages", user="ben", channel="deployments", text="reply", thread_ts=ts, broadcast=True
        )
        done(answer)
        event = the(app, "thread_broadcast")
        assert (event["thread_ts"], event["root"]["text"]) == (ts, "parent")

    def test_a_file_that_a_person_shares(self, app: RawApp) -> None:
        done(app.sandbox.post("files", user="ana", channel="deployments", name="a.log", content="line", text="look"))
        event = the(app, "file_share")
        assert (event["files"][0]["name"], event["files"][0]["user"], event["text"]) == ("a.log", ANA, "look")
        assert app.client.files_info(file=event["files"][0]["id"])["file"]["size"] == 4

    def test_a_direct_message_and_a_mention(self, app: RawApp) -> None:
        done(app.sandbox.writes("ana", "foredeck", "@foredeck hello"))
        assert the(app, "message")["channel_type"] == "im"
        assert app.events("app_mention") == []
        done(app.sandbox.writes("ana", "deployments", "@foredeck hello"))
        assert the(app, "app_mention")["text"] == f"<@{APP}> hello"

    def test_links_of_the_apps_domains(self, app: RawApp) -> None:
        done(app.sandbox.writes("ana", "deployments", "https://web.releases.example/1.4.0 and https://other.example"))
        event = the(app, "link_shared")
        assert event["links"] == [{"url": "https://web.releases.example/1.4.0", "domain": "releases.example"}]
        unfurls = {event["links"][0]["url"]: {"text": "web 1.4.0"}}
        app.client.chat_unfurl(unfurl_id=event["unfurl_id"], source=event["source"], unfurls=unfurls)
        assert the(app, "message_changed")["message"]["attachments"][0]["text"] == "web 1.4.0"

    def test_where_the_app_is_not_it_hears_nothing(self, app: RawApp) -> None:
        done(app.sandbox.post("channels", name="elsewhere", members=["ana", "ben"]))
        done(app.sandbox.writes("ana", "elsewhere", "hello"))
        done(app.sandbox.writes("ana", "ben", "a secret"))
        assert app.events("message") == []


class TestReactions:
    def test_added_and_removed(self, app: RawApp) -> None:
        ts = done(app.sandbox.writes("ana", "deployments", "x"))["ts"]
        reaction = {"user": "ben", "channel": "deployments", "ts": ts, "name": "eyes"}
        done(app.sandbox.post("reactions", **reaction))
        event = the(app, "reaction_added")
        assert (event["user"], event["reaction"], event["item_user"]) == (BEN, "eyes", ANA)
        assert event["item"] == {"type": "message", "channel": CHANNEL, "ts": ts}
        assert app.sandbox.post("reactions", **reaction)["error"] == "already_reacted"
        done(app.sandbox.post("reactions", **reaction, is_there=False))
        assert the(app, "reaction_removed")["reaction"] == "eyes"


class TestPeopleAndPlaces:
    def test_somebody_comes_and_goes(self, app: RawApp) -> None:
        done(app.sandbox.post("channels", name="team", members=["ana", "foredeck"]))
        assert the(app, "channel_created")["channel"]["name"] == "team"
        done(app.sandbox.post("members", channel="team", user="ben", inviter="ana"))
        event = the(app, "member_joined_channel")
        assert (event["user"], event["inviter"], event["channel_type"], event["team"]) == (BEN, ANA, "C", "T0SANDBOX00")
        assert the(app, "channel_join")["text"] == f"<@{BEN}> has joined the channel"
        done(app.sandbox.post("members", channel="team", user="ben", is_member=False))
        assert the(app, "member_left_channel")["user"] == BEN

    def test_a_channel_is_renamed_and_archived(self, app: RawApp) -> None:
        done(app.sandbox.post("channels", name="old-name", members=["ana", "foredeck"]))
        done(app.sandbox.post("changes", user="ana", channel="old-name", name="new-name", is_archived=True))
        assert the(app, "channel_rename")["channel"]["name"] == "new-name"
        assert the(app, "channel_archive")["user"] == ANA
        assert app.sandbox.writes("ana", "new-name", "x")["error"] == "is_archived"
        done(app.sandbox.post("changes", user="ana", channel="new-name", is_archived=False))
        assert the(app, "channel_unarchive")["user"] == ANA

    def test_a_group_gets_other_members(self, app: RawApp) -> None:
        group = done(app.sandbox.post("usergroups", handle="managers", users=["ana"]))["usergroup"]
        assert the(app, "subteam_created")["subteam"]["id"] == group["id"]
        app.envelopes.clear()
        done(app.sandbox.post("usergroups", handle="managers", users=["ben"]))
        event = the(app, "subteam_members_changed")
        assert (event["added_users"], event["removed_users"]) == ([BEN], [ANA])
        assert the(app, "subteam_updated")["subteam"]["users"] == [BEN]
        app.envelopes.clear()
        app.client.usergroups_users_update(usergroup=group["id"], users=[ANA])
        assert the(app, "subteam_members_changed")["added_users"] == [ANA]

    def test_people_of_all_kinds(self, app: RawApp) -> None:
        flags = ("deleted", "is_restricted", "is_ultra_restricted", "is_stranger")
        kinds = {
            "member": (False, False, False, False),
            "guest": (False, True, False, False),
            "single_channel_guest": (False, True, True, False),
            "deactivated": (True, False, False, False),
            "stranger": (False, False, False, True),
        }
        for kind, expected in kinds.items():
            user = done(app.sandbox.post("people", name="zoe", kind=kind))["user"]
            shown = app.client.users_info(user=user["id"])["user"]
            assert tuple(bool(shown.get(flag)) for flag in flags) == expected
            assert shown["team_id"] == ("T0ELSEWHERE" if kind == "stranger" else "T0SANDBOX00")
        assert the(app, "team_join")["user"]["name"] == "zoe"
        app.sandbox.wait_for(lambda _: len(app.events("user_change")) == 4)
        assert app.sandbox.post("people", name="zoe", kind="robot")["error"] == "invalid_arguments"

    def test_somebody_deactivated_does_nothing_any_more(self, app: RawApp) -> None:
        done(app.sandbox.post("people", name="gone", kind="deactivated"))
        assert app.sandbox.writes("gone", "deployments", "x")["error"] == "unknown_user"

    def test_a_stranger_is_seen_as_one_and_has_no_commands(self, app: RawApp) -> None:
        done(app.sandbox.post("people", name="sam", kind="stranger"))
        done(app.sandbox.post("channels", name="shared", members=["ana", "foredeck"]))
        done(app.sandbox.post("members", channel="shared", user="sam"))
        done(app.sandbox.writes("sam", "shared", "hello"))
        payload = app.payloads("events_api")[-1]
        assert payload["is_ext_shared_channel"] is True
        assert (payload["event"]["team"], payload["event"]["user_team"]) == ("T0ELSEWHERE", "T0ELSEWHERE")
        channel = app.client.conversations_info(channel=payload["event"]["channel"])["channel"]
        assert channel["is_ext_shared"] is True
        blocks = [{"type": "actions", "elements": [{"type": "button", "action_id": "go", "text": {
            "type": "plain_text", "text": "Go"}}]}]  # fmt: skip
        ts = app.client.chat_postMessage(channel=channel["id"], text="card", blocks=blocks)["ts"]
        app.sandbox.clicks("sam", "go", channel="shared", ts=ts)
        payload = app.payloads("block_actions")[-1]
        assert (payload["user"]["team_id"], payload["team"]["id"]) == ("T0ELSEWHERE", "T0SANDBOX00")
        assert app.sandbox.types("sam", "shared", "/deploy x")["error"] == "unknown_command"

    def test_the_home_tab_is_opened_with_what_it_shows(self, app: RawApp) -> None:
        assert done(app.sandbox.post("home", user="mia"))["view"] is None
        assert "view" not in the(app, "app_home_opened")
        app.client.views_publish(user_id="U0MIA000000", view={"type": "home", "blocks": [{"type": "divider"}]})
        app.envelopes.clear()
        view = done(app.sandbox.post("home", user="mia"))["view"]
        assert the(app, "app_home_opened")["view"]["id"] == view["id"]


def test_an_app_that_is_removed_is_told_so_and_then_refused() -> None:
    with start_sandbox(EVERYTHING) as sandbox, start_raw_app(sandbox) as app:
        done(sandbox.post("uninstall"))
        assert [payload["event"]["type"] for payload in app.payloads("events_api")] == [
            "tokens_revoked",
            "app_uninstalled",
        ]
        with pytest.raises(SlackApiError, match="token_revoked"):
            app.client.auth_test()


def test_an_app_that_gives_its_token_back_is_told_so_and_stays_installed() -> None:
    with start_sandbox(EVERYTHING) as sandbox, start_raw_app(sandbox) as app:
        assert app.client.auth_revoke()["revoked"] is True
        told = sandbox.wait_for(lambda _: [payload["event"] for payload in app.payloads("events_api")])
        assert [(event["type"], event["tokens"]) for event in told] == [
            ("tokens_revoked", {"oauth": [], "bot": [APP]}),
        ]


def test_nothing_is_told_that_the_manifest_or_its_scopes_leave_out(tmp_path: Path) -> None:
    document = YAML(typ="safe", pure=True).load(EVERYTHING)
    document["settings"]["event_subscriptions"]["bot_events"] = ["reaction_added", "message.channels"]
    document["oauth_config"]["scopes"]["bot"].remove("reactions:read")
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps(document))
    with start_sandbox(manifest) as sandbox, start_raw_app(sandbox) as app:
        ts = done(sandbox.writes("ana", "deployments", "@foredeck"))["ts"]
        done(sandbox.post("reactions", user="ben", channel="deployments", ts=ts, name="eyes"))
        assert [payload["event"]["type"] for payload in app.payloads("events_api")] == ["message"]


def test_people_persist(tmp_path: Path) -> None:
    with start_sandbox(EVERYTHING, tmp_path) as sandbox:
        done(sandbox.post("people", name="gil", kind="guest"))
        seeded = [user["name"] for user in sandbox.state()["users"] if not user["is_bot"]]
        assert seeded == ["ana", "ben", "eva", "mia", "gil"]
    with start_sandbox(EVERYTHING, tmp_path) as sandbox:
        (gil,) = [user for user in sandbox.state()["users"] if user["name"] == "gil"]
        assert gil["is_restricted"] is True
