"""Machines out of use: disabled by people, or not healthy enough; which workers are chosen, which targets left out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.messages import health as told
from engine.contracts import ActionResult, Health, HealthState, Outcome
from engine.errors import ForedeckError
from engine.models import DisabledMachine, MachineHealth, OutboxRow
from engine.services import deployments, machine_use
from engine.services.errors import NotPermitted, TargetsUnusable, UnknownName
from engine.services.machine_errors import AlreadyDisabled, NotDisabled, NotLookedAt
from engine.services.queue_errors import ReasonMissing
from engine.services.views import StepStatus, TaskState
from tests.support.engine import BUILD_ONLY, Deck
from tests.support.machines import with_machines

OFF = Health(HealthState.UNAVAILABLE, "It did not answer within 10 s.")
ILL = Health(HealthState.UNHEALTHY, "Its disk is full.")


def disables(deck: Deck, *names: str, by: str = "ben", reason: str = "a disk is replaced", until: str = "") -> None:
    machine_use.disable(deck.db, deck.clock(), person=by, names=names, reason=reason, until=until)


def enables(deck: Deck, *names: str, by: str = "ben") -> None:
    machine_use.enable(deck.db, deck.clock(), person=by, names=names)


def ran_on(deck: Deck, number: int) -> list[str | None]:
    return [run.worker for run in deck.runs(number) if run.started_at is not None]


def finds(deck: Deck, **health: Health) -> None:
    """The next check finds them like this (`_` for `-`)."""
    deck.workers.health = {machine.replace("_", "-"): found for machine, found in health.items()}
    deck.time.passes(hours=1)
    deck.checks()


def messages(deck: Deck) -> list[str]:
    with deck.db.read() as session:
        rows = session.scalars(select(OutboxRow).where(OutboxRow.kind == "health").order_by(OutboxRow.id)).all()
        numbers = dict.fromkeys(int(row.payload["disabled"]) for row in rows if "disabled" in row.payload)
    return [told.disabled(machine_use.told(deck.db, number)).text for number in numbers]


# Who may, and what is remembered.


def test_a_machine_is_disabled_with_who_why_and_how_long_and_that_is_told(deck: Deck) -> None:
    with_machines(deck)
    disables(deck, "web-1", until="in 2h")
    with deck.db.read() as session:
        row = session.scalars(select(DisabledMachine)).one()
        assert (row.machine, row.by, row.reason) == ("web-1", "ben", "a disk is replaced")
        assert row.until == deck.clock() + timedelta(hours=2)
    assert messages(deck) == ["🔧 web-1 is disabled by ben"]


def test_its_time_runs_out_and_it_is_checked_at_once(deck: Deck) -> None:
    with_machines(deck)
    deck.checks()
    disables(deck, "web-1", until="in 2h")
    deck.time.passes(hours=2)
    deck.workers.checked.clear()
    deck.settles()
    deck.checks()
    assert "web-1" in [machine for machine, _ in deck.workers.checked]
    assert messages(deck) == ["🔧 web-1 is in use again: the time is over"]


def test_several_at_once_are_one_message_that_says_who_is_back(deck: Deck) -> None:
    with_machines(deck)
    disables(deck, "web-1..2", "linux")
    assert messages(deck) == ["🔧 web-1, web-2, build-1 and build-2 are disabled by ben"]
    enables(deck, "web-1", by="eva")
    assert messages(deck) == ["🔧 web-1, web-2, build-1 and build-2 are disabled by ben"]
    enables(deck, ["web-2", "build-1", "build-2"][0], "build-1", "build-2", by="eva")
    assert messages(deck) == ["🔧 web-1, web-2, build-1 and build-2 are in use again by eva"]


def test_nobody_looks_at_a_disabled_machine(deck: Deck) -> None:
    with_machines(deck)
    disables(deck, "web-1")
    deck.checks()
    assert "web-1" not in [machine for machine, _ in deck.workers.checked]


def test_a_check_of_a_disabled_one_is_refused_with_who_disabled_it(deck: Deck) -> None:
    with_machines(deck)
    disables(deck, "web-1")
    with pytest.raises(NotLookedAt) as refused:
        machine_use.check_now(deck.db, deck.clock(), person="ben", names=["web-1"])
    assert str(refused.value) == "web-1 is disabled by ben because a disk is replaced, so nobody looks at it."
    assert machine_use.check_now(deck.db, deck.clock(), person="ben", names=["web-1", "web-2"]) == ("web-2",)


def test_who_has_no_grant_may_not_and_is_told_whom_to_ask(deck: Deck) -> None:
    with_machines(deck)
    for change in (disables, enables):
        with pytest.raises(NotPermitted) as refused:
            change(deck, "web-1", by="ana")
        assert refused.value.hint == "Ask ben or eva."
    with pytest.raises(NotPermitted):
        machine_use.check_now(deck.db, deck.clock(), person="ana", names=["web-1"])


def test_a_grant_for_one_environment_is_not_enough_for_a_target_of_two_nor_for_a_worker(deck: Deck) -> None:
    with_machines(deck)
    text = (deck.config / "foredeck.yml").read_text()
    scoped = text.replace("roles: [environment_manager]", "roles: [environment_manager], when: {environment: staging}")
    (deck.config / "foredeck.yml").write_text(scoped)
    targets = (deck.config / "targets.yml").read_text().replace("[staging, production]", "[staging]", 1)
    with_machines(deck, foredeck=scoped, targets=targets)
    disables(deck, "web-1")
    for name in ("web-2", "build-1"):
        with pytest.raises(NotPermitted):
            disables(deck, name)


@pytest.mark.parametrize(
    ("names", "reason", "until", "error"),
    [
        (["web-9"], "x", "", UnknownName),
        (["web-1"], " ", "", ReasonMissing),
        (["web-2"], "x", "", AlreadyDisabled),
        (["web-1"], "x", "in 40 days", ForedeckError),
    ],
)
def test_what_makes_no_sense_is_refused(
    deck: Deck, names: list[str], reason: str, until: str, error: type[Exception]
) -> None:
    with_machines(deck)
    disables(deck, "web-2")
    with pytest.raises(error):
        disables(deck, *names, reason=reason, until=until)
    with pytest.raises(NotDisabled):
        enables(deck, "web-1")


# Workers.


def test_a_disabled_worker_is_not_chosen(deck: Deck) -> None:
    with_machines(deck, BUILD_ONLY)
    disables(deck, "build-1")
    number = deck.deploys()
    deck.works()
    assert ran_on(deck, number) == ["build-2"]


@pytest.mark.parametrize("found", [OFF, ILL])
def test_nor_is_one_that_is_not_well(deck: Deck, found: Health) -> None:
    with_machines(deck, BUILD_ONLY)
    finds(deck, build_1=found)
    number = deck.deploys()
    deck.works()
    assert ran_on(deck, number) == ["build-2"]


def test_one_with_warnings_is(deck: Deck) -> None:
    with_machines(deck, BUILD_ONLY)
    finds(deck, build_1=Health(HealthState.HAS_WARNINGS, "It is warm."))
    number = deck.deploys()
    deck.works()
    assert ran_on(deck, number) == ["build-1"]


def test_a_pool_in_which_nobody_can_be_used_says_why_of_each(deck: Deck) -> None:
    with_machines(deck, BUILD_ONLY)
    ill = "The disk of build-1 (b1:22) is full. 3 MiB are free."
    finds(
        deck,
        build_1=Health(HealthState.UNHEALTHY, f"{ill} {'What it says beyond that is much too long for a line ' * 9}"),
    )
    disables(deck, "build-2")
    number = deck.deploys()
    deck.works()
    (run,) = deck.runs(number)
    assert deck.task(number).state is TaskState.FAILED
    assert run.reason == (
        "No worker of the pool linux can run this step. "
        "build-1 is unhealthy: the disk of build-1 (b1:22) is full. 3 MiB are free. "
        "build-2 is disabled by ben because a disk is replaced."
    )


def test_a_worker_that_did_not_answer_is_tried_where_nobody_else_is_left_and_is_back_at_once(deck: Deck) -> None:
    with_machines(deck, BUILD_ONLY)
    disables(deck, "build-2")
    finds(deck, build_1=OFF)
    deck.workers.when("build", lambda *_: ActionResult(Outcome.UNREACHABLE, message="build-1 refused the connection."))
    failed = deck.deploys()
    deck.works()
    assert deck.runs(failed)[0].reason.endswith(
        "step. build-1 refused the connection. build-2 is disabled by ben because a disk is replaced."
    ), "how it is, not how it was"
    deck.workers.health = {}
    again = deck.deploys()
    deck.works()
    assert (deck.task(again).state, ran_on(deck, again)) == (TaskState.SUCCESS, ["build-1"])
    deck.checks()
    with deck.db.read() as session:
        assert session.get_one(MachineHealth, "build-1").state == HealthState.HEALTHY.value


# Targets.


def test_a_disabled_target_is_left_out_with_the_reason_in_the_plan_and_in_the_task(deck: Deck) -> None:
    with_machines(deck)
    disables(deck, "web-2", until="in 2h")
    why = (("web-2", "disabled by ben because a disk is replaced, until Mon 2026-05-04 11:00 (UTC)"),)
    plan = deployments.preview(deck.db, project="web", version="1.0.0", environment="staging")
    assert (plan.unusable, plan.refusals) == (why, ())
    number = deck.deploys()
    deck.works()
    assert deck.task(number).unusable == why
    assert ran_on(deck, number) == ["web-1", "web-3"]
    assert deck.task(number).state is TaskState.SUCCESS


def test_a_deployment_whose_targets_are_all_disabled_is_refused_and_its_plan_says_so(deck: Deck) -> None:
    with_machines(deck)
    disables(deck, "web")
    with pytest.raises(TargetsUnusable) as refused:
        deck.deploys(on=("web-2",))
    assert str(refused.value) == (
        "install cannot run: none of its targets can be used: web-2 is disabled by ben because a disk is replaced."
    )
    plan = deployments.preview(deck.db, project="web", version="1.0.0", environment="staging")
    assert len(plan.refusals) == 1


def test_without_a_setting_a_target_that_does_not_answer_fails_the_deployment_as_it_did(deck: Deck) -> None:
    with_machines(deck)
    finds(deck, web_2=OFF, web_3=ILL)
    number = deck.deploys()
    deck.works()
    assert ran_on(deck, number) == ["web-1", "web-2", "web-3"]


@pytest.mark.parametrize(
    ("settings", "left"),
    [
        ("{skip_unavailable: true}", ["web-1", "web-3"]),
        ("{skip_unavailable: [web]}", ["web-1", "web-3"]),
        ("{exclude_unhealthy: true}", ["web-1", "web-2"]),
        ("{skip_unavailable: true, exclude_unhealthy: true}", ["web-1"]),
    ],
)
def test_a_project_leaves_out_what_it_says(deck: Deck, settings: str, left: list[str]) -> None:
    with_machines(deck, project=f"slug: web\ntargets: {settings}\n")
    finds(deck, web_2=OFF, web_3=ILL)
    number = deck.deploys()
    deck.works()
    assert ran_on(deck, number) == left


def test_a_policy_skips_those_that_may_be_off_in_every_project(deck: Deck) -> None:
    with_machines(deck, machine_policies="default: {unavailable: skip}\n")
    finds(deck, web_2=OFF, web_3=ILL)
    number = deck.deploys()
    deck.works()
    assert ran_on(deck, number) == ["web-1", "web-3"]
    assert deck.task(number).unusable == (("web-2", "unavailable: it did not answer within 10 s"),)


def test_a_target_that_was_disabled_after_the_plan_is_skipped_with_the_reason(deck: Deck) -> None:
    with_machines(deck)
    number = deck.deploys(at="in 1h")
    disables(deck, "web-2")
    deck.time.passes(hours=1)
    deck.works()
    assert ran_on(deck, number) == ["web-1", "web-3"]
    reasons = [run.reason for run in deck.runs(number) if run.machine == "web-2"]
    assert reasons == ["left out: web-2 is disabled by ben because a disk is replaced"]
    assert deck.task(number).state is TaskState.SUCCESS


def test_when_all_were_disabled_after_the_plan_the_deployment_has_failed(deck: Deck) -> None:
    with_machines(deck)
    number = deck.deploys(at="in 1h")
    disables(deck, "web")
    deck.time.passes(hours=1)
    deck.works()
    assert deck.task(number).state is TaskState.FAILED
    assert deck.steps(number) == {"install": StepStatus.FAILED.value}


TWO_STEPS = """\
steps:
  - {step: install, target_tags: [web], run_script: {inline: echo one}}
  - {step: confirm, manual_intervention: {teams: [release-managers], instructions: "Good?"}}
  - {step: switch, target_tags: [web], run_script: {inline: echo two}}
"""


def waits_with_web_2(deck: Deck, found: Health, *, disabled: bool = False) -> list[str | None]:
    """Between the steps web-2 goes; where the deployment then ran."""
    with_machines(deck, TWO_STEPS, project="slug: web\ntargets: {skip_unavailable: true}\n")
    number = deck.deploys()
    deck.works()
    finds(deck, web_2=found)
    if disabled:
        disables(deck, "web-2")
    deck.proceeds(number)
    deck.works()
    return ran_on(deck, number)[3:]


def test_a_target_that_goes_in_mid_deployment_is_not_left_half_done_silently(deck: Deck) -> None:
    assert waits_with_web_2(deck, OFF) == ["web-1", "web-2", "web-3"]


def test_but_one_that_is_disabled_in_mid_deployment_is_left_alone(deck: Deck) -> None:
    assert waits_with_web_2(deck, OFF, disabled=True) == ["web-1", "web-3"]


def test_what_was_left_out_once_stays_out_also_when_it_comes_back(deck: Deck) -> None:
    with_machines(deck, TWO_STEPS)
    number = deck.deploys(at="in 1h")
    disables(deck, "web-2")
    deck.time.passes(hours=1)
    deck.works()
    enables(deck, "web-2")
    deck.proceeds(number)
    deck.works()
    assert ran_on(deck, number) == ["web-1", "web-3", "web-1", "web-3"]


def test_that_the_first_of_them_is_left_out_says_nothing_of_the_run_condition(deck: Deck) -> None:
    process = """\
steps:
  - {step: build, run_script: {inline: echo one}}
  - {step: install, target_tags: [web], rolling: {window: 1}, run_condition: "#{if Octopus.Project.Id}yes#{/if}",
     run_script: {inline: echo two}}
"""
    with_machines(deck, process)
    number = deck.deploys(at="in 1h")
    disables(deck, "web-1")
    deck.time.passes(hours=1)
    deck.works()
    assert ran_on(deck, number)[1:] == ["web-2", "web-3"]
