"""What installs a package on a machine: a Bash script of ours, which runs the package's own and the process's in their
order. What they need is brought along: a folder for each language, with its prelude and the variables.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from importlib import resources
from pathlib import PurePosixPath

from engine.contracts import ActionRequest, PackageFile, Script, Secret, StepFile, StepFolder
from engine.domain import file_patterns
from workers.scripts import usable
from workers.scripts.languages import LANGUAGES, Told

_PARTS = ("trying", "archives", "conventions", "files", "journal", "custom", "install")
"""The files that make the script, in their order."""

_SUFFIXES = {"bash": ".sh", "python": ".py", "powershell": ".ps1"}


def as_script(request: ActionRequest, package: PackageFile) -> ActionRequest:
    """The request with that script, with what it brings along, and with the variables that it and the other scripts
    read. Raises UnusableVariable.
    """
    origin = package.origin
    told = {
        "Octopus.Action.Package.PackageId": package.package,
        "Octopus.Action.Package.PackageVersion": package.version,
        "Foredeck.Package.Digest": origin.digest if origin else package.digest,
        "Foredeck.Package.Format": origin.format if origin else "",
        "Foredeck.Package.Unpacked": str(package.size),
        "Foredeck.Package.Root": package.root,
        "Foredeck.Package.Environment": package.environment,
        "Foredeck.Package.Prepares": "" if request.prepares is None else "yes",
        "Foredeck.Package.Custom": package.custom_folder,
        "Foredeck.Package.Purge": "yes" if package.purge else "",
        "Foredeck.Package.Protect": file_patterns.expression(package.protect),
        "Foredeck.Package.Skips": "yes" if package.skip_if_installed else "",
        "Foredeck.Package.FailsOnErrorOutput": "yes" if request.script.fails_on_error_output else "",
        "Foredeck.Package.Keep": "" if package.keep is None else str(package.keep),
    }
    variables = {**request.variables, **told}
    files = (*_tools(variables), *_modules(request.modules), *_of_the_process(package))
    return replace(request, script=Script(_text()), variables=variables, folder=StepFolder(files), modules=())


def _tools(variables: Mapping[str, str | Secret]) -> Iterator[StepFile]:
    """For each language its prelude, and the variables as it reads them."""
    told = Told(usable(variables))
    for syntax, language in LANGUAGES.items():
        for name, content in language.preludes_and_variables(told).items():
            yield StepFile(f"foredeck/{syntax}/{name}", content)


def _modules(modules: Iterable[StepFile]) -> Iterator[StepFile]:
    """Each lies with the tools of its language, where its scripts find it."""
    languages = {suffix: syntax for syntax, suffix in _SUFFIXES.items()} | {".psm1": "powershell"}
    for module in modules:
        yield replace(module, path=f"foredeck/{languages[PurePosixPath(module.path).suffix]}/{module.path}")


def _of_the_process(package: PackageFile) -> Iterator[StepFile]:
    for moment, script in package.scripts.items():
        body = script.body.replace("\r\n", "\n").encode("utf-8", "replace")
        yield StepFile(f"foredeck/process/{moment}{_SUFFIXES[script.syntax]}", body)


@cache
def _text() -> str:
    folder = resources.files(__package__).joinpath("machine")
    return "\n".join(folder.joinpath(f"{part}.sh").read_text() for part in _PARTS)
