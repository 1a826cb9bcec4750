"""Whom a message notifies, and why."""

from typing import Any

from bot.sandbox.notifications import mentions, reasons

MEMBERS = ["UANA", "UBEN", "UEVA"]
GROUPS = {"S0SRE": {"users": ["UEVA", "UGONE"]}}


def told(text: str = "", followers: set[str] | None = None, is_direct: bool = False, **more: Any) -> dict[str, str]:
    """Who hears of a message of ana's, and why."""
    message = {"user": "UANA", "ts": "2.000000", "text": text, **more}
    return reasons(message, MEMBERS, is_direct, GROUPS, followers or set())


def test_a_plain_message_in_a_channel_notifies_nobody() -> None:
    assert told("hello") == {}


def test_what_slack_itself_writes_notifies_nobody() -> None:
    assert told("<@UBEN> has joined the channel", subtype="channel_join") == {}


def test_who_is_named_hears_of_it_but_never_the_author() -> None:
    assert told("<@UBEN> and <@UANA|ana> and <@UNOTHERE>") == {"UBEN": "mention"}


def test_a_group_reaches_its_members_who_are_in_the_channel() -> None:
    assert told("<!subteam^S0SRE|@sre> please") == {"UEVA": "group_mention"}


def test_a_broadcast_reaches_everybody_in_the_channel_but_not_from_a_thread() -> None:
    assert told("<!channel> down") == {"UBEN": "broadcast", "UEVA": "broadcast"}
    assert told("<!here> down", thread_ts="1.000000") == {}
    shown_to_all = told("<!here> down", thread_ts="1.000000", subtype="thread_broadcast")
    assert shown_to_all == {"UBEN": "broadcast", "UEVA": "broadcast"}


def test_a_reply_reaches_who_follows_the_thread_and_the_first_message_does_not() -> None:
    assert told("done", {"UBEN"}, thread_ts="1.000000") == {"UBEN": "thread"}
    assert told("done", {"UBEN"}, thread_ts="2.000000") == {}


def test_everything_in_a_direct_message_is_told_and_a_mention_goes_before_a_thread() -> None:
    assert told("hello", is_direct=True) == {"UBEN": "direct_message", "UEVA": "direct_message"}
    assert told("<@UBEN>", {"UBEN"}, thread_ts="1.000000") == {"UBEN": "mention"}


def test_code_and_plain_text_name_nobody_and_blocks_and_attachments_do() -> None:
    assert told("`<@UBEN>` ```<!here>\n<@UEVA>```") == {}
    log = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "<@UBEN>"}]}
    named = {"type": "rich_text_section", "elements": [{"type": "user", "user_id": "UEVA"}]}
    plain = {"type": "header", "text": {"type": "plain_text", "text": "<@UBEN>"}}
    rich = {"type": "rich_text", "elements": [log, named]}
    assert told(blocks=[plain, rich]) == {"UEVA": "mention"}
    found = mentions({"attachments": [{"text": "<@UBEN>", "blocks": [{"type": "markdown", "text": "<!everyone>"}]}]})
    assert (found.users, found.groups, found.is_broadcast) == ({"UBEN"}, set(), True)
