"""`GET /sandbox/state` and `/sandbox/stream`: everything there is now, and everything that changes."""

from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse

from bot.sandbox.control import trouble
from bot.sandbox.json_types import JsonObject
from bot.sandbox.people import SLACKBOT, TEAM_DOMAIN, TEAM_ID, TEAM_NAME
from bot.sandbox.sandbox import Sandbox


async def state(request: Request) -> JSONResponse:
    """All of it, with the number of the latest change."""
    return JSONResponse(snapshot(request.app.state.sandbox))


async def exchange(request: Request) -> Response:
    """`GET /sandbox/exchanges/ID`: what was sent in one delivery or call, and what came back."""
    sandbox: Sandbox = request.app.state.sandbox
    found = sandbox.exchanges.find(request.path_params["id"])
    if found is None:
        return JSONResponse({"ok": False, "error": "unknown_exchange"}, 404)
    return Response(found, media_type="application/json")


async def transcript(request: Request) -> PlainTextResponse:
    """`GET /sandbox/transcript`: what happened, for people to read."""
    sandbox: Sandbox = request.app.state.sandbox
    return PlainTextResponse(sandbox.transcript.text)


async def stream(request: Request) -> StreamingResponse:
    """Server-sent events: every change after `after`; `reset` when some of them are no longer known."""
    sandbox: Sandbox = request.app.state.sandbox
    after = request.query_params.get("after") or request.headers.get("last-event-id") or ""
    position = int(after) if after.isdigit() else None
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(_events(sandbox, position), media_type="text/event-stream", headers=headers)


async def _events(sandbox: Sandbox, position: int | None) -> AsyncIterator[str]:
    yield ": connected\n\n"
    async for change in sandbox.changes.after(position):
        if change is None:
            yield ": still here\n\n"
        elif change[1] == "":
            yield "event: reset\ndata: {}\n\n"
        else:
            yield f"id: {change[0]}\nevent: change\ndata: {change[1]}\n\n"


def snapshot(sandbox: Sandbox) -> JsonObject:
    """The state as a JSON object."""
    workspace = sandbox.workspace
    return {
        "seq": sandbox.changes.seq,
        "team": {"id": TEAM_ID, "name": TEAM_NAME, "domain": TEAM_DOMAIN},
        "app": {
            "id": workspace.app_id,
            "name": workspace.app_name,
            "bot_id": workspace.bot_id,
            "bot_user_id": workspace.bot_user_id,
            "connections": sandbox.sockets.connected,
            "is_socket_mode": sandbox.manifest.is_socket_mode,
            "has_home": sandbox.manifest.has_home,
        },
        "users": [user for user in workspace.users.values() if user["id"] != SLACKBOT],
        "channels": [workspace.channel_state(channel) for channel in workspace.channels.values()],
        "usergroups": list(workspace.usergroups.values()),
        "messages": _messages(sandbox),
        "modals": sandbox.modals.stacks,
        "homes": sandbox.modals.homes,
        "notifications": list(workspace.attention.notifications),
        "reads": workspace.attention.reads,
        "follows": workspace.attention.follows,
        "files": list(workspace.files.values()),
        "commands": [
            {"command": known.command, "description": known.description, "usage_hint": known.usage_hint}
            for known in sandbox.manifest.commands.values()
        ],
        "shortcuts": [
            {"callback_id": known.callback_id, "name": known.name, "type": known.kind, "description": known.description}
            for known in sandbox.manifest.shortcuts.values()
        ],
        "calls": list(sandbox.calls),
        "deliveries": list(sandbox.deliveries),
        "faults": trouble.shown(sandbox),
    }


def _messages(sandbox: Sandbox) -> list[JsonObject]:
    shown = [
        {**message, "channel": channel.id}
        for channel in sandbox.workspace.channels.values()
        for message in channel.messages.values()
    ]
    shown += [{**message, "channel": channel} for (channel, _), message in sandbox.workspace.ephemerals.items()]
    shown.sort(key=lambda message: message["ts"])
    return shown
