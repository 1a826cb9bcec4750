"""A pool in which nobody can work: the plan and the card warn of it before the turn of the step, and refuse nothing."""

from __future__ import annotations

import pytest

from bot import terminal
from bot.messages.cards import card
from engine.services import deployments, machine_use, tasks
from engine.services.views import TaskState
from tests.support.engine import MAIN, Deck
from tests.support.machines import ROLES
from tests.unit.engine.test_execution_flow import FILES as MACHINES
from tests.unit.engine.test_execution_flow import KEY

FILES = {"foredeck.yml": ROLES, **MACHINES}

PROCESS = """\
steps:
  - step: ask
    manual_intervention: {teams: [release-managers], instructions: Shall it?}
  - {step: build, run_script: {inline: echo build}}
  - {step: test, worker_pool: eu-pool, run_script: {inline: echo test}}
  - {step: check, worker_pool: eu-pool, run_script: {inline: echo check}}
"""
NOBODY = (
    "As it stands, test and check will fail: nobody in the worker pool eu-pool can be used. "
    "eu-1 is disabled by ben because a disk is replaced."
)


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOREDECK_TEST_KEY", "a key")


def disables(deck: Deck, *names: str) -> None:
    machine_use.disable(deck.db, deck.clock(), person="ben", names=names, reason="a disk is replaced")


def previewed(deck: Deck) -> tuple[str, ...]:
    return deployments.preview(deck.db, project="web", version="1.0.0", environment="staging").warnings


def test_a_plan_warns_of_a_pool_in_which_nobody_can_be_used_and_the_request_is_taken(deck: Deck) -> None:
    deck.configured(PROCESS, FILES)
    assert previewed(deck) == ()
    disables(deck, "build-1")
    assert previewed(deck) == (), "build-2 is left"
    disables(deck, "eu-1")
    assert previewed(deck) == (NOBODY,)
    number = deck.deploys()
    assert tasks.plan_of(deck.db, number, "ana").warnings == (NOBODY,)
    assert f"⚠️ {NOBODY}" in str(card(deck.task(number)))
    assert f"  warning: {NOBODY}" in terminal.task(deck.task(number)).splitlines()
    assert f"  warning: {NOBODY}" in terminal.plan(tasks.plan_of(deck.db, number, "ana")).splitlines()


def test_the_warning_goes_when_somebody_mends_it(deck: Deck) -> None:
    number = deck.configured(PROCESS, FILES).deploys()
    deck.works()
    disables(deck, "eu-1")
    assert deck.task(number).warnings == (NOBODY,)
    machine_use.enable(deck.db, deck.clock(), person="ben", names=["eu-1"])
    assert deck.task(number).warnings == ()
    deck.proceeds(number)
    deck.works()
    assert deck.task(number).state is TaskState.SUCCESS


def test_what_has_begun_or_is_over_is_not_warned_of(deck: Deck) -> None:
    number = deck.configured(PROCESS, FILES).deploys()
    deck.works()
    deck.proceeds(number)
    deck.works()
    disables(deck, "eu-1", "build-1", "build-2")
    assert deck.task(number).warnings == ()
    assert tasks.plan_of(deck.db, number, "ana").warnings == ()


def test_a_pool_that_was_emptied_or_removed_meanwhile_is_warned_of(deck: Deck) -> None:
    number = deck.configured(PROCESS, FILES).deploys()
    left = f'build-1: {{pools: [linux], ssh: "b1:22", account: me, host_key: "{KEY}"}}\n'
    anywhere = PROCESS.replace("worker_pool: eu-pool, ", "")
    places = FILES["targets.yml"].replace(", worker_pool: eu-pool", "")
    deck.configured(anywhere, {**FILES, "workers.yml": left, "targets.yml": places})
    (told,) = deck.task(number).warnings
    assert told == "As it stands, test and check will fail: the worker pool eu-pool has no workers."
    pools = "linux: {default: true}\n"
    deck.configured(anywhere, {**FILES, "workers.yml": left, "targets.yml": places, "worker_pools.yml": pools})
    (told,) = deck.task(number).warnings
    assert told == "As it stands, test and check will fail: the worker pool eu-pool is not configured any more."


@pytest.mark.parametrize(
    ("settings", "where", "why"),
    [
        ("enabled: false", "{}", "the default pool has no workers, and the built-in worker is disabled."),
        (
            "enabled: true",
            "{protected: true}",
            "staging is protected from scripts under the account of Foredeck itself.",
        ),
    ],
)
def test_the_built_in_worker_that_was_taken_away_meanwhile_is_warned_of(
    deck: Deck, settings: str, where: str, why: str
) -> None:
    asks = PROCESS.replace("worker_pool: eu-pool, ", "")
    number = deck.configured(asks).deploys()
    assert deck.task(number).warnings == ()
    main = MAIN.replace("staging: {}", f"staging: {where}") + f"built_in_worker: {{{settings}}}\n"
    deck.configured(asks, {"foredeck.yml": main})
    assert deck.task(number).warnings == (f"As it stands, build, test and check will fail: {why}",)
