"""Plans: what is part of a deployment, what is left out and why, and the stored form."""

from __future__ import annotations

import json
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from engine.domain import plans
from engine.domain.plans import LeftOut, Plan, PlannedAction, PlannedStep
from engine.domain.processes import Action, ManualIntervention, Process, RunCondition, RunScript, Step
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
)
steps = st.builds(
    PlannedStep,
    slug=texts,
    name=texts,
    condition=st.sampled_from(RunCondition),
    actions=st.lists(actions, min_size=1, max_size=3).map(tuple),
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
