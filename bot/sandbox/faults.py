"""Trouble on demand: what goes wrong at the next calls of the app and at what is delivered to it. It only decides."""

import math
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass

from bot.sandbox.errors import ControlError
from bot.sandbox.json_types import JsonObject

API_KINDS = ("error", "rate_limit", "http_error", "cut")
ANY = "*"

# The fields that each kind takes besides `times`, with what they are when they are left out.
KINDS: dict[str, JsonObject] = {
    "error": {"method": ANY, "channel": None, "error": "internal_error"},
    "rate_limit": {"method": ANY, "channel": None, "retry_after": 5},
    "http_error": {"method": ANY, "channel": None, "status": 500, "is_done": False},
    "slow": {"method": ANY, "channel": None, "ms": 1_000},
    "cut": {"method": ANY, "channel": None, "is_done": True},
    "deaf": {"connections": None},
    "lost_ack": {"name": ANY},
}
BOUNDS = {"retry_after": (1, 86_400), "status": (500, 599), "ms": (1, 60_000), "connections": (1, 10)}
MOST_TIMES = 1_000_000
KEPT = 1_000


@dataclass
class Fault:
    """One thing that goes wrong. `times` counts down; None means until it is cleared (or `until` has come)."""

    id: str
    kind: str
    times: int | None = None
    method: str = ANY
    channel: str | None = None
    error: str = ""
    retry_after: int = 0
    status: int = 0
    ms: int = 0
    is_done: bool = False
    connections: int | None = None
    name: str = ANY
    until: float | None = None

    def shown(self) -> JsonObject:
        """As the control API shows it: only what its kind knows."""
        known = asdict(self)
        return {key: known[key] for key in ("id", "kind", "times", *KINDS[self.kind])}


class Faults:
    """All faults, the oldest first. `now` is the clock of the rate limits."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._faults: dict[str, Fault] = {}
        self._count = 0

    def add(self, body: JsonObject) -> Fault:
        """A fault as it was asked for; raises ControlError that names what is wrong."""
        kind = body.get("kind")
        if not isinstance(kind, str) or kind not in KINDS:
            raise ControlError("invalid_arguments", f"kind must be one of {', '.join(KINDS)}")
        if len(self._faults) >= KEPT:
            raise ControlError("too_many_faults", "Clear some first: DELETE /sandbox/faults.")
        fields = {**KINDS[kind], **{key: value for key, value in body.items() if key not in ("kind", "times")}}
        unknown = fields.keys() - KINDS[kind].keys()
        if unknown:
            taken = ", ".join(("times", *KINDS[kind]))
            raise ControlError("invalid_arguments", f"{kind} knows no {', '.join(sorted(unknown))}; it takes {taken}")
        for name, value in fields.items():
            _check(name, value, KINDS[kind][name])
        times = body.get("times")
        if times is not None and (type(times) is not int or not 1 <= times <= MOST_TIMES):
            raise ControlError("invalid_arguments", "times must be a whole number from 1")
        self._count += 1
        fault = Fault(f"Ft{self._count}", kind, times, **fields)
        if kind == "rate_limit" and times is None:
            fault.until = self._now() + fault.retry_after
        self._faults[fault.id] = fault
        return fault

    def all(self) -> list[Fault]:
        """What is still to go wrong."""
        self._forget_old()
        return list(self._faults.values())

    def clear(self, fault_id: str | None = None) -> list[Fault]:
        """Take away one fault, or all; returns which."""
        gone = [fault for fault in self._faults.values() if fault_id in (None, fault.id)]
        for fault in gone:
            del self._faults[fault.id]
        return gone

    def needs_channel(self) -> bool:
        """Whether some fault is about one channel only."""
        return any(fault.channel is not None for fault in self._faults.values())

    def of_call(self, kinds: Iterable[str], method: str, channel: str | None) -> Fault | None:
        """The fault of these kinds that this call of the Web API meets; it counts as met once more."""
        return self._take(
            lambda fault: (
                fault.kind in kinds and fault.method in (ANY, method) and fault.channel in (None, channel or "")
            )
        )

    def of_ack(self, names: Iterable[str]) -> Fault | None:
        """The fault that loses the ack of something with one of these names."""
        return self._take(lambda fault: fault.kind == "lost_ack" and fault.name in (ANY, *names))

    def seconds_left(self, fault: Fault) -> int:
        """What Retry-After says for a rate limit."""
        if fault.until is None:
            return fault.retry_after
        return max(1, math.ceil(fault.until - self._now()))

    def _take(self, is_met: Callable[[Fault], bool]) -> Fault | None:
        if not self._faults:
            return None
        self._forget_old()
        fault = next((fault for fault in self._faults.values() if is_met(fault)), None)
        if fault is not None and fault.times is not None:
            fault.times -= 1
            if not fault.times:
                del self._faults[fault.id]
        return fault

    def _forget_old(self) -> None:
        now = self._now()
        for fault in [known for known in self._faults.values() if known.until is not None and known.until <= now]:
            del self._faults[fault.id]


def _check(name: str, value: object, default: object) -> None:
    """Refuse a value of another type than the default's, or out of its bounds."""
    if value is None and default is None:
        return
    if name in BOUNDS:
        least, most = BOUNDS[name]
        if type(value) is not int or not least <= value <= most:
            raise ControlError("invalid_arguments", f"{name} must be a whole number from {least} to {most}")
    elif isinstance(default, bool):
        if not isinstance(value, bool):
            raise ControlError("invalid_arguments", f"{name} must be true or false")
    elif not isinstance(value, str) or not value:
        raise ControlError("invalid_arguments", f"{name} must be a string")
