"""files.*: announce an upload, share what was uploaded, describe it, delete it."""

from collections.abc import Callable

from bot.sandbox import messages, sharing
from bot.sandbox.blocks.content import checked_blocks
from bot.sandbox.channels import Channel
from bot.sandbox.errors import SlackError
from bot.sandbox.files import MAX_BYTES
from bot.sandbox.json_types import JsonObject
from bot.sandbox.threads import thread
from bot.sandbox.webapi.calls import Call
from bot.sandbox.webapi.pages import numbered

CHANNELS = 100
SNIPPET_BYTES = 1_000_000
ALT_TEXT = 1_000
TYPES: dict[str, Callable[[JsonObject], bool]] = {
    "all": lambda _file: True,
    "images": lambda file: file["mimetype"].startswith("image/"),
    "snippets": lambda file: file["mode"] == "snippet",
    "pdfs": lambda file: file["mimetype"] == "application/pdf",
    "zips": lambda file: file["mimetype"] == "application/zip",
    "spaces": lambda _file: False,
    "gdocs": lambda _file: False,
}


def get_upload_url(call: Call) -> JsonObject:
    """files.getUploadURLExternal."""
    if call.get("length") > MAX_BYTES:
        raise SlackError("file_upload_size_restricted")
    if call.get("snippet_type") and call.get("length") > SNIPPET_BYTES:
        raise SlackError("snippet_too_large")
    if len(call.get("alt_txt") or "") > ALT_TEXT:
        raise SlackError("alt_txt_too_large")
    return call.sandbox.uploads.expect(call.get("filename"), call.get("length"))


def complete_upload(call: Call) -> JsonObject:
    """files.completeUploadExternal: one message with the files in each channel."""
    files = [_uploaded(call, entry) for entry in call.get("files")]
    if not files:
        raise SlackError.with_messages("invalid_arguments", ["no more than 0 items allowed [json-pointer:/files]"])
    channels = [_channel(call, channel_id) for channel_id in _channel_ids(call)]
    thread_ts = thread(channels[0], call.get("thread_ts")) if channels else None
    for channel in channels:
        _share(call, channel, files, thread_ts)
    return {"files": files}


def list_all(call: Call) -> JsonObject:
    """files.list: the latest first, by channel, person, type and time."""
    user, channel = call.get("user"), call.get("channel")
    if user and user not in call.workspace.users:
        raise SlackError("user_not_found")
    if channel and channel not in call.workspace.channels:
        raise SlackError("channel_not_found")
    kinds = set(str(call.get("types") or "all").split(","))
    if not kinds <= TYPES.keys():
        raise SlackError("unknown_type")
    begin, end = _seconds(call, "ts_from", 0.0), _seconds(call, "ts_to", float("inf"))
    found = [
        file
        for file in call.workspace.files.values()
        if file["is_uploaded"]
        and begin <= file["created"] <= end
        and (not user or file["user"] == user)
        and (not channel or channel in (*file["channels"], *file["groups"], *file["ims"]))
        and any(TYPES[kind](file) for kind in kinds)
    ]
    found.sort(key=lambda file: file["created"], reverse=True)
    return numbered("files", found, call.get("count"), call.get("page"))


def delete(call: Call) -> JsonObject:
    """files.delete: its bytes are gone, the messages with it say so."""
    file = _known(call)
    if file["user"] != call.workspace.bot_user_id:
        raise SlackError("cant_delete_file")
    shared_in = {*file["channels"], *file["groups"], *file["ims"]}
    call.sandbox.uploads.delete(file)
    for channel in (call.workspace.channels[channel_id] for channel_id in shared_in):
        for message in channel.messages.values():
            if file in message.get("files", ()):
                messages.save(call.workspace, channel, message, "message_changed")
    return {}


def info(call: Call) -> JsonObject:
    """files.info."""
    file = _known(call)
    return {"file": file, "comments": [], "response_metadata": {"next_cursor": ""}}


def _seconds(call: Call, name: str, default: float) -> float:
    value = call.get(name)
    return float(value) if value and value != "now" else default


def _known(call: Call) -> JsonObject:
    file = call.workspace.files.get(call.get("file"))
    if file is not None and file["mode"] == "tombstone":
        raise SlackError("file_deleted")
    if file is None or not file["is_uploaded"]:
        raise SlackError("file_not_found")
    return file


def _uploaded(call: Call, entry: object) -> JsonObject:
    if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
        raise SlackError.with_messages("invalid_arguments", ["missing required field: id [json-pointer:/files/0]"])
    file = call.workspace.files.get(entry["id"])
    if file is None or not file["is_uploaded"]:
        raise SlackError("file_not_found")
    file["title"] = str(entry.get("title") or file["name"])
    return file


def _channel_ids(call: Call) -> list[str]:
    listed = [call.get("channel_id") or "", *str(call.get("channels") or "").split(",")]
    wanted = list(dict.fromkeys(channel_id for channel_id in listed if channel_id))
    if len(wanted) > CHANNELS:
        raise SlackError("channels_limit_exceeded")
    return wanted


def _channel(call: Call, channel_id: str) -> Channel:
    channel = call.workspace.channels.get(channel_id)
    if channel is None or (channel.kind != "public_channel" and not call.is_member(channel)):
        raise SlackError("channel_not_found")
    if not call.is_member(channel):
        raise SlackError("not_in_channel")
    if channel.is_archived:
        raise SlackError("posting_to_channel_denied")
    return channel


def _share(call: Call, channel: Channel, files: list[JsonObject], thread_ts: str | None) -> None:
    content: JsonObject = {"text": call.get("initial_comment") or ""}
    if call.get("blocks") and not call.get("initial_comment"):
        content["blocks"] = checked_blocks(call.get("blocks"), "message")
    sharing.share(call.workspace, channel, messages.by_app(call.workspace), content, files, thread_ts)
