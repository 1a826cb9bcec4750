"""What `worker_pool: "#{Pool}"` comes to when a deployment is planned, and why it comes to none, as a table."""

from __future__ import annotations

import pytest

from engine.domain import pool_choices
from engine.domain.plans import Plan, PlannedAction, PlannedStep, Region
from engine.domain.pool_choices import Choice, Given
from engine.domain.precedence import Situation
from engine.domain.processes import RunCondition, RunScript
from engine.domain.scopes import Scope
from engine.domain.variables import Control, Prompt, SecretReference, Variable

POOLS = ("linux", "arm", "production-linux")
KNOWN = {"Octopus.Environment.Id": "production"}
AT = Situation(project="web", environment="production", step="build", action="build")
IN_PRODUCTION = Scope(environments=("production",))
ASKED = Prompt()


def chosen(template: str, *variables: Variable, are_all: bool = False, **answers: str) -> Choice:
    given = Given(POOLS, "linux", variables, KNOWN, answers, are_all)
    return pool_choices.choose(template, given, AT)


def pool(value: str, scope: Scope | None = None, name: str = "Pool") -> Variable:
    return Variable(name, value, scope or Scope())


@pytest.mark.parametrize(
    ("template", "variables", "wanted"),
    [
        ("#{Pool}", [pool("arm")], "arm"),
        ("#{Pool}", [pool("linux"), pool("arm", IN_PRODUCTION)], "arm"),
        ("#{Pool}", [pool("linux"), pool("arm", Scope(steps=("build",)))], "arm"),
        ("#{Pool}", [pool("linux"), pool("arm", Scope(steps=("test",)))], "linux"),
        ("#{pool}", [pool(" arm ")], "arm"),
        ("#{Octopus.Environment.Id}-linux", [], "production-linux"),
        ("#{Pool}", [pool("#{Octopus.Environment.Id}-#{Kind}"), pool("linux", name="Kind")], "production-linux"),
        ('#{if Octopus.Environment.Id == "production"}arm#{else}linux#{/if}', [], "arm"),
    ],
)
def test_the_pool_is_what_the_variables_say_there(template: str, variables: list[Variable], wanted: str) -> None:
    assert chosen(template, *variables) == Choice(wanted)


@pytest.mark.parametrize(
    ("template", "variables", "flaw"),
    [
        ("#{Pool}", [], "Pool has no value in production"),
        ("#{Pool}", [pool("arm", Scope(environments=("staging",)))], "Pool has no value in production"),
        ("#{Pool}", [pool("")], "it comes to nothing"),
        ("#{Pool}", [pool("windows")], "there is no worker pool “windows”"),
        (
            "#{Pool}",
            [pool("arm", Scope(target_tags=("web",)))],
            "Pool has values for targets only, and pools are chosen before there is a target",
        ),
        (
            "#{Octopus.Action[build].Output.Pool}",
            [],
            "Octopus.Action[build].Output.Pool is not known before the deployment begins, and pools are chosen before",
        ),
        (
            "#{Pool}",
            [Variable("Pool", SecretReference("env", "POOL"))],
            "Pool is a secret, and everybody may read the name of a pool",
        ),
        (
            "#{if DbPassword}arm#{/if}",
            [Variable("DbPassword", SecretReference("env", "X"))],
            "DbPassword is a secret, and everybody may read the name of a pool",
        ),
        (
            "#{Pool}",
            [pool("#{DbPassword}"), Variable("DbPassword", SecretReference("env", "X"))],
            "DbPassword is a secret, and everybody may read the name of a pool",
        ),
    ],
)
def test_what_names_no_pool_says_why(template: str, variables: list[Variable], flaw: str) -> None:
    choice = chosen(template, *variables)
    assert (choice.pool, choice.flaw, choice.waits) == ("", flaw, False)


def test_what_is_long_is_not_repeated_in_full() -> None:
    assert chosen("#{Pool}", pool("x" * 3000)).flaw == f"there is no worker pool “{'x' * 100}…”"


def test_a_template_that_cannot_be_read_says_so() -> None:
    assert chosen("#{if Pool}arm").flaw


def test_what_is_asked_for_waits_for_its_answer_and_then_counts() -> None:
    asked = Variable("Pool", "arm", prompt=ASKED)
    assert chosen("#{Pool}", asked) == Choice(flaw="Pool is asked for when somebody deploys", waits=True)
    assert chosen("#{Pool}", asked, pool="linux") == Choice("linux")
    assert chosen("#{Pool}", asked, are_all=True) == Choice("arm"), "nobody answered, so the default counts"


def test_a_condition_on_what_is_asked_for_waits_too() -> None:
    big = Variable("Big", "", prompt=Prompt(control=Control.CHECKBOX))
    template = "#{if Big}arm#{else}linux#{/if}"
    assert chosen(template, big).waits
    assert chosen(template, big, big="True") == Choice("arm")
    assert chosen(template, big, are_all=True) == Choice("linux")


def planned(pool: str | None, *regions: Region) -> Plan:
    machines = tuple(region.slug for region in regions) or ("",)
    action = PlannedAction("build", "build", RunScript("echo"), pool, machines, regions=regions)
    return Plan((PlannedStep("build", "build", RunCondition.SUCCESS, (action,)),))


def settled(plan: Plan, *variables: Variable) -> PlannedAction:
    given = Given(POOLS, "linux", variables, KNOWN)
    found, unsettled = pool_choices.settle(plan, given, AT)
    assert not unsettled
    assert pool_choices.settle(found, given, AT) == (found, ()), "what is settled stays as it is"
    return found.action(0, 0)


EU, US = Region("eu", "arm"), Region("us", None)


@pytest.mark.parametrize(
    ("named", "pools"),
    [
        (None, ("arm", None)),
        ("linux", ("arm", "linux")),
        ("production-linux", ("production-linux", "production-linux")),
        ("#{Pool}", ("arm", "linux")),  # which comes to the default pool
    ],
)
def test_the_pool_of_a_region_counts_where_the_step_comes_to_the_default_pool(
    named: str | None, pools: tuple[str | None, ...]
) -> None:
    action = settled(planned(named, EU, US), pool("linux"))
    assert tuple(action.pool_for(region) for region in ("eu", "us")) == pools


def test_what_cannot_be_settled_keeps_its_template_and_is_told_with_its_step() -> None:
    found, (unsettled,) = pool_choices.settle(planned("#{Pool}"), Given(POOLS), AT)
    assert found.action(0, 0).worker_pool == "#{Pool}"
    assert (unsettled.name, unsettled.template) == ("build", "#{Pool}")
