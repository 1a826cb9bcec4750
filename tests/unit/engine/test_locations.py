"""Where an action is executed, as tables: the rule itself, what contradicts itself, whose pool is asked; and plans."""

from __future__ import annotations

import pytest

from engine.domain import locations, plans
from engine.domain.locations import RunsOn, Site, TargetKind
from engine.domain.plans import Plan, Target
from engine.domain.processes import Action, ManualIntervention, Process, RunCondition, RunScript, Step
from engine.domain.scopes import EVERYWHERE

TARGETS, WORKER, FOR_EACH = RunsOn.TARGETS, RunsOn.WORKER, RunsOn.WORKER_FOR_EACH_TARGET


@pytest.mark.parametrize(
    ("runs_on", "kind", "site"),
    [
        (TARGETS, TargetKind.SSH, Site.TARGET),
        (TARGETS, TargetKind.CLOUD_REGION, Site.WORKER),
        (FOR_EACH, TargetKind.SSH, Site.WORKER),
        (FOR_EACH, TargetKind.CLOUD_REGION, Site.WORKER),
        (WORKER, TargetKind.SSH, Site.WORKER),
    ],
)
def test_a_script_runs_on_its_target_only_where_that_is_a_machine_and_nobody_stands_in(
    runs_on: RunsOn, kind: TargetKind, site: Site
) -> None:
    assert locations.site_of(is_script=True, runs_on=runs_on, has_machine=kind.has_machine) is site


@pytest.mark.parametrize("runs_on", RunsOn)
@pytest.mark.parametrize("has_machine", [True, False])
def test_what_is_no_script_runs_nowhere_but_in_foredeck(runs_on: RunsOn, has_machine: bool) -> None:
    assert locations.site_of(is_script=False, runs_on=runs_on, has_machine=has_machine) is Site.FOREDECK


def test_a_step_that_names_target_tags_runs_on_targets_and_any_other_on_a_worker() -> None:
    assert locations.default_of(["web"]) is TARGETS
    assert locations.default_of([]) is WORKER


@pytest.mark.parametrize(
    ("runs_on", "tags", "is_one"),
    [
        (TARGETS, ["web"], False),
        (TARGETS, [], True),
        (FOR_EACH, ["web"], False),
        (FOR_EACH, [], True),
        (WORKER, ["web"], True),
        (WORKER, [], False),
    ],
)
def test_what_is_said_of_targets_needs_target_tags_and_what_runs_once_has_none(
    runs_on: RunsOn, tags: list[str], is_one: bool
) -> None:
    assert (locations.contradiction(runs_on, tags) is not None) is is_one


@pytest.mark.parametrize(
    ("of_step", "of_target", "pool"),
    [
        (None, None, None),
        (None, "eu", "eu"),
        ("linux", "eu", "eu"),  # linux is the default pool
        ("arm", "eu", "arm"),
        ("arm", None, "arm"),
        ("linux", None, "linux"),
    ],
)
def test_the_pool_of_a_region_stands_in_for_the_default_pool_only(
    of_step: str | None, of_target: str | None, pool: str | None
) -> None:
    assert locations.pool_for(of_step, default_pool="linux", of_target=of_target) == pool


PLACES = (
    Target("web-1", ("staging",), ("web",)),
    Target("web-2", ("staging",), ("web",)),
    Target("eu", ("staging",), ("web", "region"), has_machine=False, worker_pool="eu"),
    Target("us", ("staging",), ("region",), has_machine=False),
)
ASKS = ManualIntervention("Good?", ("release-managers",))


def planned(*tags: str, runs_on: RunsOn | None = None, pool: str | None = None) -> Plan:
    actions = (Action("copy", "copy", RunScript("echo"), runs_on=runs_on, worker_pool=pool), Action("ask", "ask", ASKS))
    step = Step("install", "install", RunCondition.SUCCESS, EVERYWHERE, actions, target_tags=tags)
    return plans.make(Process((step,)), project="web", environment="staging", targets=PLACES)


def sites(plan: Plan) -> dict[str, str]:
    action = plan.action(0, 0)
    return {machine: action.site(machine).value for machine in action.machines}


def test_a_plan_runs_a_step_on_machines_and_for_places_without_one_on_a_worker() -> None:
    assert sites(planned("web")) == {"web-1": "target", "web-2": "target", "eu": "worker"}
    assert sites(planned("web", runs_on=FOR_EACH)) == {"web-1": "worker", "web-2": "worker", "eu": "worker"}
    assert sites(planned("region")) == {"eu": "worker", "us": "worker"}
    assert sites(planned()) == {"": "worker"}


def test_a_plan_knows_which_pools_it_needs() -> None:
    assert planned().action(0, 0).pools == (None,)
    assert planned("web").action(0, 0).pools == ("eu",)
    assert planned("region").action(0, 0).pools == ("eu", None)
    assert planned("web", runs_on=FOR_EACH, pool="arm").action(0, 0).pools == ("arm", "eu"), "not settled yet"
    assert planned("web").action(0, 1).pools == (), "people need no pool"


def test_where_it_runs_is_stored_with_the_plan() -> None:
    for plan in (planned("web"), planned("web", runs_on=FOR_EACH, pool="arm"), planned("region"), planned()):
        assert plans.from_json(plans.to_json(plan)) == plan


def test_a_plan_of_an_earlier_version_runs_on_its_targets_still() -> None:
    stored = plans.to_json(planned("web"))
    for entry in stored["steps"]:
        del entry["regions"]
        for action in entry["step"]["actions"]:
            del action["runs_on"]
    plan = plans.from_json(stored)
    assert plan.action(0, 0).site("web-1") is Site.TARGET
