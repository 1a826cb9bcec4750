"""Reactions on messages, of people and of the app. Who may set them is decided by the callers."""

import re

from bot.sandbox import messages
from bot.sandbox.channels import Channel
from bot.sandbox.errors import SlackError
from bot.sandbox.json_types import JsonObject
from bot.sandbox.workspace import Workspace

NAME = re.compile(r"[a-z0-9_+'-]{1,100}(::skin-tone-[2-6])?")
DIFFERENT = 23


def put(workspace: Workspace, channel: Channel, message: JsonObject, user_id: str, name: str) -> None:
    """Add one; raises invalid_name, too_many_emoji, already_reacted."""
    if not NAME.fullmatch(name):
        raise SlackError("invalid_name")
    reactions = message.get("reactions", [])
    reaction = next((known for known in reactions if known["name"] == name), None)
    if reaction is None:
        if len(reactions) >= DIFFERENT:
            raise SlackError("too_many_emoji")
        reaction = {"name": name, "users": [], "count": 0}
        message.setdefault("reactions", []).append(reaction)
    if user_id in reaction["users"]:
        raise SlackError("already_reacted")
    reaction["users"].append(user_id)
    reaction["count"] = len(reaction["users"])
    messages.save(workspace, channel, message, "message_changed")
    workspace.happenings.note("reaction_added", channel=channel, message=message, user=user_id, name=name)


def take_away(workspace: Workspace, channel: Channel, message: JsonObject, user_id: str, name: str) -> None:
    """Remove one; raises invalid_name, no_reaction."""
    if not NAME.fullmatch(name):
        raise SlackError("invalid_name")
    reaction = next((known for known in message.get("reactions", []) if known["name"] == name), None)
    if reaction is None or user_id not in reaction["users"]:
        raise SlackError("no_reaction")
    reaction["users"].remove(user_id)
    reaction["count"] = len(reaction["users"])
    if not reaction["users"]:
        message["reactions"].remove(reaction)
    if not message["reactions"]:
        del message["reactions"]
    messages.save(workspace, channel, message, "message_changed")
    workspace.happenings.note("reaction_removed", channel=channel, message=message, user=user_id, name=name)
