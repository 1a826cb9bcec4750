"""Processes, variables and scopes survive being stored, and a scope denies what it does not name."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.processes import (
    Action,
    ManualIntervention,
    Process,
    RunCondition,
    RunScript,
    Step,
    process_from_json,
    process_to_json,
)
from engine.domain.scopes import EVERYWHERE, Scope, scope_from_json, scope_to_json
from engine.domain.variables import (
    Control,
    Option,
    Prompt,
    SecretReference,
    Variable,
    variables_from_json,
    variables_to_json,
)

WORDS = st.text(max_size=10)
SLUGS = st.lists(WORDS, max_size=3).map(tuple)
SCOPES = st.builds(Scope, *[SLUGS] * 10)
SCRIPTS = st.builds(RunScript, WORDS, st.just("bash"), WORDS)
INTERVENTIONS = st.builds(
    ManualIntervention, WORDS, st.lists(WORDS, min_size=1).map(tuple), st.integers(1, 9), st.booleans(), st.booleans()
)
LIMITS = st.none() | st.integers(1, 10**6).map(lambda seconds: timedelta(seconds=seconds))
ACTIONS = st.builds(Action, WORDS, WORDS, SCRIPTS | INTERVENTIONS, SCOPES, st.none() | WORDS, LIMITS, st.booleans())
STEPS = st.builds(Step, WORDS, WORDS, st.sampled_from(RunCondition), SCOPES, st.lists(ACTIONS, max_size=3).map(tuple))
PROCESSES = st.lists(STEPS, max_size=4).map(tuple).map(Process)
REFERENCES = st.builds(SecretReference, st.sampled_from(["env", "file"]), st.text(max_size=20))
OPTIONS = st.lists(st.builds(Option, WORDS, WORDS), max_size=2).map(tuple)
PROMPTS = st.builds(Prompt, WORDS, WORDS, st.booleans(), st.sampled_from(Control), OPTIONS)
A_VARIABLE = st.builds(Variable, WORDS, WORDS | REFERENCES, SCOPES, st.none() | PROMPTS, WORDS, WORDS)
VARIABLES = st.lists(A_VARIABLE, max_size=4).map(tuple)

SAME_EACH_TIME = settings(deadline=None, derandomize=True)


@SAME_EACH_TIME
@given(PROCESSES)
def test_a_process_comes_back_from_json_as_it_was(process: Process) -> None:
    assert process_from_json(json.loads(json.dumps(process_to_json(process)))) == process


@SAME_EACH_TIME
@given(VARIABLES)
def test_variables_come_back_from_json_as_they_were(variables: tuple[Variable, ...]) -> None:
    assert variables_from_json(json.loads(json.dumps(variables_to_json(variables)))) == variables


def test_what_an_earlier_version_froze_still_loads() -> None:
    """Releases keep their rows for ever: keys that came later are missing there."""
    stored = [{"name": "Level", "value": "info", "scope": {"environments": ["staging"]}}]
    assert variables_from_json(stored) == (Variable("Level", "info", Scope(environments=("staging",))),)
    step = process_to_json(Process((Step("a", "a", RunCondition.SUCCESS, EVERYWHERE, ()),)))["steps"][0]
    del step["expression"]
    loaded = process_from_json({"steps": [step]})
    assert not loaded.fail_on_unresolved
    assert loaded.steps[0].expression == ""


@SAME_EACH_TIME
@given(SCOPES)
def test_a_scope_comes_back_from_json_as_it_was(scope: Scope) -> None:
    assert scope_from_json(json.loads(json.dumps(scope_to_json(scope)))) == scope


def test_an_unknown_kind_of_work_is_refused() -> None:
    process = Process((Step("a", "a", RunCondition.SUCCESS, EVERYWHERE, (Action("a", "a", RunScript("x")),)),))
    content = process_to_json(process)
    content["steps"][0]["actions"][0]["work"]["kind"] = "teleport"
    with pytest.raises(ValueError, match="unknown kind of work: teleport"):
        process_from_json(content)


def test_a_secret_reference_prints_as_it_is_written() -> None:
    assert str(SecretReference("file", "/etc/foredeck/key")) == "file:/etc/foredeck/key"


def test_a_scope_that_names_nothing_applies_everywhere() -> None:
    assert EVERYWHERE.is_everywhere
    assert EVERYWHERE.matches(environment="production", project="web")
    assert EVERYWHERE.matches()


def test_the_values_of_one_kind_are_alternatives_and_kinds_add_up() -> None:
    scope = Scope(environments=("staging", "production"), projects=("web",))
    assert scope.matches(environment="staging", project="web")
    assert scope.matches(environment="production", project="web")
    assert not scope.matches(environment="production", project="shop")
    assert not scope.matches(environment="test", project="web")


def test_a_restricted_scope_does_not_match_what_is_not_named() -> None:
    assert not Scope(environments=("staging",)).matches(project="web")
    assert Scope(environments=("staging",)).ignoring_environments().matches(project="web")
