"""A private OpenSSH server on loopback, with keys and a home of its own below a folder. For tests only."""

from __future__ import annotations

import contextlib
import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from engine.contracts import Account, KeyLogin, Secret, SshMachine
from workers.ssh.keys import fingerprint

SSHD = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:/usr/bin")

MISSING = "" if SSHD and shutil.which("ssh-keygen") else "OpenSSH's server is not installed (openssh-server)"


def require() -> None:
    """Skip the test where OpenSSH is missing; on CI that is a failure."""
    if MISSING and os.environ.get("CI") == "true":
        pytest.fail(MISSING)
    elif MISSING:
        pytest.skip(MISSING)


class OpenSshServer:
    """Start it with `start`; `machine()` is how a worker reaches it."""

    def __init__(
        self, folder: Path, *, host_keys: tuple[str, ...] = ("ed25519",), options: tuple[str, ...] = ()
    ) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.home.mkdir(parents=True)
        self.port = _free_port()
        self._options = options
        self._server: subprocess.Popen[bytes] | None = None
        self.host_keys = {kind: make_key(folder / f"host_{kind}", kind) for kind in host_keys}
        self.client_key = make_key(folder / "client", "ed25519")
        self.authorize(self.client_key)

    def authorize(self, *keys: Path) -> None:
        """Only these private keys may log in."""
        lines = [key.with_suffix(".pub").read_text() for key in keys]
        (self.folder / "authorized_keys").write_text("".join(lines))

    def start(self) -> None:
        """Start it and wait until it listens."""
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        config = self.folder / "sshd_config"
        config.write_text(
            "\n".join([
                f"Port {self.port}",
                "ListenAddress 127.0.0.1",
                *(f"HostKey {path}" for path in self.host_keys.values()),
                f"AuthorizedKeysFile {self.folder / 'authorized_keys'}",
                "StrictModes no",
                *self._options,  # the first value of an option counts
                "UsePAM no",
                "PasswordAuthentication no",
                "KbdInteractiveAuthentication no",
                "PidFile none",
                f"SetEnv HOME={self.home}",
                "",
            ])
        )  # fmt: skip
        log = (self.folder / "sshd.log").open("ab")
        self._server = subprocess.Popen(
            [str(SSHD), "-D", "-e", "-f", str(config)], stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
        log.close()
        deadline = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                if self._server.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError((self.folder / "sshd.log").read_text()) from None
                time.sleep(0.02)
            else:
                return

    def stop(self) -> None:
        """End the server and cut all connections; what was started through them goes on."""
        if self._server is None:
            return
        server, self._server = self._server, None
        try:
            self.cut(server)
        finally:
            server.terminate()
            server.wait(5)

    def cut(self, server: subprocess.Popen[bytes] | None = None) -> int:
        """Kill what serves the open connections; returns how many processes that were."""
        server = server or self._server
        children = psutil.Process(server.pid).children(recursive=True) if server else []
        cut = 0
        for child in children:
            with contextlib.suppress(psutil.NoSuchProcess):  # a connection that ends by itself takes its process along
                if child.name().startswith("sshd"):
                    child.kill()
                    cut += 1
        return cut

    def connections(self) -> int:
        """How many clients are connected now."""
        found = psutil.net_connections("tcp4")
        return sum(1 for one in found if one.laddr and one.laddr.port == self.port and one.status == "ESTABLISHED")

    def fingerprint_of(self, kind: str) -> str:
        """The fingerprint of one of its host keys."""
        return fingerprint_of(self.host_keys[kind])

    def machine(self, **changes: object) -> SshMachine:
        """How a worker reaches it, with changes."""
        account = Account("deploy", getpass.getuser(), KeyLogin(Secret(self.client_key.read_text())))
        pin = self.fingerprint_of(next(iter(self.host_keys)))
        return replace(SshMachine("build-1", "127.0.0.1", self.port, pin, account), **changes)


def make_key(path: Path, kind: str, *, passphrase: str = "", pem: bool = False) -> Path:
    """Make a key pair and return the private one's path."""
    if not path.exists():
        extra = ["-m", "PEM"] if pem else []
        bits = ["-b", "2048"] if kind == "rsa" else []
        subprocess.run(
            ["ssh-keygen", "-q", "-t", kind, *bits, *extra, "-N", passphrase, "-C", "test", "-f", str(path)], check=True
        )
    return path


def fingerprint_of(path: Path) -> str:
    """The fingerprint of a key pair, from its public half."""
    import base64

    return fingerprint(base64.b64decode(path.with_suffix(".pub").read_text().split()[1]))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Agent:
    """An ssh-agent of its own; use it in a `with`."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "agent.sock"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Agent:
        self._process = subprocess.Popen(
            ["ssh-agent", "-D", "-a", str(self.socket)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 10
        while not self.socket.exists():
            if time.monotonic() > deadline:
                raise RuntimeError("ssh-agent did not start")
            time.sleep(0.01)
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(5)

    def run(self, *arguments: str | Path, said: str = "") -> None:
        """Run ssh-add with these arguments; `said` is what it reads."""
        subprocess.run(
            ["ssh-add", "-q", *map(str, arguments)],
            env={**os.environ, "SSH_AUTH_SOCK": str(self.socket)},
            input=said.encode(),
            stderr=subprocess.DEVNULL,
            check=True,
        )


@contextlib.contextmanager
def throw_away_account(password: str) -> Iterator[str]:
    """An account of this system with a password, for as long as the test takes. For root only."""
    name = f"foredeck-test-{os.getpid()}"
    subprocess.run(
        ["useradd", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/bin/sh", name], check=True
    )
    try:
        subprocess.run(["chpasswd"], input=f"{name}:{password}".encode(), check=True)
        yield name
    finally:
        subprocess.run(["userdel", name], check=True)
