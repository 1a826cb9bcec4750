"""Who may answer an interruption, and when the answers suffice. Pure rules; people are compared by their slug."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from engine.domain.states import InterruptionState, Verdict


@dataclass(frozen=True)
class Policy:
    """Who is asked: members of `teams`; `minimum` of them must agree; whether the requester counts."""

    teams: tuple[str, ...]
    minimum: int = 1
    requester_may: bool = True


@dataclass(frozen=True)
class Answer:
    """One decision as far as the policy cares."""

    person: str
    verdict: Verdict


def refusal(policy: Policy, *, person: str, requester: str, members: Collection[str]) -> str | None:
    """Why this person may not decide, as a sentence; None when they may. An empty team list means nobody."""
    if person not in members:
        teams = " or ".join(policy.teams) or "nobody"
        return f"Only {teams} can decide this."
    if person == requester and not policy.requester_may:
        return "You asked for this deployment, so somebody else has to decide."
    return None


def verdict_of(policy: Policy, answers: Iterable[Answer]) -> InterruptionState:
    """What the answers so far amount to: one abort aborts; `minimum` different people who proceed are enough."""
    proceeding: set[str] = set()
    for answer in answers:
        if answer.verdict is Verdict.ABORT:
            return InterruptionState.ABORTED
        if answer.verdict is Verdict.PROCEED:
            proceeding.add(answer.person)
    return InterruptionState.PROCEEDED if len(proceeding) >= max(1, policy.minimum) else InterruptionState.PENDING
