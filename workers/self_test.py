"""Tries whether the built-in worker can run as its account, and whether that account is kept away from the bot's files.

What is wrong is told as sentences; nothing is changed on the machine but a folder for runs that is made if need be.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from engine.contracts import BuiltIn
from workers.identity import account_of, identify, not_started
from workers.runner.channels import CannotConnect

_SECONDS = 10

_PROBE = """
echo "as $(id -u)"
for path; do if [ -r "$path" ] || [ -w "$path" ]; then echo "reaches $path"; fi; done
for program in bash setsid; do command -v "$program" >/dev/null || echo "lacks $program"; done
root=${HOME:-/nonexistent}/.foredeck
mkdir -p "$root" 2>/dev/null && [ -w "$root" ] || echo "homeless $root"
echo done
"""


def examine(settings: BuiltIn, kept: Sequence[Path]) -> tuple[str, ...]:
    """What is wrong with `run_as`, each as a sentence with the way out; empty when all is well.

    `kept`: what scripts must not reach: the database, the sealing key, files with tokens.
    """
    name = settings.run_as
    if name is None:
        return ()
    try:
        wrong = _wrong_account(name)
        if wrong:
            return (wrong,)
        said = _ask(settings, name, [*kept, Path(f"/proc/{os.getpid()}/environ")])
    except CannotConnect as error:
        return (f"{error} {error.hint}",)
    return tuple(_told(line, name, account_of(name).pw_uid) for line in said if line not in (_greeting(name), "done"))


def _wrong_account(name: str) -> str:
    account = account_of(name)
    if account.pw_uid == 0:
        return f"{name} may do everything on this machine, so scripts could too. Use an account without rights."
    if account.pw_uid == os.geteuid():
        return f"{name} is the account of the bot, so scripts could read what the bot can read. Use another one."
    return ""


def _ask(settings: BuiltIn, name: str, kept: Sequence[Path]) -> list[str]:
    identity = identify(settings)
    command = [*identity.prefix, *identity.limits, "sh", "-c", _PROBE, "foredeck-self-test", *map(str, kept)]
    try:
        asked = subprocess.run(
            command,
            env=dict(identity.environ),
            cwd="/",
            user=identity.user,
            group=identity.group,
            extra_groups=identity.groups,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise not_started(name, str(error)) from error
    said = asked.stdout.decode("utf-8", "replace").splitlines()
    if "done" not in said:
        raise not_started(name, " ".join(said)[:200])
    return said


def _greeting(name: str) -> str:
    return f"as {account_of(name).pw_uid}"


def _told(line: str, name: str, uid: int) -> str:
    word, _, what = line.partition(" ")
    match word:
        case "reaches":
            return f"{name} can read or write {what}. Take that away: `chmod go= {what}`, and look at its folders."
        case "lacks":
            package = "util-linux" if what == "setsid" else what
            return f"{name} does not find `{what}`. Install the package {package}, or look at the PATH of the bot."
        case "homeless":
            return f"{name} cannot write {what}; its runs go to /tmp. Give the account a home folder of its own."
        case "as":
            return f"What was to run as {name} (user {uid}) ran as user {what}. Look at the rules of sudo."
        case _:
            return f"Something that is no answer came while {name} was tried: {line[:100]}"
