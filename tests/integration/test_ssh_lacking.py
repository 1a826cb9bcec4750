"""Machines that lack something, behind real OpenSSH servers: what is needed and what is not, and what is said of it."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine.contracts import ActionResult, Outcome
from tests.support import openssh
from tests.support.openssh import OpenSshServer
from tests.support.run_sinks import run
from tests.support.ssh_workers import LIMITS, PACE, a_worker
from workers.ssh.ways import Ways

pytestmark = pytest.mark.sshd

SHELL = "sh -c 'exec {} -c \"$SSH_ORIGINAL_COMMAND\"'"


@contextlib.contextmanager
def a_machine(
    folder: Path, *options: str, home: Path | None = None, path: Path | None = None
) -> Iterator[OpenSshServer]:
    openssh.require()
    environment = f"SetEnv HOME={home or folder / 'home'}" + (f" PATH={path}" if path else "")
    server = OpenSshServer(folder, options=(*options, environment))
    server.start()
    yield server
    server.stop()


def told(server: OpenSshServer, **limits: float) -> ActionResult:
    """What a person is told of a script that cannot run there."""
    worker = a_worker(server.machine(), replace(PACE, launch_patience=0.1), Ways(replace(LIMITS, **limits)))
    result, sink = run(worker, "echo never")
    worker.close()
    assert sink.text() == ""
    return result


def programs(folder: Path, *missing: str) -> Path:
    """A folder with the programs of this machine, as links, but for those whose names begin so."""
    folder.mkdir()
    for place in ("/bin", "/usr/bin"):
        for path in Path(place).iterdir():
            if not path.name.startswith(missing) and not (folder / path.name).exists():
                (folder / path.name).symlink_to(path)
    return folder


# ---- what is not needed


@pytest.mark.parametrize("shell", ["dash", "busybox ash"])
def test_the_login_shell_may_be_any_and_no_python_is_needed(tmp_path: Path, shell: str) -> None:
    path, command = programs(tmp_path / "bin", "python", "perl"), shell.rsplit(maxsplit=1)[-1]
    if shell == "busybox ash":
        busybox = shutil.which("busybox")
        if busybox is None:
            pytest.skip("busybox is not installed")
        path = tmp_path / "busybox"
        path.mkdir()
        subprocess.run([busybox, "--install", "-s", str(path)], check=True)
        (path / "bash").symlink_to("/bin/bash")
    with a_machine(tmp_path / "machine", f"ForceCommand {SHELL.format(path / command)}", path=path) as server:
        worker = a_worker(server.machine())
        body = "command -v python3 python perl; get_octopusvariable Greeting; set_octopusvariable Answer 42; exit 3"
        result, sink = run(worker, body, variables={"Greeting": "it's here"})
        facts = worker.check_health().facts
        worker.close()
    assert (result.exit_code, sink.text()) == (3, "it's here\n")
    assert [output.value for output in sink.outputs] == ["42"]
    assert facts["shell"] == "bash"  # which the runner moves to where it is there


def test_a_home_that_cannot_be_written_is_replaced_by_a_private_folder(tmp_path: Path) -> None:
    with a_machine(tmp_path / "machine", home=Path("/proc/none")) as server:
        worker = a_worker(server.machine())
        result, _ = run(worker, "exit 0")
        folder = worker.check_health().facts["folder"]
        worker.close()
    assert result.outcome is Outcome.SUCCEEDED
    assert folder == f"/tmp/.foredeck-{os.geteuid()}"


# ---- what is said of the rest


def test_no_bash(tmp_path: Path) -> None:
    with a_machine(tmp_path / "machine", path=programs(tmp_path / "bin", "bash")) as server:
        result = told(server)
    assert (
        result.message == f"The script was not started: `bash` is not installed on build-1 (127.0.0.1:{server.port})."
    )
    assert result.hint.startswith("Install the package bash there")


def test_no_login_shell(tmp_path: Path) -> None:
    with a_machine(tmp_path / "machine", "ForceCommand /usr/sbin/nologin") as server:
        result = told(server)
    assert result.message == (
        f"build-1 (127.0.0.1:{server.port}) did not start the runner. "
        "It printed: This account is currently not available."
    )
    assert "login shell" in result.hint


def test_too_many_sessions(tmp_path: Path) -> None:
    with a_machine(tmp_path / "machine", "MaxSessions 0") as server:
        result = told(server)
    assert result.outcome is Outcome.UNREACHABLE
    assert "but opens no session: there are too many, or none is allowed." in result.message
    assert "MaxSessions" in result.hint


def test_no_answer_in_time(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, contextlib.ExitStack() as held:
        held.enter_context(socket.create_connection(full.getsockname(), timeout=1))  # whoever comes next: no answer
        server = OpenSshServer(tmp_path / "machine")
        server.port = full.getsockname()[1]
        result = told(server, connect=0.6)
    assert result.message == f"build-1 (127.0.0.1:{server.port}) did not answer within 1 s."
    assert "a firewall" in result.hint


def test_a_full_disk(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode:
        pytest.skip("only root may mount a small disk")
    try:
        (disk / "ballast").write_bytes(b"x" * 60_000)
        with a_machine(tmp_path / "machine", home=disk) as server:
            result = told(server)
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)
    assert result.outcome is Outcome.UNREACHABLE
    assert result.message == (
        f"The disk of build-1 (127.0.0.1:{server.port}) is full: {disk / '.foredeck'} cannot be written."
    )
