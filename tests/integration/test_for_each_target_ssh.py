"""A real SSH worker that runs a step for each target: the targets themselves are never logged in to for it."""

from __future__ import annotations

import getpass
from collections.abc import Iterator

import pytest

from engine.services.views import TaskState, TaskView
from tests.support import openssh
from tests.support.engine import Deck, a_deck
from tests.support.openssh import OpenSshServer

PROCESS = """\
steps:
  - step: drain
    target_tags: [web]
    runs_on: worker_for_each_target
    run_script:
      inline: |
        name=$(get_octopusvariable Octopus.Machine.Name)
        echo "drained $name of $(get_octopusvariable Zone) from $SSH_CONNECTION"
        set_octopusvariable Left "$name is drained"
  - step: bucket
    target_tags: [region]
    run_script: {inline: 'echo "bucket $(get_octopusvariable Octopus.Machine.Name)"'}
  - step: after
    run_script: {inline: 'echo "$(get_octopusvariable "Octopus.Action[drain].Output[web-2].Left")"'}
"""


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenSshServer]:
    openssh.require()
    server = OpenSshServer(tmp_path_factory.mktemp("worker"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def deck(tmp_path_factory: pytest.TempPathFactory, worker: OpenSshServer) -> Iterator[Deck]:
    """One worker; two targets where nothing listens, and a region."""
    key = worker.fingerprint_of("ed25519")
    nowhere = f'ssh: "127.0.0.1:1", account: me, host_key: "{key}", environments: [staging]'
    with a_deck(tmp_path_factory.mktemp("deck"), real_time=True) as made:
        made.configured(
            PROCESS,
            {
                "accounts.yml": f"me: {{type: ssh_key, username: {getpass.getuser()}, "
                f'private_key: {{secret: "file:{worker.client_key}"}}}}\n',
                "worker_pools.yml": "linux: {default: true}\n",
                "workers.yml": f'build-1: {{pools: [linux], ssh: "127.0.0.1:{worker.port}", account: me, '
                f'host_key: "{key}"}}\n',
                "targets.yml": f"web-1: {{{nowhere}, tags: [web]}}\nweb-2: {{{nowhere}, tags: [web]}}\n"
                "eu: {type: cloud_region, environments: [staging], tags: [region]}\n",
                "projects/web/variables.yml": "Zone: [{value: a}, {value: b, when: {target: web-2}}]\n",
            },
        )
        yield made


@pytest.fixture(scope="module")
def task(deck: Deck) -> TaskView:
    """A deployment that is over."""
    with deck.serving():
        return deck.over(deck.deploys())


def test_each_target_is_done_on_the_worker_with_its_own_variables(deck: Deck, task: TaskView) -> None:
    assert task.state is TaskState.SUCCESS
    log = deck.log(task.number, "drain")
    assert "drained web-1 of a from 127.0.0.1 " in log, "SSH_CONNECTION: it ran where SSH had led"
    assert "drained web-2 of b from 127.0.0.1 " in log
    assert [(run.machine, run.worker) for run in deck.runs(task.number)] == [
        ("web-1", "build-1"),
        ("web-2", "build-1"),
        ("eu", "build-1"),
        ("", "build-1"),
    ]


def test_a_region_is_served_by_the_worker_and_outputs_are_those_of_each_target(deck: Deck, task: TaskView) -> None:
    assert "bucket eu\n" in deck.log(task.number, "bucket")
    assert "web-2 is drained\n" in deck.log(task.number, "after")
