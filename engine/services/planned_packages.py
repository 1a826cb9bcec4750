"""Tells in words how a step installs its package, for the plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.domain.installs import CustomFolder, PackageToDeploy
from engine.domain.processes import AcquirePackages

_MOST_NAMED = 4


def described(install: PackageToDeploy, versions: Mapping[str, str]) -> str:
    """What is installed, where, and what is done with it on the way; what is most dangerous stands first. `versions`:
    of the packages that have another one than their release.
    """
    parts = [
        f"installs the package {named(install.package, versions)} below {install.root}{_copied(install.custom_folder)}"
    ]
    if install.skip_if_installed:
        parts.append("unless it is there already")
    if install.scripts:
        moments = [
            script.convention.value if script.source == "inline" else f"{script.convention} ({script.source})"
            for script in install.scripts
        ]
        parts.append(f"runs {_listed(moments)} of the process")
    if install.substitute_in_files or install.structured_values:
        patterns = dict.fromkeys((*install.substitute_in_files, *install.structured_values))
        parts.append(f"puts variables into {_listed(list(patterns))}")
    return ", ".join(parts)


def named(package: str, versions: Mapping[str, str]) -> str:
    """The package, with its version where that is not the one that everybody expects."""
    return f"{package} {versions[package]}" if package in versions else package


def _copied(folder: CustomFolder | None) -> str:
    if folder is None:
        return ""
    kept = _listed(folder.protect) if folder.protect else ""
    how = (f"purged except {kept}" if kept else "purged") if folder.purge else (f"leaving {kept}" if kept else "")
    return f" and in {folder.path}" + (f" ({how})" if how else "")


def acquired(work: AcquirePackages) -> str:
    """What is fetched, and whom that spares a question."""
    fetched = f"fetches the package{'s' if work.packages[1:] else ''} {_listed(work.packages)}"
    return f"{fetched}, before {work.ahead_of} is asked" if work.ahead_of else fetched


def _listed(words: Sequence[str]) -> str:
    words = words if len(words) <= _MOST_NAMED else [*words[: _MOST_NAMED - 1], f"{len(words) - _MOST_NAMED + 1} more"]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
