"""The Events API: tells the app of what happens, whoever did it; told again when it is not acked."""

import asyncio
import secrets
from collections.abc import Iterable
from contextvars import ContextVar
from functools import partial
from typing import Any

from bot.sandbox.delivery import events, payloads
from bot.sandbox.delivery.acks import Ack
from bot.sandbox.delivery.events import Event, Scene
from bot.sandbox.delivery.subscriptions import wants
from bot.sandbox.sandbox import Sandbox

RETRY_AFTER = (0.0, 60.0, 300.0)

# What was told because of the request that is being answered.
_told: ContextVar[list["asyncio.Task[Ack]"]] = ContextVar("told")


def listen(sandbox: Sandbox) -> None:
    """From now on the app is told."""
    sandbox.workspace.happenings.listener = partial(_happened, sandbox)


def begin() -> None:
    """A request begins; `heard` is about what it causes."""
    _told.set([])


async def heard() -> Ack | None:
    """Wait until the app has heard all that this request caused; the last ack, None when there was nothing to tell."""
    acks = [await task for task in _told.get([])]
    return acks[-1] if acks else None


def tell(sandbox: Sandbox, told: Iterable[Event]) -> None:
    """Tell the app of what it wants of this, one after the other."""
    wanted = [event for event in told if wants(sandbox.manifest, event.subscription)]
    if wanted:
        task = sandbox.in_background(_tell(sandbox, wanted))
        _told.get([]).append(task)


def scene(sandbox: Sandbox) -> Scene:
    """Where the events of this sandbox happen."""
    return Scene(sandbox.workspace, sandbox.manifest)


def _happened(sandbox: Sandbox, kind: str, what: dict[str, Any]) -> None:
    tell(sandbox, events.of(scene(sandbox), kind, what))


async def _tell(sandbox: Sandbox, wanted: list[Event]) -> Ack:
    ack = Ack()
    for event in wanted:
        ack = await _tell_one(sandbox, event)
    return ack


async def _tell_one(sandbox: Sandbox, event: Event) -> Ack:
    is_shared = event.channel is not None and bool(event.channel.connected_teams)
    event_id = f"Ev{secrets.token_hex(5).upper()}"
    payload = payloads.event_callback(sandbox.workspace, event.body, event_id, is_shared)
    where = event.channel.id if event.channel is not None else None
    about = {"user": event.user, "channel": where, "name": event.body["type"]}
    ack = await sandbox.deliver("events_api", "events_api", payload, about)
    if ack.error is not None and not ack.is_final:
        sandbox.in_background(_again(sandbox, payload, about, ack))
    return ack


async def _again(sandbox: Sandbox, payload: dict[str, Any], about: dict[str, Any], failed: Ack) -> None:
    for attempt, seconds in enumerate(RETRY_AFTER, start=1):
        await sandbox.clock.sleep(seconds)
        failed = await sandbox.deliver("events_api", "events_api", payload, about, (attempt, failed.reason))
        if failed.error is None or failed.is_final:
            return
