"""The app manifest that Slack is given: where it is, the same with another command name, and the scopes it asks for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from engine.errors import ForedeckError

DEFAULT_COMMAND = "/deploy"
_COMMAND = re.compile(r"/[a-z0-9][a-z0-9_-]{0,30}\Z")
_TAKEN = frozenset({"/release", "/runbook", "/workers"})
_SCOPE = re.compile(r"(?m)^ {6}- ([a-z]+(?:[.:][a-z]+)*)$")


class UnusableCommand(ForedeckError):
    """Slack, or the bot, cannot have a command of that name."""

    message = "`{command}` cannot be the command's name."
    hint_text = (
        "A slash, then up to 31 of a-z, 0-9, `-` and `_`, e.g. `/ship`; not `/release`, `/runbook` or `/workers`."
    )


def path() -> Path:
    """The manifest: package data where the bot is installed, at the repository's top otherwise."""
    installed = Path(__file__).with_name("app_manifest.yml")
    return installed if installed.exists() else Path(__file__).parent.parent / "app_manifest.yml"


def text(command: str | None = None) -> str:
    """The manifest to paste; with another name for `/deploy`. Raises UnusableCommand."""
    return renamed(path().read_text(encoding="utf-8"), command or DEFAULT_COMMAND)


def renamed(manifest: str, command: str) -> str:
    """This manifest with another name for `/deploy`; the rest stays as it is, comments too. Raises UnusableCommand."""
    if not _COMMAND.match(command) or command in _TAKEN:
        raise UnusableCommand(command=command[:80])
    return manifest.replace(f"command: {DEFAULT_COMMAND}\n", f"command: {command}\n")


def scopes(manifest: str) -> tuple[str, ...]:
    """The bot scopes that this manifest asks for."""
    _, _, listed = manifest.partition("    bot:\n")
    return tuple(_SCOPE.findall(listed.partition("\nsettings:")[0]))


def missing_scopes(granted: str) -> tuple[str, ...]:
    """Scopes of the manifest that are not among the granted ones (comma-separated, as Slack's header has them)."""
    have = {scope.strip() for scope in granted.split(",")}
    return tuple(scope for scope in _wanted() if scope not in have) if granted.strip() else ()


def _wanted() -> Iterable[str]:
    return scopes(path().read_text(encoding="utf-8"))
