"""How people are shown in messages."""

from __future__ import annotations

from collections.abc import Mapping

from bot.messages import blocks as b


def named(person: str, slack_ids: Mapping[str, str]) -> b.Element:
    """A mention where the Slack id is known, else the name."""
    return b.mention(slack_ids[person]) if person in slack_ids else b.bold(person)
