"""A worker that cannot be reached before anything was launched is replaced by another of its pool."""

from __future__ import annotations

import getpass
from dataclasses import replace
from pathlib import Path

import pytest

from engine.services.views import StepStatus, TaskState
from engine.times import utc_now
from tests.support.engine import PACE, Deck, a_deck
from tests.support.openssh import OpenSshServer
from workers.pools import WorkerPool

PROCESS = "steps: [{step: build, run_script: {inline: 'echo built'}}]\n"


def configured(deck: Deck, server: OpenSshServer, *ports: int) -> None:
    """A default pool with a worker at each of these ports; `server` answers at one of them, and 0 has no key."""
    fingerprint = server.fingerprint_of("ed25519")
    workers = "".join(
        f'build-{n}: {{pools: [linux], ssh: "127.0.0.1:{port or 1}", account: {"me" if port else "keyless"}, '
        f'host_key: "{fingerprint}"}}\n'
        for n, port in enumerate(ports, start=1)
    )
    keyless = '{type: ssh_key, username: me, private_key: {secret: "file:/nowhere/key"}}'
    key = f'{{secret: "file:{server.client_key}"}}'
    deck.configured(
        PROCESS,
        {
            "worker_pools.yml": "linux: {default: true}\n",
            "workers.yml": workers,
            "accounts.yml": f"me: {{type: ssh_key, username: {getpass.getuser()}, private_key: {key}}}\n"
            f"keyless: {keyless}\n",
        },
    )


@pytest.fixture
def workers(tmp_path: Path) -> WorkerPool:
    return WorkerPool(tmp_path / "tickets", clock=utc_now, pace=replace(PACE, launch_patience=0.2))


def test_another_worker_takes_over_and_the_log_says_so(
    tmp_path: Path, ssh_server: OpenSshServer, workers: WorkerPool
) -> None:
    with a_deck(tmp_path / "deck", real_time=True) as deck:
        configured(deck, ssh_server, 1, ssh_server.port)
        with deck.serving(workers):
            view = deck.over(deck.deploys())
        assert view.state is TaskState.SUCCESS
        log = deck.log(view.number, "build")
        assert "build-1 could not be reached." in log
        assert "build-2 takes over." in log
        assert log.endswith("built\n")
        assert view.steps[0].worker == "build-2"
        assert len(deck.runs(view.number)) == 1


def test_when_none_can_be_reached_the_step_fails_and_names_the_last(
    tmp_path: Path, ssh_server: OpenSshServer, workers: WorkerPool
) -> None:
    with a_deck(tmp_path / "deck", real_time=True) as deck:
        configured(deck, ssh_server, 1, 1)
        with deck.serving(workers):
            view = deck.over(deck.deploys())
        assert view.state is TaskState.FAILED
        assert view.steps[0].status is StepStatus.FAILED
        assert "refused" in view.steps[0].detail
        assert view.steps[0].worker == "build-2"


@pytest.mark.parametrize("answers", [True, False])
def test_a_replacement_whose_key_cannot_be_read_is_passed_over_and_nothing_is_lost(
    tmp_path: Path, ssh_server: OpenSshServer, workers: WorkerPool, answers: bool
) -> None:
    with a_deck(tmp_path / "deck", real_time=True) as deck:
        configured(deck, ssh_server, 1, 0, *([ssh_server.port] if answers else []))
        with deck.serving(workers):
            view = deck.over(deck.deploys())
        if answers:
            assert view.state is TaskState.SUCCESS
            assert view.steps[0].worker == "build-3"
            assert "build-2 could not be reached." in deck.log(view.number, "build")
        else:
            assert view.steps[0].status is StepStatus.FAILED
            assert "/nowhere/key" in view.steps[0].detail
