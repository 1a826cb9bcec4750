"""Socket Mode: tickets, connections, envelopes out, acks in. It knows neither payloads nor what an ack means."""

import asyncio
import contextlib
import json
import secrets
import uuid

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from bot.sandbox.clock import Clock
from bot.sandbox.delivery.acks import Ack
from bot.sandbox.json_types import JsonObject, parsed

MAX_CONNECTIONS = 10
TICKET_LIFETIME = 30.0
CONNECTION_TIME = 18_060
# slack_sdk reads nothing from its new connection before the old one is closed, so the old one must not linger.
GRACE_AFTER_REFRESH = 0.25


class Sockets:
    """The open connections of the app; each envelope goes to the next one in turn."""

    def __init__(self, clock: Clock, app_id: str, ack_wall: float = 3.0) -> None:
        self._clock = clock
        self._app_id = app_id
        self._tickets: dict[str, float] = {}
        self._connections: list[WebSocket] = []
        self._turn = 0
        self._waiting: dict[str, asyncio.Future[JsonObject]] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._deaf: set[WebSocket] = set()
        self.ack_wall = ack_wall

    def issue_ticket(self) -> str:
        """A ticket that opens one connection, once."""
        ticket = secrets.token_urlsafe(24)
        self._tickets[ticket] = self._clock.monotonic()
        return ticket

    @property
    def connected(self) -> int:
        """How many connections are open."""
        return len(self._connections)

    async def serve(self, socket: WebSocket) -> None:
        """Keep one connection: refuse it without a good ticket, greet it, take its acks until it goes."""
        if not self._take_ticket(socket.query_params.get("ticket", "")):
            await socket.close(1008)
            return
        await socket.accept()
        if len(self._connections) >= MAX_CONNECTIONS:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets", "debug_info": _debug_info()})
            await socket.close()
            return
        self._connections.append(socket)
        try:
            await socket.send_text(json.dumps(self._hello()))
            while (frame := await socket.receive())["type"] == "websocket.receive":
                self._take_ack(frame.get("text") or "")  # Slack reads text only
        except (WebSocketDisconnect, RuntimeError):
            pass  # the app went away; what it has not acked fails at the wall
        finally:
            if socket in self._connections:
                self._connections.remove(socket)
            self._deaf.discard(socket)

    def deafen(self, connections: int | None = None) -> None:
        """As many of the connections that are open now, or all, get nothing any more; they stay open and are pinged."""
        self._deaf.update(self._connections[:connections])

    def hear_again(self) -> None:
        """No connection is deaf any more."""
        self._deaf.clear()

    async def deliver(self, kind: str, payload: JsonObject, retry: tuple[int, str] | None = None) -> Ack:
        """Send one envelope and wait for its ack, three seconds at most."""
        envelope_id = str(uuid.uuid4())
        envelope: JsonObject = {
            "envelope_id": envelope_id,
            "payload": payload,
            "type": kind,
            "accepts_response_payload": kind != "events_api",
        }
        if kind == "events_api":
            envelope["retry_attempt"], envelope["retry_reason"] = retry or (0, "")
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[JsonObject] = loop.create_future()
        self._waiting[envelope_id] = answer
        try:
            sent_at = loop.time()
            socket = await self._send(json.dumps(envelope))
            if socket is None:
                return Ack(error="no_app_connected", reason="connection_failed")
            if socket in self._deaf:
                return Ack(error="operation_timeout", reason="timeout")  # at once: nobody is going to answer
            payload = await self._clock.within(self.ack_wall, answer)
            return Ack(ms=round((loop.time() - sent_at) * 1000, 3), payload=payload)
        except TimeoutError:
            return Ack(error="operation_timeout", reason="timeout")
        finally:
            del self._waiting[envelope_id]

    async def disconnect(self, reason: str) -> int:
        """Tell every connection to go (`warning`, `refresh_requested`, `link_disabled`); says how many there were.

        After a warning a connection stays; otherwise it gets nothing new and is closed after a grace for late acks.
        `cut` is no word of Slack's: the connections are closed at once, without one."""
        told = list(self._connections)
        for socket in told:
            if reason != "cut":
                with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                    await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": _debug_info()})
            if reason != "warning" and socket in self._connections:
                self._connections.remove(socket)
                grace = 0.0 if reason == "cut" else GRACE_AFTER_REFRESH
                closing = asyncio.create_task(_close_later(socket, grace))
                self._closing.add(closing)
                closing.add_done_callback(self._closing.discard)
        return len(told)

    def _take_ticket(self, ticket: str) -> bool:
        made_at = self._tickets.pop(ticket, None)
        return made_at is not None and self._clock.monotonic() - made_at <= TICKET_LIFETIME

    def _hello(self) -> JsonObject:
        return {
            "type": "hello",
            "num_connections": len(self._connections),
            "debug_info": {**_debug_info(), "build_number": 1, "approximate_connection_time": CONNECTION_TIME},
            "connection_info": {"app_id": self._app_id},
        }

    async def _send(self, text: str) -> WebSocket | None:
        """Give it to the next connection; returns which it was, None when there is none."""
        while self._connections:
            self._turn = (self._turn + 1) % len(self._connections)
            socket = self._connections[self._turn]
            if socket in self._deaf:
                return socket
            try:
                await socket.send_text(text)
            except (RuntimeError, WebSocketDisconnect):
                if socket in self._connections:
                    self._connections.remove(socket)
                continue
            return socket
        return None

    def _take_ack(self, text: str) -> None:
        try:
            message = parsed(text)
        except ValueError:
            return  # Slack ignores what it cannot read, too
        if not isinstance(message, dict):
            return
        answer = self._waiting.get(str(message.get("envelope_id")))
        if answer is not None and not answer.done():
            answer.set_result(_payload_of(message))


def _payload_of(message: JsonObject) -> JsonObject:
    payload = message.get("payload")
    if isinstance(payload, dict):
        return payload
    return {"text": payload} if isinstance(payload, str) and payload else {}


def _debug_info() -> JsonObject:
    return {"host": "applink-sandbox"}


async def _close_later(socket: WebSocket, seconds: float) -> None:
    await asyncio.sleep(seconds)
    if socket.client_state == WebSocketState.CONNECTED:
        with contextlib.suppress(RuntimeError):
            await socket.close()
