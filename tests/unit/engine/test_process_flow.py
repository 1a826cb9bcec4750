"""Steps beside each other, retries and skipped steps, played by hand on a deck with scripted workers."""

from __future__ import annotations

import pytest

from engine.contracts import Outcome
from engine.services import deployments
from engine.services.choices import Choices
from engine.services.errors import StepNotSkipped
from engine.services.views import TaskState, Verdict
from tests.support.engine import Deck
from tests.support.engine_workers import ends

GROUP = """\
steps:
  - step: build
    run_script: {inline: echo build}
  - step: web
    run_script: {inline: echo web}
  - step: confirm
    start_trigger: with_previous
    manual_intervention: {teams: [release-managers], instructions: Good?}
  - step: shop
    start_trigger: with_previous
    run_script: {inline: echo shop}
  - step: test
    run_script: {inline: echo test}
"""

RETRIED = """\
steps:
  - step: fetch
    run_script: {inline: echo fetch}
    retries: {attempts: 2, delay: 20s}
  - step: install
    run_script: {inline: echo install}
"""

FAILS = ends(Outcome.FAILED, "The script ended with exit code 3.", exit_code=3)


def test_the_steps_of_a_group_run_while_a_person_is_asked(deck: Deck) -> None:
    number = deck.configured(GROUP).deploys()
    deck.works()
    assert deck.workers.started() == ["build", "web", "shop"]
    assert deck.steps(number) == {
        "build": "succeeded",
        "web": "succeeded",
        "confirm": "waiting",
        "shop": "succeeded",
        "test": "pending",
    }
    deck.proceeds(number)
    deck.works()
    assert deck.task(number).state is TaskState.SUCCESS


def test_an_abort_beside_a_running_step_waits_for_it_and_then_fails(deck: Deck) -> None:
    deck.workers.when("web", ends(Outcome.DETACHED))
    number = deck.configured(GROUP).deploys()
    deck.works(rounds=2)
    deck.aborts(number)
    deck.settles()
    assert deck.steps(number)["web"] == "running"
    deck.works()
    assert deck.task(number).state is TaskState.FAILED
    assert deck.steps(number)["test"] == "skipped"


def test_a_cancel_beside_a_waiting_person_ends_all_of_the_group(deck: Deck) -> None:
    number = deck.configured(GROUP).deploys()
    deck.works()
    deck.cancels(number)
    deck.settles()
    assert deck.task(number).state is TaskState.CANCELED


def test_a_failed_step_is_tried_again_after_its_delay_and_the_card_says_so(deck: Deck) -> None:
    deck.workers.when("fetch", FAILS, FAILS)
    number = deck.configured(RETRIED).deploys()
    deck.works()
    step = deck.task(number).steps[0]
    assert (step.status, step.attempt) == ("running", 2)
    assert step.detail == "The script ended with exit code 3. It is tried again after 20s."
    deck.time.passes(seconds=19)
    deck.works()
    assert deck.workers.started() == ["fetch"]
    deck.time.passes(seconds=1)
    deck.works()
    deck.time.passes(seconds=20)
    deck.works()
    assert deck.workers.started() == ["fetch", "fetch", "fetch", "install"]
    assert deck.task(number).state is TaskState.SUCCESS
    assert deck.task(number).steps[0].detail == ""


def test_when_the_last_retry_fails_the_step_has_failed(deck: Deck) -> None:
    deck.workers.when("fetch", FAILS, FAILS, FAILS)
    number = deck.configured(RETRIED).deploys()
    for _ in range(3):
        deck.works()
        deck.time.passes(seconds=20)
    assert deck.workers.started() == ["fetch"] * 3
    assert deck.task(number).state is TaskState.FAILED


def test_a_cancel_withdraws_a_retry_that_waits(deck: Deck) -> None:
    deck.workers.when("fetch", FAILS)
    number = deck.configured(RETRIED).deploys()
    deck.works()
    deck.cancels(number)
    deck.settles()
    assert deck.task(number).state is TaskState.CANCELED
    deck.time.passes(minutes=1)
    deck.works()
    assert deck.workers.started() == ["fetch"]


def test_a_retry_that_waits_survives_a_restart(deck: Deck) -> None:
    deck.workers.when("fetch", FAILS)
    number = deck.configured(RETRIED).deploys()
    deck.works()
    deck.reopen()
    deck.time.passes(seconds=20)
    deck.works()
    assert deck.task(number).state is TaskState.SUCCESS


def test_a_lost_step_that_a_person_fails_is_not_tried_again(deck: Deck) -> None:
    deck.workers.when("fetch", ends(Outcome.LOST))
    number = deck.configured(RETRIED).deploys()
    deck.works()
    deck.decides(number, Verdict.FAIL, by="ana")
    deck.works()
    deck.time.passes(minutes=1)
    deck.works()
    assert deck.workers.started() == ["fetch"]
    assert deck.task(number).state is TaskState.FAILED


def test_the_dispatcher_leaves_a_retry_alone_until_it_is_due(deck: Deck) -> None:
    deck.workers.when("fetch", FAILS)
    number = deck.configured(RETRIED).deploys()
    with deck.serving(deck.workers) as dispatcher:
        while len(deck.runs(number)) < 2:
            pass
        dispatcher.wake()
        assert deck.workers.started() == ["fetch"]
        deck.time.passes(seconds=20)
        dispatcher.wake()
        assert deck.over(number).state is TaskState.SUCCESS


def test_a_step_can_be_skipped_for_one_deployment(deck: Deck) -> None:
    number = deck.configured(GROUP).deploys(skip=["Shop"])
    deck.works()
    assert deck.workers.started() == ["build", "web"]
    assert deck.task(number).left_out == (("shop", "skipped for this deployment"),)


def test_what_cannot_be_skipped_is_refused_with_what_can(deck: Deck) -> None:
    deck.configured(GROUP)
    with pytest.raises(StepNotSkipped) as refused:
        deck.deploys(skip=["confirm", "smoke"])
    assert str(refused.value) == (
        "`confirm` cannot be skipped: an approval cannot be skipped; `smoke` cannot be skipped: there is no such step."
    )
    assert refused.value.hint == "Nothing was deployed. These steps can be skipped: build, web, shop, test."
    assert deck.workers.started() == []


def test_a_plan_shows_groups_retries_and_what_is_skipped(deck: Deck) -> None:
    deck.configured(GROUP.replace("inline: echo shop}", "inline: echo shop}\n    retries: {attempts: 2}"))
    view = deployments.preview(
        deck.db, project="web", version="1.0.0", environment="staging", choices=Choices(skip=["test"])
    )
    assert [(step.name, step.condition) for step in view.steps] == [
        ("build", ""),
        ("web", ""),
        ("confirm", "together with the step before it"),
        ("shop", "together with the step before it; tried 3 times at most, 15s apart"),
    ]
    assert view.left_out == (("test", "skipped for this deployment"),)
