"""Machines of a benchmark: real OpenSSH servers that listen on many loopback addresses, with one pinned key."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.contracts import SshMachine
from tests.support.openssh import SSHD, OpenSshServer

_ADDRESSES_OF_ONE = 16
"""OpenSSH's MAX_LISTEN_SOCKS."""


def address(number: int) -> str:
    """The loopback address of a machine, numbered from 0."""
    return f"127.0.{1 + number // 250}.{1 + number % 250}"


@contextmanager
def served(folder: Path, count: int) -> Iterator[OpenSshServer]:
    """A server at 127.0.0.1, and others like it at `count` addresses of their own, for many logins at once."""
    server = OpenSshServer(
        folder, options=("MaxStartups 2000", "MaxSessions 100", "LogLevel ERROR", "Subsystem sftp internal-sftp")
    )
    server.start()
    children: list[subprocess.Popen[bytes]] = []
    try:
        config = (folder / "sshd_config").read_text()
        for first in range(0, count, _ADDRESSES_OF_ONE):
            numbers = range(first, min(first + _ADDRESSES_OF_ONE, count))
            listen = "\n".join(f"ListenAddress {address(number)}" for number in numbers)
            path = folder / f"sshd_config_{first}"
            path.write_text(config.replace("ListenAddress 127.0.0.1", listen))
            children.append(subprocess.Popen([str(SSHD), "-D", "-e", "-f", str(path)], stderr=subprocess.DEVNULL))
        for number in range(count):
            _wait_for(address(number), server.port)
        yield server
    finally:
        for child in children:
            child.terminate()
        for child in children:
            child.wait(5)
        server.stop()


def _wait_for(host: str, port: int) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            socket.create_connection((host, port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def machines(server: OpenSshServer, count: int) -> list[SshMachine]:
    """How workers reach them."""
    return [server.machine(slug=f"web-{number}", host=address(number)) for number in range(count)]
