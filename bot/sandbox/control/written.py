"""What a person typed, as Slack stores it: entities escaped; people, groups, channels and links in angle brackets."""

import re

from bot.sandbox.workspace import Workspace

BROADCASTS = ("here", "channel", "everyone")
ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
# A link up to a space, without the dot or bracket that ends the sentence; else a name after @ or #.
TOKEN = re.compile(r"(?P<link>https?://(?:(?!&[lg]t;)\S)*[^\s.,;:!?)'\"])|(?<![\w<|@#])(?P<sign>[@#])(?P<name>[\w.-]+)")


def stored(workspace: Workspace, text: str) -> str:
    """The text of the message."""

    def replaced(match: re.Match[str]) -> str:
        if match["link"]:
            return f"<{match['link']}>"
        name = match["name"].rstrip(".")
        found = _channel(workspace, name) if match["sign"] == "#" else _named(workspace, name)
        return found + match["name"][len(name) :] if found else match.group()

    return TOKEN.sub(replaced, text.translate(ENTITIES))


def _channel(workspace: Workspace, name: str) -> str | None:
    channel = workspace.channel(name)
    return f"<#{channel.id}|{channel.name}>" if channel is not None else None


def _named(workspace: Workspace, name: str) -> str | None:
    if name in BROADCASTS:
        return f"<!{name}>"
    user = workspace.user(name)
    if user is not None:
        return f"<@{user['id']}>"
    groups = (one for one in workspace.usergroups.values() if one["handle"] == name and not one["date_delete"])
    group = next(groups, None)
    return f"<!subteam^{group['id']}|@{name}>" if group is not None else None
