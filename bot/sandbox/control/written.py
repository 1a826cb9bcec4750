"""What a person typed, as Slack stores it: entities escaped; people, groups, channels and links in angle brackets."""

import re

from bot.sandbox.control.rich_text import blocks_of
from bot.sandbox.json_types import JsonObject
from bot.sandbox.workspace import Workspace

BROADCASTS = ("here", "channel", "everyone")
ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
# Names nobody; only links are links in it, too.
CODE = re.compile(r"(```.*?```|`[^`\n]+`)", re.DOTALL)
# A link up to a space, without the dot or bracket that ends the sentence; else a name after @ or #.
TOKEN = re.compile(
    r"(?P<link>https?://(?:(?!&[lg]t;)\S)*[^\s.,;:!?)'\"`])|(?<![\w<|@#])(?P<sign>[@#])(?P<name>[\w.-]+)"
)


def stored(workspace: Workspace, text: str) -> str:
    """The text of the message."""
    parts = CODE.split(text.translate(ENTITIES))
    return "".join(_marked(workspace, part, is_code=bool(index % 2)) for index, part in enumerate(parts))


def content(workspace: Workspace, text: str) -> JsonObject:
    """Text and blocks of the message; no blocks when it has no words, as with a file."""
    words = stored(workspace, text)
    blocks = blocks_of(words)
    return {"text": words, **({"blocks": blocks} if blocks else {})}


def handle_of(workspace: Workspace, name: str) -> str | None:
    """The user group with this handle, as it stands in texts."""
    groups = (one for one in workspace.usergroups.values() if one["handle"] == name and not one["date_delete"])
    group = next(groups, None)
    return f"<!subteam^{group['id']}|@{name}>" if group is not None else None


def _marked(workspace: Workspace, part: str, is_code: bool) -> str:
    def replaced(match: re.Match[str]) -> str:
        if match["link"]:
            return f"<{match['link']}>"
        name = match["name"].rstrip(".")
        found = _channel(workspace, name) if match["sign"] == "#" else _named(workspace, name)
        return found + match["name"][len(name) :] if found and not is_code else match.group()

    return TOKEN.sub(replaced, part)


def _channel(workspace: Workspace, name: str) -> str | None:
    channel = workspace.channel(name)
    return f"<#{channel.id}|{channel.name}>" if channel is not None else None


def _named(workspace: Workspace, name: str) -> str | None:
    if name in BROADCASTS:
        return f"<!{name}>"
    user = workspace.user(name)
    if user is not None:
        return f"<@{user['id']}>"
    return handle_of(workspace, name)
