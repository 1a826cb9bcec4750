"""Builders of read models with defaults, for tests of what is shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.contracts import LogLevel, LogSegment
from engine.services.views import (
    DecisionView,
    InterruptionKind,
    InterruptionState,
    InterruptionView,
    PlannedStepView,
    PlanView,
    StepStatus,
    StepView,
    TaskState,
    TaskView,
    Verdict,
)

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SLACK_IDS = {"ana": "U0ANA", "ben": "U0BEN", "eva": "U0EVA"}
NASTY = "<!channel> <@U0BEN> <https://evil.example|click> *bold* `code` & &lt;b&gt; @here"


def step(number: int = 1, status: StepStatus = StepStatus.PENDING, **facts: Any) -> StepView:
    """A step; `name` is `step 1` and so on."""
    given = {"slug": f"step-{number}", "name": f"step {number}", **facts}
    return StepView(number=number, status=status, **given)


def steps(*statuses: StepStatus) -> tuple[StepView, ...]:
    """A step for each status."""
    return tuple(step(number, status) for number, status in enumerate(statuses, start=1))


def task(**facts: Any) -> TaskView:
    """web 1.4.0 to production, asked for by ana at noon, running."""
    view = TaskView(
        number=17,
        state=TaskState.EXECUTING,
        project="web",
        project_name="web",
        version="1.4.0",
        environment="production",
        environment_name="production",
        requested_by="ana",
        queued_at=NOON,
        started_at=NOON + timedelta(seconds=1),
        finished_at=None,
        cancel_requested_by=None,
        steps=steps(StepStatus.SUCCEEDED, StepStatus.RUNNING, StepStatus.PENDING),
        left_out=(),
        waiting=None,
        interruptions=(),
        links=(),
        skipped=(),
        slack_channel="deployments",
        typed_in="C0DEPLOY1",
    )
    return replace(view, **facts)


def interruption(**facts: Any) -> InterruptionView:
    """`confirm` asks release-managers, ben and eva."""
    view = InterruptionView(
        id=5,
        task=17,
        kind=InterruptionKind.MANUAL,
        state=InterruptionState.PENDING,
        step_name="confirm",
        step_slug="confirm",
        instructions="Look at **staging** first.",
        teams=("release-managers",),
        minimum=1,
        requester_may=False,
        eligible=("ben", "eva"),
        decisions=(),
        raised_at=NOON,
        settled_at=None,
        blocks_place=False,
    )
    return replace(view, **facts)


def decision(person: str = "ben", verdict: Verdict = Verdict.PROCEED, note: str = "", number: int = 1) -> DecisionView:
    """An answer, a minute after noon."""
    return DecisionView(number, person, verdict, note, NOON + timedelta(minutes=1))


def plan(count: int = 2) -> PlanView:
    """What is left to run."""
    left = tuple(
        PlannedStepView(n, f"step {n}", "Bash script run.sh", "built-in worker", "") for n in range(2, count + 2)
    )
    return PlanView("web", "1.4.0", "production", left, ())


def logged(text: str, level: LogLevel = LogLevel.INFO, stream: str = "stdout") -> LogSegment:
    """A stretch of log."""
    return LogSegment(NOON, level, stream, text)
