"""A rolling deployment over real OpenSSH servers: each machine runs its scripts in turn, and knows itself."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine.services.views import StepStatus, TaskState
from tests.support import openssh
from tests.support.engine import PACE, Deck, a_deck
from tests.support.openssh import OpenSshServer
from workers.pools import WorkerPool

PROCESS = """\
steps:
  - step: install
    target_tags: [web]
    rolling: {{window: 1, stop_after_failures: {stop}}}
    actions:
      - action: copy
        run_script:
          inline: |
            name=$(get_octopusvariable Octopus.Machine.Name)
            echo "copied on $name"
            echo "$name copy" >> {journal}
            set_octopusvariable Where "$HOME"
      - action: switch
        run_script:
          inline: |
            name=$(get_octopusvariable Octopus.Machine.Name)
            [ "$(get_octopusvariable 'Octopus.Action[copy].Output.Where')" = "$HOME" ] || exit 9
            echo "$name switch" >> {journal}
            [ "$name" != "{broken}" ] || fail_step "The switch is stuck."
"""


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, OpenSshServer]]:
    """Three machines."""
    openssh.require()
    made = {f"web-{number}": OpenSshServer(tmp_path_factory.mktemp("web")) for number in (1, 2, 3)}
    for server in made.values():
        server.start()
    yield made
    for server in made.values():
        server.stop()


@pytest.fixture
def deck(tmp_path: Path) -> Iterator[Deck]:
    with a_deck(tmp_path / "deck", real_time=True) as made:
        yield made


def configured(
    deck: Deck, machines: dict[str, OpenSshServer], journal: Path, *, broken: str = "", stop: int = 1
) -> Deck:
    accounts = [
        f"{slug}: {{type: ssh_key, username: {getpass.getuser()}, "
        f'private_key: {{secret: "file:{server.client_key}"}}}}\n'
        for slug, server in machines.items()
    ]
    targets = [
        f'{slug}: {{ssh: "127.0.0.1:{server.port}", account: {slug}, host_key: "{server.fingerprint_of("ed25519")}", '
        f"environments: [staging], tags: [web]}}\n"
        for slug, server in machines.items()
    ]
    process = PROCESS.format(journal=journal, broken=broken, stop=stop)
    return deck.configured(process, {"accounts.yml": "".join(accounts), "targets.yml": "".join(targets)})


def test_the_machines_are_done_one_after_the_other_and_outputs_belong_to_the_machine(
    deck: Deck, machines: dict[str, OpenSshServer], tmp_path: Path
) -> None:
    journal = tmp_path / "journal"
    configured(deck, machines, journal)
    with deck.serving():
        task = deck.over(deck.deploys())
    assert task.state is TaskState.SUCCESS
    assert journal.read_text().split("\n")[:-1] == [
        f"{slug} {action}" for slug in ("web-1", "web-2", "web-3") for action in ("copy", "switch")
    ]
    assert "copied on web-2\n" in deck.log(task.number, "install")


def test_the_first_machine_that_fails_ends_the_rolling(
    deck: Deck, machines: dict[str, OpenSshServer], tmp_path: Path
) -> None:
    journal = tmp_path / "journal"
    configured(deck, machines, journal, broken="web-2")
    with deck.serving():
        task = deck.over(deck.deploys())
    assert task.state is TaskState.FAILED
    assert [(m.slug, m.status, m.detail) for m in task.steps[0].machines] == [
        ("web-1", StepStatus.SUCCEEDED, ""),
        ("web-2", StepStatus.FAILED, "The switch is stuck."),
        ("web-3", StepStatus.SKIPPED, "stopped after 1 failure"),
    ]
    assert "web-3" not in journal.read_text()


def test_a_machine_that_is_away_fails_by_itself_and_the_others_are_done(
    deck: Deck, machines: dict[str, OpenSshServer], tmp_path: Path
) -> None:
    journal = tmp_path / "journal"
    configured(deck, machines, journal, stop=3)
    machines["web-1"].stop()
    try:
        impatient = replace(PACE, launch_patience=0.5)
        with deck.serving(WorkerPool(deck.state / "tickets", clock=deck.clock, pace=impatient)):
            task = deck.over(deck.deploys())
    finally:
        machines["web-1"].start()
    assert [(m.slug, m.status) for m in task.steps[0].machines] == [
        ("web-1", StepStatus.FAILED),
        ("web-2", StepStatus.SUCCEEDED),
        ("web-3", StepStatus.SUCCEEDED),
    ]
    assert "refused" in task.steps[0].machines[0].detail
    assert task.steps[0].machines_done == 2
