"""Runbooks in chat: published, run on a card of their own, and no deployment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.services import tasks
from engine.times import utc_now
from tests.support.bot_workspaces import BotWorkspace, connect_workspace
from tests.support.engine import Deck
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
        assert "Say which runbook to plan, and where." in bot.ana.types("/runbook plan restart").text
        assert "Did you mean /runbook list?" in bot.ana.types("/runbook lisst").text
        for typed, meant in (
            ("run restrat of web in production", "/runbook run restart of web in production"),
            ("run restart@7 in production because of it", "/runbook run restart@1 in production because of it"),
            ("run restart in producton skip stop", "/runbook run restart in production skip stop"),
            ("run restart in production skip restrt", "/runbook run restart in production skip restart"),
            ("run restart in production at 25:00", "/runbook run restart in production at "),
        ):
            assert meant in bot.ana.types(f"/runbook {typed}").text
        bot.ben.types("/deploy lock production of web because a migration runs")
        refused = bot.ana.types("/runbook run restart in production")
        assert "/runbook run restart queue in production" in refused.text
        refused.button("Queue…").click()
        bot.ana.modal.wait_for("It waits behind a lock.").submit({})
        bot.card("Restart of web → production", "a migration runs")


CHECK = """\
name: Look at it
steps:
  - step: look
    target_tags: [web]
    run_script: {inline: 'echo looked at #{Octopus.Machine.Name} for #{Ticket}'}
"""
TARGETS = """\
targets:
  web-{1..3}: {ssh: "{}.example.org:22", account: me, host_key: "SHA256:%s", environments: [staging], tags: [web]}
  db-1: {ssh: "db.example.org:22", account: me, host_key: "SHA256:%s", environments: [staging], tags: [db]}
accounts:
  me: {type: ssh_key, username: me, private_key: {secret: "env:NOBODY_ASKS_FOR_IT"}}
""".replace("%s", "A" * 43)
ON, NOT_ON = "Only on these targets", "On all but these targets"


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BotWorkspace]:
    """Two runbooks, one of them published. Its queue is paused: nothing that is asked for runs."""
    foredeck = FOREDECK.replace("deployment_creator, release_creator", "runbook_producer").replace(
        "roles: [project_contributor]", "roles: [project_deployer, space_manager]"
    )
    folder = tmp_path_factory.mktemp("bot")
    files = {
        "foredeck.yml": foredeck + TARGETS,
        "projects/web/variables.yml": "Ticket: [{prompt: {label: Change ticket, required: true}}]\n",
        "projects/web/runbooks/look.yml": CHECK,
        "projects/web/runbooks/restart.yml": RESTART.replace("steps", "environments: [production]\nsteps"),
    }
    Deck(folder, clock=utc_now).configured(
        "steps: [{step: a, run_script: {inline: a}}]\n", files
    ).checks_later().db.close()
    with start_sandbox() as sandbox, connect_workspace(folder, folder / "config", sandbox) as served:
        served.ana.types("/runbook publish look")
        served.ben.types("/deploy pause web because nothing shall run")
        yield served


def test_the_form_offers_what_this_person_may_run_and_asks_for_the_same_as_the_words(bot: BotWorkspace) -> None:
    assert bot.ana.types("/runbook").message is None
    form = bot.ana.modal
    assert form.field("Runbook").options() == [
        "Look at it of web · look@1",
        "Restart of web · as it is now, not published",
    ]
    form.field("Runbook").choose("Restart of web · as it is now, not published")
    form.wait_for("Environment", "production")  # the only one
    form.field("Runbook").choose("Look at it of web · look@1")
    form.field("Environment").choose("staging")
    form.wait_for("Change ticket", ON)
    assert form.field(ON).options() == ["tag:web · 3 targets", "web-1", "web-2", "web-3"]
    form.field(NOT_ON).choose(["web-2"])
    assert form.field(ON).options("web-")[1:] == ["web-1", "web-3"]
    form.button("Plan").click(as_=bot.ana)
    bot.ana.modal_with("would be refused", "Change ticket", "2 targets: web-1, web-3").close()
    form.submit({"Change ticket": "OPS-7"})
    first = max(task.number for task in tasks.active(bot.db, "ana"))
    bot.ana.types('/runbook run look in staging not on web-2 with "Change ticket"=OPS-7')
    second = max(task.number for task in tasks.active(bot.db, "ana"))
    assert second > first
    assert tasks.plan_of(bot.db, first, "ana") == tasks.plan_of(bot.db, second, "ana")
    bot.ben.types("/runbook")
    bot.ben.modal.close()


def test_what_was_typed_stands_in_the_form(bot: BotWorkspace) -> None:
    refused = bot.ana.types("/runbook run look in staging on web-1 because it is slow")
    assert "Nothing was run yet." in refused.text
    refused.button("Fill in and run…").click()
    form = bot.ana.modal.wait_for("Because it is slow.")
    assert (form.values["Environment"], form.values[ON]) == ("staging", "web-1")
    form.close()
    bot.ana.types("/runbook look in staging not on web-9 with Ticket=OPS-8")
    form = bot.ana.modal
    assert form.values["Change ticket"] == "OPS-8"
    assert form.try_submit({}) == {NOT_ON: "There is no target in staging web-9. Did you mean web-3, web-2 or web-1?"}
    form.close()
    assert "Did you mean look?" in bot.ana.types("/runbook lok").text
    assert "does not run in staging, only in production" in bot.ana.types("/runbook restart draft in staging").text
