"""What a person has read, and which threads they follow: `POST /sandbox/reads` and `/sandbox/follows`."""

from bot.sandbox import messages
from bot.sandbox.attention import place_of
from bot.sandbox.control import actors
from bot.sandbox.errors import ControlError
from bot.sandbox.ids import is_timestamp
from bot.sandbox.json_types import JsonObject
from bot.sandbox.sandbox import Sandbox


async def read(sandbox: Sandbox, body: JsonObject) -> JsonObject:
    """`{user, channel, ts, thread_ts?}`: seen up to `ts`; the time before a message makes it unread."""
    person = actors.user(sandbox, body)
    channel = actors.channel(sandbox, body, person)
    ts, thread_ts = actors.text(body, "ts"), actors.optional_text(body, "thread_ts")
    if not is_timestamp(ts) or (thread_ts is not None and not is_timestamp(thread_ts)):
        raise ControlError("invalid_arguments", "ts and thread_ts must be timestamps of messages")
    sandbox.workspace.attention.read(person["id"], place_of(channel.id, thread_ts), ts)
    return {"ok": True}


async def follow(sandbox: Sandbox, body: JsonObject) -> JsonObject:
    """`{user, channel, thread_ts, is_following?}`: hear of replies in a thread, or no longer."""
    person = actors.user(sandbox, body)
    channel = actors.channel(sandbox, body, person)
    thread_ts = actors.text(body, "thread_ts")
    if thread_ts not in channel.messages:
        raise ControlError("unknown_message", f"There is no message {thread_ts} in {channel.name}.")
    attention = sandbox.workspace.attention
    messages.begin_following(sandbox.workspace, channel, thread_ts)
    if body.get("is_following", True):
        attention.follow(channel.id, thread_ts, {person["id"]})
    else:
        attention.unfollow(channel.id, thread_ts, person["id"])
    return {"ok": True}
