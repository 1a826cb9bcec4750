"""chat.*: the app's messages, as they are posted, edited, deleted, shown to one person, linked to."""

import json

from bot.sandbox import messages
from bot.sandbox.blocks.content import TEXT_KEPT, checked_content
from bot.sandbox.channels import Channel
from bot.sandbox.errors import SlackError
from bot.sandbox.json_types import JsonObject
from bot.sandbox.threads import thread
from bot.sandbox.webapi.calls import Call

UPDATE_TEXT = 4_000
METADATA_BYTES = 16_000
EVENT_TYPE = 50


def post_message(call: Call) -> JsonObject:
    """chat.postMessage."""
    channel = call.channel_to_post_in()
    content = checked_content(call.arguments)
    content.update(metadata(call))
    author = {**messages.by_app(call.workspace), **_costume(call)}
    thread_ts = thread(channel, call.get("thread_ts"))
    call.sandbox.rate_limits.spend_post(call.method, channel.id)
    broadcast = bool(thread_ts and call.get("reply_broadcast"))
    message = messages.post(call.workspace, channel, author, content, thread_ts, broadcast)
    return {"channel": channel.id, "ts": message["ts"], "message": message, **cut_short(call)}


def post_me_message(call: Call) -> JsonObject:
    """chat.meMessage: what the app does, told like `/me`."""
    channel = call.channel_to_post_in()
    content = {**checked_content({"text": call.get("text")}), "subtype": "me_message"}
    call.sandbox.rate_limits.spend_post(call.method, channel.id)
    message = messages.post(call.workspace, channel, messages.by_app(call.workspace), content)
    return {"channel": channel.id, "ts": message["ts"]}


def update(call: Call) -> JsonObject:
    """chat.update."""
    channel = call.channel()
    message = own_message(call, channel, call.get("ts"), "cant_update_message")
    if channel.is_archived:
        raise SlackError("is_inactive")
    if len(call.get("text") or "") > UPDATE_TEXT:
        raise SlackError("msg_too_long")
    if call.get("reply_broadcast"):
        _broadcast(call, channel, message)
    else:
        content = checked_content(_with_empty_blocks_allowed(call, message), is_update=True)
        content.update(metadata(call), **_files(call))
        messages.edit(call.workspace, channel, message, content, call.workspace.bot_user_id)
    return {"channel": channel.id, "ts": message["ts"], "text": message.get("text", ""), "message": message}


def delete(call: Call) -> JsonObject:
    """chat.delete."""
    channel = call.channel()
    message = own_message(call, channel, call.get("ts"), "cant_delete_message")
    messages.delete(call.workspace, channel, message)
    return {"channel": channel.id, "ts": call.get("ts")}


def post_ephemeral(call: Call) -> JsonObject:
    """chat.postEphemeral."""
    channel = call.channel_to_post_in()
    if call.get("user") not in channel.members:
        raise SlackError("user_not_in_channel")
    if not call.is_member(channel):
        raise SlackError("not_in_channel")
    content = checked_content(call.arguments)
    author = {**messages.by_app(call.workspace), **_costume(call)}
    thread_ts = thread(channel, call.get("thread_ts"))
    message = messages.post_ephemeral(call.workspace, channel, author, content, call.get("user"), thread_ts)
    return {"message_ts": message["ts"]}


def get_permalink(call: Call) -> JsonObject:
    """chat.getPermalink; the link opens the sandbox's page at the message."""
    channel = call.channel()
    message = channel.messages.get(call.get("message_ts"))
    if message is None:
        raise SlackError("message_not_found")
    return {"channel": channel.id, "permalink": permalink(call, channel, message)}


def permalink(call: Call, channel: Channel, message: JsonObject) -> str:
    """The address of a message."""
    link = f"{call.sandbox.base_url}/archives/{channel.id}/p{message['ts'].replace('.', '')}"
    thread_ts = message.get("thread_ts")
    if thread_ts is not None and thread_ts != message["ts"]:
        link += f"?thread_ts={thread_ts}&cid={channel.id}"
    return link


def own_message(call: Call, channel: Channel, ts: str, refusal: str) -> JsonObject:
    """A message of the app's own in this channel; raises message_not_found or the refusal."""
    message = channel.messages.get(ts)
    if message is None or message.get("subtype") == "tombstone":
        raise SlackError("message_not_found")
    if message.get("bot_id") != call.workspace.bot_id:
        raise SlackError(refusal)
    return message


def metadata(call: Call) -> JsonObject:
    """The metadata of the message to be; an empty object takes away what there was."""
    given = call.get("metadata")
    if given is None:
        return {}
    if given == {}:
        return {"metadata": None}
    kind, payload = given.get("event_type"), given.get("event_payload", {})
    if not isinstance(kind, str) or not 0 < len(kind) <= EVENT_TYPE or not isinstance(payload, dict):
        raise SlackError("invalid_metadata_format")
    if len(json.dumps(given)) > METADATA_BYTES:
        raise SlackError("metadata_too_large")
    return {"metadata": {"event_type": kind, "event_payload": payload}}


def cut_short(call: Call) -> JsonObject:
    """The warning that the text was longer than what is kept."""
    if len(call.get("text") or "") <= TEXT_KEPT:
        return {}
    return {"warning": "message_truncated", "response_metadata": {"warnings": ["message_truncated"]}}


def _broadcast(call: Call, channel: Channel, message: JsonObject) -> None:
    """Show a reply in the channel, too, as it is."""
    if message.get("thread_ts", message["ts"]) == message["ts"] or message.get("subtype") == "thread_broadcast":
        raise SlackError("cant_broadcast_message")
    if any(call.get(key) is not None for key in ("text", "blocks", "attachments", "markdown_text")):
        raise SlackError("no_dual_broadcast_content_update")
    messages.broadcast(call.workspace, channel, message)


def _files(call: Call) -> JsonObject:
    if call.get("file_ids") is None:
        return {}
    files = [call.workspace.files.get(file_id) for file_id in call.get("file_ids") if file_id]
    if any(file is not None and file["mode"] == "tombstone" for file in files):
        raise SlackError("file_deleted")
    if any(file is None or not file["is_uploaded"] for file in files):
        raise SlackError("file_not_found")
    return {"files": files}


def _with_empty_blocks_allowed(call: Call, message: JsonObject) -> JsonObject:
    """The arguments; when only blocks or attachments are emptied, the text that stays carries the message."""
    given = dict(call.arguments)
    removes_only = given.get("text") is None and given.get("markdown_text") is None
    if removes_only and not given.get("blocks") and not given.get("attachments") and _names_any(given):
        given["text"] = message.get("text")
    return given


def _names_any(given: JsonObject) -> bool:
    return any(given.get(key) is not None for key in ("blocks", "attachments", "metadata", "file_ids"))


def _costume(call: Call) -> JsonObject:
    """Another name or icon for this message, which needs a scope of its own."""
    worn = {key: call.get(key) for key in ("username", "icon_emoji", "icon_url") if call.get(key)}
    if not worn:
        return {}
    call.need_scope("chat:write.customize")
    icons = {key.removeprefix("icon_"): worn[key] for key in ("icon_emoji", "icon_url") if key in worn}
    return {"subtype": "bot_message", "username": worn.get("username", ""), "icons": icons}
