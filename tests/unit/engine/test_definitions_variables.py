"""Variables in the format: their scopes, ties, library sets, prompts and secret stores; and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import definitions
from engine.domain.scopes import Scope
from engine.domain.variables import Control, Option, Prompt, SecretReference
from tests.support.definition_folders import PROCESS, VARIABLES, main_file, problems_of, write_folder

PROJECT = "projects/web/project.yml"
STEPS = """\
steps:
  - step: install
    actions:
      - {action: copy, run_script: {inline: a}}
      - {action: switch, when: {environment: production}, run_script: {inline: b}}
  - {step: tidy, when: {environment: staging}, run_script: {inline: c}}
"""


def variables(text: str) -> dict[str, str | bytes | None]:
    return {PROCESS: STEPS, VARIABLES: text}


def with_sets(sets: str, variables_: str = "", *, included: str = "[mail, more]") -> dict[str, str | bytes | None]:
    return {
        "variable_sets.yml": sets,
        PROJECT: f"slug: web\nname: Web shop\nvariable_sets: {included}\n",
        VARIABLES: variables_ or None,
    }


def test_a_value_knows_where_it_applies_and_where_it_is_written(tmp_path: Path) -> None:
    text = "A:\n  - {value: x, when: {environment: staging, step: [install, tidy], process: deployment}}\n"
    loaded = definitions.load(write_folder(tmp_path, variables(text + "  - {value: w, when: {action: copy}}\n")))
    first, second = loaded.projects["web"].variables
    assert first.scope == Scope(environments=("staging",), steps=("install", "tidy"), processes=("deployment",))
    assert second.scope == Scope(actions=("copy",))
    assert (first.place, second.place) == (f"{VARIABLES}:2", f"{VARIABLES}:3")


def test_moving_a_line_means_the_same(tmp_path: Path) -> None:
    before = definitions.load(write_folder(tmp_path / "a", {VARIABLES: "A: [{value: x}]\n"}))
    after = definitions.load(write_folder(tmp_path / "b", {VARIABLES: "# why\nA: [{value: x}]\n"}))
    assert before.digest == after.digest
    assert before.to_json() != after.to_json()


def test_a_set_is_shared_and_its_values_come_after_the_projects_own(tmp_path: Path) -> None:
    sets = "mail: {name: Mail, variables: {SmtpHost: [{value: mail}]}}\n"
    loaded = definitions.load(write_folder(tmp_path, with_sets(sets, "A: [{value: x}]\n", included="[mail]")))
    assert [(v.name, v.source) for v in loaded.variables_of("web")] == [("A", ""), ("SmtpHost", "mail")]
    assert loaded.variable_sets["mail"].name == "Mail"
    assert loaded.variables_of("web")[1].place == "variable_sets.yml:1"
    assert definitions.parse_stored(loaded.to_json()) == loaded


def test_a_prompt_with_all_its_keys(tmp_path: Path) -> None:
    text = (
        "Colour: [{value: blue, prompt: {label: Which, help: The side, required: true, control: select,"
        " options: [blue, {value: green, label: Green one}]}}]\n"
    )
    (variable,) = definitions.load(write_folder(tmp_path, {VARIABLES: text})).projects["web"].variables
    options = (Option("blue", "blue"), Option("green", "Green one"))
    assert variable.prompt == Prompt("Which", "The side", required=True, control=Control.SELECT, options=options)
    assert variable.value == "blue"


def test_options_make_a_select_and_nothing_is_asked_for_in_one_line(tmp_path: Path) -> None:
    text = "A: [{prompt: {options: [x]}}]\nB: [{prompt: {label: B}}]\n"
    loaded = definitions.load(write_folder(tmp_path, {VARIABLES: text}))
    assert [v.prompt.control for v in loaded.projects["web"].variables if v.prompt] == [Control.SELECT, Control.TEXT]


def test_a_secret_of_a_store_is_a_reference(tmp_path: Path) -> None:
    stores = main_file('secret_stores:\n  op: {command: [op, read, "op://prod/{path}"], timeout: 5s}\n')
    changes = {"foredeck.yml": stores, VARIABLES: 'DbPassword: [{secret: "op:web/db"}]\n'}
    loaded = definitions.load(write_folder(tmp_path, changes))
    assert loaded.secret_stores["op"].command == ("op", "read", "op://prod/{path}")
    assert loaded.secret_stores["op"].timeout.total_seconds() == 5
    assert loaded.projects["web"].variables[0].value == SecretReference("op", "web/db")
    assert definitions.parse_stored(loaded.to_json()) == loaded


def test_a_revision_of_an_earlier_version_still_loads(tmp_path: Path) -> None:
    import json

    stored = json.loads(definitions.load(write_folder(tmp_path)).to_json())
    for key in ("secret_stores", "variable_sets"):
        del stored[key]
    for project in stored["projects"]:
        del project["variable_sets"], project["process"]["fail_on_unresolved"]
        for variable in project["variables"]:
            del variable["place"]
        for step in project["process"]["steps"]:
            del step["expression"]
    loaded = definitions.parse_stored(json.dumps(stored))
    assert loaded.variables_of("web") == loaded.projects["web"].variables


# Ties.


@pytest.mark.parametrize(
    "values",
    [
        "{value: x, when: {step: install}}, {value: w, when: {step: tidy}}",
        "{value: x, when: {action: copy}}, {value: w, when: {action: switch}}",
        "{value: x, when: {step: install}}, {value: w, when: {environment: staging}}",
        "{value: x, when: {environment: staging}}, {value: w, when: {environment: production}}",
        "{value: x, when: {process: deployment}}, {value: w, when: {process: runbook}}",
        "{value: x}, {value: w, when: {process: runbook}}",
        # They share the environment, but the step does not run there; nor does the action.
        "{value: x, when: {step: tidy, environment: production}},"
        " {value: w, when: {action: tidy, environment: production}}",
        "{value: x, when: {step: install, environment: staging}},"
        " {value: w, when: {action: switch, environment: staging}}",
    ],
)
def test_values_that_never_meet_or_differ_in_rank_do_not_tie(tmp_path: Path, values: str) -> None:
    assert problems_of(tmp_path, variables(f"A: [{values}]\n")) == []


@pytest.mark.parametrize(
    ("first", "second", "where"),
    [
        ("", "", "everywhere"),
        ("environment: staging", "environment: [production, staging]", '"staging"'),
        ("step: install", "action: copy", 'the step "install"'),
        ("action: switch", "step: [tidy, install]", '"production", the step "install"'),
        ("process: deployment", "process: [deployment, runbook]", "a deployment"),
        ("process: runbook", "process: [runbook]", "a runbook"),
        ("step: install, environment: production", "action: copy, environment: production",
         '"production", the step "install"'),
    ],
)  # fmt: skip
def test_two_values_that_tie_are_an_error_that_names_both_places(
    tmp_path: Path, first: str, second: str, where: str
) -> None:
    one, two = (f", when: {{{scope}}}" if scope else "" for scope in (first, second))
    text = f"Level:\n  - {{value: x{one}}}\nLEVEL:\n  - {{value: w{two}}}\n"
    (problem,) = problems_of(tmp_path, variables(text))
    assert problem.startswith(f'{VARIABLES}:4: LEVEL[0]: "LEVEL" has two values for ')
    assert problem.endswith(f"; the first is in {VARIABLES}:2. Keep one of them, or restrict one with `when`.")
    if first != "action: switch":
        assert where in problem


def test_a_value_for_an_environment_that_does_not_exist_ties_with_none(tmp_path: Path) -> None:
    text = "A: [{value: x, when: {environment: nowhere}}, {value: w, when: {environment: nowhere}}]\n"
    assert not any("two values" in problem for problem in problems_of(tmp_path, {VARIABLES: text}))


SETS = """\
mail: {variables: {Host: [{value: a}]}}
more:
  variables:
    HOST: [{value: b}]
"""


def test_two_sets_that_tie_are_an_error_of_the_project_that_includes_both(tmp_path: Path) -> None:
    assert problems_of(tmp_path, with_sets(SETS)) == [
        f'{PROJECT}:3: variable_sets[1]: "HOST" has two values for everywhere: in the set mail (variable_sets.yml:1) '
        "and in the set more (variable_sets.yml:4). Include one of the sets, or give the project a value of its own."
    ]


def test_the_projects_own_value_decides_between_two_sets(tmp_path: Path) -> None:
    assert problems_of(tmp_path, with_sets(SETS, "Host: [{value: own}]\n")) == []


def test_an_own_value_decides_only_where_it_is_more_specific(tmp_path: Path) -> None:
    sets = SETS.replace("value: a", "value: a, when: {environment: staging}").replace(
        "value: b", "value: b, when: {environment: staging}"
    )
    assert len(problems_of(tmp_path / "a", with_sets(sets, "Host: [{value: own}]\n"))) == 1
    own = "Host: [{value: own, when: {environment: staging}}]\n"
    assert problems_of(tmp_path / "b", with_sets(sets, own)) == []


def test_a_tie_within_a_set_is_told_where_it_is_written(tmp_path: Path) -> None:
    sets = "mail:\n  variables:\n    Host:\n      - {value: a}\n      - {value: b}\n"
    (problem,) = problems_of(tmp_path, with_sets(sets, included="[mail]"))
    assert problem.startswith('variable_sets.yml:5: mail.variables.Host[1]: "Host" has two values for everywhere')


# What is wrong.


def stores(text: str) -> dict[str, str | bytes | None]:
    return {"secret_stores.yml": text}


PROBLEMS: list[tuple[dict[str, str | bytes | None], str]] = [
    (variables("A: [{value: x, when: {step: instal}}]\n"), 'There is no step "instal". Did you mean "install"?'),
    (variables("A: [{value: x, when: {action: cpy}}]\n"), 'There is no action "cpy". Did you mean "copy"?'),
    (variables("A: [{value: x, when: {step: [install, install]}}]\n"), '"install" is in this list twice.'),
    (variables("A: [{value: x, when: {step: []}}]\n"), "This names nothing, so it would apply nowhere."),
    (variables("A: [{value: x, when: {step: install, action: copy}}]\n"), "`step` and `action` exclude each other."),
    (variables("A: [{value: x, when: {process: runbok}}]\n"), 'There is no process "runbok". Did you mean "runbook"?'),
    (variables("A: [{value: x, when: {machine: web-1}}]\n"), 'The key "machine" is not known here.'),
    (variables("A: [{value: x, when: {steps: install}}]\n"), "Write `step:`; a list is fine."),
    (variables("Foredeck.X: [{value: x}]\n"), 'Names that begin with "Foredeck." are set by Foredeck.'),
    (variables("Ticket: [{prompt: yes}]\n"), "A prompt is a mapping."),
    (variables("ApiToken: [{prompt: {label: x}}]\n"), "A secret is not asked for: what is typed is stored."),
    (variables('A: [{secret: "env:A", prompt: {label: x}}]\n'), "A secret is not asked for: what is typed is stored."),
    (variables("A: [{prompt: {control: selct, options: [x]}}]\n"),
     'There is no control "selct". Did you mean "select"?'),
    (variables("A: [{prompt: {control: select}}]\n"), "A select needs `options`."),
    (variables("A: [{prompt: {control: text, options: [x]}}]\n"), "`options` mean nothing for a text."),
    (variables("A: [{prompt: {options: []}}]\n"), "There is nothing to choose."),
    (variables("A: [{prompt: {options: [x, X]}}]\n"), '"X" is in this list twice.'),
    (variables("A: [{value: z, prompt: {options: [x, w]}}]\n"), "The default is not one of the options."),
    (variables("A: [{value: maybe, prompt: {control: checkbox}}]\n"), "The default of a checkbox is True or False."),
    (variables('A: [{value: "a\\nb", prompt: {label: x}}]\n'), "The default has several lines."),
    (variables("A: [{prompt: {label: x, default: w}}]\n"), "The default is the `value` beside it."),
    (with_sets("mail: {variables: {A: [{value: x, when: {step: install}}]}}\n", included="[mail]"),
     "A variable set is shared, so it knows no steps"),
    (with_sets("mail: {variables: {A: [{value: x}]}}\n", included="[male]"), 'There is no variable set "male".'),
    (with_sets("mail: {variables: {A: [{value: x}]}}\n", included="[mail, mail]"), '"mail" is in this list twice.'),
    (with_sets("mail: {name: Mail}\n", included="[mail]"), "The key `variables` is missing."),
    (stores("op: {timeout: 5s}\n"), "The key `command` is missing."),
    (stores("op: {command: []}\n"), "The command is empty."),
    (stores("op: {command: op read}\n"), "it is run without a shell"),
    (stores("op: {command: [op, read]}\n"), "No argument has `{path}` in it."),
    (stores('op: {command: ["{path}"]}\n'), "The program itself cannot depend on the path."),
    (stores('env: {command: [op, "{path}"]}\n'), 'The store "env" is built in.'),
    (stores('op: {command: [op, "{path}"], timeout: 10m}\n'), "A deployment would wait for that long."),
    (stores('op: {command: [op, "xoxb-1234567890-abc", "{path}"]}\n'), "There is a key or a token in this command."),
    ({**stores('op: {command: [op, "{path}"]}\n'), VARIABLES: 'A: [{secret: "op:--help"}]\n'},
     "No part of a path begins with a hyphen"),
    ({**stores('op: {command: [op, "{path}"]}\n'), VARIABLES: 'A: [{secret: "op:a/../b"}]\n'},
     "A path has no empty parts and no dots alone"),
    ({**stores('op: {command: [op, "{path}"]}\n'), VARIABLES: 'A: [{secret: "po:a"}]\n'},
     "the stores are `env`, `file` and `op`."),
    ({PROCESS: "fail_on_unresolved: maybe\nsteps: [{step: a, run_script: {inline: x}}]\n"},
     "This must be true or false"),
    ({PROCESS: "steps: [{step: a, run_condition: {variable: x}, run_script: {inline: x}}]\n"},
     "There is no variable in this expression."),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "words"), PROBLEMS, ids=[words for _, words in PROBLEMS])
def test_it_is_said_once_and_with_a_way_out(tmp_path: Path, changes: dict[str, str | bytes | None], words: str) -> None:
    (problem,) = problems_of(tmp_path, changes)
    assert words in problem


def test_a_store_that_is_misspelt_is_not_repeated_because_it_may_be_the_secret(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, {VARIABLES: 'A: [{secret: "hunter2:x"}]\n'})
    assert "hunter2" not in problem


def test_a_project_has_no_stores_of_its_own(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, {"projects/web/secret_stores.yml": 'op: {command: [op, "{path}"]}\n'})
    assert "has no meaning here" in problem


def test_more_prompts_than_a_form_takes_are_refused(tmp_path: Path) -> None:
    text = "".join(f"V{number}: [{{prompt: {{label: x}}}}]\n" for number in range(51))
    (problem,) = problems_of(tmp_path, {VARIABLES: text})
    assert "51 variables are asked for; a form takes 50." in problem


def test_a_condition_may_be_an_expression_written_short_or_in_full(tmp_path: Path) -> None:
    for number, condition in enumerate(('"#{LogLevel}"', '{variable: "#{LogLevel}"}')):
        changes = {PROCESS: f"steps: [{{step: a, run_condition: {condition}, run_script: {{inline: x}}}}]\n"}
        step = definitions.load(write_folder(tmp_path / str(number), changes)).projects["web"].process.steps[0]
        assert (step.condition.value, step.expression) == ("variable", "#{LogLevel}")
