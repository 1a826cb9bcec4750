"""The states of a task, of an action run and of an interruption. Names are Octopus's where Octopus has one."""

from __future__ import annotations

import enum


class TaskState(enum.StrEnum):
    """Where a task stands. A task that waits for a person is Queued with a pending interruption."""

    QUEUED = "Queued"  # waits for its place, or for a person
    EXECUTING = "Executing"  # a step runs or is about to
    CANCELLING = "Cancelling"  # somebody asked to cancel; running scripts are being ended
    SUCCESS = "Success"
    FAILED = "Failed"
    CANCELED = "Canceled"
    TIMED_OUT = "TimedOut"  # it expired before it could start

    @property
    def is_final(self) -> bool:
        """Nothing will happen to it any more."""
        return self in {TaskState.SUCCESS, TaskState.FAILED, TaskState.CANCELED, TaskState.TIMED_OUT}


class RunState(enum.StrEnum):
    """Where one attempt of one action on one machine stands."""

    QUEUED = "queued"  # written; no worker has it yet
    RUNNING = "running"  # a worker follows it, or will again after a restart
    WAITING = "waiting"  # a person is asked
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"
    TIMED_OUT = "timed_out"  # its execution time limit passed; counts as a failure
    LOST = "lost"  # it was started and its end is unknown; a person is asked
    SKIPPED = "skipped"  # its condition did not hold

    @property
    def is_active(self) -> bool:
        """Something is still under way."""
        return self in _ACTIVE

    @property
    def is_failure(self) -> bool:
        """Later steps see it as *previous step failed*. A run that was canceled although nobody canceled the task (the
        machine says so) is one too: what did not finish is never taken for a success.
        """
        return self in _FAILURES


_ACTIVE = frozenset({RunState.QUEUED, RunState.RUNNING, RunState.WAITING})
_FAILURES = frozenset({RunState.FAILED, RunState.TIMED_OUT, RunState.CANCELED})


class InterruptionKind(enum.StrEnum):
    """Why a person is asked."""

    MANUAL = "manual"  # a manual intervention step
    LOST = "lost"  # the end of an action is unknown
    GUIDED = "guided"  # something failed, and somebody has to say how to go on


class InterruptionState(enum.StrEnum):
    """How an interruption stands or was answered."""

    PENDING = "pending"
    PROCEEDED = "proceeded"
    ABORTED = "aborted"
    RUN_AGAIN = "run_again"
    FAILED = "failed"
    GUIDED = "guided"  # something was said of each failed run
    PASSED = "passed"  # nobody was asked: it was an emergency
    CLOSED = "closed"  # the task was canceled meanwhile


class Verdict(enum.StrEnum):
    """What a person can answer."""

    PROCEED = "proceed"
    ABORT = "abort"
    RUN_AGAIN = "run_again"  # also Retry of a guided failure
    EXCLUDE = "exclude"
    IGNORE = "ignore"
    FAIL = "fail"
