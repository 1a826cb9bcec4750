"""`POST /sandbox/suggestions`: a person types into a select whose options the app provides."""

from dataclasses import dataclass

from bot.sandbox import elements
from bot.sandbox.control import actors
from bot.sandbox.delivery import payloads
from bot.sandbox.delivery.acks import Ack
from bot.sandbox.elements import EXTERNAL, Place
from bot.sandbox.errors import ControlError
from bot.sandbox.json_types import JsonObject
from bot.sandbox.sandbox import Sandbox

LIMIT = 100


@dataclass(frozen=True)
class Suggested:
    """What the app offered; `options` holds also those in groups."""

    ack: Ack
    options: list[JsonObject]
    groups: list[JsonObject]


async def suggest(sandbox: Sandbox, body: JsonObject) -> JsonObject:
    """Ask the app for options as the person types."""
    person = actors.user(sandbox, body)
    where, place = _located(sandbox, body, person)
    if place.kind not in EXTERNAL:
        raise ControlError("invalid_arguments", f"{place.action_id} is a {place.kind}; its options are in the message.")
    suggested = await ask(sandbox, person, where, place, actors.text(body, "value", ""))
    ungrouped = [] if suggested.groups else suggested.options
    return actors.outcome(suggested.ack, options=ungrouped, option_groups=suggested.groups)


def _located(sandbox: Sandbox, body: JsonObject, person: JsonObject) -> tuple[JsonObject, Place]:
    """How payloads say where this is, and the select itself."""
    if body.get("view_id") is not None:
        view = actors.view(sandbox, body, person)
        return payloads.in_view(view), actors.place(view["blocks"], body)
    channel = actors.channel(sandbox, body, person)
    message = actors.message(sandbox, body, channel, person)
    place = actors.place(elements.blocks_of(message), body)
    return payloads.in_message(channel, message, {}, elements.attachment_of(message, place)), place


async def ask(sandbox: Sandbox, person: JsonObject, where: JsonObject, place: Place, query: str) -> Suggested:
    """One block_suggestion and what came back."""
    payload = {
        **payloads.interaction(sandbox.workspace, "block_suggestion", person),
        **{key: value for key, value in where.items() if key != "state"},
        "action_id": place.action_id,
        "block_id": place.block_id,
        "value": query,
    }
    about = {
        "user": person["id"],
        "channel": where.get("channel", {}).get("id"),
        "name": place.action_id,
    }
    ack = await sandbox.deliver("interactive", "block_suggestion", payload, about)
    answer = ack.payload or {}
    groups = _objects(answer.get("option_groups"))
    grouped = [option for group in groups for option in _objects(group.get("options"))]
    return Suggested(ack, [*_objects(answer.get("options")), *grouped][:LIMIT], groups)


def _objects(value: object) -> list[JsonObject]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
