"""Judges whether a machine can work: from what it says about itself, and from what a script found there."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import resources

from engine.contracts import (
    ActionRequest,
    ActionResult,
    ArtifactLimits,
    Health,
    HealthCheck,
    HealthState,
    LogLevel,
    LogSegment,
    Outcome,
    Progress,
    Script,
    StepFile,
    StepFolder,
)
from engine.ports import ArtifactKeeping

LOW_DISK_MIB = 100
"""Below this much free space a machine is still good enough, but it has a warning."""

_SHOWN = 500
"""Characters of what a script said that are kept."""

_FUNCTIONS = ".foredeck-health.sh"

_TASK = 0
"""A check belongs to no task."""


def judge(facts: Mapping[str, str], place: str) -> Health:
    """Healthy means: a script can be started there now."""
    known = {name: value for name, value in facts.items() if value}
    if "setsid" not in known:
        message = f"{place} has no `setsid`: install the package util-linux there."
        return Health(HealthState.UNHEALTHY, message, known)
    free = known.get("free_mib", "")
    if free.isdecimal() and int(free) == 0:
        message = f"The disk of {place} is full: free some space below {known.get('folder', '~')}."
        return Health(HealthState.UNHEALTHY, message, known)
    state, notes = HealthState.HEALTHY, []
    if free.isdecimal() and int(free) < LOW_DISK_MIB:
        state = HealthState.HAS_WARNINGS
        notes.append(f"only {free} MiB are free")
    if "bash" not in known:
        state = HealthState.UNHEALTHY
        notes.insert(0, "bash is not installed, so Bash steps fail there")
    message = f"{place} can work" + (f"; {' and '.join(notes)}." if notes else ".")
    return Health(state, message, known)


def request_for(script: Script, check: HealthCheck) -> ActionRequest:
    """The check's script as an action of its own, that finds `echo_warning`, `echo_error` and `fail_healthcheck`."""
    functions = StepFile(_FUNCTIONS, resources.files(__package__).joinpath("scripts", "health.sh").read_bytes())
    return ActionRequest(
        ticket=secrets.token_hex(16),
        task_id=_TASK,
        action_run_id=_TASK,
        step_name="health check",
        script=Script(
            f". ./{_FUNCTIONS}; {script.body}", script.syntax
        ),  # on its first line: its lines keep their numbers
        variables={},
        folder=StepFolder((functions,)),
        time_limit=check.time_limit,
        output_limit=1 << 20,
    )


@dataclass
class Findings:
    """What a check's script says; implements `engine.ports.RunSink`. Nothing of it is kept but what is judged."""

    stopping: Callable[[], bool]
    warnings: str = ""
    errors: str = ""
    last: str = ""

    def launch_confirmed(self) -> None:
        """Nothing is committed: a check that is cut off is made anew."""

    def record(self, progress: Progress) -> None:
        """Take in what was printed."""
        self.warnings += _said(progress.segments, LogLevel.WARNING)
        self.errors += _said(progress.segments, LogLevel.ERROR)
        self.last = (self.last + "".join(s.text for s in progress.segments if s.stream != "foredeck"))[-_SHOWN:]

    def tell(self, words: str, *, stays: bool = False) -> None:
        """A check brings nothing along."""

    def artifact_limits(self) -> ArtifactLimits:
        """A check keeps no files."""
        return ArtifactLimits(file=0, room=0)

    def keep_artifact(self, number: int, name: str) -> ArtifactKeeping:  # noqa: ARG002 - as the port has it
        """Never asked for, where there is no room."""
        raise OSError("a health check keeps no files")

    def cancel_requested(self) -> bool:
        """Nobody cancels a check."""
        return False

    def judge(self, result: ActionResult, before: Health) -> Health:
        """What comes of it, on top of what the machine itself said."""
        if result.outcome is Outcome.UNREACHABLE or result.outcome is Outcome.DETACHED:
            return Health(HealthState.UNAVAILABLE, f"{result.message} {result.hint}".strip(), before.facts)
        if result.outcome is not Outcome.SUCCEEDED or self.errors:
            said = self.errors or self.last
            way = "The health check found an error" if self.errors else f"The health check failed. {result.message}"
            return Health(HealthState.UNHEALTHY, _with(way, said), before.facts)
        if self.warnings:
            return Health(HealthState.HAS_WARNINGS, _with("The health check warns", self.warnings), before.facts)
        return before


def _said(segments: Iterable[LogSegment], level: LogLevel) -> str:
    """What was said at this level on purpose: that a script prints on stderr fails nothing."""
    return "".join(s.text for s in segments if s.level is level and s.stream == "stdout")


def _with(what: str, said: str) -> str:
    words = " ".join(said.split())[:_SHOWN]
    return f"{what.rstrip('. ')}: {words}" if words else f"{what.rstrip('. ')}."
