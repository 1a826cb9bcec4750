"""chat.scheduleMessage and what belongs to it: messages that Slack posts later."""

from bot.sandbox import messages
from bot.sandbox.blocks.content import checked_content
from bot.sandbox.errors import SlackError
from bot.sandbox.json_types import JsonObject
from bot.sandbox.threads import thread
from bot.sandbox.webapi.calls import Call
from bot.sandbox.webapi.chat import cut_short, metadata
from bot.sandbox.webapi.pages import page

FURTHEST = 120 * 86_400
WINDOW, IN_WINDOW = 300, 30
TOO_LATE_TO_DELETE = 60


def schedule(call: Call) -> JsonObject:
    """chat.scheduleMessage: at most 120 days ahead, at most 30 in five minutes of a channel."""
    channel = call.channel_to_post_in()
    content = {**checked_content(call.arguments), **metadata(call)}
    thread_ts = thread(channel, call.get("thread_ts"))
    post_at, now = call.get("post_at"), call.sandbox.clock.now()
    if post_at <= now:
        raise SlackError("time_in_past")
    if post_at > now + FURTHEST:
        raise SlackError("time_too_far")
    waiting = call.sandbox.scheduled.waiting.values()
    if sum(_shares_window(known, channel.id, post_at) for known in waiting) >= IN_WINDOW:
        raise SlackError("restricted_too_many")
    author = messages.by_app(call.workspace)
    broadcast = bool(thread_ts and call.get("reply_broadcast"))
    waits = {"author": author, "content": content, "thread_ts": thread_ts, "broadcast": broadcast}
    key = call.sandbox.scheduled.add(channel.id, post_at, waits)
    shown = {**author, **content, "type": "delayed_message"}
    return {
        "channel": channel.id,
        "scheduled_message_id": key,
        "post_at": post_at,
        "message": shown,
        **cut_short(call),
    }


def unschedule(call: Call) -> JsonObject:
    """chat.deleteScheduledMessage: not in the last minute before it is posted."""
    channel = call.channel()
    known = call.sandbox.scheduled.waiting.get(call.get("scheduled_message_id"))
    soon = call.sandbox.clock.now() + TOO_LATE_TO_DELETE
    if known is None or known["channel_id"] != channel.id or known["post_at"] <= soon:
        raise SlackError("invalid_scheduled_message_id")
    call.sandbox.scheduled.remove(known["id"])
    return {}


def list_scheduled(call: Call) -> JsonObject:
    """chat.scheduledMessages.list: the app's own, the next first."""
    waiting = sorted(call.sandbox.scheduled.waiting.values(), key=lambda known: known["post_at"])
    if call.get("channel"):
        if call.get("channel") not in call.workspace.channels:
            raise SlackError("invalid_channel")
        waiting = [known for known in waiting if known["channel_id"] == call.get("channel")]
    oldest, latest = _seconds(call, "oldest", 0.0), _seconds(call, "latest", float("inf"))
    waiting = [known for known in waiting if oldest <= known["post_at"] <= latest]
    shown, following = page(waiting, call.get("limit"), call.get("cursor"))
    return {"scheduled_messages": [_shown(known) for known in shown], "response_metadata": following}


def _shares_window(known: JsonObject, channel_id: str, post_at: int) -> bool:
    return bool(known["channel_id"] == channel_id and known["post_at"] // WINDOW == post_at // WINDOW)


def _seconds(call: Call, name: str, default: float) -> float:
    value = call.get(name)
    if value == "now":
        return call.sandbox.clock.now()
    return float(value) if value else default


def _shown(known: JsonObject) -> JsonObject:
    kept = {key: known[key] for key in ("id", "channel_id", "post_at", "date_created")}
    return {**kept, "text": known["content"].get("text", "")}
