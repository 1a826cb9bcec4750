"""Steps on workers for each target, cloud regions and pools by variable, played by hand on a deck: who runs what, with
which variables, and what a plan and a request say.
"""

from __future__ import annotations

import pytest

from engine.contracts import ActionResult, Outcome, OutputVariable
from engine.services import deployments, explanations, health, interruptions, runbooks
from engine.services.pools import NobodyInPool, PoolUnsettled
from engine.services.views import StepStatus, TaskState, Verdict
from tests.support.engine import MAIN, Deck
from tests.support.engine_workers import ends, says

KEY = "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"
FILES = {
    "accounts.yml": 'me: {type: ssh_key, username: me, private_key: {secret: "env:FOREDECK_TEST_KEY"}}\n',
    "worker_pools.yml": "linux: {default: true, affinity: none, name: Linux}\neu-pool: {}\nempty: {}\n",
    "workers.yml": f"""\
build-1: {{pools: [linux], ssh: "b1:22", account: me, host_key: "{KEY}"}}
build-2: {{pools: [linux], ssh: "b2:22", account: me, host_key: "{KEY}"}}
eu-1: {{pools: [eu-pool], ssh: "e1:22", account: me, host_key: "{KEY}"}}
""",
    "targets.yml": f"""\
"web-{{1..3}}":
  {{ssh: "{{}}.example.org:22", account: me, host_key: "{KEY}", environments: [staging], tags: [web, mixed]}}
eu: {{type: cloud_region, environments: [staging], tags: [region, mixed], worker_pool: eu-pool}}
us: {{type: cloud_region, environments: [staging], tags: [region]}}
""",
    "projects/web/variables.yml": """\
Drain: [{value: "no"}, {value: "yes", when: {target: web-2}}]
Bucket: [{value: eu-bucket, when: {target: eu}}, {value: us-bucket, when: {target: us}}]
Pool: [{value: eu-pool, when: {environment: staging}}]
""",
}
FOR_EACH = """\
steps:
  - step: drain
    target_tags: [web]
    runs_on: worker_for_each_target
    run_script: {inline: echo drain}
  - {step: after, run_script: {inline: echo after}}
"""
FAILS = ends(Outcome.FAILED, "The script ended with exit code 3.", exit_code=3)


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOREDECK_TEST_KEY", "a key")


def step(*keys: str) -> str:
    return "steps:\n  - step: go\n    run_script: {inline: echo go}\n" + "".join(f"    {key}\n" for key in keys)


def ran(deck: Deck, number: int) -> list[tuple[str, str | None]]:
    """Each run of the first step as (target, worker)."""
    return [(run.machine, run.worker) for run in deck.runs(number) if run.step == 0]


def given(deck: Deck, number: int, name: str) -> dict[str, str]:
    """The variable as each script of the first step got it, by target."""
    machines = {run.ticket: run.machine for run in deck.runs(number) if run.step == 0}
    return {machines[r.ticket]: str(r.variables.get(name, "")) for r in deck.workers.requests if r.ticket in machines}


def where(deck: Deck, process: str, **choices: str) -> list[str]:
    deck.configured(process, FILES)
    view = deployments.preview(deck.db, project="web", version="1.0.0", environment="staging")
    return [planned.where for planned in view.steps]


def test_a_step_for_each_target_runs_on_workers_with_the_variables_of_the_targets(deck: Deck) -> None:
    number = deck.configured(FOR_EACH, FILES).deploys()
    deck.works()
    assert deck.task(number).state is TaskState.SUCCESS
    assert [machine for machine, _ in ran(deck, number)] == ["web-1", "web-2", "web-3"]
    assert {worker for _, worker in ran(deck, number)} <= {"build-1", "build-2"}
    assert given(deck, number, "Octopus.Machine.Name") == {"web-1": "web-1", "web-2": "web-2", "web-3": "web-3"}
    assert given(deck, number, "Octopus.Machine.Hostname")["web-3"] == "web-3.example.org"
    assert given(deck, number, "Drain") == {"web-1": "no", "web-2": "yes", "web-3": "no"}
    assert set(given(deck, number, "Octopus.WorkerPool.Name").values()) == {"Linux"}
    assert [m.slug for m in deck.task(number).steps[0].machines] == ["web-1", "web-2", "web-3"], "as the card shows it"


def test_its_outputs_are_those_of_each_target(deck: Deck) -> None:
    deck.workers.when("drain", *(says(outputs=(OutputVariable("Left", f"left of {n}"),)) for n in (1, 2, 3)))
    deck.configured(FOR_EACH, FILES).deploys()
    deck.works()
    after = deck.workers.requests[-1].variables
    assert after["Octopus.Action[drain].Output[web-2].Left"] == "left of 2"


def test_it_rolls_and_stops_as_steps_on_targets_do(deck: Deck) -> None:
    deck.workers.when("drain", FAILS)
    rolling = FOR_EACH.replace("    runs_on", "    rolling: {window: 1}\n    runs_on")
    number = deck.configured(rolling, FILES).deploys()
    deck.works()
    shown = deck.task(number).steps[0].machines
    assert [m.status for m in shown] == [StepStatus.FAILED, StepStatus.SKIPPED, StepStatus.SKIPPED]


def test_targets_can_be_chosen_for_it_and_left_out_of_it(deck: Deck) -> None:
    deck.configured(FOR_EACH, FILES)
    number = deck.deploys(on=["web-1", "web-3"])
    deck.works()
    assert [machine for machine, _ in ran(deck, number)] == ["web-1", "web-3"]


def test_a_failure_for_one_target_can_be_excluded_as_one_on_it(deck: Deck) -> None:
    deck.workers.when("drain", FAILS)
    number = deck.configured(FOR_EACH, FILES).deploys(guided=True)
    deck.works()
    asked = interruptions.pending_of(deck.db, number, Verdict.EXCLUDE, ("web-1",))
    assert [run.machine for run in asked.failed] == ["web-1"]
    deck.decides(number, Verdict.EXCLUDE, by="ana")
    deck.works()
    assert deck.task(number).state is TaskState.SUCCESS


def test_one_worker_that_cannot_be_reached_is_replaced_for_a_target_as_for_any_step(deck: Deck) -> None:
    deck.workers.when("drain", lambda _request, _sink: ActionResult(Outcome.UNREACHABLE, message="build-1 is away."))
    number = deck.configured(FOR_EACH, FILES).deploys(on=["web-1"])
    deck.works()
    assert ran(deck, number) == [("web-1", "build-2")]
    assert deck.task(number).state is TaskState.SUCCESS


def test_a_step_may_drain_from_a_worker_and_install_on_the_machine_itself(deck: Deck) -> None:
    number = deck.configured(
        """\
steps:
  - step: install
    target_tags: [web]
    rolling: {window: 1}
    actions:
      - {action: drain, runs_on: worker_for_each_target, run_script: {inline: echo drain}}
      - {action: copy, run_script: {inline: echo copy}}
""",
        FILES,
    ).deploys()
    deck.works()
    copied = [(run.machine, run.worker) for run in deck.runs(number) if run.action == 1]
    drained = [run.worker for run in deck.runs(number) if run.action == 0]
    assert copied == [(f"web-{n}", f"web-{n}") for n in (1, 2, 3)]
    assert set(drained) == {"build-1"}


def test_what_is_aimed_at_cloud_regions_runs_on_workers_of_their_pools_once_for_each(deck: Deck) -> None:
    number = deck.configured(step("target_tags: [region]"), FILES).deploys()
    deck.works()
    assert ran(deck, number) == [("eu", "eu-1"), ("us", "build-1")]
    assert given(deck, number, "Bucket") == {"eu": "eu-bucket", "us": "us-bucket"}
    assert given(deck, number, "Octopus.WorkerPool.Id") == {"eu": "eu-pool", "us": "linux"}
    assert given(deck, number, "Octopus.Machine.Roles") == {"eu": "region,mixed", "us": "region"}
    assert given(deck, number, "Octopus.Machine.Hostname") == {"eu": "", "us": ""}


def test_machines_and_regions_in_one_step_are_each_served_as_they_are(deck: Deck) -> None:
    number = deck.configured(step("target_tags: [mixed]"), FILES).deploys()
    deck.works()
    assert ran(deck, number) == [("web-1", "web-1"), ("web-2", "web-2"), ("web-3", "web-3"), ("eu", "eu-1")]


SHOWN = [
    ([], "pool linux: build-1, build-2"),
    (["target_tags: [web]"], "3 targets: web-1, web-2, web-3"),
    (
        ["target_tags: [web]", "runs_on: worker_for_each_target", "worker_pool: eu-pool"],
        "pool eu-pool: eu-1, once for each of 3 targets: web-1, web-2, web-3",
    ),
    (["target_tags: [region]"], "pool eu-pool: eu-1, for eu; pool linux: build-1, build-2, for us"),
    (
        ["target_tags: [region]", "worker_pool: eu-pool"],
        "pool eu-pool: eu-1, once for each of 2 cloud regions: eu, us",
    ),
    (["target_tags: [mixed]"], "3 targets: web-1, web-2, web-3; pool eu-pool: eu-1, for eu"),
    (['worker_pool: "#{Pool}"'], "pool eu-pool: eu-1"),
]


def test_the_plan_says_where_it_runs(deck: Deck) -> None:
    for keys, shown in SHOWN:
        assert where(deck, step(*keys)) == [shown]


def test_a_pool_by_variable_is_settled_when_it_is_asked_for_and_stays(deck: Deck) -> None:
    number = deck.configured(step('worker_pool: "#{Pool}"'), FILES).deploys()
    deck.configured(step('worker_pool: "#{Pool}"'), {**FILES, "projects/web/variables.yml": "Pool: [{value: linux}]\n"})
    deck.works()
    assert ran(deck, number) == [("", "eu-1")]


def test_what_names_no_pool_there_is_refused_and_its_plan_says_so(deck: Deck) -> None:
    deck.configured(step('worker_pool: "#{Pool}"'), FILES)
    told = "go finds its worker pool by “#{Pool}”, and Pool has no value in production."
    view = deployments.preview(deck.db, project="web", version="1.0.0", environment="production")
    assert list(view.refusals) == [told]
    assert view.steps[0].where == "pool #{Pool}, which is not known yet"
    with pytest.raises(PoolUnsettled) as refused:
        deck.deploys(environment="production")
    assert str(refused.value) == told
    assert "one of empty, eu-pool, linux" in refused.value.hint


ASKED = """\
Pool:
  - prompt: {label: Where, control: select, options: [linux, eu-pool]}
    value: linux
"""


def test_a_pool_that_people_are_asked_for_is_what_they_answer(deck: Deck) -> None:
    deck.configured(step('worker_pool: "#{Pool}"'), {**FILES, "projects/web/variables.yml": ASKED})
    view = deployments.preview(deck.db, project="web", version="1.0.0", environment="staging")
    assert view.steps[0].where == "pool #{Pool}, which is not known yet"
    assert not view.refusals, "an answer is still to come"
    answered, silent = deck.deploys(answers=[("Where", "eu-pool")]), deck.deploys(environment="production")
    deck.works()
    assert ran(deck, answered) == [("", "eu-1")]
    assert ran(deck, silent)[0][1] in {"build-1", "build-2"}, "the default"


def test_what_people_type_is_no_template(deck: Deck) -> None:
    typed = "Pool: [{prompt: {label: Where}}]\nOther: [{value: linux}]\n"
    deck.configured(step('worker_pool: "#{Pool}"'), {**FILES, "projects/web/variables.yml": typed})
    with pytest.raises(PoolUnsettled, match=r"there is no worker pool “#\{Other\}”"):
        deck.deploys(answers=[("Where", "#{Other}")])


def test_a_pool_in_which_nobody_is_is_refused_at_once_and_not_at_the_turn_of_its_step(deck: Deck) -> None:
    deck.configured(step("worker_pool: empty"), FILES)
    told = "go would run in the worker pool empty, and no worker is in it."
    assert where(deck, step("worker_pool: empty")) == ["pool empty, which has no workers"]
    view = deployments.preview(deck.db, project="web", version="1.0.0", environment="staging")
    assert list(view.refusals) == [told]
    with pytest.raises(NobodyInPool) as refused:
        deck.deploys()
    assert str(refused.value) == told
    assert "foredeck worker add" in refused.value.hint


def test_the_explanation_of_a_variable_knows_a_region_as_a_target(deck: Deck) -> None:
    deck.configured(step("target_tags: [region]"), FILES)
    view = explanations.explain(deck.db, name="Bucket", project="web", environment="staging", step="go", target="eu")
    assert view.values[0].value == "“eu-bucket”"


def test_nobody_asks_a_region_for_its_health(deck: Deck) -> None:
    deck.configured(step("target_tags: [region]"), FILES)
    with deck.db.read() as session:
        due = health.due(session, deck.clock(), 50)
    assert "web-1" in due
    assert "eu" not in due


def test_a_target_that_was_taken_out_of_the_configuration_is_not_served_with_the_values_of_none(deck: Deck) -> None:
    number = deck.configured(FOR_EACH, FILES).deploys()
    deck.settles()
    deck.configured(FOR_EACH, {**FILES, "targets.yml": FILES["targets.yml"].replace("1..3", "1..2")})
    deck.works()
    failed = [m for m in deck.task(number).steps[0].machines if m.status is StepStatus.FAILED]
    assert [(m.slug, m.detail) for m in failed] == [
        ("web-3", "The machine web-3 of this step is not configured any more.")
    ]


def test_a_runbook_finds_its_pool_by_variable_as_a_runbook(deck: Deck) -> None:
    files = {
        **FILES,
        "foredeck.yml": MAIN.replace("release_creator]", "release_creator, runbook_producer]"),
        "projects/web/runbooks/restart.yml": step('worker_pool: "#{Pool}"'),
        "projects/web/variables.yml": "Pool: [{value: linux}, {value: eu-pool, when: {process: runbook}}]\n"
        + FILES["projects/web/variables.yml"].replace("Pool:", "Other:"),
    }
    deck.configured(step(), files)
    runbooks.publish(deck.db, deck.clock(), person="ana", name="restart")
    run = runbooks.run(deck.db, deck.clock(), person="ana", name="restart", environment="staging")
    deck.works()
    assert ran(deck, run.number) == [("", "eu-1")]
