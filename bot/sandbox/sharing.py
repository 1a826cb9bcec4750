"""Files in channels: one message with the files, and the files know where they are. Callers decide who may."""

from bot.sandbox import messages
from bot.sandbox.channels import Channel
from bot.sandbox.json_types import JsonObject
from bot.sandbox.workspace import Workspace


def share(
    workspace: Workspace,
    channel: Channel,
    author: JsonObject,
    content: JsonObject,
    files: list[JsonObject],
    thread_ts: str | None = None,
) -> JsonObject:
    """Post the message that shows these files; `content` is what else is in it."""
    message = messages.post(workspace, channel, author, {**content, "upload": True, "files": files}, thread_ts)
    reach = "private" if channel.kind != "public_channel" else "public"
    listed = {"public_channel": "channels", "im": "ims"}.get(channel.kind, "groups")
    for file in files:
        place = {"ts": message["ts"], "channel_name": channel.name, "team_id": message["team"]}
        if thread_ts is not None:
            place["thread_ts"] = thread_ts
        file["shares"].setdefault(reach, {}).setdefault(channel.id, []).append(place)
        file[listed].append(channel.id)
        file["is_public"] = file["is_public"] or reach == "public"
        workspace.save_file(file)
    return message
