"""files.*: announce an upload, share what was uploaded, describe it."""

from bot.sandbox import messages
from bot.sandbox.blocks.content import checked_blocks
from bot.sandbox.channels import Channel
from bot.sandbox.errors import SlackError
from bot.sandbox.files import MAX_BYTES
from bot.sandbox.json_types import JsonObject
from bot.sandbox.webapi.calls import Call
from bot.sandbox.webapi.chat import thread

CHANNELS = 100
SNIPPET_BYTES = 1_000_000


def get_upload_url(call: Call) -> JsonObject:
    """files.getUploadURLExternal."""
    if call.get("length") > MAX_BYTES:
        raise SlackError("file_upload_size_restricted")
    if call.get("snippet_type") and call.get("length") > SNIPPET_BYTES:
        raise SlackError("snippet_too_large")
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


def info(call: Call) -> JsonObject:
    """files.info."""
    file = call.workspace.files.get(call.get("file"))
    if file is None or not file["is_uploaded"]:
        raise SlackError("file_not_found")
    return {"file": file, "comments": [], "response_metadata": {"next_cursor": ""}}


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
    return channel


def _share(call: Call, channel: Channel, files: list[JsonObject], thread_ts: str | None) -> None:
    content: JsonObject = {"text": call.get("initial_comment") or "", "upload": True, "files": files}
    if call.get("blocks") and not call.get("initial_comment"):
        content["blocks"] = checked_blocks(call.get("blocks"), "message")
    message = messages.post(call.workspace, channel, messages.by_app(call.workspace), content, thread_ts)
    reach = "private" if channel.kind != "public_channel" else "public"
    listed = {"public_channel": "channels", "private_channel": "groups", "im": "ims"}[channel.kind]
    for file in files:
        share = {"ts": message["ts"], "channel_name": channel.name, "team_id": message["team"]}
        if thread_ts is not None:
            share["thread_ts"] = thread_ts
        file["shares"].setdefault(reach, {}).setdefault(channel.id, []).append(share)
        file[listed].append(channel.id)
        file["is_public"] = file["is_public"] or reach == "public"
        call.workspace.save_file(file)
