"""Reads where a step copies its package to, and what stays there. What a machine finds there is looked at on it."""

from __future__ import annotations

import re

from engine.definitions import step_folders
from engine.definitions.fields import Field, Record
from engine.domain.installs import CustomFolder

KEYS = ("custom_folder", "purge", "protect")

_PART = r"/[^/\x00-\x1f]+"
_PATH = re.compile(rf"(?:~{_PART}|{_PART})(?:{_PART})*/?\Z")
_OF_THE_SYSTEM = re.compile(
    r"/(?:bin|boot|dev|etc|home|lib|lib64|media|mnt|opt|proc|root|run|sbin|srv|sys|tmp|usr|var)/?\Z"
    r"|/(?:dev|proc|sys)/"
    r"|/home/[^/#]+/?\Z"
    r"|/usr/(?!(?:local|share)/.)"
    r"|/var/(?:lib|log|tmp)/?\Z"
)


def read_custom_folder(record: Record, root: str) -> CustomFolder | None:
    """`custom_folder`, `purge` and `protect`. `root`: below which the step installs."""
    written, purge, protect = (record.get(key) for key in KEYS)
    if written is None:
        for key in KEYS[1:]:
            if (field := record.get(key)) and not record.has("custom_folder"):
                hint = "Name the folder that the package is copied to."
                field.wrong("one-of", f"`{key}` means nothing without `custom_folder`.", hint)
        return None
    path = written.line("`/var/www/shop`", longest=300)
    if path:
        _look_at(written, path, root)
    return CustomFolder(path, purge.flag() if purge else False, step_folders.read_patterns(protect))


def _look_at(field: Field, path: str, root: str) -> None:
    plain, below = path.rstrip("/"), root.rstrip("/")
    if path.strip("/") in ("", "~") or _OF_THE_SYSTEM.match(path):
        hint = "Name a folder that is this package's alone, for example `/var/www/shop`."
        field.wrong("folder", "Nothing may be copied there: it is a home, or belongs to the system.", hint)
    elif not path.startswith("#{") and (not _PATH.match(path) or ".." in path.split("/")):
        hint = "For example `/var/www/shop`."
        field.wrong("folder", "This is no absolute path, nor one that begins with `~/`.", hint)
    elif f"{plain}/".startswith(f"{below}/") or f"{below}/".startswith(f"{plain}/"):
        hint = "Name a folder elsewhere, or another `root`."
        field.wrong("folder", f"Packages are installed below {below}, so nothing may be copied there.", hint)
