"""conversations.* about who is in: join, leave, invite, kick, direct messages, and how far the app has read."""

from bot.sandbox import memberships
from bot.sandbox.channels import Channel
from bot.sandbox.errors import SlackError
from bot.sandbox.json_types import JsonObject
from bot.sandbox.webapi.calls import Call

CHANNELS = ("public_channel", "private_channel")
DIRECT = ("im", "mpim")
GROUP = 8


def open_direct(call: Call) -> JsonObject:
    """conversations.open: the direct message with one person, or the group message with up to eight."""
    if call.get("channel"):
        channel = call.channel()
        if channel.kind not in DIRECT:
            raise SlackError("method_not_supported_for_channel_type")
        return _opened(call, channel, known=True)
    users = _people(call)
    call.need_scope_for("im" if len(users) == 1 else "mpim")
    if any(call.workspace.users[user]["deleted"] for user in users):
        raise SlackError("user_disabled")
    channels = call.workspace.channels.values()
    if len(users) == 1:
        known = any(channel.user == users[0] for channel in channels)
        found = call.workspace.direct_message(users[0])
    else:
        members = {*users, call.workspace.bot_user_id}
        existing = next((one for one in channels if one.is_mpim and set(one.members) == members), None)
        known = existing is not None
        found = existing or call.workspace.add_group_message([*users, call.workspace.bot_user_id])
    return _opened(call, found, known)


def close_direct(call: Call) -> JsonObject:
    """conversations.close: a direct message leaves the list; what was written stays."""
    channel = call.channel()
    if channel.kind not in DIRECT:
        raise SlackError("method_not_supported_for_channel_type")
    call.need_scope_for(channel.kind)
    if not channel.is_open:
        return {"no_op": True, "already_closed": True}
    channel.is_open = False
    call.workspace.save_channel(channel)
    return {}


def join(call: Call) -> JsonObject:
    """conversations.join: the app enters a public channel."""
    channel = call.channel()
    call.need_scope_for(channel.kind)
    if channel.is_archived:
        raise SlackError("is_archived")
    answer: JsonObject = {}
    if call.is_member(channel):
        answer = {"warning": "already_in_channel", "response_metadata": {"warnings": ["already_in_channel"]}}
    else:
        memberships.let_in(call.workspace, channel, call.workspace.bot_user_id)
    return {"channel": channel.to_slack(call.workspace.bot_user_id), **answer}


def leave(call: Call) -> JsonObject:
    """conversations.leave."""
    channel = _channel(call)
    if channel.is_archived:
        raise SlackError("is_archived")
    if not call.is_member(channel):
        return {"not_in_channel": True}
    if len(channel.members) == 1:
        raise SlackError("last_member")
    memberships.let_out(call.workspace, channel, call.workspace.bot_user_id)
    return {}


def invite(call: Call) -> JsonObject:
    """conversations.invite: all of them or none, unless `force` leaves out who cannot be invited."""
    channel = _channel(call)
    if channel.is_archived:
        raise SlackError("is_archived")
    if not call.is_member(channel):
        raise SlackError("not_in_channel")
    users = [user for user in str(call.get("users") or "").split(",") if user]
    if not users:
        raise SlackError("no_user")
    reasons = {user: _why_not_invited(call, channel, user) for user in users}
    refused = [{"user": user, "ok": False, "error": reason} for user, reason in reasons.items() if reason]
    invited = [user for user, reason in reasons.items() if reason is None]
    if refused and not (call.get("force") and invited):
        raise SlackError(str(refused[0]["error"]), errors=refused)
    for user in invited:
        memberships.let_in(call.workspace, channel, user, call.workspace.bot_user_id)
    errors: JsonObject = {"errors": refused} if refused else {}
    return {"channel": channel.to_slack(call.workspace.bot_user_id), **errors}


def kick(call: Call) -> JsonObject:
    """conversations.kick."""
    channel = _channel(call)
    user = call.get("user")
    if user == call.workspace.bot_user_id:
        raise SlackError("cant_kick_self")
    if user not in call.workspace.users:
        raise SlackError("user_not_found")
    if not call.is_member(channel) or user not in channel.members:
        raise SlackError("not_in_channel")
    memberships.let_out(call.workspace, channel, user)
    return {"errors": {}}


def mark(call: Call) -> JsonObject:
    """conversations.mark: how far the app has read."""
    channel = call.channel()
    call.need_scope_for(channel.kind)
    if not call.is_member(channel):
        raise SlackError("not_in_channel")
    if call.get("ts") not in channel.messages:
        raise SlackError("invalid_timestamp")
    channel.last_read = call.get("ts")
    call.workspace.save_channel(channel)
    return {}


def _people(call: Call) -> list[str]:
    users = list(dict.fromkeys(user for user in str(call.get("users") or "").split(",") if user))
    if not users:
        raise SlackError("users_list_not_supplied")
    if any(user not in call.workspace.users for user in users):
        raise SlackError("user_not_found")
    if len(users) > GROUP:
        raise SlackError("too_many_users")
    if call.workspace.bot_user_id in users:
        raise SlackError("invalid_user_combination")
    return users


def _opened(call: Call, channel: Channel, known: bool) -> JsonObject:
    nothing_done: JsonObject = {"no_op": True, "already_open": True} if known and channel.is_open else {}
    if not channel.is_open:
        channel.is_open = True
        call.workspace.save_channel(channel)
    shown = channel.to_slack(call.workspace.bot_user_id) if call.get("return_im") else {"id": channel.id}
    return {**nothing_done, "channel": shown}


def _channel(call: Call) -> Channel:
    channel = call.channel()
    if channel.kind not in CHANNELS:
        raise SlackError("method_not_supported_for_channel_type")
    call.need_scope_for(channel.kind)
    return channel


def _why_not_invited(call: Call, channel: Channel, user_id: str) -> str | None:
    user = call.workspace.users.get(user_id)
    if user is None:
        return "user_not_found"
    if user_id == call.workspace.bot_user_id:
        return "cant_invite_self"
    if user["deleted"]:
        return "cant_invite"
    return "already_in_channel" if user_id in channel.members else None
