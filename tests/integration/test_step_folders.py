"""A step's files from the configuration's folder to the script: frozen with the release, filled in when it runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from engine.models import Content
from engine.services import deployments
from engine.services.views import TaskState
from tests.support.engine import Deck, a_deck

PROCESS = """\
steps:
  - step: install
    run_script:
      inline: |
        cat page.html config/app.json
        ./bin/tool
      folder: site/
      substitute_in_files: ["*.html", "*.txt"]
      structured_values: config/*.json
"""
FILES = {
    "projects/web/site/page.html": "<h1>#{Octopus.Release.Number} #{Missing}</h1>\n",
    "projects/web/site/config/app.json": '{"Level": "info"} // on #{Octopus.Environment.Id}\n',
    "projects/web/site/bin/tool": "#!/bin/sh\necho tool\n",
    "projects/web/variables.yml": "Level: [{value: debug}]\n",
}


@pytest.fixture
def deck(tmp_path: Path) -> Iterator[Deck]:
    with a_deck(tmp_path, real_time=True) as made:
        tool = made.config / "projects/web/site/bin/tool"
        tool.parent.mkdir(parents=True)
        tool.touch(0o755)
        yield made.configured(PROCESS, FILES)


def test_a_release_keeps_its_files_and_each_deployment_puts_its_variables_in(deck: Deck) -> None:
    with deck.serving():
        first = deck.over(deck.deploys(version="1.0.0"))
        deck.reloaded(PROCESS, {**FILES, "projects/web/site/page.html": "<h1>another</h1>\n"})
        again = deck.over(deck.deploys(version="1.0.0", environment="production"))
        later = deck.over(deck.deploys(version="1.1.0"))
    assert [view.state for view in (first, again, later)] == [TaskState.SUCCESS] * 3
    said = (
        'No file matches the pattern "*.txt" of substitute_in_files.\n'
        '"page.html": there is no value for #{Missing}; it was left as it is.\n'
    )
    log = deck.log(first.number, "install")
    assert "".join(line for line in log.splitlines(keepends=True) if "value for" in line or "No file" in line) == said
    assert log.endswith('<h1>1.0.0 #{Missing}</h1>\n{"Level": "debug"} // on #{Octopus.Environment.Id}\ntool\n')
    assert deck.log(again.number, "install") == log
    assert "<h1>another</h1>" in deck.log(later.number, "install")
    assert [run.has_warnings for run in deck.runs(first.number)] == [True]


SWITCH = 'OctopusShouldFailDeploymentOnSubstitutionFails: [{value: "True"}]\n'


@pytest.mark.parametrize(
    ("process", "variables"), [(PROCESS, SWITCH), ("fail_on_unresolved: true\n" + PROCESS, "A: [{value: b}]\n")]
)
def test_what_is_unresolved_fails_the_step_when_that_is_wanted(deck: Deck, process: str, variables: str) -> None:
    deck.reloaded(process, {**FILES, "projects/web/variables.yml": variables})
    with deck.serving():
        view = deck.over(deck.deploys(version="1.0.0"))
    assert view.state is TaskState.FAILED
    reason = '"page.html": There is no value for #{Missing}. The script was not started.'
    assert [run.reason for run in deck.runs(view.number)] == [reason]
    assert [run.launch_confirmed_at for run in deck.runs(view.number)] == [None]


def test_what_a_value_refers_to_is_put_in_once(deck: Deck) -> None:
    variables = "Missing: [{value: '##{as it is} #{Level}'}]\nLevel: [{value: debug}]\n"
    deck.reloaded(PROCESS, {**FILES, "projects/web/variables.yml": variables})
    with deck.serving():
        view = deck.over(deck.deploys(version="1.0.0"))
    assert "<h1>1.0.0 #{as it is} debug</h1>" in deck.log(view.number, "install")
    assert "there is no value" not in deck.log(view.number, "install")


def test_each_content_is_kept_once(deck: Deck) -> None:
    deck.reloaded(PROCESS, {**FILES, "projects/web/site/copy.html": FILES["projects/web/site/page.html"]})
    with deck.db.read() as session:
        rows = session.scalars(select(Content.content)).all()
    assert len(rows) == 3 + 2  # the files, and the two lists of them
    assert len(set(rows)) == len(rows)


def test_a_release_whose_files_are_gone_says_so(deck: Deck) -> None:
    with deck.db.write() as session:
        session.execute(delete(Content))
    with deck.serving():
        view = deck.over(deck.deploys(version="1.0.0"))
    assert [run.reason for run in deck.runs(view.number)] == [
        "The files of `site` that this release was made with are not in the database."
    ]


def test_the_plan_says_which_steps_bring_files(deck: Deck) -> None:
    plan = deployments.preview(deck.db, project="web", version="1.0.0", environment="staging")
    assert [step.what for step in plan.steps] == ["inline Bash script with 3 files of site/ (variables put in)"]


MODULES = {
    "script_modules/tools.sh": 'greet() { write_highlight "Hello, $1"; }\n',
    "script_modules/tools.py": "def greet(who):\n    return 'Hello, ' + who + get_octopusvariable('Level')\n",
    "projects/web/variables.yml": "Level: [{value: debug}]\n",
}
WITH_MODULES = """\
script_modules: [tools]
steps:
  - step: install
    run_script: {inline: 'source tools.sh; greet "$(get_octopusvariable Octopus.Release.Number)"'}
  - step: tell
    run_script:
      syntax: python
      inline: |
        from tools import greet
        print(greet("Python"))
"""


def test_scripts_use_the_modules_that_the_release_was_made_with(deck: Deck) -> None:
    deck.reloaded(WITH_MODULES, MODULES)
    changed = {**MODULES, "script_modules/tools.sh": "greet() { echo Welcome, $1; }\n"}
    with deck.serving():
        first = deck.over(deck.deploys(version="1.0.0"))
        deck.reloaded(WITH_MODULES, changed)
        again = deck.over(deck.deploys(version="1.0.0", environment="production"))
        later = deck.over(deck.deploys(version="1.1.0"))
    assert [deck.log(view.number, "install") for view in (first, again, later)] == [
        "Hello, 1.0.0\n", "Hello, 1.0.0\n", "Welcome, 1.1.0\n"
    ]  # fmt: skip
    assert deck.log(first.number, "tell") == "Hello, Pythondebug\n"
