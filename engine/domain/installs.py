"""What a step that deploys a package does with it on the machine, as a value that can be stored. Pure."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
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


def install_to_json(install: PackageToDeploy) -> dict[str, Any]:
    """As a JSON-able dict; what is not said is left out, so that what was frozen before a key existed stays equal."""
    content: dict[str, Any] = {"package": install.package, "root": install.root, "keep": install.keep}
    if install.scripts:
        content["scripts"] = [
            [script.convention.value, script.body, script.syntax, script.source] for script in install.scripts
        ]
    content |= {key: list(getattr(install, key)) for key in _PATTERNS if getattr(install, key)}
    return content


def install_from_json(content: Mapping[str, Any]) -> PackageToDeploy:
    """The inverse of `install_to_json`."""
    scripts = ((Convention(written[0]), *written[1:]) for written in content.get("scripts", ()))
    return PackageToDeploy(
        content["package"],
        content["root"],
        content["keep"],
        tuple(ConventionScript(*script) for script in scripts),
        *(tuple(content.get(key, ())) for key in _PATTERNS),
    )
