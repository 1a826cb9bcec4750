"""Who may answer, and when the answers suffice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.approvals import Answer, Policy, refusal, verdict_of
from engine.domain.states import InterruptionState, Verdict

PROCEED, ABORT = Verdict.PROCEED, Verdict.ABORT
PENDING, PROCEEDED, ABORTED = InterruptionState.PENDING, InterruptionState.PROCEEDED, InterruptionState.ABORTED


def test_members_of_the_teams_may_decide() -> None:
    assert refusal(Policy(("ops",)), person="ben", requester="ana", members={"ben"}) is None


def test_others_may_not_and_are_told_who_may() -> None:
    policy = Policy(("ops", "leads"))
    sentence = refusal(policy, person="mia", requester="ana", members={"ben"})
    assert sentence == "Only ops or leads can decide this."


def test_without_teams_nobody_may() -> None:
    assert refusal(Policy(()), person="ben", requester="ana", members=()) == "Only nobody can decide this."


def test_the_requester_may_unless_the_policy_says_otherwise() -> None:
    assert refusal(Policy(("ops",)), person="ana", requester="ana", members={"ana"}) is None
    strict = Policy(("ops",), requester_may=False)
    sentence = refusal(strict, person="ana", requester="ana", members={"ana"})
    assert sentence == "You asked for this deployment, so somebody else has to decide."


@pytest.mark.parametrize(
    ("minimum", "answers", "state"),
    [
        (1, [], PENDING),
        (1, [("ben", PROCEED)], PROCEEDED),
        (1, [("ben", ABORT)], ABORTED),
        (2, [("ben", PROCEED)], PENDING),
        (2, [("ben", PROCEED), ("eva", PROCEED)], PROCEEDED),
        (2, [("ben", PROCEED), ("ben", PROCEED)], PENDING),
        (2, [("ben", PROCEED), ("eva", ABORT)], ABORTED),
        (3, [("ben", PROCEED), ("eva", PROCEED), ("ana", PROCEED)], PROCEEDED),
        (0, [], PENDING),
    ],
)
def test_so_many_different_people_have_to_agree_and_one_abort_aborts(
    minimum: int, answers: list[tuple[str, Verdict]], state: InterruptionState
) -> None:
    policy = Policy(("ops",), minimum)
    assert verdict_of(policy, (Answer(person, verdict) for person, verdict in answers)) is state


@given(
    st.integers(0, 4),
    st.lists(st.tuples(st.sampled_from("abcde"), st.sampled_from([PROCEED, ABORT])), max_size=8),
)
def test_no_order_of_answers_lets_it_proceed_against_an_abort_or_with_too_few(
    minimum: int, answers: list[tuple[str, Verdict]]
) -> None:
    state = verdict_of(Policy(("ops",), minimum), (Answer(person, verdict) for person, verdict in answers))
    agreeing = {person for person, verdict in answers if verdict is PROCEED}
    if any(verdict is ABORT for _, verdict in answers):
        assert state is ABORTED
    else:
        assert (state is PROCEEDED) is (len(agreeing) >= max(1, minimum))
