"""views.*: modals and the App Home."""

from bot.sandbox import modals
from bot.sandbox.errors import SlackError
from bot.sandbox.json_types import JsonObject
from bot.sandbox.webapi.calls import Call


def open_modal(call: Call) -> JsonObject:
    """views.open."""
    view = modals.checked(call.get("view"), "modal")
    trigger_id = _trigger_id(call)
    trigger = call.sandbox.triggers.check(trigger_id)
    opened = call.sandbox.modals.open(trigger.user_id, view)
    call.sandbox.triggers.exchange(trigger_id)
    return {"view": opened}


def push(call: Call) -> JsonObject:
    """views.push: only from within a modal."""
    view = modals.checked(call.get("view"), "modal")
    trigger_id = _trigger_id(call)
    trigger = call.sandbox.triggers.check(trigger_id)
    if trigger.view_id is None or call.sandbox.modals.find(trigger.view_id) is None:
        raise SlackError("not_found")
    pushed = call.sandbox.modals.push(trigger.user_id, view)
    call.sandbox.triggers.exchange(trigger_id)
    return {"view": pushed}


def update(call: Call) -> JsonObject:
    """views.update."""
    view = modals.checked(call.get("view"), "modal")
    if not call.get("view_id") and not call.get("external_id"):
        raise SlackError.with_messages("invalid_arguments", ["missing required field: view_id"])
    found = call.sandbox.modals.find(call.get("view_id"), call.get("external_id"))
    if found is None or found[1]["type"] != "modal":
        raise SlackError("not_found")
    user_id, current = found
    _check_hash(call, current)
    return {"view": call.sandbox.modals.update(user_id, current, view)}


def publish(call: Call) -> JsonObject:
    """views.publish: the App Home of one person."""
    view = modals.checked(call.get("view"), "home")
    if not call.sandbox.manifest.has_home:
        raise SlackError("not_enabled")
    user_id = call.get("user_id")
    if user_id not in call.workspace.users:
        raise SlackError.with_messages("invalid_arguments", ["invalid `user_id`"])
    current = call.sandbox.modals.homes.get(user_id)
    if current is not None:
        _check_hash(call, current)
    return {"view": call.sandbox.modals.publish(user_id, view)}


def _trigger_id(call: Call) -> str:
    trigger_id = call.get("trigger_id") or call.get("interactivity_pointer")
    if not trigger_id:
        raise SlackError.with_messages("invalid_arguments", ["missing required field: trigger_id"])
    return str(trigger_id)


def _check_hash(call: Call, current: JsonObject) -> None:
    if call.get("hash") and call.get("hash") != current["hash"]:
        raise SlackError("hash_conflict")
