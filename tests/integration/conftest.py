"""Private OpenSSH servers for the tests of the SSH worker; and tests that cut answers clean up behind them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import cut_answers, openssh
from tests.support.installs import Machine
from tests.support.openssh import OpenSshServer
from tests.support.ssh_workers import a_worker
from workers.ssh.worker import SshWorker


@pytest.fixture(scope="module")
def ssh_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenSshServer]:
    """A server with all kinds of host keys, for tests that do not stop it."""
    openssh.require()
    made = OpenSshServer(tmp_path_factory.mktemp("sshd"), host_keys=("ed25519", "ecdsa", "rsa"))
    made.start()
    yield made
    made.stop()


@pytest.fixture
def own_ssh_server(tmp_path: Path) -> Iterator[OpenSshServer]:
    """A server that a test may stop and start."""
    openssh.require()
    made = OpenSshServer(tmp_path / "own")
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def ssh_worker(ssh_server: OpenSshServer) -> Iterator[SshWorker]:
    """What reaches that server's machine."""
    made = a_worker(ssh_server.machine())
    yield made
    made.close()


@pytest.fixture
def machine(ssh_worker: SshWorker, tmp_path: Path) -> Machine:
    """That machine with a folder of the test's own, for packages to be installed in."""
    return Machine(ssh_worker, tmp_path / "machine")


@pytest.fixture
def nothing_left_open() -> Iterator[None]:
    """What was cut is closed before the next test."""
    yield
    cut_answers.collect()
