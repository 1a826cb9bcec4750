"""A cancel that does not end is let go of, machine by machine, on both kinds of worker: nobody follows it any more."""

from __future__ import annotations

import getpass
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from engine.services import tasks
from engine.services.views import TaskState
from tests.support.engine import MAIN, PACE, a_deck, until
from tests.support.openssh import OpenSshServer
from workers.pools import WorkerPool

PROCESS = """\
steps:
  - {step: here, run_script: {file: stuck.sh}}
  - {step: there, start_trigger: with_previous, target_tags: [web], run_script: {file: stuck.sh}}
"""


@contextmanager
def ended_afterwards(pids: list[Path]) -> Iterator[None]:
    """Whatever comes of the test, what it leaves running is ended, by the groups of these processes."""
    try:
        yield
    finally:
        for path in pids:
            if path.exists():
                with suppress(ProcessLookupError):
                    os.killpg(os.getpgid(int(path.read_text())), signal.SIGKILL)


def test_a_stuck_cancel_is_let_go_of_on_each_machine_and_its_script_goes_on(
    tmp_path: Path, ssh_server: OpenSshServer
) -> None:
    stuck = (
        f"trap '' TERM\necho $$ >{tmp_path}/pid.$(get_octopusvariable Octopus.Step.Id)\nsleep 600 & wait; wait; wait\n"
    )
    targets = (
        f'web-1: {{ssh: "127.0.0.1:{ssh_server.port}", account: me, environments: [staging], tags: [web], '
        f'host_key: "{ssh_server.fingerprint_of("ed25519")}"}}\n'
    )
    key = f'{{secret: "file:{ssh_server.client_key}"}}'
    with a_deck(tmp_path / "deck", real_time=True) as deck:
        deck.configured(
            PROCESS,
            {
                "foredeck.yml": MAIN.replace(
                    "environments:", "  - {team: release-managers, roles: [environment_manager]}\nenvironments:"
                ),
                "accounts.yml": f"me: {{type: ssh_key, username: {getpass.getuser()}, private_key: {key}}}\n",
                "targets.yml": targets,
                "projects/web/stuck.sh": stuck,
            },
        )
        never_killed = WorkerPool(deck.state / "tickets", clock=deck.clock, pace=replace(PACE, grace=3600))
        pids = [tmp_path / "pid.here", tmp_path / "pid.there"]
        with deck.serving(never_killed) as dispatcher, ended_afterwards(pids):
            number = deck.deploys()
            until(lambda: all(path.exists() and path.read_text() for path in pids), "both scripts to run")
            deck.cancels(number)
            until(lambda: "asked to end" in deck.log(number, "here"), "the script here to be asked")
            until(lambda: "asked to end" in deck.log(number, "there"), "the script there to be asked")
            later = deck.clock() + timedelta(minutes=11)
            tasks.abandon(deck.db, later, person="ben", number=number, machines=["web-1"])
            until(lambda: len(dispatcher._in_flight) == 1, "nobody to follow what was abandoned on web-1")
            assert deck.steps(number) == {"here": "running", "there": "canceled"}
            assert deck.task(number).state is TaskState.CANCELLING
            tasks.abandon(deck.db, later, person="ben", number=number, machines=["built-in"])
            assert deck.over(number).state is TaskState.CANCELED
            until(lambda: len(dispatcher._in_flight) == 0, "nobody to follow anything")
            assert all(os.getpgid(int(path.read_text())) for path in pids), "the scripts go on"
            assert deck.steps(number) == {"here": "canceled", "there": "canceled"}
