"""The demo as its users start it: a process of its own, on free ports, in a folder of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from bot.sandbox.testing.workspaces import Workspace
from tests.support.sandbox import REPOSITORY, SandboxClient

START_SECONDS = 60


@dataclass
class Demo:
    """A running demo."""

    process: subprocess.Popen[str]
    client: SandboxClient
    state: Path
    output: list[str]

    @property
    def workspace(self) -> Workspace:
        """Its workspace, to act in."""
        return Workspace(self.client, timeout=60)

    def interrupt(self) -> int:
        """Press Ctrl-C; the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)

    def descendants(self) -> list[psutil.Process]:
        """Every process below it, and every detached one that works in its folder."""
        mine = psutil.Process(self.process.pid).children(recursive=True)
        return [*mine, *processes_in(self.state)]

    def kill_everything(self) -> None:
        """kill -9 of the demo and all that belongs to it, but for the scripts that run."""
        below = psutil.Process(self.process.pid).children(recursive=True)
        everything = [process for process in below if not self._is_of_a_script(process)]
        for process in [psutil.Process(self.process.pid), *everything]:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self.process.wait()
        psutil.wait_procs(everything, timeout=10)

    def runs(self, program: str) -> bool:
        """Does a script of the built-in worker run this program just now?"""
        for process in psutil.process_iter(["name"]):
            if process.info["name"] == program and self._is_of_a_script(process):
                return True
        return False

    def _is_of_a_script(self, process: psutil.Process) -> bool:
        with contextlib.suppress(psutil.Error):
            return process.cwd().startswith(str(self.state / "foredeck/built-in/tickets"))
        return False


def processes_in(folder: Path) -> list[psutil.Process]:
    """The processes that were started with a path of this folder in their arguments, or work in it."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if str(folder) in " ".join(process.cmdline()) or process.cwd().startswith(str(folder)):
                found.append(process)
    return found


def free_ports() -> int:
    """A port that is free, as are the two after it."""
    while True:
        with contextlib.ExitStack() as stack:
            first = stack.enter_context(socket.socket())
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            try:
                for offset in (1, 2):
                    stack.enter_context(socket.socket()).bind(("127.0.0.1", port + offset))
            except (OSError, OverflowError):
                continue
            return port


@contextlib.contextmanager
def start_demo(state: Path, port: int | None = None) -> Iterator[Demo]:
    """`foredeck demo`, until it has printed its address."""
    port = port or free_ports()
    command = [sys.executable, "-P", "-m", "bot.cli", "demo", "--port", str(port), "--state", str(state)]
    env_vars = {**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env_vars, cwd="/"
    ) as process:
        demo = Demo(process, SandboxClient(f"http://127.0.0.1:{port}"), state, [])
        try:
            _wait_for_address(demo)
            yield demo
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(30)
                process.kill()


def _wait_for_address(demo: Demo) -> None:
    deadline = time.monotonic() + START_SECONDS
    assert demo.process.stdout is not None
    while time.monotonic() < deadline:
        line = demo.process.stdout.readline()
        demo.output.append(line)
        if "http://" in line:
            return
        if not line:
            break
    logs = "\n".join(f"{p.name}: {p.read_text()[-2000:]}" for p in (demo.state / "logs").glob("*.log"))
    raise AssertionError(f"The demo did not start: {''.join(demo.output)}\n{logs}")
