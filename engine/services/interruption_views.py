"""Read models of what people are asked, and of what they answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.domain.states import InterruptionKind, InterruptionState, Verdict


@dataclass(frozen=True)
class DecisionView:
    """One answer to an interruption."""

    number: int
    person: str  # slug
    verdict: Verdict
    note: str
    decided_at: datetime
    machines: tuple[str, ...] = ()  # of a guided failure: of which targets it was said


@dataclass(frozen=True)
class FailedRunView:
    """A failed run that a guided failure asks about. `offered`: what can be said of it; empty once `said`."""

    run: int
    machine: str  # "" for a step that runs once
    action_name: str
    reason: str  # one sentence, masked
    hint: str
    is_lost: bool  # its end is unknown; it may still run
    attempt: int
    offered: tuple[Verdict, ...]
    said: Verdict | None
    worker: str = ""  # where it ran, when not on that machine itself


@dataclass(frozen=True)
class InterruptionView:
    """A person is, or was, asked."""

    id: int
    task: int
    kind: InterruptionKind
    state: InterruptionState
    step_name: str
    step_slug: str
    instructions: str  # Markdown, variables substituted, masked
    teams: tuple[str, ...]
    minimum: int
    requester_may: bool
    eligible: tuple[str, ...]  # slugs of the people who may decide now (have not yet, are not excluded)
    decisions: tuple[DecisionView, ...]
    raised_at: datetime
    settled_at: datetime | None
    blocks_place: bool  # the next deployment to the same environment waits meanwhile
    failed: tuple[FailedRunView, ...] = ()  # of a guided failure
    machine: str = ""  # the target that it is about, where it is about one
    worker: str = ""  # of a lost step: where it ran
    taken_by: str | None = None
    taken_at: datetime | None = None

    @property
    def still_open(self) -> tuple[FailedRunView, ...]:
        """The failed runs of which nothing was said yet."""
        return tuple(run for run in self.failed if run.said is None)

    def open_to(self, verdict: Verdict) -> tuple[FailedRunView, ...]:
        """The failed runs of which this can be said now."""
        return tuple(run for run in self.failed if verdict in run.offered)

    @property
    def is_pending(self) -> bool:
        """Still to be answered."""
        return self.state is InterruptionState.PENDING

    @property
    def missing(self) -> int:
        """How many more people have to agree."""
        agreed = sum(1 for d in self.decisions if d.verdict in {Verdict.PROCEED, Verdict.RUN_AGAIN})
        return max(0, self.minimum - agreed)
