"""Who is in the workspace and in which groups; and a person opens the App Home."""

import re

from bot.sandbox.control import actors
from bot.sandbox.control.writing import told
from bot.sandbox.delivery import events, feed
from bot.sandbox.errors import ControlError
from bot.sandbox.json_types import JsonObject
from bot.sandbox.people import KINDS, flagged
from bot.sandbox.sandbox import Sandbox

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")
FLAGS = ("deleted", "is_restricted", "is_ultra_restricted", "is_stranger")


async def open_home(sandbox: Sandbox, body: JsonObject) -> JsonObject:
    """`POST /sandbox/home {user}`: a person opens the app's Home tab."""
    person = actors.user(sandbox, body)
    home = sandbox.modals.homes.get(person["id"])
    feed.tell(sandbox, [events.home_opened(feed.scene(sandbox), person["id"], home)])
    answer = await told()
    return {**answer, "view": sandbox.modals.homes.get(person["id"])}


async def set_person(sandbox: Sandbox, body: JsonObject) -> JsonObject:
    """`POST /sandbox/people {name, kind, real_name?}`: somebody new, or somebody who becomes another kind of person."""
    kind = actors.text(body, "kind", "member")
    if kind not in KINDS:
        raise ControlError("invalid_arguments", f"kind must be one of {', '.join(KINDS)}")
    return await _set(sandbox, body, {**dict.fromkeys(FLAGS, False), **KINDS[kind]})


async def add_person(sandbox: Sandbox, body: JsonObject) -> JsonObject:
    """`POST /sandbox/users {name, real_name?, deleted?, is_restricted?, …}`: the same by Slack's own flags."""
    return await _set(sandbox, body, {key: bool(body[key]) for key in FLAGS if key in body})


async def _set(sandbox: Sandbox, body: JsonObject, flags: JsonObject) -> JsonObject:
    name = actors.text(body, "name")
    known = sandbox.workspace.user(name)
    if known is None:
        if not NAME.fullmatch(name):
            raise ControlError("invalid_arguments", f"{name!r} is no name for a person.")
        known = sandbox.workspace.add_person(name, actors.text(body, "real_name", name.capitalize()), **flags)
        return await told(user=known)
    if known["is_bot"]:
        raise ControlError("unknown_user", f"{name} is no person.")
    flagged(known, flags, int(sandbox.clock.now()))
    sandbox.workspace.save_user(known)
    return await told(user=known)


async def set_usergroup(sandbox: Sandbox, body: JsonObject) -> JsonObject:
    """`POST /sandbox/usergroups {handle, name?, users}`: a group has exactly these members from now on."""
    handle = actors.text(body, "handle")
    users = body.get("users") or []
    if not isinstance(users, list):
        raise ControlError("invalid_arguments", "users must be a list of names")
    members = list(dict.fromkeys(actors.member(sandbox, user) for user in users))
    group = sandbox.workspace.set_usergroup(handle, actors.text(body, "name", handle), members)
    return await told(usergroup=group)
