"""What a person enters into an element, turned into the state that Slack keeps: names into ids, values into options."""

import re
from typing import Any

from bot.sandbox import elements
from bot.sandbox.control import suggestions
from bot.sandbox.elements import EXTERNAL, MULTIPLE, STATE_KEYS, Place
from bot.sandbox.errors import ControlError
from bot.sandbox.json_types import JsonObject
from bot.sandbox.sandbox import Sandbox

# What the pickers give: a date, a time of day, seconds since 1970.
PICKED = {
    "datepicker": (r"\d{4}-\d{2}-\d{2}", "2026-11-25"),
    "timepicker": (r"([01]\d|2[0-3]):[0-5]\d", "09:30"),
    "datetimepicker": (r"\d{10}", "1795600000"),
}


async def state(sandbox: Sandbox, person: JsonObject, where: JsonObject, place: Place, value: Any) -> JsonObject:
    """The state of the element after `value` was entered; `where` is how a suggestion would say where that is."""
    key, _ = STATE_KEYS[place.kind]
    if value is None:
        return {"type": place.kind, key: [] if place.kind in MULTIPLE else None}
    if place.kind in MULTIPLE:
        values = value if isinstance(value, list) else [value]
        return {"type": place.kind, key: [await _one(sandbox, person, where, place, item) for item in values]}
    if isinstance(value, list):
        raise ControlError("invalid_arguments", f"{place.action_id} takes one value")
    return {"type": place.kind, key: await _one(sandbox, person, where, place, value)}


async def _one(sandbox: Sandbox, person: JsonObject, where: JsonObject, place: Place, value: Any) -> Any:
    kind = place.kind.removeprefix("multi_")
    if kind in ("static_select", "radio_buttons", "checkboxes", "external_select"):
        return await _option(sandbox, person, where, place, value)
    if kind in ("users_select", "channels_select", "conversations_select", "file_input"):
        return _named(sandbox, kind, value)
    if kind in PICKED:
        return _picked(place, kind, value)
    if kind == "rich_text_input":
        return value if isinstance(value, dict) else _as_rich_text(str(value))
    return str(value)


def _picked(place: Place, kind: str, value: Any) -> Any:
    shape, example = PICKED[kind]
    if not re.fullmatch(shape, str(value)):
        raise ControlError("invalid_arguments", f"{place.action_id} takes a value like {example}, not {value!r}.")
    return int(value) if kind == "datetimepicker" else str(value)


def _named(sandbox: Sandbox, kind: str, value: Any) -> Any:
    """The id of a person or a channel by its name; a file itself."""
    if kind == "users_select":
        return _known(sandbox.workspace.user(str(value)), value)["id"]
    if kind == "file_input":
        file_id = value.get("id") if isinstance(value, dict) else value
        file = sandbox.workspace.files.get(str(file_id))
        if file is None:
            raise ControlError("invalid_arguments", f"There is no file {file_id!r}.")
        return file
    found = sandbox.workspace.channel(str(value))
    if found is None:
        raise ControlError("invalid_arguments", f"There is no channel {value!r}.")
    return found.id


def _as_rich_text(words: str) -> JsonObject:
    text = [{"type": "text", "text": words}] if words else []
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": text}]}


async def _option(sandbox: Sandbox, person: JsonObject, where: JsonObject, place: Place, value: Any) -> JsonObject:
    """The option with this value, else with this text; in an external select a person finds it by typing."""
    if isinstance(value, dict):
        value = value.get("value")
    wanted = str(value)
    initial = STATE_KEYS[place.kind][1]
    chosen = place.element.get(initial) or []
    options = [*elements.options_of(place.element), *(chosen if isinstance(chosen, list) else [chosen])]
    found = chosen_option(options, wanted)
    if found is None and place.kind in EXTERNAL:
        for query in dict.fromkeys((wanted, "")):
            if len(query) < int(place.element.get("min_query_length", 3)):
                continue
            suggested = await suggestions.ask(sandbox, person, where, place, query)
            found = chosen_option(suggested.options, wanted)
            if found is not None:
                break
    if found is None:
        raise ControlError("invalid_arguments", f"{place.action_id} has no option {wanted!r}.")
    return {name: found[name] for name in ("text", "value", "description") if name in found}


def chosen_option(options: list[JsonObject], wanted: str) -> JsonObject | None:
    """The option with this value, else the one with this text."""
    by_value = (option for option in options if option.get("value") == wanted)
    by_text = (option for option in options if option.get("text", {}).get("text") == wanted)
    return next(by_value, None) or next(by_text, None)


def _known(found: JsonObject | None, value: Any) -> JsonObject:
    if found is None:
        raise ControlError("invalid_arguments", f"There is no person {value!r}.")
    return found
