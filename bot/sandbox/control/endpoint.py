"""The control API's door: what may come in, and the one shape of its answers."""

import logging
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.control import (
    attention,
    clicks,
    commands,
    people,
    places,
    shortcuts,
    submissions,
    suggestions,
    trouble,
    writing,
)
from bot.sandbox.control import state as states
from bot.sandbox.delivery import feed
from bot.sandbox.errors import ControlError
from bot.sandbox.json_types import JsonObject, parsed
from bot.sandbox.sandbox import Sandbox

log = logging.getLogger(__name__)

Act = Callable[[Sandbox, JsonObject], Awaitable[JsonObject]]

ACTS: dict[str, Act] = {
    "commands": commands.type_command,
    "clicks": clicks.click,
    "submissions": submissions.submit,
    "closes": submissions.close,
    "suggestions": suggestions.suggest,
    "shortcuts": shortcuts.choose,
    "messages": writing.write,
    "edits": writing.edit,
    "deletions": writing.delete,
    "reactions": writing.react,
    "files": writing.share,
    "uploads": writing.upload,
    "reads": attention.read,
    "follows": attention.follow,
    "homes": people.open_home,
    "home": people.open_home,
    "channels": places.add_channel,
    "changes": places.change_channel,
    "members": places.set_member,
    "people": people.set_person,
    "users": people.add_person,
    "usergroups": people.set_usergroup,
    "disconnects": trouble.disconnect,
    "uninstall": trouble.uninstall,
    "faults": trouble.add_fault,
    "clock": trouble.move_clock,
}
BODY_BYTES = 5_000_000


def routes() -> list[Route]:
    """All of `/sandbox/…`."""
    acts = [Route(f"/sandbox/{name}", _endpoint(act), methods=["POST"]) for name, act in ACTS.items()]
    return [
        *acts,
        Route("/sandbox/faults", trouble.faults, methods=["GET", "DELETE"]),
        Route("/sandbox/faults/{fault_id}", trouble.faults, methods=["DELETE"]),
        Route("/sandbox/state", states.state, methods=["GET"]),
        Route("/sandbox/exchanges/{id}", states.exchange, methods=["GET"]),
        Route("/sandbox/transcript", states.transcript, methods=["GET"]),
        Route("/sandbox/stream", states.stream, methods=["GET"]),
    ]


def _endpoint(act: Act) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            return refusal(415, "unsupported_media_type", "The control API takes application/json only.")
        feed.begin()
        try:
            return JSONResponse(await act(request.app.state.sandbox, await _body(request)))
        except ControlError as error:
            failed = {"ok": False, "ack_ms": None, "error": error.error, "response": None}
            return JSONResponse({**failed, "message": error.message, **error.fields})
        except Exception:
            log.exception("The sandbox failed in %s", request.url.path)
            return refusal(200, "internal_error", "The sandbox failed; its log says why.")

    return endpoint


async def _body(request: Request) -> JsonObject:
    length = request.headers.get("content-length", "0")
    if not length.isdigit() or int(length) > BODY_BYTES:
        raise ControlError("invalid_arguments", "the request is too large")
    try:
        body = parsed(await request.body())
    except ValueError as error:
        raise ControlError("invalid_arguments", "the body must be JSON") from error
    if not isinstance(body, dict):
        raise ControlError("invalid_arguments", "the body must be a JSON object")
    return body


def refusal(status: int, error: str, message: str) -> JSONResponse:
    """What comes back when the door stays shut."""
    return JSONResponse({"ok": False, "ack_ms": None, "error": error, "message": message}, status)
