"""What a machine's facts and a check's script mean for its health."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from engine.contracts import (
    ActionResult,
    Checkpoint,
    Health,
    HealthState,
    LogLevel,
    LogSegment,
    Outcome,
    Progress,
)
from workers import health

GOOD = {"setsid": "/usr/bin/setsid", "bash": "5.2.15", "free_mib": "5000", "folder": "~/.foredeck"}
USUAL = Health(HealthState.HEALTHY, "web-1 can work.", GOOD)


@pytest.mark.parametrize(
    ("changed", "state", "message"),
    [
        ({}, HealthState.HEALTHY, "web-1 can work."),
        ({"free_mib": "50"}, HealthState.HAS_WARNINGS, "web-1 can work; only 50 MiB are free."),
        ({"free_mib": "0"}, HealthState.UNHEALTHY, "The disk of web-1 is full: free some space below ~/.foredeck."),
        ({"bash": ""}, HealthState.UNHEALTHY, "web-1 can work; bash is not installed, so Bash steps fail there."),
        ({"setsid": ""}, HealthState.UNHEALTHY, "web-1 has no `setsid`: install the package util-linux there."),
    ],
)  # fmt: skip
def test_facts_are_judged(changed: dict[str, str], state: HealthState, message: str) -> None:
    found = health.judge({**GOOD, **changed}, "web-1")
    assert (found.state, found.message) == (state, message)


def judged(result: ActionResult, *said: tuple[LogLevel, str, str]) -> Health:
    findings = health.Findings(lambda: False)
    segments = tuple(LogSegment(datetime(2026, 5, 4, tzinfo=UTC), level, stream, text) for level, stream, text in said)
    findings.record(Progress(Checkpoint(), segments))
    return findings.judge(result, USUAL)


SUCCESS = ActionResult(Outcome.SUCCEEDED, 0)


def test_a_script_that_says_nothing_changes_nothing() -> None:
    assert judged(SUCCESS, (LogLevel.INFO, "stdout", "fine\n")) == USUAL


def test_a_warning_is_a_warning_and_keeps_the_facts() -> None:
    found = judged(SUCCESS, (LogLevel.WARNING, "stdout", "it is\nwarm\n"))
    assert (found.state, found.message) == (HealthState.HAS_WARNINGS, "The health check warns: it is warm")
    assert found.facts == GOOD


def test_an_error_outweighs_a_warning() -> None:
    found = judged(SUCCESS, (LogLevel.WARNING, "stdout", "warm\n"), (LogLevel.ERROR, "stdout", "on fire\n"))
    assert (found.state, found.message) == (HealthState.UNHEALTHY, "The health check found an error: on fire")


def test_stderr_alone_is_no_error() -> None:
    assert judged(SUCCESS, (LogLevel.ERROR, "stderr", "du: cannot read\n")).state is HealthState.HEALTHY


def test_an_exit_code_is_one_and_the_last_words_are_told() -> None:
    result = ActionResult(Outcome.FAILED, 3, "The script ended with the exit code 3.")
    found = judged(result, (LogLevel.ERROR, "stderr", "no such mount\n"))
    assert found.state is HealthState.UNHEALTHY
    assert found.message == "The health check failed. The script ended with the exit code 3: no such mount"


def test_a_machine_that_went_away_meanwhile_is_unavailable() -> None:
    result = ActionResult(Outcome.UNREACHABLE, message="web-1 did not answer.", hint="Look at it.")
    assert judged(result).state is HealthState.UNAVAILABLE
