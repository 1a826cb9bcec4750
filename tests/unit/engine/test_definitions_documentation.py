"""The examples in docs/ are real: they load, commands print what the pages say, and the tables know every key."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import main
from engine import definitions
from engine.definitions import (
    health_checks,
    package_steps,
    processes,
    projects,
    script_repositories,
    script_steps,
    step_settings,
    triggers,
)
from engine.definitions.sections import SECTIONS
from engine.definitions.slugs import RESERVED
from engine.domain.grants import ROLES, Permission
from engine.domain.processes import ManualIntervention, Rolling
from tests.support.definition_folders import write_folder

DOCS = Path(__file__).parents[3] / "docs"
PAGE, PROCESSES, RUNBOOKS = ((DOCS / f"{name}.md").read_text() for name in ("configuration", "processes", "runbooks"))
OTHERS = ("elsewhere", "wrong", "shop")  # folders of their own; all other blocks are one configuration


def write_examples(folder: Path, below: str) -> Path:
    """The blocks of the pages whose first line names a file in this folder."""
    pages = "\n".join((PAGE, PROCESSES, RUNBOOKS))
    for name, content in re.findall(r"^```\w+\n# (\S+)\n(.*?)^```$", pages, re.MULTILINE | re.DOTALL):
        top = name.partition("/")[0]
        if (top if top in OTHERS else "") == below:
            path = folder / name.removeprefix(f"{below}/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"# {name}\n{content}")
    return folder


def keys_of(page: str, heading: str) -> dict[str, str]:
    """The default (the third column) of each key in the first table behind these words."""
    lines = page[page.index(heading) :].splitlines()
    begin = next(number for number, line in enumerate(lines) if line.startswith("| key |"))
    rows: dict[str, str] = {}
    for line in lines[begin + 2 :]:
        if not line.startswith("|"):
            return rows
        key, _, default, _ = (cell.strip() for cell in line[1:-1].split("|"))
        rows[key.strip("`")] = default.strip("`")
    return rows


@pytest.mark.parametrize("below", ["", "elsewhere", "shop"])
def test_the_examples_are_complete_configurations(tmp_path: Path, below: str) -> None:
    assert definitions.check(write_examples(tmp_path, below)) == ()


def test_the_main_example_says_what_the_pages_say(tmp_path: Path) -> None:
    loaded = definitions.load(write_examples(tmp_path, ""))
    assert list(loaded.projects) == ["web"]
    assert [step.slug for step in loaded.projects["web"].process.steps] == [
        "migrate",
        "warm-cache",
        "confirm",
        "install",
        "publish",
        "say-sorry",
        "warm-up",
    ]
    assert [runbook.slug for runbook in loaded.projects["web"].runbooks] == ["restart"]


def test_the_wrong_example_is_answered_as_the_page_says(tmp_path: Path) -> None:
    answers = re.findall(r"^```text\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)[0].splitlines()
    problems = definitions.check(write_examples(write_folder(tmp_path), "wrong"))
    assert list(map(str, problems)) == answers


def test_the_commands_of_the_page_print_what_it_says(tmp_path: Path) -> None:
    folders = ["--state", str(tmp_path / "state"), "--config", str(write_examples(tmp_path / "config", ""))]
    blocks = re.findall(r"^```console\n\$ foredeck (.*?)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert blocks
    for command, printed in blocks:
        assert CliRunner().invoke(main, [*command.split(), *folders]).output == printed


def test_the_commands_of_the_first_process_print_what_the_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_examples(tmp_path / "shop", "shop")
    blocks = re.findall(r"^```console\n\$ foredeck (.*?)\n(.*?)^```$", PROCESSES, re.MULTILINE | re.DOTALL)
    assert [command.split()[0] for command, _ in blocks] == ["check", "plan", "plan"]
    for command, printed in blocks:
        assert CliRunner().invoke(main, command.split()).output == printed


def test_machines_are_named_in_a_terminal_as_in_the_chat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_examples(tmp_path / "shop", "shop")
    plan = "plan web --version 1.4.0 --environment production --config shop"
    for some in ("--on web-01,web-03", "--on web-01 --on web-03", "--not-on web-02,web-04"):
        output = CliRunner().invoke(main, [*plan.split(), *some.split()]).output
        assert "2 targets: web-01, web-03 (2 at a time" in output


def test_the_page_knows_every_section() -> None:
    for word in SECTIONS:
        assert re.search(rf"`?\b{word}\b[`:]", PAGE), f"docs/configuration.md says nothing of {word}"


def test_every_key_of_a_process_stands_in_its_table() -> None:
    action = set(keys_of(PROCESSES, "Of an action;"))
    step = set(keys_of(PROCESSES, "Of a step:"))
    assert set(keys_of(PROCESSES, "At the top:")) == set(processes.KEYS_OF_A_PROCESS)
    assert {key.partition(".")[0] for key in step | action - {"action"}} == set(processes.KEYS_OF_A_STEP)
    assert {key.partition(".")[0] for key in action} == set(processes.KEYS_OF_AN_ACTION)
    assert {key for key in step | action if "." in key} == {
        *(f"when.{key}" for key in ("environment", "excluded_environment")),
        *(f"rolling.{key}" for key in step_settings.KEYS_OF_ROLLING),
        *(f"retries.{key}" for key in step_settings.KEYS_OF_RETRIES),
    }
    assert list(keys_of(PROCESSES, "Of `run_script`:")) == list(script_steps.KEYS_OF_A_SCRIPT)
    of_git = ", ".join(keys_of(PROCESSES, "Of `git`:")).replace("`", "").split(", ")
    assert of_git == list(script_repositories.KEYS_OF_GIT)
    assert list(keys_of(PROCESSES, "Of `manual_intervention`:")) == list(processes.KEYS_OF_AN_INTERVENTION)
    assert list(keys_of(PROCESSES, "Of `deploy_package`:")) == list(package_steps.KEYS_OF_A_PACKAGE_STEP)
    assert list(keys_of(PROCESSES, "Of `health_check`:")) == list(health_checks.KEYS_OF_A_HEALTH_CHECK)


def test_the_defaults_of_a_process_are_what_the_tables_say(tmp_path: Path) -> None:
    folder = write_folder(
        tmp_path,
        {
            "projects/web/process.yml": "steps:\n  - {step: a, run_script: {inline: ls}, retries: {attempts: 1}}\n"
            "  - {step: b, manual_intervention: {teams: [release-managers], instructions: Good?}}\n"
        },
    )
    process = definitions.load(folder).projects["web"].process
    assert keys_of(PROCESSES, "At the top:")["max_parallelism"] == str(process.max_parallelism)
    step, approval = process.steps[0], process.steps[1].actions[0].work
    told, of_action = keys_of(PROCESSES, "Of a step:"), keys_of(PROCESSES, "Of an action;")
    assert told["run_condition"] == step.condition.value
    assert told["start_trigger"] == step.start_trigger.value
    assert told["rolling.stop_after_failures"] == str(Rolling(2).stop_after_failures)
    assert step.actions[0].retries
    assert of_action["retries.delay"] == f"{step.actions[0].retries.delay.seconds}s"
    assert isinstance(approval, ManualIntervention)
    asked = keys_of(PROCESSES, "Of `manual_intervention`:")
    assert asked["minimum"] == str(approval.minimum)
    assert asked["requester_may"] == str(approval.requester_may).lower()


def test_every_key_of_a_project_stands_in_its_table() -> None:
    told = keys_of(PAGE, "The keys of `project.yml`:")
    assert {key.partition(".")[0] for key in told} == set(projects.KEYS_OF_A_PROJECT)
    assert [key for key in told if "." in key] == [
        *(f"queue.{key}" for key in projects.KEYS_OF_A_QUEUE),
        *(f"targets.{key}" for key in projects.KEYS_OF_THE_TARGETS),
    ]
    assert set(keys_of(PAGE, "Of each trigger:")) == set(triggers.KEYS_OF_A_TRIGGER)


def test_somebody_may_publish_and_run_runbooks_in_staging(tmp_path: Path) -> None:
    for below in ("", "shop"):
        grants = definitions.load(write_examples(tmp_path / (below or "main"), below)).grants
        for permission in (Permission.RUNBOOK_EDIT, Permission.RUNBOOK_RUN_CREATE):
            assert any(
                permission in ROLES[role] and (not grant.when.environments or "staging" in grant.when.environments)
                for grant in grants
                for role in grant.roles
            )


def test_the_page_lists_the_reserved_words() -> None:
    listed = re.search(r"Words of the commands are reserved: (.*?)\. `name`", PAGE, re.DOTALL)
    assert listed
    assert set(listed[1].split()) == RESERVED


def test_the_table_of_roles_is_the_one_that_holds() -> None:
    rows = {
        cells[0].strip("` "): [cell.strip() for cell in cells[1:]]
        for cells in (line.strip("|").split("|") for line in PAGE.splitlines() if line.startswith("| `"))
        if len(cells) == 6
    }
    assert list(rows) == list(ROLES)
    for role, (create, deploy, runbooks, cancel, answer) in rows.items():
        answers = {"": (False, False), "of one's own team": (False, True), "any": (True, True)}[answer]
        assert (create == "yes") == (Permission.RELEASE_CREATE in ROLES[role])
        assert (deploy == "yes") == (Permission.DEPLOYMENT_CREATE in ROLES[role])
        assert ("publish" in runbooks) == (Permission.RUNBOOK_EDIT in ROLES[role])
        assert ("run" in runbooks.split(", ")) == (Permission.RUNBOOK_RUN_CREATE in ROLES[role])
        assert (cancel == "yes") == (Permission.TASK_CANCEL in ROLES[role])
        assert answers == (
            Permission.INTERRUPTION_SUBMIT in ROLES[role],
            Permission.INTERRUPTION_VIEW_SUBMIT_RESPONSIBLE in ROLES[role],
        )
