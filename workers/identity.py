"""Who a script of the built-in worker is on this machine: its account, its environment, its limits."""

from __future__ import annotations

import os
import pwd
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.contracts import BuiltIn
from workers.runner.channels import CannotConnect

PASSED_ON = frozenset({"PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR"})
"""Environment variables of the bot that scripts see, beside `LC_*`; its tokens and settings are not among them."""

_DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True)
class Identity:
    """How a child becomes somebody: by setuid when the bot is root (`user`, `group`, `groups`), else by `prefix`."""

    environ: Mapping[str, str]
    limits: tuple[str, ...] = ()
    prefix: tuple[str, ...] = ()
    user: int | None = None
    group: int | None = None
    groups: Sequence[int] | None = None


def identify(settings: BuiltIn) -> Identity:
    """Raises CannotConnect when the account or a program that is needed does not exist."""
    environ, limits = clean_environ(os.environ), _limits(settings)
    if settings.run_as is None:
        return Identity(environ, limits)
    account = account_of(settings.run_as)
    environ |= {"HOME": account.pw_dir, "USER": account.pw_name, "LOGNAME": account.pw_name}
    environ["SHELL"] = account.pw_shell or "/bin/sh"
    environ.pop("TMPDIR", None)  # the bot's own
    if os.geteuid() == 0:
        groups = os.getgrouplist(account.pw_name, account.pw_gid)
        return Identity(environ, limits, (), account.pw_uid, account.pw_gid, groups)
    if shutil.which("sudo") is None:
        raise CannotConnect(
            f"The built-in worker cannot become {settings.run_as}: the bot is not root, and `sudo` is not installed.",
            f"Install sudo and allow it: {_sudoers(settings.run_as)}",
            retryable=False,
        )
    return Identity(environ, limits, ("sudo", "-n", "-H", "-u", settings.run_as, "--"))


def account_of(name: str) -> pwd.struct_passwd:
    """The account with this name. Raises CannotConnect."""
    try:
        return pwd.getpwnam(name)
    except KeyError:
        raise CannotConnect(
            f"The built-in worker is to run as {name}, and there is no such account on this machine.",
            f"Make it (`useradd --system --create-home {name}`), or change `run_as` in `built_in_worker:`.",
            retryable=False,
        ) from None


def not_started(name: str, said: str) -> CannotConnect:
    """Why nothing could be started as this account, from what was printed instead."""
    if "password is required" in said or "not allowed" in said or "not in the sudoers" in said:
        return CannotConnect(
            f"The built-in worker may not become {name}: sudo asks for a password or forbids it.",
            f"Allow it: {_sudoers(name)}",
            retryable=False,
        )
    printed = f" It printed: {said}" if said else ""
    return CannotConnect(
        f"The built-in worker could not start anything as {name}.{printed}",
        f"Try `sudo -n -H -u {name} -- sh -c id` as the account of the bot.",
        retryable=False,
    )


def clean_environ(environ: Mapping[str, str]) -> dict[str, str]:
    """What of the bot's environment a script may see: what is allowed by name, nothing else."""
    kept = {name: value for name, value in environ.items() if name in PASSED_ON or name.startswith("LC_")}
    kept.setdefault("PATH", _DEFAULT_PATH)
    kept.setdefault("LANG", "C.UTF-8")
    return kept


def _limits(settings: BuiltIn) -> tuple[str, ...]:
    """The command that sets limits for what it starts; nothing where there are none."""
    options = []
    if settings.memory is not None:
        options.append(f"--data={settings.memory}")
    if settings.processes is not None:
        options.append(f"--nproc={settings.processes}")
    if not options:
        return ()
    if shutil.which("prlimit") is None:
        raise CannotConnect(
            "The built-in worker has limits, and `prlimit` is not installed on this machine.",
            "Install the package util-linux, or remove `memory` and `processes` from `built_in_worker: {limits: …}`.",
            retryable=False,
        )
    return ("prlimit", *options, "--")


def _sudoers(name: str) -> str:
    owner = pwd.getpwuid(os.geteuid()).pw_name
    return f"in /etc/sudoers.d/foredeck, `{owner} ALL=({name}) NOPASSWD: ALL`."
