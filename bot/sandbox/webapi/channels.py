"""conversations.* that change a channel: its members, its name, its topic, whether it is archived."""

from bot.sandbox import notices
from bot.sandbox.channels import Channel
from bot.sandbox.errors import SlackError
from bot.sandbox.json_types import JsonObject
from bot.sandbox.webapi.calls import Call

CHANNELS = ("public_channel", "private_channel")
NAME = 80
NOTE = 250


def create(call: Call) -> JsonObject:
    """conversations.create: with the app as its only member."""
    is_private = bool(call.get("is_private"))
    call.need_scope_for("private_channel" if is_private else "public_channel")
    name = _free_name(call)
    channel = call.workspace.add_channel(name, [call.workspace.bot_user_id], is_private)
    notices.joined(call.workspace, channel, call.workspace.bot_user_id)
    return _shown(call, channel)


def rename(call: Call) -> JsonObject:
    """conversations.rename."""
    channel = _own(call)
    if channel.is_archived:
        raise SlackError("is_archived")
    before, channel.name = channel.name, _free_name(call, channel)
    if before != channel.name:
        channel.previous_names.insert(0, before)
        _say(call, channel, "name", f"has renamed the channel from {before} to {channel.name}", old_name=before)
        call.workspace.happenings.note("channel_rename", channel=channel)
    return _saved(call, channel)


def archive(call: Call) -> JsonObject:
    """conversations.archive."""
    channel = _own(call)
    if channel.is_archived:
        raise SlackError("already_archived")
    _say(call, channel, "archive", "archived the channel")
    channel.is_archived = True
    call.workspace.save_channel(channel)
    call.workspace.happenings.note("channel_archive", channel=channel, user=call.workspace.bot_user_id)
    return {}


def unarchive(call: Call) -> JsonObject:
    """conversations.unarchive."""
    channel = _channel(call)
    if not channel.is_archived:
        raise SlackError("not_archived")
    channel.is_archived = False
    call.workspace.save_channel(channel)
    _say(call, channel, "unarchive", "un-archived the channel")
    call.workspace.happenings.note("channel_unarchive", channel=channel, user=call.workspace.bot_user_id)
    return {}


def set_topic(call: Call) -> JsonObject:
    """conversations.setTopic."""
    channel = _noted(call, "topic")
    channel.topic = call.get("topic")
    _say(call, channel, "topic", f"set the channel topic: {channel.topic}", topic=channel.topic)
    return _saved(call, channel)


def set_purpose(call: Call) -> JsonObject:
    """conversations.setPurpose."""
    channel = _noted(call, "purpose")
    channel.purpose = call.get("purpose")
    _say(call, channel, "purpose", f"set the channel description: {channel.purpose}", purpose=channel.purpose)
    return _saved(call, channel)


def _noted(call: Call, name: str) -> Channel:
    channel = call.channel()
    call.need_scope_for(channel.kind)
    if channel.is_im:
        raise SlackError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise SlackError("is_archived")
    if not call.is_member(channel):
        raise SlackError("not_in_channel")
    if len(call.get(name)) > NOTE:
        raise SlackError("too_long")
    channel.notes[name] = {"creator": call.workspace.bot_user_id, "last_set": int(call.sandbox.clock.now())}
    return channel


def _free_name(call: Call, is_now: Channel | None = None) -> str:
    """A name that a channel may have; raises what is wrong with it."""
    name = str(call.get("name") or "").removeprefix("#")
    if not name:
        raise SlackError("invalid_name_required")
    if len(name) > NAME:
        raise SlackError("invalid_name_maxlength")
    if not any(letter.isalnum() for letter in name):
        raise SlackError("invalid_name_punctuation")
    if any(not (letter.isalnum() or letter in "-_") or letter != letter.lower() for letter in name):
        raise SlackError("invalid_name_specials")
    known = call.workspace.channel(name)
    if known is not None and known is not is_now:
        raise SlackError("name_taken")
    return name


def _own(call: Call) -> Channel:
    channel = _channel(call)
    if not call.is_member(channel):
        raise SlackError("not_in_channel")
    return channel


def _channel(call: Call) -> Channel:
    channel = call.channel()
    if channel.kind not in CHANNELS:
        raise SlackError("method_not_supported_for_channel_type")
    call.need_scope_for(channel.kind)
    return channel


def _say(call: Call, channel: Channel, event: str, words: str, **fields: object) -> None:
    user_id = call.workspace.bot_user_id
    notices.post(call.workspace, channel, event, user_id, words, **fields)


def _saved(call: Call, channel: Channel) -> JsonObject:
    call.workspace.save_channel(channel)
    return _shown(call, channel)


def _shown(call: Call, channel: Channel) -> JsonObject:
    return {"channel": channel.to_slack(call.workspace.bot_user_id)}
