"""`POST /sandbox/shortcuts`: a person chooses a shortcut of the app, in the menu of a message or anywhere."""

from bot.sandbox.control import actors
from bot.sandbox.delivery import payloads
from bot.sandbox.errors import ControlError
from bot.sandbox.json_types import JsonObject
from bot.sandbox.manifest import Shortcut
from bot.sandbox.sandbox import Sandbox


async def choose(sandbox: Sandbox, body: JsonObject) -> JsonObject:
    """`{user, callback_id, channel?, ts?}`: with a message it is one of messages, without one a global one."""
    person = actors.user(sandbox, body)
    known = sandbox.manifest.shortcuts.get(actors.text(body, "callback_id"))
    if known is None:
        raise ControlError("unknown_shortcut", f"The app's manifest has no shortcut {body['callback_id']!r}.")
    if (known.kind == "message") != (body.get("ts") is not None):
        how = "a message's: name channel and ts" if known.kind == "message" else "global: leave channel and ts out"
        raise ControlError("invalid_arguments", f"The shortcut {known.callback_id} is {how}.")
    payload = _chosen(sandbox, known, person)
    about: JsonObject = {"user": person["id"], "channel": None, "name": known.callback_id}
    if known.kind == "message":
        payload.update(_on_message(sandbox, body, person))
        about["channel"] = payload["channel"]["id"]
    return actors.outcome(await sandbox.deliver("interactive", payload["type"], payload, about))


def _chosen(sandbox: Sandbox, known: Shortcut, person: JsonObject) -> JsonObject:
    kind = "message_action" if known.kind == "message" else "shortcut"
    now, trigger_id = f"{sandbox.clock.now():.6f}", sandbox.triggers.new(person["id"])
    return payloads.shortcut(kind, known.callback_id, person, now, trigger_id)


def _on_message(sandbox: Sandbox, body: JsonObject, person: JsonObject) -> JsonObject:
    channel = actors.channel(sandbox, body, person)
    message = actors.message(sandbox, body, channel, person)
    if message.get("is_ephemeral"):
        raise ControlError("unknown_message", "What only one person sees has no shortcuts.")
    return {
        "channel": {"id": channel.id, "name": channel.name},
        "message_ts": message["ts"],
        "message": message,
        "response_url": sandbox.response_urls.new(channel.id, person["id"], message["ts"]),
    }
