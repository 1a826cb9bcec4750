"""Guided failure played by hand on a deck: who is asked, what they say, what is written down and seen."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.messages import wording
from engine.models import GuidedRun
from engine.services import interruptions, live, queues
from engine.services.errors import (
    AlreadyDecided,
    GuidanceRefused,
    MayNotDecide,
    NothingToDecide,
    TakenBySomebodyElse,
    UnknownName,
)
from engine.services.views import InterruptionState, TaskState, Verdict, WaitKind
from tests.support.engine import Deck
from tests.support.guided import (
    FAILS,
    FILES,
    IS_LOST,
    ONCE,
    ROLLING,
    SUCCEEDS,
    TAKES_TOO_LONG,
    asked,
    failing,
    says,
)


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOREDECK_TEST_KEY", "a key")


def test_a_failure_asks_and_the_deployment_waits_in_its_place(deck: Deck) -> None:
    number = failing(deck)
    task = deck.task(number)
    assert task.state is TaskState.QUEUED
    assert deck.holders() == {number}
    assert task.waiting is not None
    assert task.waiting.kind is WaitKind.GUIDANCE
    assert task.waiting.text == "build failed; somebody has to say how to go on"
    assert set(task.waiting.people) == {"ana", "ben", "eva"}
    (failed,) = asked(deck, number).failed
    assert failed.reason == "The script ended with exit code 3."
    assert failed.offered == (Verdict.RUN_AGAIN, Verdict.IGNORE, Verdict.FAIL)


def test_retry_runs_it_again_and_a_success_is_one(deck: Deck) -> None:
    number = failing(deck)
    says(deck, number, Verdict.RUN_AGAIN, note="the network is back")
    task = deck.task(number)
    assert task.state is TaskState.SUCCESS
    assert deck.workers.started() == ["build", "build", "tell"]
    (question,) = task.interruptions
    assert question.state is InterruptionState.GUIDED
    assert [(d.person, d.verdict, d.note) for d in question.decisions] == [
        ("ben", Verdict.RUN_AGAIN, "the network is back")
    ]


def test_a_retry_by_hand_is_one_attempt_and_no_new_round_of_automatic_ones(deck: Deck) -> None:
    retried = ONCE.replace("echo build}", "echo build}\n    retries: {attempts: 1, delay: 20s}")
    number = failing(deck, retried, *[FAILS] * 4)
    deck.time.passes(seconds=20)
    deck.works()
    assert asked(deck, number).failed[0].attempt == 2
    says(deck, number, Verdict.RUN_AGAIN)
    assert asked(deck, number).failed[0].attempt == 3


def test_what_fails_again_asks_again(deck: Deck) -> None:
    number = failing(deck, ONCE, FAILS, FAILS)
    says(deck, number, Verdict.RUN_AGAIN)
    assert asked(deck, number).failed[0].attempt == 2
    assert len(deck.task(number).interruptions) == 2


def test_after_ten_retries_retry_is_not_offered_and_the_question_stays(deck: Deck) -> None:
    number = failing(deck, ONCE, *[FAILS] * 11)
    for _ in range(10):
        says(deck, number, Verdict.RUN_AGAIN)
    assert asked(deck, number).failed[0].offered == (Verdict.IGNORE, Verdict.FAIL)
    with pytest.raises(GuidanceRefused, match="build has been run again 10 times"):
        says(deck, number, Verdict.RUN_AGAIN)
    assert asked(deck, number).is_pending


def test_fail_fails_it_and_the_note_is_kept(deck: Deck) -> None:
    number = failing(deck)
    says(deck, number, Verdict.FAIL, note="not tonight")
    task = deck.task(number)
    assert task.state is TaskState.FAILED
    assert task.failed_steps[0].detail == "The script ended with exit code 3. ben let it fail."
    assert deck.steps(number)["tell"] == "skipped"


def test_ignore_goes_on(deck: Deck) -> None:
    number = failing(deck)
    says(deck, number, Verdict.IGNORE)
    task = deck.task(number)
    assert task.state is TaskState.SUCCESS
    assert task.steps[0].status.value == "skipped"
    assert task.steps[0].detail == "The script ended with exit code 3. ben ignored it."
    assert deck.workers.started() == ["build", "tell"]


@pytest.mark.parametrize("behaviour", [TAKES_TOO_LONG, IS_LOST])
def test_what_takes_too_long_or_is_lost_asks_here_too(deck: Deck, behaviour: object) -> None:
    number = failing(deck, ONCE, behaviour)
    assert asked(deck, number).failed[0].is_lost is (behaviour is IS_LOST)
    says(deck, number, Verdict.RUN_AGAIN)
    assert deck.task(number).state is TaskState.SUCCESS


def test_one_question_names_all_machines_and_an_answer_concerns_those_it_names(deck: Deck) -> None:
    deck.configured(ROLLING, FILES)
    deck.workers.when("install", FAILS, SUCCEEDS, FAILS, SUCCEEDS)
    number = deck.deploys()
    deck.works()
    assert [run.machine for run in asked(deck, number).failed] == ["web-1", "web-3"]
    assert deck.task(number).waiting.text == "install failed on web-1, web-3; somebody has to say how to go on"  # type: ignore[union-attr]
    says(deck, number, Verdict.RUN_AGAIN, "web-3")
    question = asked(deck, number)
    assert [run.machine for run in question.still_open] == ["web-1"]
    assert question.decisions[0].machines == ("web-3",)
    assert [run.machine for run in deck.runs(number) if run.attempt == 2] == ["web-3"]
    assert deck.steps(number)["warm-up"] == "pending"
    says(deck, number, Verdict.EXCLUDE)
    task = deck.task(number)
    assert task.state is TaskState.SUCCESS
    assert [m.slug for m in task.steps[1].machines if m.status.value == "succeeded"] == ["web-2", "web-3", "web-4"]
    assert task.steps[1].machines[0].detail == "this machine was excluded after a failure"
    (staging, _) = live.of_project(deck.db, person="ana", project="web")
    assert (staging.version, staging.targets_done, staging.targets) == ("1.0.0", 3, 4)


def test_a_machine_that_nobody_asks_about_is_named_with_those_that_are(deck: Deck) -> None:
    number = failing(deck, ROLLING, FAILS, step="install")
    with pytest.raises(UnknownName, match="web-9"):
        says(deck, number, Verdict.EXCLUDE, "web-9")
    assert asked(deck, number).is_pending


def test_a_required_step_can_be_run_again_or_fail(deck: Deck) -> None:
    number = failing(deck, ONCE.replace("- step: build\n", "- step: build\n    required: true\n"))
    assert asked(deck, number).failed[0].offered == (Verdict.RUN_AGAIN, Verdict.FAIL)
    with pytest.raises(GuidanceRefused, match="build is required"):
        says(deck, number, Verdict.IGNORE)


def test_a_step_that_runs_once_has_nothing_to_exclude(deck: Deck) -> None:
    number = failing(deck)
    with pytest.raises(GuidanceRefused, match="build runs once"):
        says(deck, number, Verdict.EXCLUDE)


def test_an_aborted_approval_asks_nobody(deck: Deck) -> None:
    deck.configured(
        "steps: [{step: ask, manual_intervention: {teams: [release-managers], instructions: Good?}}]\n", FILES
    )
    number = deck.deploys()
    deck.works()
    deck.aborts(number)
    deck.works()
    assert deck.task(number).state is TaskState.FAILED


def test_one_person_is_on_it_and_another_may_take_over(deck: Deck) -> None:
    number = failing(deck)
    question = asked(deck, number)
    take = interruptions.take
    take(deck.db, deck.clock(), person="ben", interruption_id=question.id, is_takeover=False)
    assert deck.task(number).waiting.text == "build failed; ben is on it"  # type: ignore[union-attr]
    with pytest.raises(TakenBySomebodyElse, match="ben is on it, since "):
        says(deck, number, Verdict.FAIL, by="eva")
    assert "hands it to you" in (interruptions.refusal(deck.db, person="eva", interruption_id=question.id) or "")
    take(deck.db, deck.clock(), person="eva", interruption_id=question.id)
    with pytest.raises(TakenBySomebodyElse):
        says(deck, number, Verdict.FAIL, by="ben")
    says(deck, number, Verdict.RUN_AGAIN, by="eva")
    assert deck.task(number).state is TaskState.SUCCESS


def test_strangers_and_the_late_are_refused_and_nothing_changes(deck: Deck) -> None:
    number = failing(deck)
    with pytest.raises(MayNotDecide):
        says(deck, number, Verdict.FAIL, by="mia")
    question = asked(deck, number)
    says(deck, number, Verdict.RUN_AGAIN)
    with pytest.raises(AlreadyDecided, match="ben has already had it run again"):
        interruptions.decide(deck.db, deck.clock(), person="eva", interruption_id=question.id, verdict=Verdict.FAIL)


def test_a_cancel_closes_the_question(deck: Deck) -> None:
    number = failing(deck)
    question = asked(deck, number)
    deck.cancels(number)
    deck.works()
    task = deck.task(number)
    assert task.state is TaskState.CANCELED
    assert task.interruptions[0].state is InterruptionState.CLOSED
    with pytest.raises(NothingToDecide):
        interruptions.decide(
            deck.db, deck.clock(), person="ben", interruption_id=question.id, verdict=Verdict.RUN_AGAIN
        )
    with deck.db.read() as session:
        assert session.scalars(select(GuidedRun.guidance)).all() == [None]


def test_it_goes_on_after_a_restart(deck: Deck) -> None:
    number = failing(deck)
    deck.reopen()
    deck.works()
    assert len(deck.task(number).interruptions) == 1
    says(deck, number, Verdict.RUN_AGAIN)
    assert deck.task(number).state is TaskState.SUCCESS


@pytest.mark.parametrize(
    ("project", "deployment", "is_asked"),
    [("", None, True), ("no", None, False), ("no", True, True), ("", False, False)],
)
def test_project_and_deployment_may_say_otherwise(
    deck: Deck, project: str, deployment: bool | None, is_asked: bool
) -> None:
    deck.configured(
        ONCE, {**FILES, "projects/web/project.yml": "slug: web\n" + ("guided_failure: false\n" if project else "")}
    )
    deck.workers.when("build", FAILS)
    number = deck.deploys(guided=deployment)
    deck.works()
    assert (deck.task(number).pending is not None) is is_asked


def test_a_deployment_of_which_every_machine_was_excluded_has_failed_and_is_live_nowhere(deck: Deck) -> None:
    number = failing(deck, ROLLING, *[FAILS] * 4, step="install")
    while deck.task(number).pending:
        says(deck, number, Verdict.EXCLUDE)
    task = deck.task(number)
    assert task.state is TaskState.FAILED
    assert wording.state(task) == "Failed: every target was excluded"
    assert all(row.version is None for row in live.of_project(deck.db, person="ana", project="web"))


def test_the_queue_says_that_a_step_failed_and_who_is_on_it(deck: Deck) -> None:
    number = failing(deck)
    (entry,) = queues.view(deck.db, "ana").asking
    assert entry.why == "build: it failed, and nobody is on it yet"
    interruptions.take(deck.db, deck.clock(), person="ben", interruption_id=asked(deck, number).id)
    (entry,) = queues.view(deck.db, "ana").asking
    assert entry.why == "build: it failed, and ben is on it"


TWO_APPROVALS = """\
steps:
  - step: sign-off
    manual_intervention: {instructions: Good?, teams: [release-managers]}
  - step: budget
    start_trigger: with_previous
    manual_intervention: {instructions: Paid?, teams: [release-managers]}
"""


def test_what_was_chosen_for_one_deployment_is_known_of_it(deck: Deck) -> None:
    deck.configured(ONCE, FILES)
    numbers = [deck.deploys(version=f"1.{n}.0", guided=guided) for n, guided in enumerate((None, True, False))]
    assert [deck.task(number).guided for number in numbers] == [None, None, False], "staging asks"
