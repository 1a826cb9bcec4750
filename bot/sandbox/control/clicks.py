"""`POST /sandbox/clicks`: a person presses or chooses something in a message or a view, and confirms it."""

from typing import Any

from bot.sandbox import elements
from bot.sandbox.control import actors, entries
from bot.sandbox.delivery import payloads
from bot.sandbox.elements import PRESSED, STATE_KEYS, Place
from bot.sandbox.errors import ControlError
from bot.sandbox.json_types import JsonObject
from bot.sandbox.sandbox import Sandbox

Values = dict[str, dict[str, JsonObject]]


async def click(sandbox: Sandbox, body: JsonObject) -> JsonObject:
    """Deliver the block_actions of this click."""
    person = actors.user(sandbox, body)
    if body.get("view_id") is not None:
        return await _in_view(sandbox, body, person)
    return await _in_message(sandbox, body, person)


async def _in_message(sandbox: Sandbox, body: JsonObject, person: JsonObject) -> JsonObject:
    channel = actors.channel(sandbox, body, person)
    message = actors.message(sandbox, body, channel, person)
    place = _place(sandbox, body, channel.id, message)
    key = (person["id"], channel.id, message["ts"])
    values = elements.kept_values(elements.blocks_of(message), sandbox.typed.values.get(key, {}))
    where = payloads.in_message(channel, message, values, elements.attachment_of(message, place))
    action = await _act(sandbox, person, where, place, values, body.get("value"))
    sandbox.typed.values[key] = values
    url = sandbox.response_urls.new(channel.id, person["id"], message["ts"], bool(message.get("is_ephemeral")))
    payload = {
        **payloads.interaction(sandbox.workspace, "block_actions", person),
        **where,
        "trigger_id": sandbox.triggers.new(person["id"]),
        "response_url": url,
        "actions": [action],
    }
    about = {"user": person["id"], "channel": channel.id, "name": place.action_id}
    return actors.outcome(await sandbox.deliver("interactive", "block_actions", payload, about))


async def _in_view(sandbox: Sandbox, body: JsonObject, person: JsonObject) -> JsonObject:
    view = actors.view(sandbox, body, person)
    place = actors.place(view["blocks"], body)
    values = view["state"]["values"]
    action = await _act(sandbox, person, payloads.in_view(view), place, values, body.get("value"))
    if place.kind in STATE_KEYS:
        sandbox.modals.note_typing(person["id"])
    if place.is_input and not place.block.get("dispatch_action"):
        # An input tells the app nothing until the view is submitted.
        return {"ok": True, "ack_ms": None, "error": None, "response": None}
    payload = {
        **payloads.interaction(sandbox.workspace, "block_actions", person),
        **payloads.in_view(view),
        "trigger_id": sandbox.triggers.new(person["id"], view["id"]),
        "actions": [action],
    }
    about = {"user": person["id"], "channel": None, "name": place.action_id}
    return actors.outcome(await sandbox.deliver("interactive", "block_actions", payload, about))


def _place(sandbox: Sandbox, body: JsonObject, channel_id: str, message: JsonObject) -> Place:
    """The element, also when the newest edit took it away: a person's client may be a moment behind."""
    try:
        return actors.place(elements.blocks_of(message), body)
    except ControlError:
        for blocks in reversed(sandbox.workspace.earlier_blocks.get((channel_id, message["ts"]), [])):
            found = elements.find(blocks, str(body.get("action_id")), actors.optional_text(body, "block_id"))
            if found is not None:
                return found
        raise


async def _act(
    sandbox: Sandbox, person: JsonObject, where: JsonObject, place: Place, values: Values, value: Any
) -> JsonObject:
    """The entry of `actions`; what was chosen is also put into `values`."""
    if person["id"] not in (place.element.get("visible_to_user_ids") or [person["id"]]):
        raise ControlError("unknown_action", f"{person['name']} does not see {place.action_id}: it is for others.")
    action: JsonObject = {"type": place.kind, "action_id": place.action_id, "block_id": place.block_id}
    if place.kind in PRESSED:
        action.update(_pressed(place, value))
    elif place.kind in STATE_KEYS:
        if value is not None or place.kind not in ("plain_text_input",):
            entered = await entries.state(sandbox, person, where, place, value)
        else:
            entered = values[place.block_id][place.action_id]
        values.setdefault(place.block_id, {})[place.action_id] = entered
        action.update(entered)
        action.update({key: place.element[key] for key in ("placeholder",) if key in place.element})
    else:
        raise ControlError("unknown_action", f"Nobody can act on a {place.kind}.")
    action["action_ts"] = f"{sandbox.clock.now():.6f}"
    return action


def _pressed(place: Place, value: Any) -> JsonObject:
    element = place.element
    if place.kind == "overflow":
        chosen = entries.chosen_option(element["options"], str(value))
        if chosen is None:
            raise ControlError("invalid_arguments", f"{place.action_id} has no option {value!r}.")
        return {"selected_option": {key: chosen[key] for key in ("text", "value") if key in chosen}}
    if place.kind == "feedback_buttons":
        buttons = [element["positive_button"], element["negative_button"]]
        return next(
            ({"text": button["text"], "value": button["value"]} for button in buttons if button.get("value") == value),
            {"text": buttons[0]["text"], "value": buttons[0].get("value")},
        )
    return {key: element[key] for key in ("text", "value", "style", "confirm", "icon") if key in element}
