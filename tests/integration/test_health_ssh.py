"""The health of real machines over OpenSSH, checked by the bot's own clock."""

from __future__ import annotations

import getpass
from pathlib import Path

from sqlalchemy import select

from engine.models import MachineHealth
from engine.orchestration.checking import Checker
from engine.services.views import TaskState
from engine.times import utc_now
from tests.support.engine import PACE, Deck, a_deck, until
from tests.support.machines import KEY, MACHINES, ROLES
from tests.support.openssh import OpenSshServer
from workers.pools import WorkerPool

CHECK = """\
[ "#{Octopus.Machine.Name}" != warm ] || echo_warning "it is warm in $PWD" && rm -f nothing
if [ "#{Octopus.Machine.Name}" = broken ]; then echo_error "a disk is gone"; echo never mind >&2; fi
[ "#{Octopus.Machine.Name}" != failing ] || fail_healthcheck "no database on $(uname -s)"
if [ "#{Octopus.Machine.Name}" = coded ]; then echo "it ends badly" >&2; exit 7; fi
"""


LOOK = """\
steps:
  - {step: look, target_tags: [web], health_check: {unavailable: skip, unhealthy: exclude}}
  - {step: install, target_tags: [web], run_script: {inline: "echo there"}}
"""


def configured(deck: Deck, server: OpenSshServer) -> None:
    good = server.fingerprint_of("ed25519")
    targets = "".join(
        f'{slug}: {{ssh: "127.0.0.1:{port}", account: me, host_key: "{key}", environments: [staging], tags: [web]}}\n'
        for slug, port, key in (
            *((slug, server.port, good) for slug in ("fine", "warm", "broken", "failing", "coded")),
            ("off", 1, good),
            ("strange", server.port, KEY),
        )
    )
    key = f'{{secret: "file:{server.client_key}"}}'
    deck.configured(
        LOOK,
        {
            "foredeck.yml": ROLES,
            **MACHINES,
            "workers.yml": "",
            "targets.yml": targets,
            "accounts.yml": f"me: {{type: ssh_key, username: {getpass.getuser()}, private_key: {key}}}\n",
            "machine_policies.yml": "default: {health_check: {file: check.sh}, unavailable: skip}\n",
            "check.sh": CHECK,
        },
    )


def test_each_machine_is_found_in_its_state_and_nothing_is_left_there(
    tmp_path: Path, ssh_server: OpenSshServer
) -> None:
    with a_deck(tmp_path / "deck", real_time=True) as deck:
        configured(deck, ssh_server)
        workers = WorkerPool(tmp_path / "tickets", clock=utc_now, pace=PACE)
        checker = Checker(deck.db, utc_now, workers)
        try:
            until(lambda: checker.look() or not _unknown(deck), "every machine to be checked")
        finally:
            checker.stop()
            workers.close()
        found = _rows(deck)
    assert {slug: state for slug, (state, _) in found.items()} == {
        "fine": "healthy",
        "warm": "has_warnings",
        "broken": "unhealthy",
        "failing": "unhealthy",
        "coded": "unhealthy",
        "off": "unavailable",
        "strange": "unhealthy",  # somebody else answers there: that is not being off
    }
    assert found["warm"][1].startswith("The health check warns: it is warm in /")
    assert found["broken"][1] == "The health check found an error: a disk is gone"
    assert found["failing"][1] == "The health check found an error: no database on Linux"
    assert found["coded"][1].endswith("7: it ends badly")
    assert "refused the connection" in found["off"][1]
    assert "is not the pinned one" in found["strange"][1]
    assert not list((ssh_server.home / ".foredeck").rglob("script.sh"))


def test_a_deployment_looks_at_its_targets_and_goes_on_with_those_that_are_well(
    tmp_path: Path, ssh_server: OpenSshServer
) -> None:
    with a_deck(tmp_path / "deck", real_time=True) as deck:
        configured(deck, ssh_server)
        with deck.serving():
            view = deck.over(deck.deploys())
        installed = {run.machine for run in deck.runs(view.number) if run.step == 1 and run.state == "succeeded"}
        assert (view.state, installed) == (TaskState.SUCCESS, {"fine", "warm"})
        assert _rows(deck)["strange"][0] == "unhealthy"


def _rows(deck: Deck) -> dict[str, tuple[str, str]]:
    with deck.db.read() as session:
        return {row.slug: (row.state, row.why) for row in session.scalars(select(MachineHealth))}


def _unknown(deck: Deck) -> set[str]:
    return {slug for slug, (state, _) in _rows(deck).items() if state == "unknown"}
