"""Which worker of its pool a step gets, and what is said when none of them can do it."""

from __future__ import annotations

import pytest

from engine.contracts import ActionRequest, ActionResult, Outcome
from engine.orchestration import choosing
from engine.ports import RunSink
from engine.services import configuration, releases
from engine.services.pools import PoolGone
from engine.services.views import StepStatus, TaskState
from tests.support.engine import Deck
from tests.support.engine_workers import Behaviour, ScriptedWorkers, ends
from tests.support.packages import pushed

KEY = "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"
THREE_STEPS = "steps:\n" + "".join(f"  - {{step: s{n}, run_script: {{inline: echo}}}}\n" for n in range(3))
BESIDE = "steps:\n" + "".join(
    f"  - {{step: s{n}, start_trigger: with_previous, run_script: {{inline: echo}}}}\n"
    if n
    else "  - {step: s0, run_script: {inline: echo}}\n"
    for n in range(4)
)
STAYS = ends(Outcome.DETACHED)


def with_workers(deck: Deck, process: str, pool: str = "linux: {default: true}", **more: str) -> Deck:
    """A default pool with three workers, and a pool with nobody in it."""
    deck.configured(
        process,
        {
            "accounts.yml": 'me: {type: ssh_key, username: me, private_key: {secret: "env:FOREDECK_TEST_KEY"}}\n',
            "worker_pools.yml": f"{pool}\nempty: {{}}\n",
            "workers.yml": "".join(
                f'build-{n}: {{pools: [linux], ssh: "b{n}:22", account: me, host_key: "{KEY}"}}\n' for n in (1, 2, 3)
            ),
            **more,
        },
    )
    return deck


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOREDECK_TEST_KEY", "a key")


def away(message: str) -> Behaviour:
    """Nobody gets through to the worker, so nothing is launched."""
    return lambda _request, _sink: ActionResult(Outcome.UNREACHABLE, message=message)


def used(deck: Deck, number: int) -> list[str | None]:
    """The worker of each run, in order."""
    return [run.worker for run in deck.runs(number)]


def stays_on(deck: Deck, *steps: str) -> None:
    """These steps go on running while the test looks."""
    for step in steps:
        deck.workers.when(step, *[STAYS] * 30)


def test_the_worker_with_the_fewest_leases_is_chosen_and_a_lease_ends_with_its_run(deck: Deck) -> None:
    with_workers(deck, THREE_STEPS)
    stays_on(deck, "s0")
    first, second = (deck.deploys(environment=environment) for environment in ("staging", "production"))
    deck.works(rounds=1)
    assert (used(deck, first), used(deck, second)) == (["build-1"], ["build-2"])
    deck.reopen()
    deck.workers = ScriptedWorkers()
    deck.workers.when("s0", ends(Outcome.CANCELED), *[STAYS] * 9)
    deck.cancels(first)
    deck.works(rounds=1)
    third = deck.deploys(version="1.0.1")
    deck.works(rounds=1)
    assert used(deck, third) == ["build-1"], "the lease of what was canceled is gone"


def test_a_deployment_keeps_to_its_worker_while_others_have_more_leases_there(deck: Deck) -> None:
    asks = THREE_STEPS.replace(
        "  - {step: s1,",
        "  - {step: ask, manual_intervention: {teams: [release-managers], instructions: Go?}}\n  - {step: s1,",
    )
    with_workers(deck, asks)
    number = deck.deploys()
    deck.works()
    assert used(deck, number) == ["build-1", None]
    stays_on(deck, "s0")
    deck.deploys(environment="production")
    deck.works(rounds=1)
    deck.proceeds(number)
    deck.works(rounds=4)
    assert [worker for worker in used(deck, number) if worker] == ["build-1"] * 3


def test_without_affinity_each_step_goes_where_the_fewest_leases_are(deck: Deck) -> None:
    with_workers(deck, BESIDE, "linux: {default: true, affinity: none}")
    stays_on(deck, "s0", "s1", "s2", "s3")
    number = deck.deploys()
    deck.works(rounds=1)
    assert used(deck, number) == ["build-1", "build-2", "build-3", "build-1"]


OF_PACKAGES = """steps:
  - {step: s0, deploy_package: {package: app, root: /srv}}
  - {step: s1, start_trigger: with_previous, deploy_package: {package: docs, root: /srv}}
  - {step: s2, start_trigger: with_previous, deploy_package: {package: app, root: /opt}}
  - {step: s3, start_trigger: with_previous, run_script: {inline: echo}}
"""


def with_packages(deck: Deck, pool: str, **more: str) -> int:
    """A deployment whose steps all stay where they begin; each step is given the package that it asks for."""
    project = "slug: web\npackages: {app: {feed: built-in}, docs: {feed: built-in}}\n"
    with_workers(deck, OF_PACKAGES, pool, **{"projects/web/project.yml": project, **more})
    for package in ("app", "docs"):
        pushed(deck, "1.0.0", package=package)
    stays_on(deck, "s0", "s1", "s2", "s3")
    number = deck.deploys()
    deck.works(rounds=1)
    return number


def test_with_affinity_by_package_only_those_keep_together_that_use_the_same(deck: Deck) -> None:
    number = with_packages(deck, "linux: {default: true, affinity: package}")
    assert used(deck, number) == ["build-1", "build-2", "build-1", "build-3"]


def test_a_package_is_given_to_the_worker_that_runs_its_step_also_when_a_lease_cap_moves_the_step(deck: Deck) -> None:
    cap = {"projects/web/variables.yml": 'Octopus.Deployment.WorkerLeaseCap: [{value: "1"}]\n'}
    number = with_packages(deck, "linux: {default: true, affinity: package}", **cap)
    assert used(deck, number) == ["build-1", "build-2", "build-3", "build-1"]
    given = [request.package.package if request.package else "" for request in deck.workers.requests]
    assert given == ["app", "docs", "app", ""]


def test_steps_beside_each_other_keep_to_one_worker_too(deck: Deck) -> None:
    with_workers(deck, BESIDE)
    stays_on(deck, "s0", "s1", "s2", "s3")
    number = deck.deploys()
    deck.works(rounds=1)
    assert used(deck, number) == ["build-1"] * 4


def test_a_lease_cap_spreads_the_steps_that_run_beside_each_other(deck: Deck) -> None:
    cap = {"projects/web/variables.yml": 'Octopus.Deployment.WorkerLeaseCap: [{value: "2"}]\n'}
    with_workers(deck, BESIDE, **cap)
    stays_on(deck, "s0", "s1", "s2", "s3")
    number = deck.deploys()
    deck.works(rounds=1)
    assert used(deck, number) == ["build-1", "build-1", "build-2", "build-2"]


def test_a_worker_that_is_unusable_is_passed_over_and_so_is_the_one_that_was_kept_to(deck: Deck) -> None:
    definitions = configuration.current_definitions(with_workers(deck, THREE_STEPS).db)
    disabled = {"build-1": "build-1 was disabled by ana."}
    assert choosing.candidates(definitions, None, {"build-2": 1}, unusable=disabled) == ("build-3", "build-2")
    assert choosing.candidates(definitions, None, {}, unusable=disabled, kept=["build-1", "build-3"]) == ("build-3",)
    assert choosing.candidates(definitions, None, {"build-2": 9}, kept=["build-2", "build-1"]) == ("build-2",)


def test_when_nobody_is_usable_each_member_is_named_with_its_reason(deck: Deck) -> None:
    definitions = configuration.current_definitions(with_workers(deck, THREE_STEPS).db)
    reasons = {
        "build-1": "build-1 was disabled by ana: new disk.",
        "build-2": "It did not answer.",
        "build-3": "build-3 is unhealthy: its disk is full.",
    }
    with pytest.raises(choosing.NoWorker) as refused:
        choosing.candidates(definitions, None, {}, unusable=reasons)
    assert str(refused.value) == (
        "No worker of the pool linux can run this step. build-1 was disabled by ana: new disk. "
        "build-2: It did not answer. build-3 is unhealthy: its disk is full."
    )
    assert refused.value.hint == (
        "Look with `/workers linux`: there a worker is checked now, enabled, or its new host key is trusted. Another "
        "worker in the pool helps, too."
    )


def test_where_nobody_else_is_left_those_that_did_not_answer_are_tried_again(deck: Deck) -> None:
    definitions = configuration.current_definitions(with_workers(deck, THREE_STEPS).db)
    out = {"build-1": "build-1 is unavailable.", "build-2": "build-2 is disabled."}
    assert choosing.candidates(definitions, None, {}, unusable=out, away={"build-1"}) == ("build-3",)
    out["build-3"] = "build-3 is unhealthy."
    assert choosing.candidates(definitions, None, {}, unusable=out, away={"build-1"}) == ("build-1",)


def test_a_pool_that_was_emptied_since_it_was_asked_for_is_named_with_the_way_out(deck: Deck) -> None:
    in_pool = THREE_STEPS.replace("step: s0,", "step: s0, worker_pool: empty,")
    last = f'last: {{pools: [empty], ssh: "b0:22", account: me, host_key: "{KEY}"}}\n'
    number = with_workers(deck, in_pool, **{"workers.yml": last}).deploys()
    with_workers(deck, in_pool)
    deck.works()
    step = deck.task(number).steps[0]
    assert (step.status, step.detail) == (StepStatus.FAILED, "The worker pool empty has no workers.")
    assert step.hint.startswith("Add a worker to the pool")


@pytest.mark.parametrize("written", ["linx", '""', "", "null", "[linux]"])
def test_for_a_pool_whose_name_is_wrong_the_default_one_never_stands_in(deck: Deck, written: str) -> None:
    with_workers(deck, THREE_STEPS)
    wrong = THREE_STEPS.replace("step: s0,", f"step: s0, worker_pool: {written},")
    loaded = deck.reloaded(wrong, {"worker_pools.yml": "linux: {default: true}\n"})
    assert len(loaded.problems) == 1
    assert "steps[0].worker_pool: " in loaded.problems[0]


def test_a_pool_that_is_renamed_after_the_release_was_made_is_refused_and_the_default_one_does_not_stand_in(
    deck: Deck,
) -> None:
    of_arm = THREE_STEPS.replace("step: s0,", "step: s0, worker_pool: arm,")
    arm = f'pi: {{pools: [ARM], ssh: "pi:22", account: me, host_key: "{KEY}"}}\n'
    pools = "linux: {default: true}\nARM: {}"
    with_workers(deck, of_arm, pools.replace("ARM", "arm"), **{"workers.yml": arm.replace("ARM", "arm")})
    releases.create(deck.db, deck.clock(), person="ana", project="web", version="1.0.0")
    with_workers(deck, THREE_STEPS, pools.replace("ARM", "arm64"), **{"workers.yml": arm.replace("ARM", "arm64")})
    with pytest.raises(PoolGone) as refused:
        deck.deploys()
    assert str(refused.value) == "s0 would run in the worker pool arm, which is not configured any more."


def test_when_all_were_tried_the_step_fails_with_what_each_of_them_said(deck: Deck) -> None:
    deck.workers.when("s0", *(away(f"build-{n} did not answer.") for n in (1, 2, 3)))
    number = with_workers(deck, THREE_STEPS).deploys()
    deck.works()
    step = deck.task(number).steps[0]
    assert step.status is StepStatus.FAILED
    assert step.detail == (
        "No worker of the pool linux can run this step. build-1 did not answer. build-2 did not answer. "
        "build-3 did not answer."
    )


def test_a_pool_that_is_removed_while_its_worker_is_tried_fails_the_step_and_loses_nothing(deck: Deck) -> None:
    of_arm = THREE_STEPS.replace("step: s0,", "step: s0, worker_pool: arm,")
    arm = f'pi: {{pools: [arm], ssh: "pi:22", account: me, host_key: "{KEY}"}}\n'
    pool = "linux: {default: true}\narm: {}"
    with_workers(deck, of_arm, pool, **{"workers.yml": arm})

    def is_removed_meanwhile(_request: ActionRequest, _sink: RunSink) -> ActionResult:
        with_workers(deck, THREE_STEPS)
        return ActionResult(Outcome.UNREACHABLE, message="pi did not answer.")

    deck.workers.when("s0", is_removed_meanwhile)
    number = deck.deploys()
    deck.works()
    view = deck.task(number)
    assert view.state is TaskState.FAILED
    assert view.pending is None
    assert view.steps[0].status is StepStatus.FAILED
    assert view.steps[0].detail == f"pi did not answer. {PoolGone(pool='arm', steps='This step')}"
