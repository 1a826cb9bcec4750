"""Two projects on one real machine: their scripts never meet there, also when the bot is restarted meanwhile."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.services.views import TaskState, WaitKind
from tests.support.engine import MAIN, Deck, a_deck, until
from tests.support.openssh import OpenSshServer

WAITS_FOR_US = "while ! [ -e {folder}/go ]; do sleep 0.05; done; "


@pytest.fixture
def deck(tmp_path: Path) -> Iterator[Deck]:
    with a_deck(tmp_path / "deck", real_time=True) as made:
        yield made


def configured(deck: Deck, server: OpenSshServer, folder: Path) -> Deck:
    """web installs on web-1; shop migrates on web-1 and web-2. Both are at one server, so they show one host key."""

    def process(step: str, tag: str, until: str = "") -> str:
        script = f"echo {step} begins >> {folder}/$(get_octopusvariable Octopus.Machine.Name); {until}"
        script += f"echo {step} ends >> {folder}/$(get_octopusvariable Octopus.Machine.Name)"
        return f"steps: [{{step: {step}, target_tags: [{tag}], run_script: {{inline: '{script}'}}}}]\n"

    target = (
        f'{{ssh: "127.0.0.1:{server.port}", account: me, host_key: "{server.fingerprint_of("ed25519")}", '
        "environments: [staging], tags: "
    )
    return deck.configured(
        process("install", "web", WAITS_FOR_US.format(folder=folder)),
        {
            "foredeck.yml": MAIN,
            "accounts.yml": f"me: {{type: ssh_key, username: {getpass.getuser()}, "
            f'private_key: {{secret: "file:{server.client_key}"}}}}\n',
            "targets.yml": f"web-1: {target}[web, shop]}}\nweb-2: {target}[shop]}}\n",
            "projects/shop/project.yml": "slug: shop\n",
            "projects/shop/process.yml": process("migrate", "shop"),
        },
    )


def said(path: Path) -> list[str]:
    """What the scripts have written down."""
    return path.read_text().splitlines() if path.exists() else []


def test_they_take_turns_through_a_restart_and_a_machine_with_the_same_host_key_is_not_held_up(
    deck: Deck, ssh_server: OpenSshServer, tmp_path: Path
) -> None:
    configured(deck, ssh_server, tmp_path)
    with deck.serving():
        first = deck.deploys()
        until(lambda: said(tmp_path / "web-1"), "the first script to begin")
        second = deck.deploys("shop", "2.0.0")
        until(lambda: said(tmp_path / "web-2") == ["migrate begins", "migrate ends"], "the other machine to be done")
        until(lambda: deck.task(second).steps[0].machines_done == 1)
    waiting = deck.task(second).waiting
    assert waiting is not None
    assert (waiting.kind, waiting.task) == (WaitKind.MACHINE, first)
    assert said(tmp_path / "web-1") == ["install begins"]
    deck.reopen()
    with deck.serving():
        (tmp_path / "go").touch()
        assert deck.over(first).state is TaskState.SUCCESS
        assert deck.over(second).state is TaskState.SUCCESS
    assert said(tmp_path / "web-1") == ["install begins", "install ends", "migrate begins", "migrate ends"]
    assert "Waits for web-1, where #1 (web 1.0.0 to staging, asked for by ana) runs install." in deck.log(
        second, "migrate"
    )
