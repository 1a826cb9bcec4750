"""reactions.*: put on a message, taken off it, looked at."""

from bot.sandbox import reactions
from bot.sandbox.channels import Channel
from bot.sandbox.errors import SlackError
from bot.sandbox.json_types import JsonObject
from bot.sandbox.webapi.calls import Call
from bot.sandbox.webapi.chat import permalink
from bot.sandbox.webapi.pages import numbered, page


def add(call: Call) -> JsonObject:
    """reactions.add."""
    channel, message, name = _item(call)
    reactions.put(call.workspace, channel, message, call.workspace.bot_user_id, name)
    return {}


def remove(call: Call) -> JsonObject:
    """reactions.remove."""
    channel, message, name = _item(call)
    reactions.take_away(call.workspace, channel, message, call.workspace.bot_user_id, name)
    return {}


def get(call: Call) -> JsonObject:
    """reactions.get: of a message; files have had none for a long time."""
    if call.get("file"):
        file = call.workspace.files.get(call.get("file"))
        if file is None:
            raise SlackError("file_not_found")
        return {"type": "file", "file": file}
    if call.get("file_comment"):
        raise SlackError("file_comment_not_found")
    channel, message = _message(call)
    shown = {**message, "permalink": permalink(call, channel, message)}
    return {"type": "message", "channel": channel.id, "message": shown}


def list_all(call: Call) -> JsonObject:
    """reactions.list: the messages that this person, or the app, reacted to; the latest first."""
    user_id = call.get("user") or call.workspace.bot_user_id
    if user_id not in call.workspace.users:
        raise SlackError("user_not_found")
    items: list[JsonObject] = [
        {"type": "message", "channel": channel.id, "message": message}
        for channel in call.workspace.channels.values()
        if channel.kind == "public_channel" or call.is_member(channel)
        for message in channel.messages.values()
        if "reactions" in message and any(user_id in reaction["users"] for reaction in message["reactions"])
    ]
    items.sort(key=lambda item: item["message"]["ts"], reverse=True)
    if call.get("limit") or call.get("cursor"):
        shown, following = page(items, call.get("limit"), call.get("cursor"))
        return {"items": shown, "response_metadata": following}
    return numbered("items", items, call.get("count"), call.get("page"))


def _item(call: Call) -> tuple[Channel, JsonObject, str]:
    if call.get("file"):
        raise SlackError("file_not_found")
    if call.get("file_comment"):
        raise SlackError("file_comment_not_found")
    channel, message = _message(call)
    if channel.is_archived:
        raise SlackError("is_archived")
    return channel, message, call.get("name").strip(":")


def _message(call: Call) -> tuple[Channel, JsonObject]:
    if not call.get("channel") or not call.get("timestamp"):
        raise SlackError("no_item_specified")
    channel = call.channel()
    message = channel.messages.get(call.get("timestamp"))
    if message is None:
        raise SlackError("message_not_found")
    return channel, message
