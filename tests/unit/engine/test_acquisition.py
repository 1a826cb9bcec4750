"""Where in a plan packages are fetched: before the first step that needs one, or before anybody is asked."""

from __future__ import annotations

import pytest

from engine.domain import plans
from engine.domain.acquisition import with_acquisition
from engine.domain.processes import (
    Acquire,
    AcquirePackages,
    Action,
    HealthCheck,
    ManualIntervention,
    PackageToDeploy,
    Process,
    RunCondition,
    RunScript,
    StartTrigger,
    Step,
    Work,
    process_from_json,
    process_to_json,
)
from engine.domain.scopes import EVERYWHERE
from engine.domain.script_sources import FromPackage, PackageUse

BUILD, CONFIRM, CHECK = RunScript("make"), ManualIntervention("Good?", ("ops",)), HealthCheck()
USES, FROM = RunScript("ls", packages=(PackageUse("it", "app"),)), RunScript("", origin=FromPackage("site"))
BEFORE, AFTER = Acquire.BEFORE_APPROVAL, Acquire.AFTER_APPROVAL


def installs(package: str) -> RunScript:
    return RunScript("", source="package", deploys=PackageToDeploy(package))


def a_plan(*works: Work, beside: tuple[int, ...] = (), slugs: str = "abcdefgh") -> plans.Plan:
    """A step for each work; those with the numbers in `beside` run together with the step before them."""
    steps = tuple(
        Step(
            slug,
            slug,
            RunCondition.SUCCESS,
            EVERYWHERE,
            (Action(slug, slug, work),),
            StartTrigger.WITH_PREVIOUS if index in beside else StartTrigger.AFTER_PREVIOUS,
        )
        for index, (slug, work) in enumerate(zip(slugs, works, strict=False))
    )
    return plans.make(Process(steps), project="web", environment="staging")


def acquired(plan: plans.Plan, when: Acquire = AFTER, fetched: str = "app site") -> str:
    """The slugs of the plan's steps in order, the one that acquires in capitals with its packages."""
    changed = with_acquisition(plan, when, fetched.split())
    assert plans.from_json(plans.to_json(changed)) == changed
    words = []
    for step in changed.steps:
        work = step.actions[0].work
        words.append(f"GET:{'+'.join(work.packages)}" if isinstance(work, AcquirePackages) else step.slug)
    return " ".join(words)


@pytest.mark.parametrize(
    ("works", "after", "before"),
    [
        ([BUILD, CHECK], "a b", "a b"),
        ([BUILD, installs("app")], "a GET:app b", "a GET:app b"),
        ([BUILD, CONFIRM, installs("app")], "a b GET:app c", "a GET:app b c"),
        ([CONFIRM, BUILD, CONFIRM, installs("app")], "a b c GET:app d", "GET:app a b c d"),
        ([installs("site"), CONFIRM, installs("app")], "GET:app+site a b c", "GET:app+site a b c"),
        ([BUILD, CONFIRM, installs("pushed")], "a b c", "a b c"),
        ([BUILD, USES, FROM], "a GET:app+site b c", "a GET:app+site b c"),
    ],
)
def test_it_stands_before_the_first_step_that_needs_it_or_before_the_first_question(
    works: list[Work], after: str, before: str
) -> None:
    assert acquired(a_plan(*works), AFTER) == after
    assert acquired(a_plan(*works), BEFORE) == before


def test_steps_that_run_together_stay_together() -> None:
    assert acquired(a_plan(BUILD, BUILD, installs("app"), beside=(2,))) == "a GET:app b c"
    assert acquired(a_plan(BUILD, CONFIRM, BUILD, installs("app"), beside=(1,)), BEFORE) == "GET:app a b c d"


def test_it_knows_whom_it_spares_a_question() -> None:
    spared = with_acquisition(a_plan(BUILD, CONFIRM, installs("app")), BEFORE, ["app"]).steps[1].actions[0].work
    assert spared == AcquirePackages(("app",), ahead_of="b")
    after = with_acquisition(a_plan(BUILD, CONFIRM, installs("app")), AFTER, ["app"]).steps[2].actions[0].work
    assert after == AcquirePackages(("app",))


def test_a_step_of_the_process_may_have_its_name() -> None:
    plan = a_plan(installs("app"), slugs=["acquire-packages"])  # type: ignore[arg-type]
    assert [step.slug for step in with_acquisition(plan, AFTER, ["app"]).steps] == [
        "acquire-packages-2",
        "acquire-packages",
    ]


def test_what_was_frozen_before_says_nothing_of_it_and_means_the_default() -> None:
    stored = process_to_json(Process(()))
    assert "acquire" not in stored
    assert process_from_json(stored).acquire is AFTER
    assert process_from_json(process_to_json(Process((), acquire=BEFORE))).acquire is BEFORE
