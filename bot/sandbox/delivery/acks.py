"""What came back for a delivery, over whichever way it went."""

from dataclasses import dataclass
from typing import Protocol

from bot.sandbox.json_types import JsonObject


@dataclass(frozen=True)
class Ack:
    """The app's answer, or why there was none: `operation_timeout`, `no_app_connected`, `dispatch_failed`, …

    `reason` is the same in the words that a redelivery carries; `is_final`: the app wants none."""

    error: str | None = None
    ms: float | None = None
    payload: JsonObject | None = None
    reason: str = ""
    is_final: bool = False


class Link(Protocol):
    """A way to the app: its sockets, or its addresses."""

    async def deliver(self, kind: str, payload: JsonObject, retry: tuple[int, str] | None = None) -> Ack:
        """Send one payload of this kind (slash_commands, interactive, events_api) and wait for its answer."""
