"""A worker without processes: a machine in memory that understands a few lines of Bash. For tests of the engine.

It is held to the same contract as the real workers; the following is the real one, only the machine is made up.
"""

from __future__ import annotations

import itertools
import shlex
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from engine.contracts import USUAL_CHECK, ActionRequest, ActionResult, Health, HealthCheck, HealthState, Secret
from engine.ports import Clock, RunSink
from workers.runner import following
from workers.runner.channels import CannotConnect
from workers.runner.client import Launched
from workers.runner.pace import Pace
from workers.runner.protocol import Polled, State
from workers.scripts import Bundle

_numbers = itertools.count(1000)


@dataclass
class FakeRun:
    """One run on the fake machine: what it prints when, and how it ends. Times are seconds after its start."""

    number: int
    started: float = field(default_factory=time.monotonic)
    prints: list[tuple[float, str, bytes]] = field(default_factory=list)
    ends_after: float = 0.0
    code: str = "0"
    ignores_term: bool = False
    ended_as: str = ""  # canceled or timed_out
    killed: tuple[str, ...] = ()
    cleaned: bool = False

    def age(self) -> float:
        return time.monotonic() - self.started

    def printed(self, stream: str) -> bytes:
        age = min(self.age(), self.ends_after)
        return b"".join(data for at, name, data in self.prints if name == stream and at <= age)


class FakeMachine:
    """Remembers runs by ticket, also when workers come and go. `trouble` is raised instead of an answer, when set."""

    def __init__(self) -> None:
        self.runs: dict[str, FakeRun] = {}
        self.launches: list[str] = []
        self.trouble: Exception | None = None
        self._variables: dict[str, Mapping[str, str | Secret]] = {}

    def unreachable(self, message: str = "build-1 did not answer within 10 s.", *, retryable: bool = False) -> None:
        """From now on nobody gets through to it."""
        self.trouble = CannotConnect(message, "The machine may be off.", retryable=retryable)

    def reachable(self) -> None:
        """It answers again."""
        self.trouble = None

    def prepare(self, request: ActionRequest) -> None:
        """Hand over what the real worker puts into a file."""
        self._variables[request.ticket] = request.variables

    # What a runner answers; called by the follower.

    def launch(
        self,
        ticket: str,
        bundle: Bundle,
        quota: int,
        *,
        sent: Callable[[], None],
        interrupted: Callable[[], bool],
    ) -> Launched:
        self._look_up()
        sent()
        run = self.runs.get(ticket)
        if run is not None:
            return Launched(["cleaned"] if run.cleaned else ["taken"])
        self.launches.append(ticket)
        self.runs[ticket] = _interpret(bundle, self._variables.get(ticket, {}))
        return Launched(["claimed"])

    def poll(
        self,
        ticket: str,
        quota: int,
        stdout_offset: int,
        stderr_offset: int,
        *,
        patient: bool,
        interrupted: Callable[[], bool],
    ) -> Polled:
        self._look_up()
        run = self.runs.get(ticket)
        if run is None:
            return Polled(State.ABSENT, "-", 0, 0, b"", b"", cut=False, killed=())
        state, detail = State.RUNNING, "-"
        if run.cleaned:
            state, detail = State.CLEANED, run.code
        elif run.ended_as or run.age() >= run.ends_after:
            state, detail = State.EXITED, run.ended_as or run.code
        if detail == "gone":
            state, detail = State.GONE, "killed"
        out, err = run.printed("stdout"), run.printed("stderr")
        return Polled(
            state,
            detail,
            len(out),
            len(err),
            out[stdout_offset : stdout_offset + quota],
            err[stderr_offset : stderr_offset + quota],
            cut=False,
            killed=run.killed,
        )

    def stop(self, ticket: str, reason: str, grace: int, *, interrupted: Callable[[], bool]) -> None:
        self._look_up()
        run = self.runs.get(ticket)
        if run is not None and not run.ended_as and run.age() < run.ends_after:
            run.ends_after, run.ended_as = run.age(), reason
            run.killed = ("bash",) if run.ignores_term else ()

    def _look_up(self) -> None:
        if self.trouble is not None:
            raise self.trouble


class FakeWorker:
    """Implements `engine.ports.Worker` on a FakeMachine."""

    def __init__(
        self,
        machine: FakeMachine | None = None,
        *,
        slug: str = "fake",
        clock: Clock | None = None,
        pace: Pace | None = None,
    ) -> None:
        self.machine = machine or FakeMachine()
        self._slug = slug
        self._clock = clock or (lambda: datetime.now(UTC))
        self._pace = pace or Pace()

    @property
    def slug(self) -> str:
        return self._slug

    def ensure_and_follow(self, request: ActionRequest, sink: RunSink) -> ActionResult:
        self.machine.prepare(request)
        return following.follow(self.machine, request, sink, self._clock, self._pace, self._slug)

    def clean_up(self, ticket: str) -> None:
        run = self.machine.runs.get(ticket)
        if run is not None:
            run.cleaned = True
            run.prints.clear()

    def check_health(self, check: HealthCheck = USUAL_CHECK, stopping: Callable[[], bool] = lambda: False) -> Health:
        if self.machine.trouble is not None:
            return Health(HealthState.UNAVAILABLE, message=str(self.machine.trouble))
        return Health(HealthState.HEALTHY, message=f"{self._slug} can work.", facts={"shell": "fake", "bash": "5"})

    def close(self) -> None:
        """Nothing is open."""


class FakeWorkers:
    """Implements `engine.ports.Workers`: one FakeWorker for each slug, all of them to be looked at by the test."""

    def __init__(self, *, clock: Clock | None = None, pace: Pace | None = None) -> None:
        self.made: dict[str, FakeWorker] = {}
        self._clock = clock
        self._pace = pace

    def built_in(self) -> FakeWorker:
        return self.named("built-in")

    def ssh(self, machine: object) -> FakeWorker:
        return self.named(str(getattr(machine, "slug", machine)))

    def apart(self, machine: object) -> FakeWorker:
        return self.ssh(machine)

    def named(self, slug: str) -> FakeWorker:
        return self.made.setdefault(slug, FakeWorker(slug=slug, clock=self._clock, pace=self._pace))

    def close(self) -> None:
        for worker in self.made.values():
            worker.close()


def _interpret(bundle: Bundle, variables: Mapping[str, str | Secret]) -> FakeRun:
    """What the script would do: echo, printf, cat, sleep, exit, trap '' TERM, kill -9, octopusvariables."""
    script = bundle.files["script.sh"].decode()
    brought = {file.path: file.content for file in bundle.folder}
    run = FakeRun(next(_numbers), prints=[(0.0, "stdout", bundle.said)])
    now = 0.0
    for line in filter(None, (part.strip() for part in script.replace(";", "\n").splitlines())):
        stream = "stderr" if line.endswith(">&2") else "stdout"
        words = shlex.split(line.removesuffix(">&2").replace("$$", str(run.number)))
        words = [_expanded(word, variables) for word in words]
        match words:
            case ["echo", *rest]:
                run.prints.append((now, stream, (" ".join(rest) + "\n").encode()))
            case ["printf", text]:
                run.prints.append((now, stream, text.encode()))
            case ["cat", path]:
                run.prints.append((now, stream, brought[path]))
            case ["set_octopusvariable", name, value]:
                run.prints.append((now, "stdout", _message("setVariable", name=name, value=value)))
            case ["sleep", seconds]:
                now += float(seconds)
            case ["trap", "", "TERM"]:
                run.ignores_term = True
            case ["exit", code]:
                run.code = code
                break
            case ["kill", "-9", number] if number == str(run.number):
                run.code = "137"
                break
            case ["kill", "-9", "0"]:
                run.code = "gone"
                break
            case _:
                raise ValueError(f"the fake machine does not know: {line}")
    run.ends_after = now
    return run


def _expanded(word: str, variables: Mapping[str, str | Secret]) -> str:
    """Only a whole word `$(get_octopusvariable Name)` is known."""
    if word.startswith("$(get_octopusvariable ") and word.endswith(")"):
        value = variables.get(word.removesuffix(")").split(" ", 1)[1].strip("\"' "), "")
        return value.reveal() if isinstance(value, Secret) else value
    return word


def _message(verb: str, /, **values: str) -> bytes:
    import base64

    told = " ".join(f"{key}='{base64.b64encode(value.encode()).decode()}'" for key, value in values.items())
    return f"##octopus[{verb} {told}]\n".encode()
