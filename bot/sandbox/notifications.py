"""Whom a new message notifies, and why: Slack's rules, as a decision about values. Nothing is kept or told here.

Edits notify nobody, so this is asked once, when a message is posted."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.json_types import JsonObject

CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
ENTITY = re.compile(r"<(@[UW]\w+|!subteam\^\w+|!here|!channel|!everyone)(?:\|[^<>]*)?>")
# What Slack itself writes: who came and went, a new topic.
NOTICES = ("channel_", "group_")
BROADCASTS = ("here", "channel", "everyone")


@dataclass
class Mentions:
    """Whom the words of a message name."""

    users: set[str] = field(default_factory=set)
    groups: set[str] = field(default_factory=set)
    is_broadcast: bool = False


def mentions(message: JsonObject) -> Mentions:
    """What the text, the blocks and the attachments name; code and plain text name nobody."""
    found = Mentions()
    for word in _words(message):
        if word.startswith("@"):
            found.users.add(word[1:])
        elif word.startswith("!subteam^"):
            found.groups.add(word.removeprefix("!subteam^"))
        else:
            found.is_broadcast = True
    return found


def reasons(
    message: JsonObject, members: Iterable[str], is_direct: bool, groups: dict[str, JsonObject], followers: set[str]
) -> dict[str, str]:
    """For each person to notify the first reason that holds; `members` are the people of the channel who are active.

    `direct_message`, `mention`, `group_mention`, `broadcast` (not from within a thread: there Slack only shows it), or
    `thread` for who follows the thread that the message is in."""
    if str(message.get("subtype")).startswith(NOTICES):
        return {}
    named = mentions(message)
    in_group = {user for group in named.groups for user in groups.get(group, {}).get("users", [])}
    is_reply = message.get("thread_ts") not in (None, message["ts"])
    is_shown_to_all = not is_reply or message.get("subtype") == "thread_broadcast"
    told: dict[str, str] = {}
    for user in members:
        holding = {
            "direct_message": is_direct,
            "mention": user in named.users,
            "group_mention": user in in_group,
            "broadcast": named.is_broadcast and is_shown_to_all,
            "thread": is_reply and user in followers,
        }
        reason = next((name for name, holds in holding.items() if holds), None)
        if reason is not None and user != message.get("user"):
            told[user] = reason
    return told


def _words(message: JsonObject) -> Iterator[str]:
    """Every mention: `@U…`, `!subteam^S…`, `!here`."""
    yield from _in_markup(message.get("text"))
    yield from _in_objects(message.get("blocks"))
    for attachment in _dictionaries(message.get("attachments")):
        for key in ("pretext", "text"):
            yield from _in_markup(attachment.get(key))
        yield from _in_objects(attachment.get("blocks"))


def _in_objects(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _in_objects(item)
    elif isinstance(value, dict):
        kind = value.get("type")
        if kind in ("mrkdwn", "markdown"):
            yield from _in_markup(value.get("text"))
        elif kind == "user":
            yield f"@{value.get('user_id')}"
        elif kind == "usergroup":
            yield f"!subteam^{value.get('usergroup_id')}"
        elif kind == "broadcast" and value.get("range") in BROADCASTS:
            yield f"!{value['range']}"
        else:
            yield from _in_objects(list(value.values()))


def _in_markup(text: object) -> Iterator[str]:
    if isinstance(text, str):
        yield from ENTITY.findall(CODE.sub("", text))


def _dictionaries(value: object) -> list[JsonObject]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
