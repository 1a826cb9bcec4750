"""Makes calls of the app go wrong as the faults say: refused, too many, broken, slow, or cut in the middle."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from bot.sandbox.errors import SlackError
from bot.sandbox.faults import API_KINDS, Fault
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.webapi import arguments

Endpoint = Callable[[Request], Awaitable[Response]]


def around(endpoint: Endpoint, name: str | None = None) -> Endpoint:
    """The endpoint with its faults; `name` is what they call it, else the method in its path."""

    async def troubled(request: Request) -> Response:
        sandbox: Sandbox = request.app.state.sandbox
        method = name or request.path_params["method"]
        channel = await _channel(sandbox, request) if sandbox.faults.needs_channel() else None
        slow = sandbox.faults.of_call(("slow",), method, channel)
        fault = sandbox.faults.of_call(API_KINDS, method, channel)
        response = await endpoint(request) if fault is None else await _met(sandbox, fault, method, endpoint, request)
        if slow is not None:
            # The work is done by now: an app that gives up waiting cannot know that.
            await asyncio.sleep(slow.ms / 1000)
        return response

    return troubled


async def _met(sandbox: Sandbox, fault: Fault, method: str, endpoint: Endpoint, request: Request) -> Response:
    started = time.perf_counter()
    done = await endpoint(request) if fault.is_done else None
    if fault.kind == "cut":
        return CutOff(done or JSONResponse({"ok": True}))
    if fault.kind == "http_error":
        error = f"http_{fault.status}"
        response: Response = PlainTextResponse("upstream connect error or disconnect/reset", fault.status)
    elif fault.kind == "rate_limit":
        error = "ratelimited"
        headers = {"retry-after": str(sandbox.faults.seconds_left(fault))}
        response = JSONResponse({"ok": False, "error": error}, 429, headers)
    else:
        error = fault.error
        response = JSONResponse({"ok": False, "error": error})
    if done is None:
        sandbox.note_call(method, error, (time.perf_counter() - started) * 1000)
    return response


class CutOff(Response):
    """Half of an answer, then nothing: the server closes a connection whose answer does not end."""

    def __init__(self, whole: Response) -> None:
        super().__init__(whole.body, whole.status_code, dict(whole.headers))

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Send the head, which promises all of it, and the first half."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body[: len(self.body) // 2], "more_body": True})


async def _channel(sandbox: Sandbox, request: Request) -> str | None:
    """The id of the channel that the call is about, as far as it says."""
    try:
        given = await arguments.read(request, takes_json=True)
    except SlackError:
        return None
    named = given.get("channel") or given.get("channel_id") or given.get("channels")
    channel = sandbox.workspace.channel(named) if isinstance(named, str) else None
    return channel.id if channel is not None else None
