"""What somebody did, in words, from the payload that the app is sent of it; and what the app answered with its ack."""

from collections.abc import Callable

from bot.sandbox import elements, readings
from bot.sandbox.elements import STATE_KEYS
from bot.sandbox.json_types import JsonObject
from bot.sandbox.readings import Named

Begun = Callable[[str, str], str]
"""How the message in a channel (id) with this timestamp begins."""


def lines(kind: str, payload: JsonObject, named: Named, begun: Begun) -> list[str]:
    """One line, and what belongs below it. `kind` is slash_commands, events_api, or an interaction's type."""
    if kind == "slash_commands":
        typed = readings.mrkdwn(f"{payload['command']} {payload['text']}".rstrip(), named)
        return [f"{named(payload['user_id'])} types in {named(payload['channel_id'])}: {typed}"]
    if kind == "events_api":
        return [f"  the app is told of {payload['event']['type']}"]
    entered = _entered(payload["view"], named) if kind == "view_submission" else []
    return [f"{named(payload['user']['id'])} {_deed(kind, payload, named, begun)}", *entered]


def answered(answer: JsonObject) -> str:
    """What an ack says besides that it came."""
    if answer.get("response_action") == "errors":
        return " with errors: " + "; ".join(
            f"{field}: {words}" for field, words in (answer.get("errors") or {}).items()
        )
    if answer.get("response_action"):
        return f" with {answer['response_action']}"
    options = [*(answer.get("options") or [])]
    options += [option for group in answer.get("option_groups") or [] for option in group.get("options") or []]
    if "options" in answer or "option_groups" in answer:
        return " and offers " + (", ".join(readings.plain(option.get("text")) for option in options) or "nothing")
    return ""


def _deed(kind: str, payload: JsonObject, named: Named, begun: Begun) -> str:
    match kind:
        case "block_actions":
            return _acted(payload, named, begun)
        case "view_submission":
            return f"submits “{_title(payload)}”"
        case "view_closed":
            return f"closes “{_title(payload)}”"
        case "block_suggestion":
            return f"types “{payload['value']}” into {_label(payload, payload)}"
        case _:
            message = payload.get("message")
            where = f" on “{begun(payload['channel']['id'], message['ts'])}”" if message else ""
            return f"chooses the shortcut {payload.get('callback_id', kind)}{where}"


def _title(payload: JsonObject) -> str:
    return readings.plain(payload["view"].get("title"))


def _acted(payload: JsonObject, named: Named, begun: Begun) -> str:
    action = payload["actions"][0]
    around = payload["container"]
    is_in_message = around["type"] != "view"  # an attachment is in one, too
    on = begun(around["channel_id"], around["message_ts"]) if is_in_message else ""
    where = f"on “{on}”" if is_in_message else f"in “{_title(payload)}”"
    if action["type"] in STATE_KEYS:
        return f"chooses {readings.chosen(action, named) or 'nothing'} for {_label(payload, action)} {where}"
    label = readings.plain(action.get("text")) or readings.plain(action.get("selected_option", {}).get("text"))
    return f"presses [{label or action['action_id']}] {where}"


def _entered(view: JsonObject, named: Named) -> list[str]:
    """What the form holds that is not empty."""
    states = view["state"]["values"]
    return [
        f"  {_named_input(place)}: {words}"
        for place in elements.places(view["blocks"])
        if place.kind in STATE_KEYS
        and (words := readings.chosen(states.get(place.block_id, {}).get(place.action_id, {"type": place.kind}), named))
    ]


def _label(payload: JsonObject, acted: JsonObject) -> str:
    around = payload.get("view") or payload.get("message") or {}
    place = elements.find(elements.blocks_of(around), acted["action_id"], acted.get("block_id"))
    return _named_input(place) if place is not None else str(acted["action_id"])


def _named_input(place: elements.Place) -> str:
    return (
        readings.plain(place.block.get("label")) or readings.plain(place.element.get("placeholder")) or place.action_id
    )
