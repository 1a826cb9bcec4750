"""Interruptions: decisions one by one, settled once, and politely refused ever after."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import select

from engine.contracts import Outcome
from engine.errors import ForedeckError
from engine.models import Decision, Interruption
from engine.services import interruptions
from engine.services.errors import (
    AlreadyAnswered,
    AlreadyCanceling,
    AlreadyDecided,
    MayNotDecide,
    NothingToDecide,
    UnknownTask,
    WrongVerdict,
)
from engine.services.views import InterruptionKind, InterruptionState, StepStatus, TaskState, Verdict
from tests.support.engine import MAIN, Deck
from tests.support.engine_workers import ends

LOST = ends(Outcome.LOST, "The machine was restarted.")


def asking(options: str = "") -> str:
    return (
        "steps:\n"
        f"  - {{step: confirm, manual_intervention: {{teams: [release-managers], instructions: Good?{options}}}}}\n"
        "  - {step: install, run_script: {inline: b}}\n"
    )


def waiting(deck: Deck, options: str = "", files: dict[str, str] | None = None) -> int:
    """A deployment that asks."""
    deck.configured(asking(options), files)
    number = deck.deploys()
    deck.works()
    return number


def rows(deck: Deck, table: type) -> list:  # type: ignore[type-arg]
    with deck.db.read() as session:
        return list(session.scalars(select(table)))


def test_proceed_lets_it_go_on(deck: Deck) -> None:
    number = waiting(deck)
    view = deck.proceeds(number, note="  looks good ")
    assert view.state is InterruptionState.PROCEEDED
    assert [(d.number, d.person, d.verdict, d.note) for d in view.decisions] == [
        (1, "ben", Verdict.PROCEED, "looks good")
    ]
    deck.works()
    assert deck.steps(number) == {"confirm": "succeeded", "install": "succeeded"}
    assert deck.task(number).steps[0].detail == "approved by ben: looks good"


def test_abort_is_a_failure_and_nothing_more_runs(deck: Deck) -> None:
    number = waiting(deck)
    deck.aborts(number, note="too late")
    deck.works()
    assert deck.task(number).state is TaskState.FAILED
    assert deck.steps(number) == {"confirm": "failed", "install": "skipped"}
    assert deck.task(number).steps[0].detail == "aborted by ben: too late"
    assert deck.workers.requests == []


def test_two_of_two_have_to_agree(deck: Deck) -> None:
    number = waiting(deck, ", minimum: 2")
    view = deck.proceeds(number, by="ben")
    assert (view.is_pending, view.missing, view.eligible) == (True, 1, ("eva",))
    shown = deck.task(number).waiting
    assert shown is not None
    assert shown.text == "confirm: 1 of 2, waits for release-managers"
    deck.works()
    assert deck.steps(number)["install"] == "pending"
    view = deck.proceeds(number, by="eva")
    assert view.state is InterruptionState.PROCEEDED
    deck.works()
    assert deck.task(number).state is TaskState.SUCCESS


def test_one_abort_outweighs_those_who_agreed(deck: Deck) -> None:
    number = waiting(deck, ", minimum: 2")
    deck.proceeds(number, by="ben")
    assert deck.aborts(number, by="eva").state is InterruptionState.ABORTED


def test_nobody_answers_twice(deck: Deck) -> None:
    number = waiting(deck, ", minimum: 2")
    deck.proceeds(number, by="ben")
    with pytest.raises(AlreadyAnswered, match=r"You have already proceeded; nothing was changed\."):
        deck.proceeds(number, by="ben")
    with pytest.raises(AlreadyAnswered):
        deck.aborts(number, by="ben")
    assert len(rows(deck, Decision)) == 1


def test_others_are_refused_and_nothing_changes(deck: Deck) -> None:
    number = waiting(deck)
    for person in ("ana", "mia", "stranger"):
        with pytest.raises(MayNotDecide, match=r"Only release-managers can decide this\."):
            deck.proceeds(number, by=person)
    assert rows(deck, Decision) == []


def test_a_second_press_after_the_decision_is_told_who_decided(deck: Deck) -> None:
    number = waiting(deck)
    pending = deck.task(number).pending
    assert pending is not None
    deck.proceeds(number)
    with pytest.raises(AlreadyDecided, match=r"ben has already proceeded; nothing was changed\."):
        interruptions.decide(deck.db, deck.clock(), person="eva", interruption_id=pending.id, verdict=Verdict.ABORT)
    assert interruptions.refusal(deck.db, person="eva", interruption_id=pending.id) == (
        "ben has already proceeded; nothing was changed."
    )


def test_a_choice_that_is_not_offered_is_refused(deck: Deck) -> None:
    number = waiting(deck)
    pending = deck.task(number).pending
    assert pending is not None
    with pytest.raises(WrongVerdict):
        interruptions.decide(deck.db, deck.clock(), person="ben", interruption_id=pending.id, verdict=Verdict.FAIL)
    with pytest.raises(NothingToDecide, match="does not wait for a decision about a failed or lost step"):
        deck.decides(number, Verdict.FAIL, by="ben")


def test_what_does_not_exist_is_said_politely(deck: Deck) -> None:
    with pytest.raises(UnknownTask):
        deck.proceeds(99)
    with pytest.raises(NothingToDecide):
        interruptions.view(deck.db, 99)
    number = deck.deploys()
    with pytest.raises(NothingToDecide, match="Deployment #1 does not wait for an approval"):
        deck.proceeds(number)


def test_what_will_run_then_is_shown_afresh(deck: Deck) -> None:
    number = waiting(deck)
    pending = deck.task(number).pending
    assert pending is not None
    assert [step.name for step in interruptions.remaining(deck.db, pending.id).steps] == ["install"]


def test_the_answer_is_left_in_variables_as_octopus_does(deck: Deck) -> None:
    number = waiting(deck, ", minimum: 2")
    deck.proceeds(number, by="eva", note="first")
    deck.proceeds(number, by="ben", note="second")
    deck.works()
    given = deck.workers.requests[0].variables
    answers = {
        name: given[f"Octopus.Action[confirm].Output.Manual.{name}"] for name in ("Notes", "Approved", "Approvers")
    }
    assert answers == {"Notes": "second", "Approved": "True", "Approvers": "eva,ben"}
    assert given["Octopus.Action[confirm].Output.Manual.ResponsibleUser.Username"] == "ben"
    assert given["Octopus.Action[confirm].Output.Manual.ResponsibleUser.Id"] == "U02BEN"


def test_a_later_step_can_tell_an_approval_that_was_aborted_from_a_failure(deck: Deck) -> None:
    clean_up = "\n  - step: tidy\n    run_condition: always\n    run_script: {inline: echo tidy}\n"
    number = deck.configured(asking().rstrip("\n") + clean_up).deploys()
    deck.works()
    deck.aborts(number, by="eva", note="not today")
    deck.works()
    given = deck.workers.requests[-1].variables
    assert given["Octopus.Action[confirm].Output.Manual.Approved"] == "False"
    assert deck.task(number).state is TaskState.FAILED


def test_the_policy_is_the_one_of_when_it_was_asked_the_members_are_those_of_now(deck: Deck) -> None:
    number = waiting(deck)
    changed = MAIN.replace("release-managers: {people: [ben, eva]}", "release-managers: {people: [mia]}")
    deck.configured(asking(", minimum: 1"), {"foredeck.yml": changed})
    with pytest.raises(MayNotDecide):
        deck.proceeds(number, by="ben")
    deck.proceeds(number, by="mia")


# Two at once.


def test_of_two_who_press_at_once_both_are_kept_and_it_is_settled_once(deck: Deck) -> None:
    number = waiting(deck, ", minimum: 2")
    outcomes = press_at_once(deck, number, [("ben", Verdict.PROCEED), ("eva", Verdict.PROCEED)])
    assert outcomes == [None, None]
    assert sorted(d.number for d in rows(deck, Decision)) == [1, 2]
    assert [i.state for i in rows(deck, Interruption)] == ["proceeded"]


def test_of_two_who_press_at_once_where_one_is_enough_the_second_is_told(deck: Deck) -> None:
    number = waiting(deck)
    outcomes = press_at_once(deck, number, [("ben", Verdict.PROCEED), ("eva", Verdict.ABORT)])
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["AlreadyDecided", "NoneType"]
    (decision,) = rows(deck, Decision)
    (row,) = rows(deck, Interruption)
    assert row.state == {"proceed": "proceeded", "abort": "aborted"}[decision.verdict]


def test_one_who_presses_many_times_at_once_has_decided_once(deck: Deck) -> None:
    number = waiting(deck, ", minimum: 2")
    outcomes = press_at_once(deck, number, [("ben", Verdict.PROCEED)] * 8)
    assert outcomes.count(None) == 1
    assert len(rows(deck, Decision)) == 1


def test_a_press_beside_a_cancel_ends_in_one_state(deck: Deck) -> None:
    number = waiting(deck)
    thread = threading.Thread(target=lambda: deck.cancels(number))
    thread.start()
    press_at_once(deck, number, [("ben", Verdict.PROCEED)])
    thread.join()
    deck.works()
    assert deck.task(number).state is TaskState.CANCELED
    assert deck.workers.requests == []


def press_at_once(deck: Deck, number: int, presses: list[tuple[str, Verdict]]) -> list[ForedeckError | None]:
    """Each press in a thread of its own; what each was told, None for *done*."""
    pending = deck.task(number).pending
    assert pending is not None
    told: list[ForedeckError | None] = []
    start = threading.Barrier(len(presses))

    def press(person: str, verdict: Verdict) -> None:
        start.wait()
        try:
            interruptions.decide(deck.db, deck.clock(), person=person, interruption_id=pending.id, verdict=verdict)
        except ForedeckError as error:
            told.append(error)
        else:
            told.append(None)

    threads = [threading.Thread(target=press, args=one) for one in presses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


# Lost.


def lost(deck: Deck) -> int:
    deck.configured("steps: [{step: build, run_script: {inline: a}}, {step: install, run_script: {inline: b}}]\n")
    deck.workers.when("build", LOST)
    number = deck.deploys()
    deck.works()
    return number


def test_run_again_is_a_second_attempt_with_a_ticket_of_its_own(deck: Deck) -> None:
    number = lost(deck)
    assert deck.steps(number)["build"] == "lost"
    deck.decides(number, Verdict.RUN_AGAIN, by="ana")
    deck.works()
    first, second, _ = deck.runs(number)
    assert (first.attempt, first.state, second.attempt, second.state) == (1, "skipped", 2, "succeeded")
    assert first.ticket != second.ticket
    assert deck.task(number).state is TaskState.SUCCESS
    step = deck.task(number).steps[0]
    assert (step.attempt, step.run_ids) == (2, (first.id, second.id))


def test_fail_is_a_failure(deck: Deck) -> None:
    number = lost(deck)
    deck.decides(number, Verdict.FAIL, by="ana", note="it was half done")
    deck.works()
    assert deck.steps(number) == {"build": "failed", "install": "skipped"}


def test_a_lost_step_is_decided_by_the_requester_or_who_may_answer_any_question(deck: Deck) -> None:
    number = lost(deck)
    pending = deck.task(number).pending
    assert pending is not None
    assert (pending.kind, pending.eligible) == (InterruptionKind.LOST, ("ana",))
    with pytest.raises(MayNotDecide, match="Only ana or somebody who may answer interruptions of web can decide this"):
        deck.decides(number, Verdict.FAIL, by="ben")


def test_lost_again_asks_again(deck: Deck) -> None:
    number = lost(deck)
    deck.workers.when("build", LOST)
    deck.decides(number, Verdict.RUN_AGAIN, by="ana")
    deck.works()
    assert [row.state for row in rows(deck, Interruption)] == ["run_again", "pending"]
    deck.decides(number, Verdict.RUN_AGAIN, by="ana")
    deck.works()
    assert deck.task(number).state is TaskState.SUCCESS


def test_what_is_idempotent_is_run_again_without_asking_but_not_forever(deck: Deck) -> None:
    deck.configured("steps: [{step: build, idempotent: true, run_script: {inline: a}}]\n")
    deck.workers.when("build", LOST, LOST, LOST)
    number = deck.deploys()
    deck.works()
    assert len(deck.runs(number)) == 3
    assert deck.task(number).pending is not None


def test_what_is_left_of_a_lost_run_is_not_cleaned_away(deck: Deck) -> None:
    number = lost(deck)
    assert deck.workers.cleaned == []
    deck.decides(number, Verdict.FAIL, by="ana")
    deck.works()
    assert [run.cleaned_up for run in deck.runs(number) if run.ticket] == [False]


# Cancel, in each state.


def test_a_cancel_before_it_began(deck: Deck) -> None:
    number = deck.deploys()
    deck.cancels(number)
    deck.works()
    assert deck.task(number).state is TaskState.CANCELED
    assert deck.steps(number) == {"build": "skipped"}, "nothing of it was ever begun"
    assert deck.workers.requests == []


def test_a_cancel_of_a_queued_step_never_starts_it(deck: Deck) -> None:
    number = deck.deploys()
    deck.settles()
    assert [run.state for run in deck.runs(number)] == ["queued"]
    deck.cancels(number)
    runner_sees_it_before_the_engine_does(deck)
    assert deck.workers.requests == []
    deck.works()
    assert [run.state for run in deck.runs(number)] == ["canceled"]
    assert deck.task(number).state is TaskState.CANCELED


def runner_sees_it_before_the_engine_does(deck: Deck) -> None:
    from engine.orchestration.running import Runner

    Runner(deck.db, deck.clock, deck.workers, deck.sealer, lambda: False).run(1)


def test_a_cancel_while_a_person_is_asked_closes_the_question(deck: Deck) -> None:
    number = waiting(deck)
    deck.cancels(number)
    with pytest.raises(NothingToDecide, match="does not wait for an answer any more"):
        deck.proceeds(number)
    deck.works()
    assert deck.task(number).state is TaskState.CANCELED
    (row,) = rows(deck, Interruption)
    assert row.state == "closed"
    with pytest.raises(NothingToDecide):
        interruptions.decide(deck.db, deck.clock(), person="ben", interruption_id=row.id, verdict=Verdict.PROCEED)
    assert rows(deck, Decision) == []


def test_a_cancel_while_lost_ends_it(deck: Deck) -> None:
    number = lost(deck)
    deck.cancels(number)
    deck.works()
    assert deck.task(number).state is TaskState.CANCELED
    assert [run.state for run in deck.runs(number)] == ["canceled"]


@pytest.mark.parametrize("outcome", [Outcome.CANCELED, Outcome.SUCCEEDED, Outcome.FAILED, Outcome.LOST])
def test_a_cancel_while_a_script_runs_waits_for_its_end_however_it_ends(deck: Deck, outcome: Outcome) -> None:
    deck.workers.when("build", ends(Outcome.DETACHED), ends(outcome))
    number = deck.deploys()
    deck.works(rounds=1)
    deck.cancels(number)
    deck.settles()
    assert deck.task(number).state is TaskState.CANCELLING
    deck.works()
    assert deck.task(number).state is TaskState.CANCELED
    assert len(deck.runs(number)) == 1


def test_a_second_cancel_changes_nothing(deck: Deck) -> None:
    deck.workers.when("build", ends(Outcome.DETACHED))
    number = deck.deploys()
    deck.works(rounds=1)
    first = deck.cancels(number)
    deck.time.passes(minutes=1)
    with pytest.raises(AlreadyCanceling, match=r"ana has already asked to cancel #1; what runs is being ended\."):
        deck.cancels(number)
    assert deck.task(number) == first


def test_a_worker_that_says_canceled_although_nobody_asked_has_failed_the_step(deck: Deck) -> None:
    deck.workers.when("build", ends(Outcome.CANCELED, "It was canceled on the machine."))
    number = deck.deploys()
    deck.works()
    assert deck.task(number).state is TaskState.FAILED
    assert deck.task(number).steps[0].status is StepStatus.FAILED
