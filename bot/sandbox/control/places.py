"""What people do with channels: open them, come and go, rename and archive them."""

import re

from bot.sandbox import memberships, notices
from bot.sandbox.control import actors
from bot.sandbox.control.writing import told
from bot.sandbox.errors import ControlError
from bot.sandbox.json_types import JsonObject
from bot.sandbox.people import SLACKBOT, TEAM_ID
from bot.sandbox.sandbox import Sandbox

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")


async def add_channel(sandbox: Sandbox, body: JsonObject) -> JsonObject:
    """`POST /sandbox/channels {name, members?, is_private?}`: the app is in it only when it is among the members."""
    name = _free_name(sandbox, actors.text(body, "name"))
    named = body.get("members") or []
    if not isinstance(named, list):
        raise ControlError("invalid_arguments", "members must be a list of names")
    members = [actors.member(sandbox, member) for member in named] or _everybody(sandbox)
    channel = sandbox.workspace.add_channel(name, members, bool(body.get("is_private")))
    elsewhere = (sandbox.workspace.users[member]["team_id"] for member in members)
    channel.connected_teams = sorted({team_id for team_id in elsewhere if team_id != TEAM_ID})
    sandbox.workspace.save_channel(channel)
    return await told(channel=sandbox.workspace.channel_state(channel))


async def set_member(sandbox: Sandbox, body: JsonObject) -> JsonObject:
    """`POST /sandbox/members {channel, user, is_member?, inviter?}`: somebody, or the app, comes or goes."""
    channel = actors.channel(sandbox, body)
    member = actors.member(sandbox, body.get("user"))
    is_in = member in channel.members
    if body.get("is_member", True) and not is_in:
        inviter = actors.member(sandbox, body["inviter"]) if body.get("inviter") is not None else None
        memberships.let_in(sandbox.workspace, channel, member, inviter)
    elif not body.get("is_member", True) and is_in:
        memberships.let_out(sandbox.workspace, channel, member)
    return await told(channel=sandbox.workspace.channel_state(channel))


async def change_channel(sandbox: Sandbox, body: JsonObject) -> JsonObject:
    """`POST /sandbox/changes {user, channel, name?, is_archived?}`: a person renames, archives or brings back."""
    person = actors.user(sandbox, body)
    channel = actors.channel(sandbox, body, person)
    if channel.kind not in ("public_channel", "private_channel"):
        raise ControlError("invalid_arguments", "A direct message has neither a name nor an end.")
    workspace, noted = sandbox.workspace, sandbox.workspace.happenings.note
    if body.get("name") is not None:
        before, channel.name = channel.name, _free_name(sandbox, actors.text(body, "name"))
        channel.previous_names.insert(0, before)
        words = f"has renamed the channel from {before} to {channel.name}"
        notices.post(workspace, channel, "name", person["id"], words, old_name=before)
        noted("channel_rename", channel=channel)
    if body.get("is_archived") is not None and bool(body["is_archived"]) != channel.is_archived:
        event, words = ("unarchive", "un-archived") if channel.is_archived else ("archive", "archived")
        notices.post(workspace, channel, event, person["id"], f"{words} the channel")
        channel.is_archived = not channel.is_archived
        noted(f"channel_{event}", channel=channel, user=person["id"])
    workspace.save_channel(channel)
    return await told(channel=workspace.channel_state(channel))


def _everybody(sandbox: Sandbox) -> list[str]:
    users = sandbox.workspace.users.values()
    return [user["id"] for user in users if not user["is_bot"] and not user["deleted"] and user["id"] != SLACKBOT]


def _free_name(sandbox: Sandbox, name: str) -> str:
    name = name.removeprefix("#")
    if not NAME.fullmatch(name) or sandbox.workspace.channel(name) is not None:
        raise ControlError("invalid_arguments", f"{name!r} is no name for a channel, or it is taken.")
    return name
