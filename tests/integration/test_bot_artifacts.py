"""Files that a script names stand in the thread of its deployment, also when it failed, and are kept for a while."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from bot.cli import main
from engine.models import OutboxRow
from engine.services import artifacts
from engine.times import utc_now
from tests.support.bot_workspaces import BotWorkspace, serve_workspace

SECRET = "kD8s-very.secret_9Qx7Lw2"
PROCESS = """
steps:
  - step: build
    run_script:
      inline: |
        echo "12 passed, 1 failed"
        echo '{"passed": 12}' > report.json
        printf 'token=%s' "$(get_octopusvariable Token)" > settings.env
        new_octopusartifact report.json
        new_octopusartifact settings.env
        new_octopusartifact nowhere.txt
        fail_step "One test fails."
"""


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BotWorkspace]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ARTIFACT_TOKEN", SECRET)
        folder = tmp_path_factory.mktemp("artifacts")
        variables = 'Token: [{secret: "env:ARTIFACT_TOKEN"}]\n'
        with serve_workspace(folder, process=PROCESS, variables=variables) as served:
            served.ana.types("/release create web 1.0.0")
            served.ana.types("/deploy web 1.0.0 to staging")
            served.card("(#1)", "Failed")
            yield served


def test_the_thread_has_the_file_and_says_what_was_held_back(bot: BotWorkspace) -> None:
    told = bot.reply("1 file of build")
    assert [file["name"] for file in told.files] == ["report.json"]
    assert "One more has a secret inside" in told.text
    assert "foredeck artifacts 1" in told.text


def test_the_last_lines_of_what_failed_are_the_scripts_own(bot: BotWorkspace) -> None:
    told = bot.reply("failed at build (#1)")
    assert "12 passed, 1 failed" in told.text
    assert "The artifact report.json" not in told.text


def test_all_of_them_are_kept_with_their_digests(bot: BotWorkspace) -> None:
    kept = artifacts.of_task(bot.db, 1)
    assert [(view.name, view.holds_secret, view.step) for view in kept] == [
        ("report.json", False, "build"),
        ("settings.env", True, "build"),
    ]
    assert kept[0].path is not None
    assert kept[0].path.read_text() == '{"passed": 12}\n'
    with bot.db.read() as session:
        told = [row.payload for row in session.scalars(select(OutboxRow))]
    assert SECRET not in str(told)


def test_the_command_line_lists_and_hands_them_out(bot: BotWorkspace, tmp_path: Path) -> None:
    words = ["artifacts", "1", "--state", str(bot.folder / "state"), "--as", "ana"]
    listed = CliRunner().invoke(main, words).output.splitlines()
    assert [line.split("  ")[0] for line in listed] == ["report.json", "settings.env"]
    assert listed[1].endswith("holds a secret")
    assert CliRunner().invoke(main, [*words, "--save", str(tmp_path)]).exit_code == 0
    assert (tmp_path / "build" / "report.json").read_text() == '{"passed": 12}\n'


def test_the_bytes_go_when_their_time_is_over_and_the_row_stays(bot: BotWorkspace) -> None:
    paths = [view.path for view in artifacts.of_task(bot.db, 1)]
    assert artifacts.prune(bot.db, utc_now() + timedelta(days=29)) == 0
    assert artifacts.prune(bot.db, utc_now() + timedelta(days=31)) == 2
    assert [view.path for view in artifacts.of_task(bot.db, 1)] == [None, None]
    assert not any(path is not None and path.exists() for path in paths)
