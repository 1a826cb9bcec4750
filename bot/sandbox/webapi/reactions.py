"""reactions.add and reactions.remove."""

import re

from bot.sandbox import messages
from bot.sandbox.channels import Channel
from bot.sandbox.errors import SlackError
from bot.sandbox.json_types import JsonObject
from bot.sandbox.webapi.calls import Call

NAME = re.compile(r"[a-z0-9_+'-]{1,100}(::skin-tone-[2-6])?")
DIFFERENT = 23


def add(call: Call) -> JsonObject:
    """reactions.add."""
    channel, message, name = _item(call)
    reactions = message.setdefault("reactions", [])
    reaction = next((known for known in reactions if known["name"] == name), None)
    if reaction is None:
        if len(reactions) >= DIFFERENT:
            raise SlackError("too_many_emoji")
        reaction = {"name": name, "users": [], "count": 0}
        reactions.append(reaction)
    if call.workspace.bot_user_id in reaction["users"]:
        raise SlackError("already_reacted")
    reaction["users"].append(call.workspace.bot_user_id)
    reaction["count"] = len(reaction["users"])
    messages.save(call.workspace, channel, message, "message_changed")
    return {}


def remove(call: Call) -> JsonObject:
    """reactions.remove."""
    channel, message, name = _item(call)
    reaction = next((known for known in message.get("reactions", []) if known["name"] == name), None)
    if reaction is None or call.workspace.bot_user_id not in reaction["users"]:
        raise SlackError("no_reaction")
    reaction["users"].remove(call.workspace.bot_user_id)
    reaction["count"] = len(reaction["users"])
    if not reaction["users"]:
        message["reactions"].remove(reaction)
    messages.save(call.workspace, channel, message, "message_changed")
    return {}


def _item(call: Call) -> tuple[Channel, JsonObject, str]:
    if not call.get("channel") or not call.get("timestamp"):
        raise SlackError("no_item_specified")
    channel = call.channel()
    message = channel.messages.get(call.get("timestamp"))
    if message is None:
        raise SlackError("message_not_found")
    name = call.get("name").strip(":")
    if not NAME.fullmatch(name):
        raise SlackError("invalid_name")
    return channel, message, name
