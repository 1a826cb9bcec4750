"""`/sandbox/faults` and `/sandbox/clock`: what is to go wrong, and how far time is."""

import math

from starlette.requests import Request
from starlette.responses import JSONResponse

from bot.sandbox.control import actors
from bot.sandbox.delivery import events, feed
from bot.sandbox.errors import ControlError
from bot.sandbox.faults import Fault
from bot.sandbox.json_types import JsonObject
from bot.sandbox.sandbox import Sandbox

YEAR = 366 * 86_400.0


async def add_fault(sandbox: Sandbox, body: JsonObject) -> JsonObject:
    """`POST /sandbox/faults {kind, times?, …}`."""
    if body.get("channel") is not None:
        body = {**body, "channel": actors.channel(sandbox, body).id}
    fault = sandbox.faults.add(body)
    if fault.kind == "deaf":
        sandbox.sockets.deafen(fault.connections)
    _publish(sandbox)
    return {"ok": True, "fault": fault.shown()}


async def faults(request: Request) -> JSONResponse:
    """`GET /sandbox/faults`: what is still to go wrong; `DELETE` ends it, with an id only that one."""
    sandbox: Sandbox = request.app.state.sandbox
    if request.method == "GET":
        return JSONResponse({"ok": True, "faults": shown(sandbox)})
    fault_id = request.path_params.get("fault_id")
    gone = sandbox.faults.clear(fault_id)
    if fault_id is not None and not gone:
        missing = {"ok": False, "error": "unknown_fault", "message": f"There is no fault {fault_id!r}."}
        return JSONResponse(missing, 404)
    if not any(fault.kind == "deaf" for fault in sandbox.faults.all()):
        sandbox.sockets.hear_again()
    _publish(sandbox)
    return JSONResponse({"ok": True, "cleared": [fault.shown() for fault in gone]})


async def move_clock(sandbox: Sandbox, body: JsonObject) -> JsonObject:
    """`POST /sandbox/clock {seconds, only?}`: time goes on by so much; `only: rate_limits` spares everything else."""
    seconds, only = body.get("seconds"), body.get("only")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not math.isfinite(seconds):
        raise ControlError("invalid_arguments", "seconds must be a number")
    if not 0 <= seconds <= YEAR:
        raise ControlError("invalid_arguments", f"seconds must be from 0 to {YEAR:.0f}: time never goes back")
    if only == "rate_limits":
        sandbox.rate_limits.rest(float(seconds))
    elif only is None:
        sandbox.clock.move(float(seconds))
    else:
        raise ControlError("invalid_arguments", "only may be rate_limits, or be left out")
    return {"ok": True, "now": sandbox.clock.now(), "moved": sandbox.clock.moved}


async def disconnect(sandbox: Sandbox, body: JsonObject) -> JsonObject:
    """`POST /sandbox/disconnects {reason}`: what Slack does now and then to Socket Mode connections."""
    reason = actors.text(body, "reason", "refresh_requested")
    if reason not in ("warning", "refresh_requested", "link_disabled", "cut"):
        raise ControlError("invalid_arguments", "reason must be warning, refresh_requested, link_disabled or cut")
    return {"ok": True, "told": await sandbox.sockets.disconnect(reason)}


async def uninstall(sandbox: Sandbox, _body: JsonObject) -> JsonObject:
    """`POST /sandbox/uninstall`: the app is removed from the workspace; its bot token is refused from now on."""
    feed.tell(sandbox, events.uninstalled(feed.scene(sandbox)))
    ack = await feed.heard()
    sandbox.revoked.add(sandbox.credentials.bot_token)
    return {"ok": True, "ack_ms": ack.ms if ack else None, "error": ack.error if ack else None}


def shown(sandbox: Sandbox) -> list[JsonObject]:
    """All faults, as JSON."""
    return [fault.shown() for fault in sandbox.faults.all()]


def _publish(sandbox: Sandbox) -> None:
    known: list[Fault] = sandbox.faults.all()
    sandbox.changes.publish("faults", faults=[fault.shown() for fault in known])
