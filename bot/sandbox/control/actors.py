"""Who acts, and where: what the control API's requests name, found or refused."""

from bot.sandbox import elements
from bot.sandbox.channels import Channel
from bot.sandbox.delivery.acks import Ack
from bot.sandbox.elements import Place
from bot.sandbox.errors import ControlError
from bot.sandbox.json_types import JsonObject
from bot.sandbox.people import SLACKBOT
from bot.sandbox.sandbox import Sandbox


def text(body: JsonObject, name: str, default: str | None = None) -> str:
    """A string of the request; raises invalid_arguments."""
    value = body.get(name, default)
    if not isinstance(value, str):
        raise ControlError("invalid_arguments", f"{name} must be a string")
    return value


def optional_text(body: JsonObject, name: str) -> str | None:
    """A string of the request, or None."""
    return None if body.get(name) is None else text(body, name)


def user(sandbox: Sandbox, body: JsonObject, name: str = "user") -> JsonObject:
    """The person who acts; neither a bot nor somebody deactivated."""
    found = sandbox.workspace.user(text(body, name))
    if found is None or found["is_bot"] or found["id"] == SLACKBOT:
        raise ControlError("unknown_user", f"There is no person {body.get(name)!r}.")
    if found["deleted"]:
        raise ControlError("unknown_user", f"{found['name']} is deactivated.")
    return found


def member(sandbox: Sandbox, name_or_id: object) -> str:
    """The id of anybody, the app too."""
    found = sandbox.workspace.user(name_or_id) if isinstance(name_or_id, str) else None
    if found is None:
        raise ControlError("unknown_user", f"There is no person {name_or_id!r}.")
    return str(found["id"])


def channel(sandbox: Sandbox, body: JsonObject, person: JsonObject | None = None) -> Channel:
    """The channel named; `person` must be in it. The app's or somebody's name means the direct message with them."""
    wanted = text(body, "channel")
    found = sandbox.workspace.channel(wanted)
    if found is None and person is not None:
        found = _direct_message(sandbox, person["id"], wanted)
    if found is None:
        raise ControlError("unknown_channel", f"There is no channel {wanted!r}.")
    if person is not None and person["id"] not in found.members:
        raise ControlError("not_in_channel", f"{person['name']} is not in {found.name}.")
    return found


def _direct_message(sandbox: Sandbox, person_id: str, partner_name: str) -> Channel | None:
    partner = sandbox.workspace.user(partner_name)
    if partner is None:
        return None
    if partner["id"] == sandbox.workspace.bot_user_id:
        return sandbox.workspace.direct_message(person_id)
    if not sandbox.workspace.is_active_person(partner["id"]):
        return None
    return sandbox.workspace.direct_message_of(person_id, partner["id"])


def view(sandbox: Sandbox, body: JsonObject, person: JsonObject) -> JsonObject:
    """A view that this person has open."""
    view_id = text(body, "view_id")
    found = sandbox.modals.find(view_id)
    if found is None or found[0] != person["id"]:
        raise ControlError("unknown_view", f"{person['name']} has no view {view_id!r} open.")
    return found[1]


def message(sandbox: Sandbox, body: JsonObject, where: Channel, person: JsonObject) -> JsonObject:
    """A message that this person can see."""
    ts = text(body, "ts")
    found = where.messages.get(ts) or sandbox.workspace.ephemerals.get((where.id, ts))
    if found is None or found.get("visible_to", person["id"]) != person["id"]:
        raise ControlError(
            "unknown_message", f"There is no message {ts} in {where.name} that {person['name']} can see."
        )
    return found


def place(blocks: list[JsonObject], body: JsonObject) -> Place:
    """The element that is acted on."""
    action_id, block_id = text(body, "action_id"), optional_text(body, "block_id")
    found = elements.find(blocks, action_id, block_id)
    if found is None:
        raise ControlError("unknown_action", f"There is no one element with action_id {action_id!r} here.")
    return found


def outcome(ack: Ack, **fields: object) -> JsonObject:
    """The control API's answer after a delivery."""
    return {"ok": ack.error is None, "ack_ms": ack.ms, "error": ack.error, "response": ack.payload, **fields}
