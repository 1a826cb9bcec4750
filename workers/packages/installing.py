"""What installs a package on a machine: a Bash script of ours, which runs the package's own in their order."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib import resources

from engine.contracts import ActionRequest, PackageFile, Script


def as_script(request: ActionRequest, package: PackageFile) -> ActionRequest:
    """The request with that script, and with the variables that it and the package's scripts read."""
    told = {
        "Octopus.Action.Package.PackageId": package.package,
        "Octopus.Action.Package.PackageVersion": package.version,
        "Foredeck.Package.Digest": package.digest,
        "Foredeck.Package.Root": package.root,
        "Foredeck.Package.Environment": package.environment,
        "Foredeck.Package.Keep": "" if package.keep is None else str(package.keep),
    }
    return replace(request, script=Script(_text()), variables={**request.variables, **told})


@cache
def _text() -> str:
    return resources.files(__package__).joinpath("install.sh").read_text()
