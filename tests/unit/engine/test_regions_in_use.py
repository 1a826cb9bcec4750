"""Cloud regions among the machines: they are seen, have no health, and are taken out of use as targets are."""

from __future__ import annotations

import pytest

from bot.messages import machines as told
from engine.contracts import HealthState
from engine.services import ad_hoc, machine_use, machine_views
from engine.services.errors import TargetsUnusable, UnknownName
from engine.services.machine_errors import NothingToLookAt
from engine.services.views import TaskState
from tests.support.engine import Deck
from tests.support.machines import MACHINES, with_machines
from tests.support.slack_blocks import assert_sendable, shown

REGIONS = """\
eu: {type: cloud_region, environments: [staging], tags: [region]}
us: {type: cloud_region, environments: [staging], tags: [region]}
"""
FILL = "steps: [{step: fill, target_tags: [region], run_script: {inline: echo filling}}]\n"


@pytest.fixture
def regions(deck: Deck) -> Deck:
    return with_machines(deck, FILL, targets=MACHINES["targets.yml"] + REGIONS)


def disables(deck: Deck, *names: str) -> None:
    machine_use.disable(deck.db, deck.clock(), person="ben", names=names, reason="it moves")


def test_they_are_listed_after_the_machines_and_counted_apart(regions: Deck) -> None:
    view = machine_views.overview(regions.db, regions.clock(), person="ben", size=20)
    assert [machine.slug for machine in view.machines][-2:] == ["eu", "us"]
    assert (view.regions, view.counts[HealthState.HEALTHY]) == (2, 0)
    message = told.overview(view, "/workers")
    assert_sendable(message)
    assert "☁️ 2 cloud regions" in shown(message)


def test_one_of_them_says_what_it_is_and_offers_no_check_and_no_script(regions: Deck) -> None:
    standing = machine_views.one(regions.db, regions.clock(), person="ben", slug="eu")
    assert (standing.may_edit, standing.may_run) == (True, False)
    message = told.details(standing)
    assert_sendable(message)
    assert "A target without a machine" in shown(message)
    assert "Disable…" in str(message)
    assert "Check now" not in str(message)


def test_a_disabled_one_is_left_out_and_comes_back(regions: Deck) -> None:
    disables(regions, "eu")
    number = regions.deploys()
    regions.works()
    assert regions.task(number).state is TaskState.SUCCESS
    assert [run.machine for run in regions.runs(number)] == ["us"]
    disables(regions, "us")
    with pytest.raises(TargetsUnusable):
        regions.deploys()
    machine_use.enable(regions.db, regions.clock(), person="ben", names=["region"])
    again = regions.deploys()
    regions.works()
    assert [run.machine for run in regions.runs(again)] == ["eu", "us"]


def test_nothing_is_checked_and_no_script_is_run_on_one(regions: Deck) -> None:
    with pytest.raises(NothingToLookAt):
        machine_use.check_now(regions.db, regions.clock(), person="ben", names=["eu"])
    with pytest.raises(UnknownName):
        ad_hoc.run(regions.db, regions.clock(), person="ben", names=["eu"], script="uptime")
