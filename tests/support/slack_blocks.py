"""Judges what the bot would send: by the sandbox's Block Kit validator, by Slack's own models, and for being inert."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.messages.blocks import Message
from bot.sandbox.blocks import validator


def assert_sendable(message: Message) -> None:
    """Slack would take it, everything is within its sizes, and nothing in it acts on its own."""
    assert message.text, "notifications and screen readers need a text"
    assert len(message.text) <= 3_000
    blocks = list(message.blocks)
    assert validator.problems(blocks, "message") == []
    for block in blocks:
        if parsed := Block.parse(block):
            parsed.validate_json()
    assert len(json.dumps(blocks)) < 13_000
    assert_inert(message.text, blocks)


def assert_modal(modal: Mapping[str, Any]) -> None:
    """Slack would open it."""
    assert validator.view_problems(dict(modal)) == []
    View(**modal).validate_json()
    assert_inert("", modal["blocks"])


def assert_inert(text: str, blocks: Sequence[Any]) -> None:
    """No mention, link or broadcast comes out of anybody's text."""
    for mrkdwn in (text, *(e["text"] for e in walk(blocks) if e.get("type") == "mrkdwn")):
        for start in ("<!channel", "<!here", "<!everyone", "<@", "<http", "<#"):
            assert start not in mrkdwn, mrkdwn
    for element in walk(blocks):
        assert element.get("type") not in {"broadcast", "usergroup"}
        if element.get("type") == "markdown":
            assert "<!" not in element["text"]
            assert "<@" not in element["text"]


def walk(value: Any) -> Iterator[dict[str, Any]]:
    """Every object within."""
    if isinstance(value, Mapping):
        yield dict(value)
        for inner in value.values():
            yield from walk(inner)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for inner in value:
            yield from walk(inner)


def shown(message: Message) -> str:
    """All that a person reads in the blocks, in order."""
    return _read(message.blocks)


def shown_in(modal: Mapping[str, Any]) -> str:
    """All that a person reads in a modal."""
    return _read(modal["blocks"])


def mentioned(message: Message) -> list[str]:
    """The Slack ids that are mentioned."""
    return [element["user_id"] for element in walk(message.blocks) if element.get("type") == "user"]


def buttons(message: Message) -> list[str]:
    """The labels of its buttons."""
    return [element["text"]["text"] for element in walk(message.blocks) if element.get("type") == "button"]


def _read(value: Any) -> str:
    if isinstance(value, Mapping):
        if value.get("type") == "user":
            return f"@{value['user_id']}"
        parts = [value[key] for key in ("heading", "title", "text", "label", "hint") if key in value]
        words = "".join(part if isinstance(part, str) else _read(part) for part in parts)
        rest = "".join(_read(v) for k, v in value.items() if k in {"elements", "tasks", "details", "blocks", "fields"})
        return words + ("\n" if words and rest else "") + rest
    if isinstance(value, Sequence) and not isinstance(value, str):
        separator = "" if all(isinstance(v, Mapping) and v.get("type") in _INLINE for v in value) else "\n"
        return separator.join(_read(inner) for inner in value)
    return ""


_INLINE = {"text", "user", "link", "emoji", "date", "channel"}
