"""pins.*: the messages that a channel keeps at hand."""

from bot.sandbox import messages
from bot.sandbox.channels import Channel
from bot.sandbox.errors import SlackError
from bot.sandbox.json_types import JsonObject
from bot.sandbox.webapi.calls import Call
from bot.sandbox.webapi.chat import permalink

MOST = 100


def add(call: Call) -> JsonObject:
    """pins.add."""
    channel, message = _item(call)
    if any(pin["ts"] == message["ts"] for pin in channel.pins):
        raise SlackError("already_pinned")
    if len(channel.pins) >= MOST:
        raise SlackError("too_many_pins")
    now = int(call.sandbox.clock.now())
    channel.pins.insert(0, {"ts": message["ts"], "created": now, "created_by": call.workspace.bot_user_id})
    message["pinned_to"] = [channel.id]
    _save(call, channel, message)
    return {}


def remove(call: Call) -> JsonObject:
    """pins.remove."""
    channel, message = _item(call)
    left = [pin for pin in channel.pins if pin["ts"] != message["ts"]]
    if len(left) == len(channel.pins):
        raise SlackError("no_pin")
    channel.pins = left
    message.pop("pinned_to", None)
    _save(call, channel, message)
    return {}


def list_pins(call: Call) -> JsonObject:
    """pins.list: the latest first."""
    channel = call.channel()
    if not call.is_member(channel):
        raise SlackError("not_in_channel")
    shown = [(pin, channel.messages[pin["ts"]]) for pin in channel.pins if pin["ts"] in channel.messages]
    return {
        "items": [
            {
                "type": "message",
                "channel": channel.id,
                "created": pin["created"],
                "created_by": pin["created_by"],
                "message": {**message, "permalink": permalink(call, channel, message)},
            }
            for pin, message in shown
        ]
    }


def _item(call: Call) -> tuple[Channel, JsonObject]:
    channel = call.channel()
    if not call.is_member(channel):
        raise SlackError("not_in_channel")
    if not call.get("timestamp"):
        raise SlackError("no_item_specified")
    message = channel.messages.get(call.get("timestamp"))
    if message is None:
        raise SlackError("message_not_found")
    return channel, message


def _save(call: Call, channel: Channel, message: JsonObject) -> None:
    call.workspace.save_channel(channel)
    messages.save(call.workspace, channel, message, "message_changed")
