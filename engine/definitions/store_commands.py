"""Asks a secret store's command for a secret. What it prints goes to nobody else: no log, no error, no argument.

The command comes from the platform team's configuration, is a list and runs without a shell, in a process group of its
own that is killed at the time limit.
"""

from __future__ import annotations

import contextlib
import os
import re
import selectors
import signal
import subprocess
import time
from dataclasses import dataclass

from engine.definitions.secret_references import holds_a_secret, names_a_secret, path_flaw
from engine.definitions.secret_stores import PLACEHOLDER
from engine.definitions.values import SecretStore

MOST_OUTPUT = 64 * 1024
"""Bytes of stdout. Keys and passwords are far below."""
_KEPT_OF_STDERR = 4096
_LOOK_SECONDS = 0.02
_LONGEST_LINE = 200
_MASK = "********"
_SLACKS = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN")
_CONTROLS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


class StoreFailed(Exception):
    """The command gave no secret; says why, in the middle of a sentence, and holds nothing that it printed."""


@dataclass(frozen=True)
class _Ended:
    exit_code: int
    stdout: bytes
    stderr: bytes


def ask(store: SecretStore, path: str) -> bytes:
    """What the command prints for this path. Raises StoreFailed."""
    if flaw := path_flaw(path):
        raise StoreFailed(flaw.rstrip(".").lower())
    command = [word.replace(PLACEHOLDER, path) for word in store.command]
    ended = _run(command, store.timeout.total_seconds())
    if ended.exit_code:
        code = ended.exit_code
        how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
        line = _last_line(ended)
        raise StoreFailed(f"its command {how}" + (f" and said “{line}”" if line else ""))
    return ended.stdout


def _run(command: list[str], seconds: float) -> _Ended:
    environment = {name: value for name, value in os.environ.items() if name not in _SLACKS}
    try:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            env=environment,
            cwd="/",
        )
    except OSError as error:
        raise StoreFailed(f"its command cannot be started: {(error.strerror or 'no reason given').lower()}") from None
    try:
        stdout, stderr = _read(child, seconds)
    finally:
        # Before it is waited for: until then its number stays taken, and the group is surely its own.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        exit_code = child.wait()
        for stream in (child.stdout, child.stderr):
            if stream:
                stream.close()
    return _Ended(exit_code, stdout, stderr)


def _read(child: subprocess.Popen[bytes], seconds: float) -> tuple[bytes, bytes]:
    """Both streams, until the command has ended. What it leaves behind may hold them open: that is not waited for."""
    assert child.stdout is not None and child.stderr is not None  # noqa: S101, PT018 - both are pipes
    deadline = time.monotonic() + seconds
    read = {child.stdout.fileno(): b"", child.stderr.fileno(): b""}
    with selectors.DefaultSelector() as selector:
        for descriptor in read:
            selector.register(descriptor, selectors.EVENT_READ)
        while True:
            ended = os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
            if time.monotonic() >= deadline and not ended:
                raise StoreFailed(f"its command took longer than {seconds:g} s and was ended")
            ready = selector.select(0 if ended else _LOOK_SECONDS) if selector.get_map() else []
            for key, _ in ready:
                chunk = os.read(key.fd, 65536)
                read[key.fd] += chunk
                if not chunk:
                    selector.unregister(key.fd)
            if len(read[child.stdout.fileno()]) > MOST_OUTPUT:
                raise StoreFailed(f"its command printed more than {MOST_OUTPUT // 1024} KiB")
            read[child.stderr.fileno()] = read[child.stderr.fileno()][-_KEPT_OF_STDERR:]
            if ended and not ready:
                return read[child.stdout.fileno()], read[child.stderr.fileno()]
            if not selector.get_map() and not ended:
                time.sleep(_LOOK_SECONDS)


def _last_line(ended: _Ended) -> str:
    """The last line of stderr, on one line, short, and without what it printed on stdout or any secret we know of."""
    lines = [line for line in ended.stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    if not lines:
        return ""
    line = lines[-1]
    secrets = {word for name, word in os.environ.items() if names_a_secret(name)}
    secrets.update(ended.stdout.decode("utf-8", "replace").split())
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= 4:
            line = line.replace(secret, _MASK)
    line = _CONTROLS.sub(" ", line).strip()
    if holds_a_secret(line):
        return _MASK
    return line if len(line) <= _LONGEST_LINE else f"{line[:_LONGEST_LINE]}…"
