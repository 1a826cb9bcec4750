"""Machines behind bastions, all real OpenSSH servers: the way there is shared, pinned, and named when it is closed."""

from __future__ import annotations

import getpass
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine.contracts import ActionResult, HealthState, Outcome, SshMachine
from tests.support import openssh
from tests.support.openssh import OpenSshServer
from tests.support.run_sinks import MemorySink, a_request, run
from tests.support.ssh_workers import LIMITS, a_worker, refusal
from workers.ssh.ways import Ways
from workers.ssh.worker import SshWorker

pytestmark = pytest.mark.sshd


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenSshServer]:
    """A bastion where no command may be run."""
    openssh.require()
    made = OpenSshServer(tmp_path_factory.mktemp("gate"), options=("MaxSessions 0", "MaxStartups 3:100:3"))
    made.start()
    yield made
    made.stop()


def bastion(server: OpenSshServer, **changes: object) -> SshMachine:
    return server.machine(**{"slug": "gate", **changes})


def behind(server: OpenSshServer, way: SshMachine, **changes: object) -> SshMachine:
    return server.machine(via=way, **changes)


def here(worker: SshWorker) -> str:
    result, sink = run(worker, "echo here")
    assert (result.outcome, result.message) == (Outcome.SUCCEEDED, "")
    return sink.text()


def logins(server: OpenSshServer) -> int:
    return (server.folder / "sshd.log").read_text().count("Accepted publickey")


def test_many_machines_behind_a_bastion_share_one_connection_to_it_and_the_last_ends_it(
    ssh_server: OpenSshServer, gate: OpenSshServer
) -> None:
    ways, before = Ways(LIMITS), logins(gate)
    workers = [a_worker(behind(ssh_server, bastion(gate), slug=f"web-{number}"), ways=ways) for number in range(12)]
    sinks = [MemorySink() for _ in workers]
    threads = [
        threading.Thread(target=worker.ensure_and_follow, args=(a_request(f"echo {n}"), sinks[n]))
        for n, worker in enumerate(workers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [sink.text() for sink in sinks] == [f"{n}\n" for n in range(12)]
    assert logins(gate) == before + 1
    for worker in workers[1:]:
        worker.close()
    assert here(workers[0]) == "here\n"
    workers[0].close()
    deadline = time.monotonic() + 10
    while gate.connections():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_bastion_may_be_behind_another_one(
    ssh_server: OpenSshServer, gate: OpenSshServer, own_ssh_server: OpenSshServer
) -> None:
    inner = own_ssh_server.machine(slug="inner-gate", via=bastion(gate))
    worker = a_worker(behind(ssh_server, inner))
    assert here(worker) == "here\n"
    worker.close()


def test_a_connection_that_breaks_at_the_bastion_is_made_again_without_gap_and_double(
    ssh_server: OpenSshServer, own_ssh_server: OpenSshServer
) -> None:
    sink = MemorySink()
    worker = a_worker(behind(ssh_server, bastion(own_ssh_server)))
    cuts = iter(range(3))
    sink.on_record = lambda: own_ssh_server.cut() if next(cuts, None) is not None else None
    body = "".join(f"echo line {number}\nsleep 0.03\n" for number in range(20))
    result = worker.ensure_and_follow(a_request(body), sink)
    worker.close()
    assert result.outcome is Outcome.SUCCEEDED
    assert sink.text() == "".join(f"line {number}\n" for number in range(20))


# ---- when there is no way


def test_a_bastion_that_is_away_or_another_is_told_as_the_bastions_fault(
    ssh_server: OpenSshServer, gate: OpenSshServer
) -> None:
    port = openssh._free_port()
    away = refusal(behind(ssh_server, bastion(gate, port=port)))
    assert away.message == (
        f"build-1 was not reached, because its bastion gate was not: gate (127.0.0.1:{port}) refused the connection: "
        "the machine is up, but no SSH server listens there."
    )
    other = refusal(behind(ssh_server, bastion(gate, host_key=ssh_server.fingerprint_of("ed25519"))))
    assert other.message.startswith(
        "build-1 was not reached, because its bastion gate was not: The host key of gate (127.0.0.1:"
    )
    stranger = replace(gate.machine().account, login=ssh_server.machine().account.login)
    refused = refusal(behind(ssh_server, bastion(gate, account=stranger)))
    assert "its bastion gate was not: gate" in refused.message
    assert refused.message.endswith("with the key of account deploy.")


def test_the_machines_own_key_is_pinned_behind_a_bastion_too(ssh_server: OpenSshServer, gate: OpenSshServer) -> None:
    before = (ssh_server.folder / "sshd.log").read_text().count("Accepted")
    result = refusal(behind(ssh_server, bastion(gate), host_key=gate.fingerprint_of("ed25519")))
    assert result.message.startswith(f"The host key of build-1 (127.0.0.1:{ssh_server.port}) is not the pinned one")
    assert (ssh_server.folder / "sshd.log").read_text().count("Accepted") == before


def test_what_the_bastion_says_of_a_machine_is_told(ssh_server: OpenSshServer, gate: OpenSshServer) -> None:
    port = openssh._free_port()
    results: list[ActionResult] = []
    machines = [
        behind(ssh_server, bastion(gate), slug="db-1", port=port),
        behind(ssh_server, bastion(gate), host="no-such-host.invalid"),
    ]
    ways = Ways(LIMITS)
    threads = [
        threading.Thread(target=lambda m=machine: results.append(run(a_worker(m, ways=ways), "echo never")[0]))
        for machine in machines * 3  # at once: each is told its own
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(results) == 6
    for result in results:
        assert result.outcome is Outcome.UNREACHABLE
        if "db-1" in result.message:
            assert result.message == (
                f"db-1 (127.0.0.1:{port}) was not reached from the bastion gate, where the connection to it failed: "
                "Connection refused."
            )
        else:
            assert result.message.startswith("build-1 (no-such-host.invalid:")
            assert "The name is looked up on the bastion" in result.hint


def test_a_bastion_that_forwards_nothing_is_told(ssh_server: OpenSshServer, tmp_path: Path) -> None:
    closed = OpenSshServer(tmp_path / "closed", options=("AllowTcpForwarding no",))
    closed.start()
    try:
        result = refusal(behind(ssh_server, bastion(closed)))
    finally:
        closed.stop()
    assert result.message == (
        f"The bastion gate (127.0.0.1:{closed.port}) lets {getpass.getuser()} in, but makes no connection to build-1 "
        f"(127.0.0.1:{ssh_server.port})."
    )
    assert "AllowTcpForwarding" in result.hint


# ---- not too many at once


def test_no_more_log_in_at_once_than_the_server_takes(tmp_path: Path) -> None:
    # sshd counts a login for a moment after the client knows that it is one, so there is room for those.
    strict = OpenSshServer(tmp_path / "strict", options=("MaxStartups 6:100:6",))
    strict.start()
    try:
        ways = Ways(replace(LIMITS, at_once=2, login=20, greeting=20))
        workers = [a_worker(strict.machine(slug=f"web-{number}"), ways=ways) for number in range(10)]
        texts: list[str] = []
        threads = [threading.Thread(target=lambda w=worker: texts.append(here(w))) for worker in workers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        for worker in workers:
            worker.close()
    finally:
        strict.stop()
    assert texts == ["here\n"] * 10
    assert logins(strict) == 10
    assert "MaxStartups" not in (strict.folder / "sshd.log").read_text()


def test_a_machine_that_is_off_is_told_from_a_bastion_that_is_another(
    ssh_server: OpenSshServer, gate: OpenSshServer
) -> None:
    off = behind(ssh_server, bastion(gate), port=1)
    strange = behind(ssh_server, bastion(gate, host_key=f"SHA256:{'A' * 43}"))
    found = []
    for machine in (behind(ssh_server, bastion(gate)), off, strange):
        worker = a_worker(machine)
        found.append(worker.check_health().state)
        worker.close()
    assert found == [HealthState.HEALTHY, HealthState.UNAVAILABLE, HealthState.UNHEALTHY]
