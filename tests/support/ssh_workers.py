"""SSH workers with short limits, and how they are refused. For tests only."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from engine.contracts import ActionResult, KeyLogin, Outcome, Secret, SshMachine
from tests.support.openssh import OpenSshServer
from tests.support.run_sinks import run
from workers.runner.pace import Pace
from workers.ssh.connecting import Limits
from workers.ssh.ways import Ways
from workers.ssh.worker import SshWorker

PACE = replace(Pace(), slowest=0.05, record_every=0.02, grace=1, patience=2.0, launch_patience=1.0)
LIMITS = Limits(connect=2, greeting=1, login=5, channel=5)


def utc_now() -> datetime:
    return datetime.now(UTC)


def a_worker(machine: SshMachine, pace: Pace = PACE, ways: Ways | None = None) -> SshWorker:
    return SshWorker(machine, clock=utc_now, pace=pace, ways=ways or Ways(LIMITS))


def with_key(server: OpenSshServer, text: str, passphrase: str | None = None) -> SshMachine:
    account = server.machine().account
    secret = Secret(passphrase) if passphrase is not None else None
    return server.machine(account=replace(account, login=KeyLogin(Secret(text), secret)))


def refusal(machine: SshMachine) -> ActionResult:
    """What a person is told; nothing may have been started."""
    worker = a_worker(machine)
    result, sink = run(worker, "echo never")
    worker.close()
    assert result.outcome is Outcome.UNREACHABLE
    assert sink.confirmed == 0
    return result
