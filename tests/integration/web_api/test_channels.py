"""A channel's life through the Web API: made, named, filled, emptied, archived."""

from slack_sdk import WebClient

from tests.integration.web_api.conftest import World
from tests.support.web_api import ANA, APP, BEN, DEPLOYMENTS, EVA, MIA, refused


def notices(client: WebClient, channel: str) -> list[str]:
    """The subtypes of what is in the channel, the oldest first."""
    messages = client.conversations_history(channel=channel)["messages"]
    return [message.get("subtype", "") for message in reversed(messages)]


def test_a_channel_is_made_renamed_and_described(client: WebClient) -> None:
    made = client.conversations_create(name="release-7")["channel"]
    assert (made["name"], made["is_member"], made["is_private"]) == ("release-7", True, False)
    client.conversations_setTopic(channel=made["id"], topic="Release 7")
    client.conversations_setPurpose(channel=made["id"], purpose="Until it is out")
    renamed = client.conversations_rename(channel=made["id"], name="release-8")["channel"]
    assert (renamed["name"], renamed["previous_names"]) == ("release-8", ["release-7"])
    assert (renamed["topic"]["value"], renamed["topic"]["creator"]) == ("Release 7", APP)
    assert renamed["purpose"]["value"] == "Until it is out"
    assert notices(client, made["id"]) == ["channel_join", "channel_topic", "channel_purpose", "channel_name"]


def test_people_are_let_in_all_or_none_and_sent_away(client: WebClient) -> None:
    channel = client.conversations_create(name="approvers", is_private=True)["channel"]["id"]
    answer = refused(client.conversations_invite, channel=channel, users=[ANA, "U1", APP])
    assert [(one["user"], one["error"]) for one in answer["errors"]] == [
        ("U1", "user_not_found"),
        (APP, "cant_invite_self"),
    ]
    assert client.conversations_members(channel=channel)["members"] == [APP]
    forced = client.conversations_invite(channel=channel, users=[ANA, BEN, "U1"], force=True)
    assert [one["user"] for one in forced["errors"]] == ["U1"]
    client.conversations_kick(channel=channel, user=BEN)
    assert client.conversations_members(channel=channel)["members"] == [APP, ANA]
    assert notices(client, channel) == ["group_join", "group_join", "group_join", "group_leave"]


def test_the_app_enters_and_leaves(world: World, client: WebClient) -> None:
    channel = world.people.post("channels", name="lobby", members=["ana"])["channel"]["id"]
    client.conversations_join(channel=channel)
    client.chat_postMessage(channel=channel, text="I am here")
    client.conversations_leave(channel=channel)
    assert refused(client.chat_postMessage, channel=channel, text="x")["error"] == "not_in_channel"


def test_an_archived_channel_takes_nothing_until_it_is_back(client: WebClient) -> None:
    channel = client.conversations_create(name="shelf")["channel"]["id"]
    client.conversations_archive(channel=channel)
    assert refused(client.chat_postMessage, channel=channel, text="x")["error"] == "is_archived"
    assert channel not in [one["id"] for one in client.conversations_list(exclude_archived=True)["channels"]]
    client.conversations_unarchive(channel=channel)
    client.chat_postMessage(channel=channel, text="back")
    assert notices(client, channel) == ["channel_join", "channel_archive", "channel_unarchive", ""]


def test_what_was_read_is_kept(client: WebClient) -> None:
    ts = client.chat_postMessage(channel=DEPLOYMENTS, text="x")["ts"]
    client.conversations_mark(channel=DEPLOYMENTS, ts=ts)
    assert client.conversations_info(channel=DEPLOYMENTS)["channel"]["last_read"] == ts


def test_several_people_share_one_group_message(client: WebClient) -> None:
    first = client.conversations_open(users=[EVA, MIA], return_im=True)["channel"]
    again = client.conversations_open(users=[MIA, EVA])
    assert (first["is_mpim"], first["name"]) == (True, "mpdm-eva--mia--foredeck-1")
    assert (again["channel"]["id"], again["already_open"]) == (first["id"], True)
    client.chat_postMessage(channel=first["id"], text="both of you")
    assert first["id"] in [one["id"] for one in client.conversations_list(types="mpim")["channels"]]
    assert refused(client.conversations_open, users=[f"U{n}" for n in range(9)])["error"] == "user_not_found"


def test_a_group_message_has_eight_people_at_most(world: World, client: WebClient) -> None:
    users = [world.people.post("users", name=f"p{n}")["user"]["id"] for n in range(9)]
    assert refused(client.conversations_open, users=users)["error"] == "too_many_users"
    assert client.conversations_open(users=users[:8])["ok"]


def test_a_direct_message_is_closed_and_opened_again(client: WebClient) -> None:
    channel = client.conversations_open(users=EVA)["channel"]["id"]
    assert "no_op" not in client.conversations_close(channel=channel).data
    assert client.conversations_close(channel=channel)["already_closed"]
    assert "already_open" not in client.conversations_open(users=EVA).data
    assert client.conversations_open(users=EVA)["already_open"]
