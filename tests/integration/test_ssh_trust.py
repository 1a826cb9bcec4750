"""A machine that was set up anew shows another host key: nothing runs there until somebody trusts it, with a reason."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import main
from engine.services import host_keys
from engine.services.views import TaskState
from tests.support.engine import MAIN, Deck, a_deck
from tests.support.openssh import OpenSshServer

pytestmark = pytest.mark.sshd

OLD, OTHER = (f"SHA256:{letter * 43}" for letter in "AB")
ADMIN = MAIN.replace("environments:", "  - {team: release-managers, roles: [environment_manager]}\nenvironments:")


@pytest.fixture
def deck(tmp_path: Path) -> Iterator[Deck]:
    with a_deck(tmp_path / "deck", real_time=True) as made:
        yield made


def pinned(deck: Deck, server: OpenSshServer, pin: str) -> None:
    key = f'{{secret: "file:{server.client_key}"}}'
    where = f'ssh: "127.0.0.1:{server.port}", account: me, host_key: "{pin}"'
    deck.configured(
        files={
            "foredeck.yml": ADMIN,
            "worker_pools.yml": "linux: {default: true}\n",
            "workers.yml": f"build-1: {{pools: [linux], {where}}}\n",
            "targets.yml": f"twin: {{environments: [staging], tags: [web], {where}}}\n",
            "accounts.yml": f"me: {{type: ssh_key, username: {getpass.getuser()}, private_key: {key}}}\n",
        }
    )


def trust(deck: Deck, *words: str, person: str = "ben") -> tuple[int, str]:
    folders = ["--state", str(deck.state), "--config", str(deck.config), "--as", person]
    result = CliRunner().invoke(main, ["worker", "trust", "build-1", *folders, *words])
    return result.exit_code, result.output


def deployed(deck: Deck) -> tuple[TaskState, str]:
    with deck.serving():
        view = deck.over(deck.deploys())
    return view.state, view.steps[0].detail


def test_a_new_key_is_trusted_by_hand_and_only_as_long_as_the_configuration_pins_what_it_pinned(
    deck: Deck, ssh_server: OpenSshServer
) -> None:
    new = ssh_server.fingerprint_of("ed25519")
    pinned(deck, ssh_server, OLD)
    state, why = deployed(deck)
    assert state is TaskState.FAILED
    assert "is not the pinned one" in why
    assert f"`foredeck worker trust build-1 --fingerprint {new} --because WHY`" in deck.task(1).steps[0].hint

    code, said = trust(deck, "--because", "set up anew")
    assert code == 1
    assert f"ssh-ed25519 {new}" in said
    assert "Nothing was changed." in said
    for words, person, told in (
        (("--because", " ", "--fingerprint", new), "ben", "Say why"),
        (("--because", "set up anew", "--fingerprint", OTHER), "ben", f"does not show the key {OTHER}"),
        (("--because", "set up anew", "--fingerprint", new), "ana", "may not trust build-1"),
    ):
        code, said = trust(deck, *words, person=person)
        assert code == 1
        assert told in said
    assert not host_keys.history(deck.db)

    code, said = trust(deck, "--because", "set up anew", "--fingerprint", new)
    assert code == 0, said
    assert "At the same address is twin, which still pins the old key" in said
    (row,) = host_keys.history(deck.db)
    assert (row.machine, row.before, row.fingerprint, row.by, row.reason) == ("build-1", OLD, new, "ben", "set up anew")
    assert deployed(deck) == (TaskState.SUCCESS, "")
    assert "nothing to trust" in trust(deck, "--because", "again")[1]

    pinned(deck, ssh_server, OTHER)
    assert deployed(deck)[0] is TaskState.FAILED
