"""Plans: what is part of a deployment, what is left out and why, and the stored form."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from engine.domain import plans
from engine.domain.plans import LeftOut, Plan, PlannedAction, PlannedStep
from engine.domain.processes import (
    Action,
    ManualIntervention,
    Process,
    Retries,
    RunCondition,
    RunScript,
    StartTrigger,
    Step,
)
from engine.domain.scopes import EVERYWHERE, Scope

PRODUCTION = Scope(environments=("production",))

texts = st.text(max_size=20)
works = st.builds(RunScript, body=texts, syntax=st.just("bash"), source=texts) | st.builds(
    ManualIntervention,
    instructions=texts,
    teams=st.lists(texts, min_size=1, max_size=3).map(tuple),
    minimum=st.integers(1, 5),
    requester_may=st.booleans(),
    block_concurrent_deployments=st.booleans(),
)
actions = st.builds(
    PlannedAction,
    slug=texts,
    name=texts,
    work=works,
    worker_pool=st.none() | texts,
    machines=st.lists(texts, min_size=1, max_size=3).map(tuple),
    time_limit=st.none() | st.integers(1, 10**6).map(lambda seconds: timedelta(seconds=seconds)),
    idempotent=st.booleans(),
    retries=st.none() | st.builds(Retries, attempts=st.integers(1, 3), delay=st.just(timedelta(seconds=15))),
)
steps = st.builds(
    PlannedStep,
    slug=texts,
    name=texts,
    condition=st.sampled_from(RunCondition),
    actions=st.lists(actions, min_size=1, max_size=3).map(tuple),
    start_trigger=st.sampled_from(StartTrigger),
)
left_out = st.builds(LeftOut, slug=texts, name=texts, reason=texts, is_step=st.booleans())


@given(
    st.builds(Plan, steps=st.lists(steps, max_size=4).map(tuple), left_out=st.lists(left_out, max_size=2).map(tuple))
)
def test_a_plan_survives_being_stored(plan: Plan) -> None:
    assert plans.from_json(json.loads(json.dumps(plans.to_json(plan)))) == plan


def action(slug: str, scope: Scope = EVERYWHERE) -> Action:
    return Action(slug, slug.title(), RunScript("echo"), scope)


def step(slug: str, *actions: Action, scope: Scope = EVERYWHERE) -> Step:
    return Step(slug, slug.title(), RunCondition.SUCCESS, scope, actions or (action(slug),))


def made(*steps: Step, environment: str = "staging") -> Plan:
    return plans.make(Process(steps), project="web", environment=environment)


def test_a_step_for_another_environment_is_left_out_with_the_reason() -> None:
    plan = made(step("build"), step("announce", scope=PRODUCTION))
    assert [planned.slug for planned in plan.steps] == ["build"]
    assert plan.left_out == (LeftOut("announce", "Announce", "only for production"),)


def test_the_same_step_is_part_of_it_where_it_belongs() -> None:
    plan = made(step("build"), step("announce", scope=PRODUCTION), environment="production")
    assert [planned.slug for planned in plan.steps] == ["build", "announce"]
    assert plan.left_out == ()


def test_an_action_may_be_left_out_of_a_step_that_stays() -> None:
    plan = made(step("install", action("copy"), action("warm", PRODUCTION)))
    assert [planned.slug for planned in plan.steps[0].actions] == ["copy"]
    assert plan.left_out == (LeftOut("warm", "Install › Warm", "only for production", is_step=False),)


def test_a_step_without_any_action_left_is_no_step() -> None:
    plan = made(step("install", action("warm", PRODUCTION)))
    assert plan.steps == ()
    assert plan.left_out == (LeftOut("warm", "Install › Warm", "only for production"),)


def test_a_scope_of_several_environments_names_them() -> None:
    plan = made(step("announce", scope=Scope(environments=("production", "live"))))
    assert plan.left_out[0].reason == "only for production or live"


def test_a_scope_that_is_not_about_environments_says_only_that_it_does_not_match() -> None:
    plan = made(step("announce", scope=Scope(projects=("shop",))))
    assert plan.left_out[0].reason == "its scope does not match"


def beside(slug: str, scope: Scope = EVERYWHERE) -> Step:
    return replace(step(slug, scope=scope), start_trigger=StartTrigger.WITH_PREVIOUS)


def grouped(plan: Plan) -> list[list[str]]:
    return [[plan.steps[index].slug for index in group] for group in plan.groups]


def test_steps_that_start_with_the_one_before_are_one_group() -> None:
    plan = made(step("build"), step("web"), beside("shop"), beside("mail"), step("test"))
    assert grouped(plan) == [["build"], ["web", "shop", "mail"], ["test"]]
    assert grouped(plans.from_json(plans.to_json(plan))) == grouped(plan)


def test_a_plan_without_steps_has_no_group() -> None:
    assert made(step("announce", scope=PRODUCTION)).groups == ()


def test_a_group_whose_first_step_is_left_out_keeps_its_other_steps_and_joins_no_group_before_it() -> None:
    plan = made(step("build"), step("web", scope=PRODUCTION), beside("shop"), beside("mail"))
    assert grouped(plan) == [["build"], ["shop", "mail"]]


def test_a_group_that_is_left_out_whole_takes_nothing_with_it() -> None:
    plan = made(step("build"), step("web", scope=PRODUCTION), beside("shop", PRODUCTION), step("test"), beside("mail"))
    assert grouped(plan) == [["build"], ["test", "mail"]]


def test_an_excluded_environment_is_named_as_the_reason() -> None:
    scope = Scope(excluded_environments=("staging",))
    assert made(step("announce", scope=scope)).left_out == (LeftOut("announce", "Announce", "not for staging"),)
    assert made(step("announce", scope=scope), environment="production").left_out == ()


def test_a_disabled_step_is_left_out_everywhere() -> None:
    disabled = replace(step("warm"), disabled=True)
    assert made(step("build"), disabled).left_out == (LeftOut("warm", "Warm", "disabled in the process"),)


def test_a_step_can_be_skipped_for_one_deployment_by_slug_or_name_in_any_case() -> None:
    process = Process((step("build"), step("smoke-test")))
    assert plans.why_not_skipped(process, ["Smoke-Test"]) == (("smoke-test",), {})
    plan = plans.make(process, project="web", environment="staging", skip=("smoke-test",))
    assert plan.left_out == (LeftOut("smoke-test", "Smoke-Test", "skipped for this deployment"),)


def test_a_required_step_an_approval_and_an_unknown_one_cannot_be_skipped() -> None:
    asking = Action("confirm", "Confirm", ManualIntervention("Good?", ("release-managers",)))
    process = Process((replace(step("build"), required=True), step("confirm", asking)))
    assert plans.why_not_skipped(process, ["build", "confirm", "smoke"]) == (
        (),
        {"build": "it is required", "confirm": "an approval cannot be skipped", "smoke": "there is no such step"},
    )
