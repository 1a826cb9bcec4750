"""Guided failure in chat, on real SSH targets: one message names what failed, one person chooses for each machine."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.sandbox.testing.messages import Message
from tests.support.bot_workspaces import BotWorkspace, serve_workspace
from tests.support.openssh import OpenSshServer
from tests.support.served_bot import FOREDECK

PROCESS = """
steps:
  - step: install
    target_tags: [web]
    run_script:
      inline: |
        name=$(get_octopusvariable Octopus.Machine.Name)
        echo "installing on $name"
        [ ! -e {broken}/$name ] || {{ echo "no room left on $name" >&2; exit 3; }}
  - step: warm-up
    target_tags: [web]
    run_script: {{inline: "echo warm"}}
"""


@pytest.fixture
def bot(tmp_path: Path, ssh_server: OpenSshServer) -> Iterator[BotWorkspace]:
    """Three targets; those that have a file in `broken` fail."""
    broken = tmp_path / "broken"
    broken.mkdir()
    address = f'ssh: "127.0.0.1:{ssh_server.port}", account: me, host_key: "{ssh_server.fingerprint_of("ed25519")}"'
    targets = "".join(f"  web-{n}: {{{address}, environments: [staging], tags: [web]}}\n" for n in (1, 2, 3))
    foredeck = FOREDECK.replace("  staging: {}", "  staging: {guided_failure: true}").replace(
        "roles: [project_contributor]", "roles: [project_deployer]"
    )
    account = (
        f'{{type: ssh_key, username: {getpass.getuser()}, private_key: {{secret: "file:{ssh_server.client_key}"}}}}'
    )
    with serve_workspace(
        tmp_path,
        process=PROCESS.format(broken=broken),
        foredeck=f"{foredeck}targets:\n{targets}accounts:\n  me: {account}\n",
    ) as served:
        served.ana.types("/release create web 1.0.0")
        yield served


def failing(bot: BotWorkspace, *machines: str) -> Message:
    for machine in machines:
        (bot.folder / "broken" / machine).touch()
    bot.ana.types("/deploy web 1.0.0 to staging")
    return bot.reply("How shall it go on?")


def test_one_message_names_the_machines_with_their_last_lines_and_each_gets_its_way_on(bot: BotWorkspace) -> None:
    asked = failing(bot, "web-1", "web-3")
    assert asked.is_broadcast
    assert "install failed on 2 of 3 targets. How shall it go on?" in asked.text
    for line in ("no room left on web-1", "no room left on web-3", "exit code 3"):
        assert line in asked.text
    card = bot.card("(#1)", "failed on web-1, web-3; somebody has to say how to go on")
    retry = asked.button("Retry 2…")
    retry.click(as_=bot.mia)
    bot.mia.private("I do not know you yet")

    (bot.folder / "broken" / "web-1").unlink()
    asked.button("Fail…").click(as_=bot.eva)
    bot.eva.modal.close()
    retry.click(as_=bot.ben)
    bot.ben.modal.submit({"On which machines?": ["web-1"]})  # who looked and went back is not on it
    bot.reply("had it run again on web-1")
    asked.wait_for("is on it, since")
    asked.button("Exclude 1…").click(as_=bot.eva)
    bot.eva.private("ben is on it")
    asked.button("Exclude 1…").click(as_=bot.ben)
    bot.ben.modal.submit({"Why?": "its disk is replaced tomorrow"})
    card.wait_for("Done in")
    assert "ben excluded web-3 after install failed." in card.text
    assert "2 of 3 targets" in bot.ana.types("/deploy status web").text
    refused = bot.ana.types("/deploy web 1.0.0 to staging not on web-9").text
    assert "/deploy web 1.0.0 to staging not on web-3" in refused
    assert "its disk is replaced tomorrow" in bot.reply("install failed, and was answered").text


def test_the_same_by_typing(bot: BotWorkspace) -> None:
    question = failing(bot, "web-2")
    assert "There is no failed machine web-9" in bot.ben.types("/deploy exclude 1 web-9").text
    question.button("I'm on it").click(as_=bot.eva)
    question.wait_for("is on it, since", "[Take over]")
    answer = bot.ana.types("/deploy take 1")
    assert "You are on it" in answer.text
    assert "/deploy retry 1" in answer.text
    assert "ana is on it, since" in bot.ben.types("/deploy ignore 1").text
    assert "You are on it" in bot.ben.types("/deploy take 1").text
    assert "You ignored it on web-2" in bot.ben.types("/deploy ignore 1 on web-2 because it is a spare").text
    bot.card("(#1)", "Done in")
    assert "ben has already" in bot.ana.types("/deploy retry 1").text


def test_what_is_misspelt_is_answered_with_the_command_that_was_meant(bot: BotWorkspace) -> None:
    typed = bot.ana.types("/deploy web 1.0.0 to staging on web-11")
    assert "/deploy web 1.0.0 to staging on web-1" in typed.text
    typed = bot.ana.types("/deploy web 1.0.0 to staging skip warmup because it is cold")
    assert "/deploy web 1.0.0 to staging skip warm-up because it is cold" in typed.text


def test_a_deployment_may_say_that_nobody_is_asked(bot: BotWorkspace) -> None:
    (bot.folder / "broken" / "web-2").touch()
    bot.ana.types("/deploy web 1.0.0 to staging unguided")
    bot.card("(#1)", "Failed at install")
