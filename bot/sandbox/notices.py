"""What Slack itself writes into a channel: who came and went, a new topic, a new name. Callers decide if it happens."""

from bot.sandbox import messages
from bot.sandbox.channels import Channel
from bot.sandbox.json_types import JsonObject
from bot.sandbox.workspace import Workspace


def post(workspace: Workspace, channel: Channel, event: str, user_id: str, words: str, **fields: object) -> JsonObject:
    """One notice; `event` is what follows `channel_` or `group_` in its subtype, for example `join`."""
    family = "group" if channel.is_private else "channel"
    content: JsonObject = {"subtype": f"{family}_{event}", "text": words, **fields}
    return messages.post(workspace, channel, messages.by_person(workspace.users[user_id]), content)


def joined(workspace: Workspace, channel: Channel, user_id: str, inviter: str | None = None) -> None:
    """Somebody came in."""
    invited: JsonObject = {"inviter": inviter} if inviter is not None else {}
    post(workspace, channel, "join", user_id, f"<@{user_id}> has joined the channel", **invited)


def left(workspace: Workspace, channel: Channel, user_id: str) -> None:
    """Somebody went."""
    post(workspace, channel, "leave", user_id, f"<@{user_id}> has left the channel")
