"""usergroups.*: the groups that can be mentioned together, and who is in them."""

import re

from bot.sandbox.errors import SlackError
from bot.sandbox.json_types import JsonObject
from bot.sandbox.webapi.calls import Call

HANDLE = re.compile(r"[a-z0-9][a-z0-9._-]{0,20}")
DESCRIPTION = 140


def list_all(call: Call) -> JsonObject:
    """usergroups.list."""
    groups = call.workspace.usergroups.values()
    return {"usergroups": [_shown(call, group) for group in groups if _is_wanted(call, group)]}


def members(call: Call) -> JsonObject:
    """usergroups.users.list."""
    group = _group(call)
    if not _is_wanted(call, group):
        raise SlackError("no_such_subteam")
    return {"users": group["users"]}


def create(call: Call) -> JsonObject:
    """usergroups.create: nobody is in it yet."""
    name = call.get("name") or ""
    if not name.strip():
        raise SlackError("missing_subteam_name")
    handle = call.get("handle") or re.sub(r"[^a-z0-9._-]+", "-", name.lower()).strip("-")[:21]
    _check(call, name, handle, None)
    group = call.workspace.set_usergroup(handle, name, [])
    group.update(_fields(call), created_by=call.workspace.bot_user_id, updated_by=call.workspace.bot_user_id)
    return _saved(call, group)


def update(call: Call) -> JsonObject:
    """usergroups.update: what is not named stays."""
    group = _group(call)
    name, handle = call.get("name") or group["name"], call.get("handle") or group["handle"]
    _check(call, name, handle, group)
    group.update(_fields(call), name=name, handle=handle)
    return _touched(call, group)


def enable(call: Call) -> JsonObject:
    """usergroups.enable."""
    group = _group(call)
    group.update(date_delete=0, deleted_by=None)
    return _touched(call, group)


def disable(call: Call) -> JsonObject:
    """usergroups.disable: its members are kept."""
    group = _group(call)
    group.update(date_delete=int(call.sandbox.clock.now()), deleted_by=call.workspace.bot_user_id)
    return _touched(call, group)


def set_members(call: Call) -> JsonObject:
    """usergroups.users.update: exactly these people from now on."""
    group = _group(call)
    users = list(dict.fromkeys(user for user in map(str, call.get("users") or []) if user))
    if not users:
        raise SlackError("no_users_provided")
    if any(user not in call.workspace.users for user in users):
        raise SlackError("invalid_users")
    group.update(users=users, user_count=len(users))
    return _touched(call, group)


def _group(call: Call) -> JsonObject:
    group = call.workspace.usergroups.get(call.get("usergroup"))
    if group is None:
        raise SlackError("no_such_subteam")
    return group


def _is_wanted(call: Call, group: JsonObject) -> bool:
    return not group["date_delete"] or bool(call.get("include_disabled"))


def _check(call: Call, name: str, handle: str, is_now: JsonObject | None) -> None:
    """Names and handles are unique, among groups and, for handles, people and channels."""
    if not HANDLE.fullmatch(handle):
        raise SlackError("bad_handle")
    if len(call.get("description") or "") > DESCRIPTION:
        raise SlackError("description_too_long")
    others = [group for group in call.workspace.usergroups.values() if group is not is_now]
    if any(group["name"] == name for group in others):
        raise SlackError("name_already_exists")
    taken = {group["handle"] for group in others} | {user["name"] for user in call.workspace.users.values()}
    if handle in taken or call.workspace.channel(handle) is not None:
        raise SlackError("handle_already_exists")
    if any(channel not in call.workspace.channels for channel in call.get("channels") or [] if channel):
        raise SlackError("invalid_channel_provided")


def _fields(call: Call) -> JsonObject:
    given: JsonObject = {}
    if call.get("description") is not None:
        given["description"] = call.get("description")
    if call.get("channels") is not None:
        given["prefs"] = {"channels": [channel for channel in call.get("channels") if channel], "groups": []}
    return given


def _touched(call: Call, group: JsonObject) -> JsonObject:
    group.update(date_update=int(call.sandbox.clock.now()), updated_by=call.workspace.bot_user_id)
    return _saved(call, group)


def _saved(call: Call, group: JsonObject) -> JsonObject:
    call.workspace.save_usergroup(group)
    return {"usergroup": _shown(call, {**group}, with_users=True)}


def _shown(call: Call, group: JsonObject, with_users: bool = False) -> JsonObject:
    left_out = set() if with_users or call.get("include_users") else {"users"}
    left_out |= {"user_count"} if not call.get("include_count") else set()
    return {key: value for key, value in group.items() if key not in left_out}
