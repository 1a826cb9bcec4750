"""Looking from the terminal: what only looks leaves nothing behind, and a broken folder is told once."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from tests.support.definition_folders import PROCESS, VARIABLES, main_file, write_folder

PLAN = "plan web --version 1.4.0 --environment production"
EXPLAIN = "variables explain LogLevel --project web --environment staging"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The configuration folder in which somebody stands."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FOREDECK_STATE", raising=False)
    return write_folder(tmp_path)


def typed(command: str) -> Result:
    return CliRunner().invoke(main, command.split())


@pytest.mark.parametrize("command", [PLAN, EXPLAIN])
def test_who_only_looks_leaves_no_state_in_the_configuration_folder(folder: Path, command: str) -> None:
    result = typed(command)
    assert result.exit_code == 0, result.output
    assert result.output
    assert not (folder / ".foredeck").exists()


def test_the_releases_of_a_state_that_is_there_are_planned(folder: Path) -> None:
    (folder / "foredeck.yml").write_text(
        main_file("grants:\n  - {team: web-devs, roles: [release_creator], when: {project: web}}")
    )
    assert "as the project is now" in typed(PLAN).output
    assert typed("release create web 1.4.0 --as ana").exit_code == 0
    assert "as the project is now" not in typed(PLAN).output


@pytest.mark.parametrize("command", [PLAN, EXPLAIN])
def test_a_broken_folder_is_answered_with_its_problems_and_nothing_else(folder: Path, command: str) -> None:
    (folder / PROCESS).write_text("steps: []\n")
    (folder / VARIABLES).unlink()
    result = typed(command)
    assert result.exit_code == 1
    assert result.output.splitlines() == [
        "projects/web/process.yml:1: steps: A process has at least one step. "
        "Add a step, for example `- step: install`.",
        "The configuration in . is broken.",
    ]
