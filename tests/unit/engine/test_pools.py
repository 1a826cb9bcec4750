"""Which pool a step runs in, and what is said where there is no such pool any more."""

from __future__ import annotations

import pytest

from engine.services import configuration, deployments, machine_use, pools, tasks
from engine.services.pools import PoolGone
from engine.services.views import TaskState
from tests.support.engine import Deck
from tests.support.machines import KEY, ROLES

IN_ARM = "steps: [{step: build, worker_pool: arm, run_script: {inline: echo built}}]\n"
ANYWHERE = "steps: [{step: build, run_script: {inline: echo built}}]\n"
ASKS_FIRST = """\
steps:
  - step: ask
    manual_intervention: {teams: [release-managers], instructions: Shall it?}
  - {step: build, worker_pool: arm, run_script: {inline: echo built}}
"""
GONE = "build would run in the worker pool arm, which is not configured any more."
GONE_NOW = "This step would run in the worker pool arm, which is not configured any more."


def with_arm(deck: Deck, process: str) -> Deck:
    """The pool has a worker, so nothing is wrong with it."""
    key = 'private_key: {secret: "env:KEY"}'
    host_key = "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"
    return deck.configured(
        process,
        {
            "worker_pools.yml": "arm: {}\n",
            "workers.yml": f'pi: {{pools: [arm], ssh: "pi:22", account: me, host_key: "{host_key}"}}\n',
            "accounts.yml": f"me: {{type: ssh_key, username: me, {key}}}\n",
        },
    )


def without_arm(deck: Deck) -> None:
    """Somebody removes the pool and its worker, and no step of the process names it any more."""
    for name in ("worker_pools.yml", "workers.yml", "accounts.yml"):
        (deck.config / name).unlink()
    deck.configured(ANYWHERE)


def test_a_release_whose_pool_was_removed_is_refused_with_the_way_out(deck: Deck) -> None:
    with_arm(deck, IN_ARM)
    first = deck.deploys()
    deck.cancels(first)
    without_arm(deck)
    with pytest.raises(PoolGone) as refused:
        deck.deploys()
    assert str(refused.value) == GONE
    assert "create a new release" in refused.value.hint
    assert deck.deploys(version="1.0.1") != first, "a new release takes the process as it is now"


def test_its_plan_is_shown_all_the_same_and_names_the_pool(deck: Deck) -> None:
    with_arm(deck, IN_ARM)
    deck.deploys()
    without_arm(deck)
    plan = deployments.preview(deck.db, project="web", version="1.0.0", environment="staging")
    assert plan.steps[0].where == "pool arm, which is not configured any more"


def test_a_deployment_that_waits_when_its_pool_is_removed_fails_in_words(deck: Deck) -> None:
    with_arm(deck, ASKS_FIRST)
    number = deck.deploys()
    deck.works()
    without_arm(deck)
    assert tasks.plan_of(deck.db, number, "ana").steps[1].where == "pool arm, which is not configured any more"
    deck.proceeds(number)
    deck.works()
    view = deck.task(number)
    assert view.state is TaskState.FAILED
    assert view.steps[1].detail == GONE_NOW


DEFAULT = "linux: {default: true}\n"


def test_the_first_worker_of_the_default_pool_takes_every_step_over_and_the_last_one_gives_them_back(
    deck: Deck, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No process is changed for it, and the release stays the same."""
    monkeypatch.setenv("KEY", "a key")

    def ran_on(machines: str) -> tuple[str | None, str]:
        files = {"worker_pools.yml": DEFAULT, "workers.yml": machines}
        account = 'me: {type: ssh_key, username: me, private_key: {secret: "env:KEY"}}\n'
        deck.configured(ANYWHERE, {**files, "accounts.yml": account, "foredeck.yml": ROLES})
        number = deck.deploys()
        deck.works()
        (run,) = deck.runs(number)
        return run.worker, run.state

    worker = f'build-1: {{pools: [linux], ssh: "b1:22", account: me, host_key: "{KEY}"}}\n'
    assert ran_on("") == ("built-in", "succeeded")
    assert ran_on(worker) == ("build-1", "succeeded")
    machine_use.disable(deck.db, deck.clock(), person="ben", names=["build-1"], reason="a disk is replaced")
    assert ran_on(worker) == (None, "failed"), "one that cannot be used does not bring the built-in worker back"
    assert ran_on("") == ("built-in", "succeeded")


def test_only_the_default_pool_falls_to_the_built_in_worker_and_only_while_nobody_is_in_it(deck: Deck) -> None:
    with_arm(deck, IN_ARM)
    definitions = configuration.current_definitions(deck.db)
    assert pools.falls_to_built_in(definitions, None)
    assert not pools.falls_to_built_in(definitions, "arm")
    assert not pools.falls_to_built_in(definitions, "removed")
