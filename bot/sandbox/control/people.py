"""What people do besides commands and forms: write, look at the App Home, open channels, come and go."""

import re

from bot.sandbox import messages
from bot.sandbox.control import actors
from bot.sandbox.delivery import events
from bot.sandbox.errors import ControlError
from bot.sandbox.json_types import JsonObject
from bot.sandbox.sandbox import Sandbox

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")
WRITTEN_MENTION = re.compile(r"(?<![\w<|@#])@([\w.-]+)")
ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


async def write(sandbox: Sandbox, body: JsonObject) -> JsonObject:
    """`POST /sandbox/messages`: a person writes into a channel or a thread."""
    person = actors.user(sandbox, body)
    channel = actors.channel(sandbox, body, person)
    text, thread_ts = actors.text(body, "text"), actors.optional_text(body, "thread_ts")
    if not text.strip():
        raise ControlError("invalid_arguments", "text must not be empty")
    if thread_ts is not None and thread_ts not in channel.messages:
        raise ControlError("unknown_message", f"There is no message {thread_ts} in {channel.name}.")
    written = _as_slack_stores_it(sandbox, text)
    author = messages.by_person(person["id"])
    message = messages.post(sandbox.workspace, channel, author, {"text": written}, thread_ts)
    ack = await events.message_posted(sandbox, channel, message)
    told = {"ack_ms": ack.ms, "error": ack.error} if ack is not None else {"ack_ms": None, "error": None}
    return {"ok": True, "ts": message["ts"], "channel": channel.id, **told}


async def open_home(sandbox: Sandbox, body: JsonObject) -> JsonObject:
    """`POST /sandbox/homes`: a person opens the app's Home tab."""
    person = actors.user(sandbox, body)
    ack = await events.home_opened(sandbox, person["id"])
    view = sandbox.modals.homes.get(person["id"])
    return {"ok": True, "ack_ms": ack.ms if ack else None, "error": ack.error if ack else None, "view": view}


async def add_channel(sandbox: Sandbox, body: JsonObject) -> JsonObject:
    """`POST /sandbox/channels {name, members?, is_private?}`: the app is in it only when it is among the members."""
    name = actors.text(body, "name").removeprefix("#")
    if not NAME.fullmatch(name) or sandbox.workspace.channel(name) is not None:
        raise ControlError("invalid_arguments", f"{name!r} is no name for a channel, or it is taken.")
    everybody = [user["id"] for user in sandbox.workspace.users.values() if not user["is_bot"] and user["id"][1] == "0"]
    members = [_member(sandbox, member) for member in body.get("members") or []] or everybody
    channel = sandbox.workspace.add_channel(name, members, bool(body.get("is_private")))
    return {"ok": True, "channel": sandbox.workspace.channel_state(channel)}


async def add_person(sandbox: Sandbox, body: JsonObject) -> JsonObject:
    """`POST /sandbox/users {name, real_name?, deleted?, is_restricted?, is_stranger?}`: somebody new, or a change."""
    name = actors.text(body, "name")
    flags: JsonObject = {
        key: bool(body[key])
        for key in ("deleted", "is_restricted", "is_ultra_restricted", "is_stranger")
        if key in body
    }
    known = sandbox.workspace.user(name)
    if known is not None:
        known.update(flags)
        sandbox.workspace.save_user(known)
        return {"ok": True, "user": known}
    if not NAME.fullmatch(name):
        raise ControlError("invalid_arguments", f"{name!r} is no name for a person.")
    real_name = actors.text(body, "real_name", name.capitalize())
    return {"ok": True, "user": sandbox.workspace.add_person(name, real_name, **flags)}


async def set_member(sandbox: Sandbox, body: JsonObject) -> JsonObject:
    """`POST /sandbox/members {channel, user, is_member}`: somebody, or the app, enters or leaves a channel."""
    channel = actors.channel(sandbox, body)
    member = _member(sandbox, body.get("user"))
    if not body.get("is_member", True):
        channel.members = [known for known in channel.members if known != member]
        sandbox.workspace.save_channel(channel)
    elif member not in channel.members:
        channel.members.append(member)
        sandbox.workspace.save_channel(channel)
        await events.member_joined(sandbox, channel, member)
    return {"ok": True, "channel": sandbox.workspace.channel_state(channel)}


async def set_usergroup(sandbox: Sandbox, body: JsonObject) -> JsonObject:
    """`POST /sandbox/usergroups {handle, name?, users}`: a group has exactly these members from now on."""
    handle = actors.text(body, "handle")
    users = [_member(sandbox, user) for user in body.get("users") or []]
    name = actors.text(body, "name", handle)
    known = next((group for group in sandbox.workspace.usergroups.values() if group["handle"] == handle), None)
    before = known["users"] if known is not None else []
    group = sandbox.workspace.set_usergroup(handle, name, users)
    await events.group_changed(sandbox, group, before)
    return {"ok": True, "usergroup": group}


async def disconnect(sandbox: Sandbox, body: JsonObject) -> JsonObject:
    """`POST /sandbox/disconnects {reason}`: what Slack does now and then to Socket Mode connections."""
    reason = actors.text(body, "reason", "refresh_requested")
    if reason not in ("warning", "refresh_requested", "link_disabled", "cut"):
        raise ControlError("invalid_arguments", "reason must be warning, refresh_requested, link_disabled or cut")
    return {"ok": True, "told": await sandbox.sockets.disconnect(reason)}


def _member(sandbox: Sandbox, name_or_id: object) -> str:
    found = sandbox.workspace.user(str(name_or_id))
    if found is None:
        raise ControlError("unknown_user", f"There is no person {name_or_id!r}.")
    return str(found["id"])


def _as_slack_stores_it(sandbox: Sandbox, text: str) -> str:
    """What a person typed, with entities and with ids for the people they mention."""

    def replaced(match: re.Match[str]) -> str:
        user = sandbox.workspace.user(match.group(1))
        return f"<@{user['id']}>" if user is not None else match.group()

    return WRITTEN_MENTION.sub(replaced, text.translate(ENTITIES))
