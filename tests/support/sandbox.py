"""A sandbox for tests: in a thread (`start_sandbox`) or as a child that can be killed (`start_sandbox_child`)."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.sandbox.options import SandboxOptions
from bot.sandbox.server import SandboxServer
from bot.sandbox.testing.control import Control

JsonObject = dict[str, Any]
REPOSITORY = Path(__file__).resolve().parents[2]
ENVIRONMENT = {"PYTHONPATH": str(REPOSITORY), "PATH": "/usr/bin:/bin"}
# An app that may do everything, for tests of the sandbox itself.
EVERYTHING = Path(__file__).with_name("sandbox_manifest.yml")


@dataclass
class SandboxClient(Control):
    """The control API. `server` is there when the sandbox runs in this process."""

    server: SandboxServer | None = field(default=None, repr=False)

    def shown_to(self, user_id: str) -> str:
        """The newest text that only this person sees."""
        texts = [known["text"] for known in self.messages() if known.get("visible_to") == user_id]
        return str(texts[-1])


@contextlib.contextmanager
def start_sandbox(
    manifest: Path | None = None, state_dir: Path | None = None, rate_limits: bool = True, port: int = 0
) -> Iterator[SandboxClient]:
    """A sandbox in a thread of this process, on a free port."""
    options = SandboxOptions(port=port, manifest=manifest, state_dir=state_dir, rate_limits=rate_limits)
    with SandboxServer(options) as server:
        yield SandboxClient(server.url, server=server)


@dataclass
class SandboxChild:
    """A sandbox in a process of its own."""

    client: SandboxClient
    process: subprocess.Popen[str]

    def kill(self) -> None:
        """As kill -9 does."""
        self.process.kill()
        self.process.wait()


def command(*arguments: str) -> list[str]:
    """How `python -m bot.sandbox` is started; with ENVIRONMENT it needs no installation."""
    return [sys.executable, "-P", "-m", "bot.sandbox", *arguments]


@contextlib.contextmanager
def start_sandbox_child(*arguments: str) -> Iterator[SandboxChild]:
    """`python -m bot.sandbox` with these arguments."""
    with subprocess.Popen(command(*arguments), stdout=subprocess.PIPE, text=True, env=ENVIRONMENT, cwd="/") as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            yield SandboxChild(SandboxClient(line.split()[-1]), process)
        finally:
            process.kill()
