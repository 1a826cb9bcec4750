"""`/workers` in the workspace: who looks sees health, load and errors; who may takes machines out of use and back."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from engine.models import MachineHealth
from engine.services import host_keys
from tests.support.engine import until
from tests.support.openssh import OpenSshServer
from tests.support.sandbox import JsonObject, start_sandbox
from tests.support.served_bot import FOREDECK, ServedBot, connect_bot, write_configuration

ROLES = FOREDECK.replace("[project_contributor], when: {project: web}", "[environment_manager, script_runner]")
OLD = f"SHA256:{'A' * 43}"
PROCESS = "steps: [{step: install, target_tags: [web], run_script: {inline: echo there}}]\n"


def machines_of(server: OpenSshServer, *, off: int = 8) -> str:
    """A worker and a target that answer, a target that shows another key, targets where nobody is, and a region."""
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
        f'  odd: {{ssh: "127.0.0.1:{server.port}", account: me, host_key: "{OLD}", environments: [production], '
        f"tags: [odd]}}\n"
        "  eu: {type: cloud_region, environments: [production], tags: [region]}\n"
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
    assert shown["text"] == "12 machines: 🟢 2 healthy · 🔴 1 unhealthy · 🔌 8 unavailable · ☁️ 1 cloud region"
    assert "1 of 1 worker can be used" in str(shown["blocks"])
    assert "Page 1 of 2" in str(shown["blocks"])
    bot.presses("ana", bot.private("ana", "12 machines"), "show_machines:2")
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
    bot.private("ben", "It was looked at just now: web-1")
    bot.says("ana", "/deploy web 1.0.0 to staging on web-1")
    bot.card(1, "Done in")
    assert bot.failed_calls() == []


def test_a_check_is_made_when_somebody_asks(bot: ServedBot, ssh_server: OpenSshServer) -> None:
    """What is found takes the place of the answer whose button was pressed, or follows the command."""
    ssh_server.stop()
    try:
        bot.says("ben", "/workers web-1")
        bot.presses("ben", bot.private("ben", "web-1 healthy"), "check_machine")
        found = bot.private("ben", "It was looked at just now: web-1 unavailable")
        assert "Check now" in str(found["blocks"])
        _said(bot, "9 unavailable")
    finally:
        ssh_server.start()
    said = bot.says("ben", "/workers check web-1")["text"]
    assert said == "web-1 is looked at now. What was found follows."
    bot.private("ben", "It was looked at just now: web-1 healthy")
    assert "eu is a cloud region" in bot.says("ben", "/workers check eu")["text"]


def test_a_cloud_region_says_who_works_for_it(bot: ServedBot) -> None:
    shown = str(bot.says("ana", "/workers eu")["blocks"])
    assert "Steps aimed at it run in the pool linux (1 of 1 worker can be used)" in shown
    assert "check_machine" not in str(bot.says("ben", "/workers eu")["blocks"])


def test_a_new_host_key_is_trusted_in_a_form_by_who_may_with_a_reason(
    bot: ServedBot, ssh_server: OpenSshServer
) -> None:
    assert "You may not trust odd" in bot.says("ana", "/workers trust odd")["text"]
    bot.says("ben", "/workers odd")
    bot.presses("ben", bot.private("ben", "odd unhealthy"), "trust_key")
    modal = bot.sandbox.wait_for(
        lambda state: next(
            (v for v in state["modals"].get(bot.ids["ben"], []) if v["callback_id"] == "trust_key"), None
        )
    )
    new = ssh_server.fingerprint_of("ecdsa")
    assert OLD in str(modal["blocks"])
    assert new in str(modal["blocks"])
    filled = {"fingerprint": {"fingerprint": new}, "note": {"note": "set up anew"}}
    bot.sandbox.submits("ben", modal["id"], filled)
    bot.sandbox.wait_for(lambda state: "Trusted" in str(state["modals"].get(bot.ids["ben"])))
    (row,) = host_keys.history(bot.db)
    assert (row.before, row.fingerprint, row.by, row.reason) == (OLD, new, "ben", "set up anew")
    told = _said(bot, "🔑 ben trusts a new host key of odd")
    assert all(words in str(told["blocks"]) for words in ("set up anew", new, OLD))
    until(lambda: "ben trusts its host key" in str(bot.says("ana", "/workers odd")), "it to be told of the machine")
    until(lambda: bot.says("ana", "/workers odd")["text"] == "odd healthy", "it to be looked at again")
    refused = bot.says("ben", f"/workers trust odd {OLD} because I am sure")["text"]
    assert f"odd does not show the key {OLD}" in refused


def test_a_script_is_run_by_who_may_and_its_output_stands_in_the_thread(bot: ServedBot) -> None:
    assert "may not run scripts on web-1" in bot.says("ana", "/workers run web-1: uptime")["text"]
    assert bot.says("eva", "/workers run web-1 and build-1: echo hello from $((6 * 7)) >&2") == {}
    card = bot.sandbox.wait_for(
        lambda state: next(
            (m for m in state["messages"] if m["text"].startswith("Script on web-1, build-1: Done")), None
        )
    )
    assert "echo hello from $((6 * 7))" in str(card["blocks"]), "everybody can read what was run"
    assert "2 of 2 machines" in str(card["blocks"]), "one of them is no target"
    bot.sandbox.wait_for(lambda state: "hello from 42" in str([m for m in state["messages"] if m.get("thread_ts")]))

    bot.says("eva", "/workers run")
    modal = bot.modal("eva")
    fields = {"machines": {"machines": "web-9"}, "script": {"script": "hostname"}, "note": {"note": ""}}
    assert "machines" in str(bot.sandbox.submits("eva", modal["id"], fields))
    fields["machines"]["machines"] = "web-1"
    bot.sandbox.submits("eva", modal["id"], fields)
    _said(bot, "Script on web-1: Done")
    assert bot.failed_calls() == []
