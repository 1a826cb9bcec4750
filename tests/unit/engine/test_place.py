"""One deployment at a time for a project and environment: who has the place, who waits and for whom."""

from __future__ import annotations

import pytest

from engine.contracts import Outcome
from engine.services.views import TaskState, Verdict, WaitKind
from tests.support.engine import MAIN, Deck
from tests.support.engine_workers import ends

DETACHED = ends(Outcome.DETACHED)
"""It goes on: the run stays running until somebody follows it again."""

LOST = ends(Outcome.LOST, "The machine was restarted.")


def asking(options: str = "") -> str:
    return (
        "steps:\n"
        "  - {step: build, run_script: {inline: a}}\n"
        f"  - {{step: confirm, manual_intervention: {{teams: [release-managers], instructions: Good?{options}}}}}\n"
        "  - {step: install, run_script: {inline: b}}\n"
    )


def test_the_second_waits_and_says_for_whom(deck: Deck) -> None:
    deck.workers.when("build", DETACHED)
    first, second = deck.deploys(), deck.deploys(version="1.1.0")
    deck.works(rounds=1)
    assert deck.holders() == {first}
    waiting = deck.task(second).waiting
    assert waiting is not None
    assert (waiting.kind, waiting.task, waiting.people) == (WaitKind.PLACE, first, ("ana",))
    assert waiting.text == "Next in line behind #1 (web 1.0.0 to staging, asked for by ana)"
    assert deck.task(second).state is TaskState.QUEUED


def test_it_goes_on_when_the_first_is_over(deck: Deck) -> None:
    deck.workers.when("build", DETACHED)
    first, second = deck.deploys(), deck.deploys(version="1.1.0")
    deck.works()
    assert deck.task(first).state is deck.task(second).state is TaskState.SUCCESS
    assert deck.holders() == set()
    started = [deck.task(number).started_at for number in (first, second)]
    assert None not in started


def test_other_environments_and_projects_do_not_wait(deck: Deck) -> None:
    deck.configured(files={"projects/shop/project.yml": "slug: shop\n", "projects/shop/process.yml": asking()})
    deck.workers.when("build", DETACHED, DETACHED, DETACHED)
    numbers = {deck.deploys(), deck.deploys(environment="production"), deck.deploys("shop")}
    deck.works(rounds=1)
    assert deck.holders() == numbers


def test_they_take_their_turns_in_the_order_of_asking(deck: Deck) -> None:
    numbers = [deck.deploys(version=f"1.{n}.0") for n in range(5)]
    deck.works()
    assert [request.task_id for request in deck.workers.requests] == numbers


def test_the_third_waits_for_the_holder_and_after_it_for_the_second(deck: Deck) -> None:
    deck.workers.when("build", DETACHED)
    first, second, third = (deck.deploys(version=f"1.{n}.0") for n in range(3))
    deck.works(rounds=1)
    waiting = deck.task(third).waiting
    assert waiting is not None
    assert waiting.task == first
    deck.workers.when("build", ends(Outcome.SUCCEEDED), DETACHED)
    deck.works(rounds=2)
    waiting = deck.task(third).waiting
    assert waiting is not None
    assert waiting.task == second


def test_one_that_is_canceled_in_the_line_makes_room(deck: Deck) -> None:
    deck.workers.when("build", DETACHED)
    first, second, third = (deck.deploys(version=f"1.{n}.0") for n in range(3))
    deck.works(rounds=1)
    deck.cancels(second)
    deck.settles()
    assert deck.task(second).state is TaskState.CANCELED
    assert deck.task(second).started_at is None
    deck.works()
    assert deck.task(first).state is deck.task(third).state is TaskState.SUCCESS


def test_waiting_for_a_person_frees_the_place(deck: Deck) -> None:
    deck.configured(asking())
    first = deck.deploys()
    deck.works()
    assert deck.task(first).state is TaskState.QUEUED
    assert deck.holders() == set()
    pending = deck.task(first).pending
    assert pending is not None
    assert not pending.blocks_place
    second = deck.deploys(version="1.1.0")
    deck.works()
    assert deck.task(second).pending is not None


def test_a_step_that_blocks_keeps_the_place_while_it_waits(deck: Deck) -> None:
    deck.configured(asking(", block_concurrent_deployments: true"))
    first, second = deck.deploys(), deck.deploys(version="1.1.0")
    deck.works()
    assert deck.holders() == {first}
    pending, waiting = deck.task(first).pending, deck.task(second).waiting
    assert pending is not None
    assert pending.blocks_place
    assert waiting is not None
    assert (waiting.kind, waiting.task) == (WaitKind.PLACE, first)
    deck.proceeds(first)
    deck.works()
    assert deck.task(first).state is TaskState.SUCCESS
    assert deck.task(second).pending is not None


def test_who_proceeds_while_another_is_at_work_waits_for_it(deck: Deck) -> None:
    deck.configured(asking())
    first = deck.deploys()
    deck.works()
    deck.workers.when("build", DETACHED)
    second = deck.deploys(version="1.1.0")
    deck.works(rounds=1)
    deck.proceeds(first)
    deck.settles()
    assert deck.holders() == {second}
    waiting = deck.task(first).waiting
    assert waiting is not None
    assert (waiting.kind, waiting.task) == (WaitKind.PLACE, second)
    deck.works()
    assert deck.task(first).state is TaskState.SUCCESS
    assert deck.task(second).pending is not None


def test_who_has_waited_for_a_person_comes_before_those_who_asked_later(deck: Deck) -> None:
    deck.configured(asking())
    first = deck.deploys()
    deck.works()
    deck.workers.when("build", DETACHED)
    deck.deploys(version="1.1.0")
    third = deck.deploys(version="1.2.0")
    deck.works(rounds=1)
    deck.proceeds(first)
    deck.works()
    order = [request.task_id for request in deck.workers.requests]
    assert order.index(third) > [i for i, number in enumerate(order) if number == first][-1]


def test_a_lost_step_keeps_the_place_until_it_is_decided(deck: Deck) -> None:
    deck.workers.when("build", LOST)
    first, second = deck.deploys(), deck.deploys(version="1.1.0")
    deck.works()
    assert deck.holders() == {first}
    assert deck.task(first).state is TaskState.QUEUED
    waiting = deck.task(first).waiting
    assert waiting is not None
    assert waiting.kind is WaitKind.LOST
    assert waiting.text == "The end of build is unknown; somebody has to choose Run again or Fail"
    deck.decides(first, Verdict.FAIL, by="ana")
    deck.works()
    assert deck.task(first).state is TaskState.FAILED
    assert deck.task(second).state is TaskState.SUCCESS


def test_a_failed_deployment_frees_the_place(deck: Deck) -> None:
    deck.workers.when("build", ends(Outcome.FAILED))
    first, second = deck.deploys(), deck.deploys(version="1.1.0")
    deck.works()
    assert [deck.task(number).state for number in (first, second)] == [TaskState.FAILED, TaskState.SUCCESS]


@pytest.mark.parametrize("seed", range(6))
def test_the_place_never_has_two_and_all_get_their_turn(deck: Deck, seed: int) -> None:
    """Six deployments with approvals, losses and cancels in an order drawn by chance."""
    import random

    chance = random.Random(seed)
    both = MAIN.replace("grants:", "grants:\n  - {team: release-managers, roles: [space_manager]}")
    deck.configured(asking(), {"foredeck.yml": both})
    numbers = []
    for turn in range(400):
        if len(numbers) < 6 and chance.random() < 0.3:
            numbers.append(deck.deploys(version=f"1.{turn}.0"))
        for step in ("build", "install"):
            if chance.random() < 0.3:
                deck.workers.when(step, chance.choice([DETACHED, LOST, ends(Outcome.FAILED), ends(Outcome.SUCCEEDED)]))
        deck.works(rounds=1)
        assert len(deck.holders()) <= 1
        running = [n for n in numbers if deck.task(n).state is TaskState.EXECUTING]
        assert set(running) <= deck.holders()
        for number in numbers:
            pending = deck.task(number).pending
            if pending is None or chance.random() < 0.5:
                continue
            if chance.random() < 0.2:
                deck.cancels(number)
            elif pending.kind.value == "manual":
                deck.decides(number, chance.choice([Verdict.PROCEED, Verdict.ABORT]), by="ben")
            else:
                deck.decides(number, chance.choice([Verdict.RUN_AGAIN, Verdict.FAIL]), by="ben")
        if len(numbers) == 6 and all(deck.task(n).state.is_final for n in numbers):
            break
    else:
        states = {n: (deck.task(n).state, deck.task(n).waiting) for n in numbers}
        raise AssertionError(f"somebody never got a turn: {states}")
    assert deck.holders() == set()
