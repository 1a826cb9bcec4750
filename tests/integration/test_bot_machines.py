"""`/workers` in the workspace: who looks sees health, load and errors; who may takes machines out of use and back."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from engine.models import MachineHealth
from tests.support.engine import until
from tests.support.openssh import OpenSshServer
from tests.support.sandbox import JsonObject, start_sandbox
from tests.support.served_bot import FOREDECK, ServedBot, connect_bot, write_configuration

ROLES = FOREDECK.replace("[project_contributor], when: {project: web}", "[environment_manager, script_runner]")
PROCESS = "steps: [{step: install, target_tags: [web], run_script: {inline: echo there}}]\n"


def machines_of(server: OpenSshServer, *, off: int = 8) -> str:
    """A worker and a target that answer, and targets where nobody does."""
    here = f'account: me, host_key: "{server.fingerprint_of("ed25519")}"'
    rest = "environments: [staging], tags: [web]"
    gone = "".join(f'  off-{n:02}: {{ssh: "127.0.0.1:1", {here}, {rest}}}\n' for n in range(1, off + 1))
    return (
        "accounts:\n"
        f"  me: {{type: ssh_key, username: {getpass.getuser()}, "
        f'private_key: {{secret: "file:{server.client_key}"}}}}\n'
        "worker_pools:\n  linux: {default: true}\n"
        f'workers:\n  build-1: {{pools: [linux], ssh: "127.0.0.1:{server.port}", {here}}}\n'
        f'targets:\n  web-1: {{ssh: "127.0.0.1:{server.port}", {here}, {rest}}}\n{gone}'
    )


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory, ssh_server: OpenSshServer) -> Iterator[ServedBot]:
    """One for both tests; the first leaves all machines in use."""
    folder = tmp_path_factory.mktemp("bot")
    config = write_configuration(folder, process=PROCESS, foredeck=ROLES + machines_of(ssh_server))
    with start_sandbox() as sandbox, connect_bot(folder, config, sandbox) as served:
        until(lambda: "unknown" not in _states(served), "every machine to be checked")
        yield served


def _states(bot: ServedBot) -> list[str]:
    with bot.db.read() as session:
        return list(session.scalars(select(MachineHealth.state)))


def _said(bot: ServedBot, containing: str) -> JsonObject:
    def found(state: JsonObject) -> Any:
        return next((m for m in state["messages"] if containing in m["text"]), None)

    message: JsonObject = bot.sandbox.wait_for(found)
    return message


def test_machines_are_looked_at_disabled_and_enabled(bot: ServedBot) -> None:
    shown = bot.says("ana", "/workers")
    assert shown["text"] == "10 machines: 🟢 2 healthy · 🔌 8 unavailable"
    assert "1 of 1 worker can be used" in str(shown["blocks"])
    assert "Page 1 of 2" in str(shown["blocks"])
    bot.presses("ana", bot.private("ana", "10 machines"), "show_machines:2")
    bot.sandbox.wait_for(lambda state: "Page 2 of 2" in str(state["messages"]))

    one = bot.says("ana", "/workers web-1")
    assert one["text"] == "web-1 healthy"
    assert "disable_machine" not in str(one["blocks"]), "ana may look and nothing else"
    refused = bot.says("ana", "/workers disable web-1 because I like to")["text"]
    assert refused == "You may not disable web-1. Ask ben or eva."
    assert "Did you mean web-1" in bot.says("ben", "/workers check web-2x")["text"]
    assert "Say why" in bot.says("ben", "/workers disable web-1")["text"]

    bot.says("ben", "/workers web-1")
    bot.presses("ben", bot.private("ben", "web-1 healthy"), "disable_machine")
    modal = bot.modal("ben")
    fields = {"note": {"note": "its disk is replaced"}, "until": {"until": "some day"}}
    answered = bot.sandbox.submits("ben", modal["id"], fields)
    assert "until" in str(answered), "the field with the end says what is wrong with it"
    fields["until"]["until"] = "in 2h"
    bot.sandbox.submits("ben", modal["id"], fields)
    _said(bot, "🔧 web-1 is disabled by ben")
    bot.private("ben", "web-1 is disabled.")

    bot.says("ana", "/release create web 1.0.0")
    bot.says("ana", "/deploy web 1.0.0 to staging on web-1")
    refused = bot.says("ana", "/deploy web 1.0.0 to staging on web-1")["text"]
    assert "web-1 is disabled by ben because its disk is replaced, until " in refused

    bot.says("ben", "/workers web-1")
    bot.presses("ben", bot.private("ben", "web-1 disabled"), "enable_machine")
    _said(bot, "🔧 web-1 is in use again by ben")
    bot.says("ana", "/deploy web 1.0.0 to staging on web-1")
    bot.card(1, "Done in")
    assert bot.failed_calls() == []


def test_a_check_is_made_when_somebody_asks(bot: ServedBot, ssh_server: OpenSshServer) -> None:
    ssh_server.stop()
    try:
        bot.says("ben", "/workers web-1")
        bot.presses("ben", bot.private("ben", "web-1 healthy"), "check_machine")
        _said(bot, "9 machines changed: 9 unavailable")
    finally:
        ssh_server.start()
    assert bot.says("ben", "/workers check web-1")["text"] == "web-1 is looked at now."
    _said(bot, "9 machines changed: 8 unavailable, 1 healthy")


def test_a_script_is_run_by_who_may_and_its_output_stands_in_the_thread(bot: ServedBot) -> None:
    assert "may not run scripts on web-1" in bot.says("ana", "/workers run web-1: uptime")["text"]
    assert bot.says("eva", "/workers run web-1 and build-1: echo hello from $((6 * 7)) >&2") == {}
    card = bot.sandbox.wait_for(
        lambda state: next(
            (m for m in state["messages"] if m["text"].startswith("Script on web-1, build-1: Done")), None
        )
    )
    assert "echo hello from $((6 * 7))" in str(card["blocks"]), "everybody can read what was run"
    bot.sandbox.wait_for(lambda state: "hello from 42" in str([m for m in state["messages"] if m.get("thread_ts")]))

    bot.says("eva", "/workers run")
    modal = bot.modal("eva")
    fields = {"machines": {"machines": "web-9"}, "script": {"script": "hostname"}, "note": {"note": ""}}
    assert "machines" in str(bot.sandbox.submits("eva", modal["id"], fields))
    fields["machines"]["machines"] = "web-1"
    bot.sandbox.submits("eva", modal["id"], fields)
    _said(bot, "Script on web-1: Done")
    assert bot.failed_calls() == []
