"""conversations.* that only read, and users.conversations: channels, their members, their history."""

from bisect import bisect_left, bisect_right

from bot.sandbox.channels import Channel
from bot.sandbox.errors import SlackError
from bot.sandbox.json_types import JsonObject
from bot.sandbox.webapi.calls import Call
from bot.sandbox.webapi.pages import page

TYPES = ("public_channel", "private_channel", "mpim", "im")
HISTORY_PAGE = 999


def list_all(call: Call) -> JsonObject:
    """conversations.list: public channels, and others that the app is in."""
    wanted = _types(call)
    channels = [
        channel
        for channel in call.workspace.channels.values()
        if channel.kind in wanted
        and (channel.kind == "public_channel" or call.is_member(channel))
        and not (call.get("exclude_archived") and channel.is_archived)
    ]
    return _listed(call, channels)


def of_user(call: Call) -> JsonObject:
    """users.conversations: those that the app, or the person named, is in."""
    user_id = call.get("user") or call.workspace.bot_user_id
    if user_id not in call.workspace.users:
        raise SlackError("user_not_found")
    wanted = _types(call)
    channels = [
        channel
        for channel in call.workspace.channels.values()
        if channel.kind in wanted
        and user_id in channel.members
        and not (call.get("exclude_archived") and channel.is_archived)
    ]
    return _listed(call, channels)


def info(call: Call) -> JsonObject:
    """conversations.info."""
    channel = _readable(call)
    return {"channel": channel.to_slack(call.workspace.bot_user_id, bool(call.get("include_num_members")))}


def members(call: Call) -> JsonObject:
    """conversations.members."""
    channel = _readable(call)
    shown, metadata = page(channel.members, call.get("limit"), call.get("cursor"))
    return {"members": shown, "response_metadata": metadata}


def history(call: Call) -> JsonObject:
    """conversations.history: the newest first, without replies in threads."""
    channel = _with_history(call)
    wanted = _between(call, channel.timeline)
    wanted.reverse()
    limit = min(call.get("limit") or HISTORY_PAGE, HISTORY_PAGE)
    shown, metadata = page(wanted, limit, call.get("cursor"))
    return {
        "messages": [_shown(call, channel.messages[ts]) for ts in shown],
        "has_more": bool(metadata["next_cursor"]),
        "pin_count": 0,
        "channel_actions_ts": None,
        "channel_actions_count": 0,
        **({"response_metadata": metadata} if metadata["next_cursor"] else {}),
    }


def replies(call: Call) -> JsonObject:
    """conversations.replies: a message and its thread, the oldest first."""
    channel = _with_history(call)
    ts = call.get("ts")
    message = channel.messages.get(ts)
    if message is None:
        raise SlackError("thread_not_found")
    if message.get("thread_ts", ts) != ts:
        return {"messages": [_shown(call, message)], "has_more": False}
    wanted = _between(call, channel.threads.get(ts, []))
    shown, metadata = page(wanted, call.get("limit"), call.get("cursor"))
    return {
        "messages": [_shown(call, message), *(_shown(call, channel.messages[reply]) for reply in shown)],
        "has_more": bool(metadata["next_cursor"]),
        **({"response_metadata": metadata} if metadata["next_cursor"] else {}),
    }


def _types(call: Call) -> list[str]:
    wanted = [kind.strip() for kind in str(call.get("types") or "public_channel").split(",") if kind.strip()]
    for kind in wanted:
        if kind not in TYPES:
            raise SlackError("invalid_types")
        call.need_scope_for(kind)
    return wanted


def _listed(call: Call, channels: list[Channel]) -> JsonObject:
    shown, metadata = page(channels, call.get("limit"), call.get("cursor"))
    viewer = call.workspace.bot_user_id
    return {
        "channels": [channel.to_slack(viewer, num_members=not channel.is_im) for channel in shown],
        "response_metadata": metadata,
    }


def _readable(call: Call) -> Channel:
    channel = call.channel()
    call.need_scope_for(channel.kind)
    return channel


def _with_history(call: Call) -> Channel:
    channel = call.channel()
    call.need_scope_for(channel.kind)
    if not call.is_member(channel):
        raise SlackError("not_in_channel")
    return channel


def _between(call: Call, timeline: list[str]) -> list[str]:
    """Those after `oldest` and before `latest`; with `inclusive` also these two themselves."""
    oldest, latest = _bound(call.get("oldest")), _bound(call.get("latest"))
    start, end = 0, len(timeline)
    if oldest is not None:
        start = bisect_left(timeline, oldest) if call.get("inclusive") else bisect_right(timeline, oldest)
    if latest is not None:
        end = bisect_right(timeline, latest) if call.get("inclusive") else bisect_left(timeline, latest)
    return timeline[start:end]


def _bound(value: str | None) -> str | None:
    """A time as timestamps are written, so that the two compare as text."""
    if value is None or value == "now":
        return None
    seconds, _, micros = value.partition(".")
    return f"{int(seconds or 0):010d}.{micros[:6]:0<6}"


def _shown(call: Call, message: JsonObject) -> JsonObject:
    if call.get("include_all_metadata") or "metadata" not in message:
        return message
    return {key: value for key, value in message.items() if key != "metadata"}
