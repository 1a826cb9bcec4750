"""The examples in docs/configuration.md are real: they load, and the wrong one is answered as the page says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import main
from engine import definitions
from engine.definitions.processes import KEYS_OF_A_PROCESS, KEYS_OF_A_STEP
from engine.definitions.sections import SECTIONS
from engine.definitions.slugs import RESERVED
from engine.domain.grants import ROLES, Permission
from tests.support.definition_folders import write_folder

PAGE = (Path(__file__).parents[3] / "docs" / "configuration.md").read_text()


def write_examples(folder: Path, below: str) -> Path:
    """The blocks of the page whose first line names a file in this folder."""
    for name, content in re.findall(r"^```\w+\n# (\S+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL):
        top = name.partition("/")[0]
        if (top if top in ("elsewhere", "wrong") else "") == below:
            path = folder / name.removeprefix(f"{below}/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"# {name}\n{content}")
    return folder


@pytest.mark.parametrize("below", ["", "elsewhere"])
def test_the_examples_are_complete_configurations(tmp_path: Path, below: str) -> None:
    assert definitions.check(write_examples(tmp_path, below)) == ()


def test_the_main_example_says_what_the_page_says(tmp_path: Path) -> None:
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


def test_the_page_knows_every_section_and_key() -> None:
    for word in (*SECTIONS, *KEYS_OF_A_PROCESS, *KEYS_OF_A_STEP):
        assert re.search(rf"`?\b{word}\b[`:]", PAGE), f"docs/configuration.md says nothing of {word}"


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
