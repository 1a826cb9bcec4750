"""A machine behind a real OpenSSH server that has few commands beyond the shell's. For tests only."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from engine.contracts import PackageFile
from tests.support import openssh
from tests.support.openssh import OpenSshServer
from tests.support.run_sinks import MemorySink
from tests.support.ssh_workers import a_worker
from workers.packages.delivering import Delivered, deliver
from workers.packages.telling import Telling
from workers.ssh.worker import SshWorker

COMMANDS = (
    "bash cat curl date dd df ln mkdir mv openssl readlink rm rsync setsid sh sha256sum sleep stat tee touch wget zstd"
)


@dataclass
class Machine:
    """A machine of the tests, whose commands beyond the shell's can be taken away."""

    server: OpenSshServer
    shelf: Path
    worker: SshWorker = field(init=False)
    told: str = ""

    def __post_init__(self) -> None:
        self.worker = a_worker(self.server.machine())

    @property
    def packages(self) -> Path:
        return self.server.home / ".foredeck/packages"

    def gets(self, content: bytes, version: str, interrupted: Callable[[], bool] = lambda: False) -> Delivered:
        digest = hashlib.sha256(content).hexdigest()
        path = self.shelf / f"{digest[::-1]}.{digest}.tar"
        path.write_bytes(content)
        package = PackageFile(path, digest, len(content), "app", version, "staging", "~/apps")
        sink = MemorySink()
        telling, open_side = Telling(sink, package), self.worker._open_side
        delivered = deliver(self.worker._client, package, "The machine", interrupted, telling.there, open_side)
        telling.done(delivered)
        self.told = sink.told[-1]
        assert (self.packages / digest).read_bytes() == content
        return delivered

    def has(self, content: bytes) -> bool:
        return (self.packages / hashlib.sha256(content).hexdigest()).exists()

    def lacks(self, *commands: str) -> None:
        for command in commands:
            (self.server.folder / "bin" / command).unlink(missing_ok=True)

    def replaces(self, command: str, script: str) -> None:
        """This command does that instead, on the machine only."""
        path = self.server.folder / "bin" / command
        path.unlink(missing_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)


@contextmanager
def a_machine(folder: Path, *options: str) -> Iterator[Machine]:
    """Its commands are those of a folder of the test's."""
    openssh.require()
    server = OpenSshServer(folder / "sshd")
    server._options = (f"SetEnv HOME={server.home} PATH={server.folder}/bin", *options)
    (server.folder / "bin").mkdir()
    for name in COMMANDS.split():
        if found := shutil.which(name):
            (server.folder / "bin" / name).symlink_to(found)
    server.start()
    (folder / "shelf").mkdir()
    made = Machine(server, folder / "shelf")
    try:
        yield made
    finally:
        made.worker.close()
        server.stop()
