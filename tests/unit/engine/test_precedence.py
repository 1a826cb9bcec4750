"""Which value of a variable wins: every sentence of Octopus's page on scopes, one test each."""

from __future__ import annotations

import itertools

import pytest

from engine.domain.precedence import RUNBOOK, Rank, Situation, choose, ranks, specificity
from engine.domain.scopes import EVERYWHERE, Scope
from engine.domain.variables import Variable

HERE = Situation(
    project="web",
    environment="production",
    step="install",
    action="copy",
    step_tags=frozenset({"web"}),
    machine="web-1",
    machine_tags=frozenset({"web", "linux"}),
    channel="stable",
    tenant="acme",
    tenant_tags=frozenset({"region/eu"}),
)
BY_RANK = {
    Rank.STEP: Scope(steps=("install",)),
    Rank.MACHINE: Scope(machines=("web-1",)),
    Rank.TARGET_TAG_OF_STEP: Scope(target_tags=("web",)),
    Rank.TARGET_TAG: Scope(target_tags=("linux",)),
    Rank.TENANT: Scope(tenants=("acme",)),
    Rank.TENANT_TAG: Scope(tenant_tags=("region/eu",)),
    Rank.ENVIRONMENT: Scope(environments=("production",)),
    Rank.CHANNEL: Scope(channels=("stable",)),
    Rank.PROCESS: Scope(processes=("deployment",)),
}
SCOPED = list(BY_RANK.values())


def value(text: str, scope: Scope = EVERYWHERE, *, source: str = "", name: str = "Level") -> Variable:
    return Variable(name, text, scope, source=source)


def chosen(*values: Variable, at: Situation = HERE) -> dict[str, object]:
    return {name: variable.value for name, variable in choose(values, at).items()}


def winner(*values: Variable, at: Situation = HERE) -> object:
    """The value that wins, in whatever order they are written."""
    found = {str(chosen(*order, at=at).get("Level")) for order in (values, values[::-1])}
    assert len(found) == 1, "the order decides"
    return found.pop()


@pytest.mark.parametrize("rank", BY_RANK)
def test_each_kind_of_scope_has_its_rank(rank: Rank) -> None:
    assert ranks(BY_RANK[rank], HERE) == (rank,)


@pytest.mark.parametrize(("stronger", "weaker"), list(itertools.pairwise(SCOPED)))
def test_of_two_single_kinds_the_more_specific_one_wins(stronger: Scope, weaker: Scope) -> None:
    assert winner(value("stronger", stronger), value("weaker", weaker)) == "stronger"


def test_the_last_two_ranks_are_a_projects_own_value_and_a_sets_without_any_scope() -> None:
    own, shared = value("own"), value("shared", source="mail")
    assert specificity(own, HERE) == (0, (-Rank.PROJECT,))
    assert specificity(shared, HERE) == (0, (-Rank.UNSCOPED,))
    assert winner(own, shared) == "own"


@pytest.mark.parametrize("scope", SCOPED)
def test_any_scope_wins_over_none(scope: Scope) -> None:
    assert winner(value("scoped", scope, source="mail"), value("own")) == "scoped"


@pytest.mark.parametrize("scope", SCOPED)
def test_a_value_for_elsewhere_is_no_value_here(scope: Scope) -> None:
    elsewhere = Situation(environment="staging", process=RUNBOOK)
    assert chosen(value("x", scope), at=elsewhere) == {}
    assert specificity(value("x", scope), elsewhere) is None


def test_within_one_kind_one_match_is_enough() -> None:
    assert winner(value("x", Scope(environments=("staging", "production")))) == "x"


def test_across_kinds_every_one_has_to_match() -> None:
    both = Scope(environments=("production",), steps=("install",))
    assert chosen(value("x", both)) == {"Level": "x"}
    assert chosen(value("x", both), at=Situation(environment="production", step="tidy")) == {}
    assert chosen(value("x", both), at=Situation(environment="staging", step="install")) == {}


def test_more_kinds_win_over_fewer_however_specific_those_are() -> None:
    two = Scope(environments=("production",), target_tags=("linux",))
    assert winner(value("two", two), value("tag", Scope(target_tags=("linux",)))) == "two"
    least = Scope(channels=("stable",), processes=("deployment",))
    assert winner(value("two", least), value("step", Scope(steps=("install",)))) == "two"


def test_two_values_within_one_kind_are_not_more_than_one() -> None:
    wide = value("wide", Scope(environments=("staging", "production")))
    assert winner(wide, value("step", Scope(steps=("install",)))) == "step"


def test_of_as_many_kinds_the_most_specific_one_decides_and_then_the_next() -> None:
    step_and_channel = Scope(steps=("install",), channels=("stable",))
    step_and_environment = Scope(steps=("install",), environments=("production",))
    machine_and_tag = Scope(machines=("web-1",), target_tags=("web",))
    assert winner(value("step", step_and_channel), value("machine", machine_and_tag)) == "step"
    assert winner(value("channel", step_and_channel), value("environment", step_and_environment)) == "environment"


@pytest.mark.parametrize("scope", [EVERYWHERE, *SCOPED])
def test_where_all_is_equal_the_project_wins_over_a_set(scope: Scope) -> None:
    assert winner(value("own", scope), value("shared", scope, source="mail")) == "own"


def test_a_set_that_is_more_specific_wins_over_the_project() -> None:
    scope = Scope(environments=("production",))
    assert winner(value("own"), value("shared", scope, source="mail")) == "shared"


def test_a_tag_that_the_step_targets_is_more_specific_than_one_that_only_the_machine_has() -> None:
    assert winner(value("step", BY_RANK[Rank.TARGET_TAG_OF_STEP]), value("linux", BY_RANK[Rank.TARGET_TAG])) == "step"


def test_a_tag_that_the_step_targets_and_the_machine_lacks_does_not_count() -> None:
    at = Situation(step_tags=frozenset({"db"}), machine="web-1", machine_tags=frozenset({"web"}))
    assert ranks(Scope(target_tags=("db",)), at) is None


def test_an_action_counts_as_a_step_does() -> None:
    assert ranks(Scope(actions=("copy",)), HERE) == ranks(Scope(steps=("install",)), HERE) == (Rank.STEP,)
    assert ranks(Scope(actions=("switch",)), HERE) is None


def test_a_step_and_an_action_are_one_kind() -> None:
    assert ranks(Scope(steps=("tidy",), actions=("copy",)), HERE) == (Rank.STEP,)


def test_before_any_step_runs_a_value_for_a_step_does_not_apply() -> None:
    assert chosen(value("x", Scope(steps=("install",))), at=Situation(environment="production")) == {}


def test_a_runbook_is_another_process_than_a_deployment() -> None:
    only = value("x", Scope(processes=(RUNBOOK,)))
    assert chosen(only) == {}
    assert chosen(only, at=Situation(process=RUNBOOK)) == {"Level": "x"}


def test_names_differ_by_more_than_case() -> None:
    assert chosen(value("info"), value("debug", Scope(environments=("production",)), name="LEVEL")) == {
        "Level": "debug"
    }
