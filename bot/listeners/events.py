"""Events of Slack that the bot cares about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.listeners.requests import Desk


def member_joined_channel(desk: Desk, slack_event: Mapping[str, Any]) -> None:
    """Somebody invited the bot: what waited for that can be posted."""
    if slack_event.get("user") == desk.bot_user_id:
        desk.invited_to(str(slack_event.get("channel", "")))


def subteam_members_changed(desk: Desk, _slack_event: Mapping[str, Any]) -> None:
    """The members of a user group changed."""
    desk.groups_changed()
