"""What Slack's schema of manifests limits of what a workspace acts on; the rest of a manifest is not looked at."""

from collections.abc import Iterator
from typing import Any

# How long each field may be, in characters, and how many entries each list may have.
INFORMATION = {"name": 35, "description": 140}
BOT_USER = {"display_name": 80}
COMMAND = {"command": 32, "description": 2000, "usage_hint": 1000}
SHORTCUT = {"name": 24, "callback_id": 255, "description": 150}
COMMANDS, SHORTCUTS, UNFURL_DOMAINS = 50, 10, 5


def check(information: dict[str, Any], bot_user: dict[str, Any], features: dict[str, Any]) -> None:
    """Raise ValueError with the first thing that Slack would refuse; the entries of `features` are mappings."""
    for wrong in _wrong(information, bot_user, features):
        raise ValueError(wrong)


def _wrong(information: dict[str, Any], bot_user: dict[str, Any], features: dict[str, Any]) -> Iterator[str]:
    yield from _fields(information, INFORMATION, "display_information")
    yield from _fields(bot_user, BOT_USER, "features.bot_user")
    for name, most in (("slash_commands", COMMANDS), ("shortcuts", SHORTCUTS), ("unfurl_domains", UNFURL_DOMAINS)):
        if isinstance(features.get(name), list) and len(features[name]) > most:
            yield f"features.{name} has more than {most} entries"
    for entry in features.get("slash_commands") or []:
        yield from _fields(entry, COMMAND, f"the slash command {entry.get('command')!r}")
        if not entry.get("description"):
            yield f"the slash command {entry.get('command')!r} needs a description"
    for entry in features.get("shortcuts") or []:
        yield from _fields(entry, SHORTCUT, f"the shortcut {entry.get('callback_id')!r}")


def _fields(entry: dict[str, Any], longest: dict[str, int], place: str) -> Iterator[str]:
    for name, most in longest.items():
        if len(str(entry.get(name) or "")) > most:
            yield f"{name} of {place} is longer than {most} characters"
