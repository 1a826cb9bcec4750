"""Runbooks in chat: published, run on a card of their own, and no deployment."""

from __future__ import annotations

from pathlib import Path

from tests.support.bot_workspaces import connect_workspace
from tests.support.sandbox import start_sandbox
from tests.support.served_bot import FOREDECK, write_configuration

RESTART = """\
name: Restart
steps:
  - step: restart
    run_script: {inline: 'echo restarted $(get_octopusvariable Octopus.Runbook.Name)'}
"""


def test_a_runbook_is_published_and_run(tmp_path: Path) -> None:
    foredeck = FOREDECK.replace("deployment_creator, release_creator", "deployment_creator, runbook_producer").replace(
        "roles: [project_contributor]", "roles: [project_deployer]"
    )
    config = write_configuration(tmp_path, foredeck=foredeck)
    (config / "projects" / "web" / "runbooks").mkdir()
    (config / "projects" / "web" / "runbooks" / "restart.yml").write_text(RESTART)
    with start_sandbox() as sandbox, connect_workspace(tmp_path, config, sandbox) as bot:
        assert "not published yet" in bot.ana.types("/runbook run restart in production").text
        assert "/runbook publish restart" in bot.ana.types("/runbook run restart in production").text
        assert "as restart@1" in bot.ana.types("/runbook publish restart").text
        assert "restart@1, published by ana" in bot.ana.types("/runbook list").text
        assert "runs what is published" in bot.ana.types("/runbook help").text
        assert bot.ana.types("/runbook plan restart@1 in production").message is None
        bot.ana.modal.wait_for("web restart@1 → production", "1. restart").close()
        assert bot.ana.types("/runbook run restart in production because it hangs").message is None
        card = bot.card("Restart of web → production", "Done in")
        assert "it hangs" in card.text
        assert "restarted Restart" in bot.reply("restarted").text
        assert "nothing yet" in bot.ana.types("/deploy status web").text
        assert "Did you mean restart?" in bot.ana.types("/runbook run restrat in production").text
        assert "run restart in production" in bot.ana.types("/runbook run restart").text
        for typed, meant in (
            ("run restrat of web in production", "/runbook run restart of web in production"),
            ("run restart@7 in production because of it", "/runbook run restart@1 in production because of it"),
            ("run restart in producton skip stop", "/runbook run restart in production skip stop"),
            ("run restart in production skip restrt", "/runbook run restart in production skip restart"),
            ("run restart in production at 25:00", "/runbook run restart in production at "),
        ):
            assert meant in bot.ana.types(f"/runbook {typed}").text
        bot.ben.types("/deploy lock production of web because a migration runs")
        assert "/runbook run restart queue in production" in bot.ana.types("/runbook run restart in production").text
