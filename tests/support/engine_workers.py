"""Workers that do what the test says, at once and in its thread. They follow nothing; the contract is not theirs.

For tests of what the engine makes of an outcome; `fake_worker.py` has the one that follows as real ones do.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime

from engine.contracts import (
    USUAL_CHECK,
    ActionRequest,
    ActionResult,
    Checkpoint,
    Health,
    HealthCheck,
    HealthState,
    Link,
    LogLevel,
    LogSegment,
    Outcome,
    OutputVariable,
    Progress,
    SshMachine,
)
from engine.ports import RunSink

Behaviour = Callable[[ActionRequest, RunSink], ActionResult]


def ends(outcome: Outcome, message: str = "", *, exit_code: int | None = None) -> Behaviour:
    """Launch it, then end like this."""

    def behave(_request: ActionRequest, sink: RunSink) -> ActionResult:
        sink.launch_confirmed()
        return ActionResult(outcome, exit_code=exit_code, message=message)

    return behave


def says(
    *texts: str,
    level: LogLevel = LogLevel.INFO,
    outputs: tuple[OutputVariable, ...] = (),
    links: tuple[Link, ...] = (),
    outcome: Outcome = Outcome.SUCCEEDED,
) -> Behaviour:
    """Print these texts, each in a progress of its own, set these outputs, then end."""

    def behave(request: ActionRequest, sink: RunSink) -> ActionResult:
        sink.launch_confirmed()
        for number, text in enumerate(texts or ("",), start=1):
            segments = (LogSegment(datetime(2026, 5, 4, tzinfo=UTC), level, "stdout", text),) if text else ()
            point = Checkpoint(stdout_offset=number, parser={"number": number})
            sink.record(Progress(point, segments, outputs if number == 1 else (), links if number == 1 else ()))
        return ActionResult(outcome)

    return behave


class ScriptedWorkers:
    """Implements `engine.ports.Workers` and is each of its workers. What is not said otherwise succeeds."""

    def __init__(self) -> None:
        self.requests: list[ActionRequest] = []
        self.cleaned: list[str] = []
        self.health: dict[str, Health] = {}  # by machine; what is not said is healthy
        self.checked: list[tuple[str, HealthCheck]] = []
        self._plans: dict[str, deque[Behaviour]] = {}
        self._slug = "built-in"

    @property
    def slug(self) -> str:
        return self._slug

    def when(self, step: str, *behaviours: Behaviour) -> None:
        """What the next runs of this step do, one after the other; after that it succeeds."""
        self._plans.setdefault(step, deque()).extend(behaviours)

    def started(self) -> list[str]:
        """The names of the steps in the order in which they were started or followed again."""
        return [request.step_name for request in self.requests]

    def built_in(self, settings: object) -> ScriptedWorkers:
        return self

    def ssh(self, machine: object) -> ScriptedWorkers:
        return self

    def apart(self, machine: SshMachine) -> LookedAt:
        return LookedAt(self, machine.slug)

    def ensure_and_follow(self, request: ActionRequest, sink: RunSink) -> ActionResult:
        self.requests.append(request)
        planned = self._plans.get(request.step_name)
        behave = planned.popleft() if planned else ends(Outcome.SUCCEEDED, exit_code=0)
        return behave(request, sink)

    def clean_up(self, ticket: str) -> None:
        self.cleaned.append(ticket)

    def check_health(self, check: HealthCheck = USUAL_CHECK, stopping: Callable[[], bool] = lambda: False) -> Health:
        return Health(HealthState.HEALTHY, message="It can work.")

    def close(self) -> None:
        """Nothing is open."""


class LookedAt(ScriptedWorkers):
    """One machine, for one look."""

    def __init__(self, of: ScriptedWorkers, machine: str) -> None:
        super().__init__()
        self._of, self._slug = of, machine

    def check_health(
        self,
        check: HealthCheck = USUAL_CHECK,
        stopping: Callable[[], bool] = lambda: False,
    ) -> Health:
        self._of.checked.append((self._slug, check))
        return self._of.health.get(self._slug, Health(HealthState.HEALTHY, f"{self._slug} can work.", {"bash": "5"}))
