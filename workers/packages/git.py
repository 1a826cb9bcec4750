"""Runs git, which reads other people's repositories: no hooks, no filters, no submodules, no question to anybody, and
no credential where another process could read it. What of a repository is used is decided elsewhere.
"""

from __future__ import annotations

import contextlib
import os
import re
import resource
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from engine.package_contracts import Wanted

LONGEST_SECONDS = 600.0
_OLDEST = (2, 31)
_SILENT_SECONDS = "20"
_OWN_FILE = ".gitconfig"

_SETTINGS = {
    "core.hooksPath": "/dev/null",
    "core.fsmonitor": "false",
    "core.attributesFile": "/dev/null",
    "credential.helper": "",  # none of the machine's
    "fetch.recurseSubmodules": "false",
    "gc.auto": "0",
    "http.lowSpeedLimit": "1",
    "http.lowSpeedTime": _SILENT_SECONDS,
    "protocol.version": "2",
    "tar.umask": "0022",
}
_OF_ANYBODY = "[safe]\n\tdirectory = *\n"
"""A repository in a folder is only read, whoever owns it. git tells its other end of that by a file only."""

LARGEST = 4 << 30
"""Bytes of a file that git may write: what is larger is no repository of scripts, and the disk is not its alone."""

_HELPER = """!f() { test "$1" = get && printf 'username=%s\\npassword=%s\\n' "$FOREDECK_NAME" "$FOREDECK_WORD"; }; f"""
"""Answers from the environment of that one child; what is not exported by it is in no argv."""

_TOKEN_USERNAME = "x-access-token"  # noqa: S105 - any name does for a token, on the usual servers
_PASSED_ON = ("PATH", "http_proxy", "https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY")


_at_work: set[int] = set()
"""The children that may be cut, each the leader of a group of its own."""


class GitFailed(Exception):
    """git did not do it. `said`: its own words, with no address of ours in them."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


def run(
    arguments: Sequence[str],
    wanted: Wanted,
    folder: Path,
    *,
    stdout: IO[bytes] | None = None,
    seconds: float = LONGEST_SECONDS,
    may_be_cut: bool = True,
) -> bytes:
    """What git printed, run in this folder; nothing where it went to `stdout`. `may_be_cut`: it is ended when the bot
    stops. Raises GitFailed.
    """
    (folder / _OWN_FILE).write_text(_OF_ANYBODY)
    child = subprocess.Popen(
        [_program(), *arguments],
        cwd=folder,
        env=_environ(wanted, folder),
        stdin=subprocess.DEVNULL,
        stdout=stdout or subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        restore_signals=False,  # what becomes too large is an error that git tells, and no signal that ends it
    )
    with contextlib.suppress(ProcessLookupError):
        resource.prlimit(child.pid, resource.RLIMIT_FSIZE, (LARGEST, LARGEST))
    if may_be_cut:
        _at_work.add(child.pid)
    try:
        printed, errors = child.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        _end(child.pid)
        child.communicate()
        raise GitFailed(f"it took longer than {seconds:.0f} s") from None
    finally:
        _at_work.discard(child.pid)
    if child.returncode and b"File too large" in errors:
        raise GitFailed(f"it is larger than {LARGEST >> 20:,} MB")
    if child.returncode:
        raise GitFailed(_brief(errors, wanted))
    return printed or b""


def end_all() -> None:
    """End what may be cut: the bot stops, and a server that is silent is not waited for."""
    for pid in tuple(_at_work):
        _end(pid)


def _end(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)  # what it started, too


@cache
def _program() -> str:
    """Where git is; one that would not read our settings from its environment is none. Raises GitFailed."""
    program = shutil.which("git")
    if program is None:
        raise GitFailed("git is not installed on the bot's machine")
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    version = tuple(int(part) for part in re.findall(r"\d+", told)[:2])
    if version < _OLDEST:
        raise GitFailed(f"git {'.'.join(map(str, version))} is too old: {'.'.join(map(str, _OLDEST))} is needed")
    return program


def _environ(wanted: Wanted, folder: Path) -> dict[str, str]:
    """Nothing of the machine's own settings, and nothing of the bot's environment but the way out of it."""
    settings = dict(_SETTINGS)
    environ = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    if wanted.secret is not None:
        host = urlsplit(wanted.location)
        settings[f"credential.{host.scheme}://{host.netloc}.helper"] = _HELPER
        settings["http.followRedirects"] = "false"
        environ["FOREDECK_NAME"] = wanted.username or _TOKEN_USERNAME
        environ["FOREDECK_WORD"] = wanted.secret.reveal()
    if "SSL_CERT_FILE" in os.environ:
        environ["GIT_SSL_CAINFO"] = os.environ["SSL_CERT_FILE"]
    return {
        **environ,
        **_as_environ(settings),
        "HOME": str(folder),
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": str(folder / _OWN_FILE),
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "true",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "https:http:file",
    }


def _as_environ(settings: Mapping[str, str]) -> dict[str, str]:
    pairs = {"GIT_CONFIG_COUNT": str(len(settings))}
    for number, (key, value) in enumerate(settings.items()):
        pairs |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return pairs


def _brief(errors: bytes, wanted: Wanted) -> str:
    """Its first complaint, on one line; the secret, which no server should repeat, is not in it."""
    text = errors.decode("utf-8", "replace")
    if wanted.secret is not None:
        text = text.replace(wanted.secret.reveal(), "********")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    told = [line for kind in ("fatal:", "error:") for line in lines if line.startswith(kind)] or lines
    first = re.sub(r"^(?:fatal|error|remote):\s*", "", told[0] if told else "it did not say why")
    first = re.sub(r"^unable to access '[^']*':\s*", "", first).replace(wanted.location, "it").rstrip(".")
    return f"{first[:1].lower()}{first[1:300]}"
