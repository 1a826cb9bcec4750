"""What a step that deploys a package does with it on the machine, as a value that can be stored. Pure."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

_PATTERNS = ("substitute_in_files", "structured_values")


class Convention(enum.StrEnum):
    """The moments of an installation in which scripts run, named as Octopus names their files."""

    PRE_DEPLOY = "PreDeploy"  # unpacked; variables are not put in yet
    DEPLOY = "Deploy"  # all files are as they shall be
    POST_DEPLOY = "PostDeploy"  # it is the current one
    DEPLOY_FAILED = "DeployFailed"  # something before it failed


@dataclass(frozen=True)
class ConventionScript:
    """A script of the process for one of these moments; `source` is the name of its file, or `inline`."""

    convention: Convention
    body: str
    syntax: str = "bash"
    source: str = "inline"


@dataclass(frozen=True)
class CustomFolder:
    """Where a package is copied to on the machine, beside what lies there or instead of it. The path and the patterns
    may hold variables.

    `purge`: what is not in the package goes. `protect`: patterns of what stays as it is, in both cases.
    """

    path: str
    purge: bool = False
    protect: tuple[str, ...] = ()


@dataclass(frozen=True)
class PackageToDeploy:
    """A package of the project, and the folder below which it is installed: absolute, or in the account's home.

    `keep`: so many installations that succeeded stay beside the current one; None: all.
    """

    package: str
    root: str = "~/.foredeck/applications"
    keep: int | None = None
    scripts: tuple[ConventionScript, ...] = ()  # beside those that the package brings along
    substitute_in_files: tuple[
        str, ...
    ] = ()  # patterns of the package's files; as of a folder that a step brings along
    structured_values: tuple[str, ...] = ()
    custom_folder: CustomFolder | None = None
    skip_if_installed: bool = False  # do nothing where it is what was installed last


def install_to_json(install: PackageToDeploy) -> dict[str, Any]:
    """As a JSON-able dict; what is not said is left out, so that what was frozen before a key existed stays equal."""
    content: dict[str, Any] = {"package": install.package, "root": install.root, "keep": install.keep}
    if install.scripts:
        content["scripts"] = [
            [script.convention.value, script.body, script.syntax, script.source] for script in install.scripts
        ]
    content |= {key: list(getattr(install, key)) for key in _PATTERNS if getattr(install, key)}
    if install.custom_folder:
        content["custom_folder"] = asdict(install.custom_folder)
    if install.skip_if_installed:
        content["skip_if_installed"] = True
    return content


def install_from_json(content: Mapping[str, Any]) -> PackageToDeploy:
    """The inverse of `install_to_json`."""
    scripts = ((Convention(written[0]), *written[1:]) for written in content.get("scripts", ()))
    return PackageToDeploy(
        content["package"],
        content["root"],
        content["keep"],
        tuple(ConventionScript(*script) for script in scripts),
        tuple(content.get("substitute_in_files", ())),
        tuple(content.get("structured_values", ())),
        custom_folder=_custom_from_json(content.get("custom_folder")),
        skip_if_installed=content.get("skip_if_installed", False),
    )


def _custom_from_json(content: Mapping[str, Any] | None) -> CustomFolder | None:
    if content is None:
        return None
    return CustomFolder(content["path"], content["purge"], tuple(content["protect"]))
