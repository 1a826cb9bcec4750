"""The machines on which the contract of a worker is checked: one in memory, this one, and one behind OpenSSH."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.ports import Worker
from tests.support import openssh
from tests.support.fake_worker import FakeMachine, FakeWorker
from workers.builtin import BuiltInWorker
from workers.runner.pace import Pace
from workers.ssh.worker import SshWorker

PACE = replace(Pace(), slowest=0.05, record_every=0.02, grace=1, patience=2.0, stuck=5.0)


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Site:
    """A machine and its workers. `real` tells whether scripts are processes; `tickets` is where their folders are."""

    name: str
    make: Callable[[], Worker]
    forget: Callable[[str], object]
    real: bool = True
    tickets: Path = Path("/nonexistent")
    made: list[Worker] = field(default_factory=list)

    def worker(self) -> Worker:
        """A new worker on the same machine, as after a restart of the bot."""
        worker = self.make()
        self.made.append(worker)
        return worker

    def close(self) -> None:
        for worker in self.made:
            worker.close()


def _built_in(folder: Path, shell: tuple[str, ...] = ("sh",)) -> Site:
    tickets = folder / "runs" / "tickets"
    return Site(
        "built-in",
        lambda: BuiltInWorker(folder / "runs", clock=utc_now, pace=PACE, shell=shell),
        lambda ticket: shutil.rmtree(tickets / ticket),
        tickets=tickets,
    )


def _fake() -> Site:
    machine = FakeMachine()
    return Site("fake", lambda: FakeWorker(machine, pace=PACE), machine.runs.pop, real=False)


@pytest.fixture(scope="session")
def ssh_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[openssh.OpenSshServer]:
    """One OpenSSH server for all tests that do not stop it."""
    openssh.require()
    server = openssh.OpenSshServer(tmp_path_factory.mktemp("sshd"))
    server.start()
    yield server
    server.stop()


def _openssh(server: openssh.OpenSshServer) -> Site:
    tickets = server.home / ".foredeck" / "tickets"
    return Site(
        "openssh",
        lambda: SshWorker(server.machine(), clock=utc_now, pace=PACE),
        lambda ticket: shutil.rmtree(tickets / ticket),
        tickets=tickets,
    )


def _busybox(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A machine with busybox and bash and nothing else."""
    busybox = shutil.which("busybox")
    if busybox is None:
        pytest.skip("busybox is not installed")
    programs = folder / "bin"
    programs.mkdir()
    subprocess.run([busybox, "--install", "-s", str(programs)], check=True)
    (programs / "bash").symlink_to(str(shutil.which("bash")))
    monkeypatch.setenv("PATH", str(programs))
    return _built_in(folder, (busybox, "sh"))


OPENSSH = pytest.param("openssh", marks=pytest.mark.sshd)


@pytest.fixture(params=["fake", "built-in", "built-in-busybox", "built-in-bash", OPENSSH])
def site(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Each kind of machine in turn; the built-in worker with each shell that is here."""
    made = _made(request, tmp_path, monkeypatch)
    yield made
    made.close()


@pytest.fixture(params=["built-in", "built-in-busybox", OPENSSH])
def real_site(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """The machines where scripts are processes."""
    made = _made(request, tmp_path, monkeypatch)
    yield made
    made.close()


@pytest.fixture(params=["built-in", OPENSSH])
def full_site(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """The machines that have a whole system, with Python."""
    made = _made(request, tmp_path, monkeypatch)
    yield made
    made.close()


def _made(request: pytest.FixtureRequest, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    match request.param:
        case "fake":
            return _fake()
        case "openssh":
            return _openssh(request.getfixturevalue("ssh_server"))
        case "built-in-bash":
            return _built_in(folder, ("bash", "--posix"))
        case "built-in-busybox":
            return _busybox(folder, monkeypatch)
        case _:
            return _built_in(folder)
