"""The child processes of the demo: started on a leash, watched, ended in order."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

GRACE_SECONDS = 8.0
"""How long a child has to end by itself."""


@dataclass
class Children:
    """What the demo started, oldest first. Each has its log in `logs`."""

    logs: Path
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, command: list[str], env_vars: Mapping[str, str] | None = None) -> None:
        """Start a child that ends when we do."""
        self.logs.mkdir(parents=True, exist_ok=True)
        with self.log(name).open("ab") as log:
            self._running[name] = subprocess.Popen(
                [sys.executable, "-P", "-m", "bot.demo.leash", str(os.getpid()), *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **(env_vars or {})},
                start_new_session=True,  # Ctrl-C is ours to handle, not theirs
            )

    def ended(self) -> str | None:
        """The name of a child that has ended although nobody asked it to."""
        return next((name for name, child in self._running.items() if child.poll() is not None), None)

    def log(self, name: str) -> Path:
        """Where this child writes."""
        return self.logs / f"{name}.log"

    def last_lines(self, name: str, lines: int = 8) -> str:
        """The end of what it wrote."""
        return "\n".join(self.log(name).read_text(errors="replace").splitlines()[-lines:])

    def stop(self) -> None:
        """End them, the newest first: TERM, then KILL for what does not end."""
        for child in reversed(self._running.values()):
            if child.poll() is None:
                child.terminate()
                try:
                    child.wait(GRACE_SECONDS)
                except subprocess.TimeoutExpired:
                    child.kill()
                    child.wait()
        self._running.clear()
