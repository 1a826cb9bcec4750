"""`foredeck plan` of a deployment and of a runbook."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from tests.support.engine import BUILD_ONLY, MAIN

Run = Callable[..., Result]
RESTART = "environments: [staging]\nsteps: [{step: stop, run_script: {inline: echo stopped}}]\n"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    files = {
        "foredeck.yml": MAIN,
        "process.yml": BUILD_ONLY,
        "project.yml": "slug: web",
        "runbooks/restart.yml": RESTART,
    }
    for name, text in files.items():
        path = tmp_path / (name if name == "foredeck.yml" else f"projects/web/{name}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    where = ["--state", str(tmp_path / "state"), "--config", str(tmp_path)]
    return lambda *words: CliRunner().invoke(main, [*words, *where], env={"FOREDECK_PERSON": ""})


def test_a_runbook_is_planned_by_either_command_the_same(run: Run) -> None:
    by_plan = run("plan", "--runbook", "restart", "--environment", "staging", "--as", "ana")
    assert by_plan.output == run("runbook", "plan", "restart", "--in", "staging", "--as", "ana").output
    assert "1. stop: inline Bash script" in by_plan.output


def test_without_a_person_only_what_is_planned_is_judged(run: Run) -> None:
    planned = run("plan", "web", "--runbook", "restart", "--draft", "--in", "production").output
    assert "web restart@draft to production" in planned
    assert "may not" not in planned
    assert "The runbook restart does not run in production, only in staging." in planned


def test_a_version_stands_behind_its_project_as_in_chat(run: Run) -> None:
    planned = run("plan", "web", "1.0.0", "--in", "staging").output
    assert planned == run("plan", "web", "--version", "1.0.0", "--environment", "staging").output
    assert "web 1.0.0 to staging" in planned


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("web",), "Say PROJECT and VERSION, or --runbook NAME."),
        (("--version", "1.0.0"), "Say PROJECT and VERSION, or --runbook NAME."),
        (("web", "--runbook", "restart", "--version", "2"), "say --runbook restart@2 for what was published before"),
        (("web", "--version", "1.0.0", "--draft"), "Only a runbook has a draft"),
        (("web", "1.0.0", "--version", "1.0.1"), "Two versions: 1.0.0 and 1.0.1. Say one."),
    ],
)
def test_half_a_request_is_told_what_it_lacks(run: Run, words: tuple[str, ...], said: str) -> None:
    refused = run("plan", *words, "--in", "staging")
    assert refused.exit_code == 2
    assert said in " ".join(refused.output.split())
