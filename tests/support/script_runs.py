"""Scripts run by their real interpreter in a temporary folder, and what is understood of them. For tests only."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.contracts import ActionRequest, Script, Secret, StepFile
from workers.scripts import bundle
from workers.stream import LogStream, Taken

Variables = Mapping[str, str | Secret]


@dataclass(frozen=True)
class Ran:
    """What a script printed, what was understood of it, and which files it left."""

    exit_code: int
    stdout: str
    stderr: str
    taken: Taken
    result_message: str
    left: list[str]


def a_request(
    body: str,
    variables: Variables | None = None,
    *,
    syntax: str = "bash",
    parameters: tuple[str | Secret, ...] = (),
    modules: Mapping[str, str] | None = None,
) -> ActionRequest:
    """A request to run this script."""
    files = tuple(StepFile(path, content.encode()) for path, content in (modules or {}).items())
    script = Script(body, syntax, parameters)
    return ActionRequest("0" * 32, 1, 1, "a step", script, variables or {}, modules=files)


def run(
    body: str,
    variables: Variables | None = None,
    env_vars: Mapping[str, str] | None = None,
    *,
    syntax: str = "bash",
    parameters: tuple[str | Secret, ...] = (),
    beside: Mapping[str, str] | None = None,
) -> Ran:
    """Run it as a worker would, in a folder of its own, where these files lie, too."""
    made = bundle(a_request(body, variables, syntax=syntax, parameters=parameters))
    with TemporaryDirectory() as folder:
        for name, content in made.files.items():
            Path(folder, name).write_bytes(content)
        for name, text in (beside or {}).items():
            Path(folder, name).write_text(text)
        env = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8"} | dict(env_vars or {})
        env |= {name: value for name, value in made.environment.items() if value is not None}
        env = {name: value for name, value in env.items() if made.environment.get(name, "") is not None}
        child = subprocess.run(
            made.command, check=False, cwd=folder, env=env, capture_output=True, stdin=subprocess.DEVNULL
        )
        left = sorted(path.name for path in Path(folder).iterdir())
    stream = LogStream(masks=[], clock=lambda: datetime.now(UTC))
    stream.feed("stdout", child.stdout)
    stream.feed("stderr", child.stderr)
    stream.finish()
    texts = child.stdout.decode(errors="replace"), child.stderr.decode(errors="replace")
    return Ran(child.returncode, *texts, stream.take(), stream.result_message, left)


def told(ran: Ran) -> list[tuple[str, str]]:
    """The log: levels and texts."""
    return [(segment.level.value, segment.text) for segment in ran.taken.segments]
