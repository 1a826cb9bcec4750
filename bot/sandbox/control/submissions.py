"""`POST /sandbox/submissions` and `/sandbox/closes`: a person sends a modal off, or closes it."""

import re

from bot.sandbox import elements, modals
from bot.sandbox.control import actors, entries
from bot.sandbox.delivery import payloads
from bot.sandbox.elements import Place
from bot.sandbox.errors import ControlError, SlackError
from bot.sandbox.json_types import JsonObject
from bot.sandbox.sandbox import Sandbox

SHAPES = {
    "email_text_input": (r"[^@\s]+@[^@\s]+\.[^@\s]+", "Please enter a valid email address."),
    "url_text_input": (r"https?://\S+", "Please enter a valid URL."),
}
REQUIRED = "Please complete this required field."


async def submit(sandbox: Sandbox, body: JsonObject) -> JsonObject:
    """Fill the fields in and submit, unless Slack itself would hold it back; then do what the app answered."""
    person = actors.user(sandbox, body)
    view = actors.view(sandbox, body, person)
    await _fill_in(sandbox, person, view, body.get("values") or {})
    wrong = client_errors(view)
    if wrong:
        response = {"response_action": "errors", "errors": wrong}
        return {"ok": False, "ack_ms": None, "error": "invalid_arguments", "response": response}
    payload = {
        **payloads.interaction(sandbox.workspace, "view_submission", person),
        "trigger_id": sandbox.triggers.new(person["id"], view["id"]),
        "view": view,
        "response_urls": _response_urls(sandbox, person, view),
    }
    about = {"user": person["id"], "channel": None, "name": view["callback_id"]}
    ack = await sandbox.deliver("interactive", "view_submission", payload, about)
    if ack.error is not None:
        return actors.outcome(ack)
    try:
        _follow(sandbox, person["id"], view, ack.payload or {})
    except SlackError as refusal:
        return {**actors.outcome(ack), "ok": False, "error": refusal.error, **refusal.fields}
    return actors.outcome(ack)


def _response_urls(sandbox: Sandbox, person: JsonObject, view: JsonObject) -> list[JsonObject]:
    """One for each select of a conversation that asks for it with `response_url_enabled`."""
    urls = []
    for place in elements.places(view["blocks"]):
        if not (place.is_input and place.element.get("response_url_enabled")):
            continue
        state = view["state"]["values"][place.block_id][place.action_id]
        chosen = state.get("selected_conversation") or state.get("selected_channel")
        if chosen in sandbox.workspace.channels:
            where = {"block_id": place.block_id, "action_id": place.action_id, "channel_id": chosen}
            urls.append({**where, "response_url": sandbox.response_urls.new(chosen, person["id"])})
    return urls


async def close(sandbox: Sandbox, body: JsonObject) -> JsonObject:
    """Close the view, or all of the stack when it says clear_on_close or the request says `all`."""
    person = actors.user(sandbox, body)
    view = actors.view(sandbox, body, person)
    if view["type"] != "modal":
        raise ControlError("unknown_view", "An App Home is not closed.")
    stack = list(sandbox.modals.stacks.get(person["id"], []))
    is_cleared = bool(view["clear_on_close"] or body.get("all"))
    ids = [open_view["id"] for open_view in stack]
    closed = stack if is_cleared else stack[ids.index(view["id"]) :]
    if is_cleared:
        sandbox.modals.clear(person["id"])
    else:
        sandbox.modals.close(person["id"], view["id"])
    answer: JsonObject = {"ok": True, "ack_ms": None, "error": None, "response": None}
    for gone in reversed(closed):
        if gone["notify_on_close"]:
            payload = {
                **payloads.interaction(sandbox.workspace, "view_closed", person),
                "view": gone,
                "is_cleared": is_cleared,
            }
            about = {"user": person["id"], "channel": None, "name": gone["callback_id"]}
            answer = actors.outcome(await sandbox.deliver("interactive", "view_closed", payload, about))
    return answer


async def _fill_in(sandbox: Sandbox, person: JsonObject, view: JsonObject, entered: object) -> None:
    if not isinstance(entered, dict) or not all(isinstance(fields, dict) for fields in entered.values()):
        raise ControlError("invalid_arguments", "values must be {block_id: {action_id: value}}")
    values = view["state"]["values"]
    for block_id, fields in entered.items():
        for action_id, value in fields.items():
            place = elements.find(view["blocks"], action_id, block_id)
            if place is None or place.kind not in elements.STATE_KEYS:
                raise ControlError("invalid_arguments", f"The view has no input {block_id} / {action_id}.")
            state = await entries.state(sandbox, person, payloads.in_view(view), place, value)
            values.setdefault(block_id, {})[action_id] = state
    if entered:
        sandbox.modals.note_typing(person["id"])


def client_errors(view: JsonObject) -> dict[str, str]:
    """What Slack's clients hold back before the app hears of it, by block id."""
    wrong: dict[str, str] = {}
    for place in elements.places(view["blocks"]):
        if not place.is_input or place.kind not in elements.STATE_KEYS:
            continue
        state = view["state"]["values"][place.block_id][place.action_id]
        if elements.is_empty(state):
            if not place.block.get("optional"):
                wrong[place.block_id] = REQUIRED
            continue
        complaint = _complaint(place, str(state.get("value", "")))
        if complaint:
            wrong[place.block_id] = complaint
    return wrong


def _complaint(place: Place, value: str) -> str | None:
    """What is wrong with a value that is there."""
    element, kind = place.element, place.kind
    if kind == "number_input":
        return _number_complaint(element, value)
    if kind == "plain_text_input":
        least, most = element.get("min_length", 0), element.get("max_length", 3000)
        return None if least <= len(value) <= most else f"Please enter {least} to {most} characters."
    if kind in SHAPES and not re.fullmatch(SHAPES[kind][0], value):
        return SHAPES[kind][1]
    return None


def _number_complaint(element: JsonObject, value: str) -> str | None:
    pattern = r"-?\d+(\.\d+)?" if element.get("is_decimal_allowed") else r"-?\d+"
    if not re.fullmatch(pattern, value):
        return "Please enter a valid number."
    least, most = element.get("min_value", value), element.get("max_value", value)
    return None if float(least) <= float(value) <= float(most) else "Please enter a number in the allowed range."


def _follow(sandbox: Sandbox, user_id: str, view: JsonObject, answer: JsonObject) -> None:
    """Do what the app's ack says: nothing closes the view, else errors, update, push, or clear."""
    action = answer.get("response_action")
    if action is None:
        sandbox.modals.close(user_id, view["id"])
    elif action == "clear":
        sandbox.modals.clear(user_id)
    elif action == "update":
        sandbox.modals.update(user_id, view, modals.checked(answer.get("view"), "modal"))
    elif action == "push":
        sandbox.modals.push(user_id, modals.checked(answer.get("view"), "modal"))
    elif action == "errors":
        errors = answer.get("errors")
        known = {place.block_id for place in elements.places(view["blocks"]) if place.is_input}
        if not isinstance(errors, dict) or not errors or not set(errors) <= known:
            raise SlackError.with_messages("invalid_arguments", ["errors must name input blocks of the view"])
        if not all(isinstance(words, str) and words for words in errors.values()):
            raise SlackError.with_messages("invalid_arguments", ["errors must be words"])
    else:
        raise SlackError.with_messages("invalid_arguments", [f"unknown response_action: {action}"])
