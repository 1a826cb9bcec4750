"""Values for some targets: which machine gets which, what is explained and refused, and conditions for each machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import definitions
from engine.services import explanations, offers, tasks
from engine.services.choices import Choices
from engine.services.prompt_errors import AnswersMissing
from engine.services.views import TaskState
from tests.support.definition_folders import problems_of
from tests.support.engine import Deck
from tests.unit.engine.test_target_flow import FILES as TARGETS

VARIABLES = """\
Workers:
  - {value: "2"}
  - {value: "4", when: {target_tag: web}}
  - {value: "16", when: {target: web-3}}
Drain:
  - {value: "no"}
  - {value: "yes", when: {target_tag: web, environment: staging}}
"""
PROCESS = """\
steps:
  - step: install
    target_tags: [web, db]
    run_script: {inline: echo install}
  - step: once
    run_script: {inline: echo once}
"""
FILES = {**TARGETS, "projects/web/variables.yml": VARIABLES}


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOREDECK_TEST_KEY", "a key")


def given(deck: Deck, name: str) -> dict[str, str]:
    """By machine, the value that the script got."""
    machines = {run.ticket: run.machine or "once" for run in deck.runs(1)}
    return {machines[request.ticket]: str(request.variables[name]) for request in deck.workers.requests}


def test_each_machine_gets_the_value_that_is_meant_for_it(deck: Deck) -> None:
    deck.configured(PROCESS, FILES).deploys()
    deck.works()
    assert given(deck, "Workers") == {
        "web-1": "4", "web-2": "4", "web-3": "16", "web-4": "4", "db": "2", "once": "2",
    }  # fmt: skip
    assert given(deck, "Drain")["web-1"] == "yes"
    assert given(deck, "Drain")["once"] == "no"


ASKED = """\
Port:
  - {value: "80", prompt: {}}
  - {value: "8080", prompt: {required: true}, when: {target: web-3}}
  - {prompt: {required: true}, when: {target_tag: db}}
"""


def test_what_is_answered_for_one_target_holds_there_alone(deck: Deck) -> None:
    deck.configured(PROCESS, {**TARGETS, "projects/web/variables.yml": ASKED})
    with pytest.raises(AnswersMissing, match=r"needs an answer before it goes to staging: Port \(tag:db\)\."):
        deck.deploys(answers=[("Port", "81")])
    deck.deploys(answers=[("Port", "81"), ("Port@web-3", "83"), ("Port (tag:db)", "#{X}")], without=["web-4"])
    deck.works()
    assert given(deck, "Port") == {"web-1": "81", "web-2": "81", "web-3": "83", "db": "#{X}", "once": "81"}
    assert deck.task(1).answers == (("Port", "81"), ("Port (tag:db)", "#{X}"), ("Port (web-3)", "83"))
    view = offers.of(
        deck.db, project="web", version="1.0.0", environment="staging", choices=Choices(without=["db", "web-3"])
    )
    assert [question.name for question in view.questions] == ["Port"]
    deck.deploys(version="1.1.0", without=["db"])
    deck.works()


def test_the_explanation_knows_the_target(deck: Deck) -> None:
    deck.configured(PROCESS, FILES)
    view = explanations.explain(
        deck.db, name="Workers", project="web", environment="staging", step="install", target="web-3"
    )
    assert [(v.value, v.standing.value) for v in view.values][:2] == [("“16”", "wins"), ("“4”", "loses")]


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        (
            "A: [{value: x, when: {target: web-9}}]\n",
            'projects/web/variables.yml:1: A[0].when.target: There is no target "web-9".',
        ),
        (
            "A: [{value: x, when: {target_tag: wep}}]\n",
            'projects/web/variables.yml:1: A[0].when.target_tag: There is no target tag "wep". Did you mean "web"?',
        ),
        (
            "A:\n  - {value: x, when: {target_tag: web}}\n  - {value: z, when: {target_tag: blue}}\n",
            'projects/web/variables.yml:3: A[1]: "A" has two values for targets with the tags '
            "blue and web; the first is in projects/web/variables.yml:2.",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(tmp_path: Path, variables: str, told: str) -> None:
    files = {**TARGETS, "projects/web/variables.yml": variables}
    files["targets.yml"] = files["targets.yml"].replace("tags: [web]", "tags: [web, blue]")
    del files["accounts.yml"]
    problems = problems_of(tmp_path, files)
    assert any(problem.startswith(told) for problem in problems), problems


def test_two_tags_that_no_target_shares_do_not_tie(tmp_path: Path) -> None:
    variables = "A:\n  - {value: x, when: {target_tag: web}}\n  - {value: z, when: {target_tag: db}}\n"
    files = {"targets.yml": TARGETS["targets.yml"], "projects/web/variables.yml": variables}
    assert problems_of(tmp_path, files) == []
    loaded = definitions.load(tmp_path)
    assert definitions.parse_stored(loaded.to_json()) == loaded


BY_MACHINE = """\
steps:
  - step: look
    target_tags: web
    run_script: {inline: echo look}
  - step: restart
    target_tags: web
    rolling: {window: 1}
    run_condition: '#{unless Octopus.Machine.Name == "web-2"}true#{/unless}'
    run_script: {inline: echo restart}
"""


def test_a_condition_that_names_the_machine_is_told_for_each(deck: Deck) -> None:
    number = deck.configured(BY_MACHINE, TARGETS).deploys()
    deck.works()
    task = deck.task(number)
    assert task.state is TaskState.SUCCESS
    assert {m.slug: (m.status.value, m.detail) for m in task.steps[1].machines} == {
        "web-1": ("succeeded", ""),
        "web-2": ("skipped", "its run condition is false"),
        "web-3": ("succeeded", ""),
        "web-4": ("succeeded", ""),
    }


BY_ACTION = """\
steps:
  - step: update
    target_tags: web
    rolling: {window: 1}
    run_condition: "#{Octopus.Environment.Id}"
    actions:
      - action: drain
        run_condition: '#{unless Octopus.Machine.Name == "web-2"}true#{/unless}'
        run_script: {inline: echo drain}
      - {action: install, run_condition: "#{Wanted}", run_script: {inline: echo install}}
      - {action: check, run_script: {inline: echo check}}
"""


def test_an_action_of_a_step_may_have_a_condition_of_its_own(deck: Deck) -> None:
    wanted = {"projects/web/variables.yml": "Wanted: [{value: 'no'}, {value: 'yes', when: {target: web-3}}]\n"}
    number = deck.configured(BY_ACTION, {**TARGETS, **wanted}).deploys()
    view = tasks.plan_of(deck.db, number, "ana")
    assert view.steps[1].condition.startswith("if #{Octopus.Environment.Id} and if #{Wanted}; 1 at a time")
    deck.works()
    assert deck.task(number).state is TaskState.SUCCESS
    ran = {(run.machine, run.action) for run in deck.runs(number) if run.state == "succeeded"}
    assert sorted(ran) == [
        ("web-1", 0), ("web-1", 2), ("web-2", 2), ("web-3", 0), ("web-3", 1), ("web-3", 2), ("web-4", 0), ("web-4", 2),
    ]  # fmt: skip
    told = {run.reason for run in deck.runs(number) if run.state == "skipped"}
    assert told == {"its own run condition is false"}
