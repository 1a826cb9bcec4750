"""The work of an action in words, for a plan: what is run, with what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from engine.domain.frozen_folders import FrozenFolder
from engine.domain.processes import AcquirePackages, HealthCheck, ManualIntervention, RunScript, Work
from engine.domain.script_sources import FromGit, FromPackage
from engine.package_contracts import repository_of
from engine.services import planned_packages

LANGUAGES = {"bash": "Bash", "python": "Python", "powershell": "PowerShell"}
NOTHING: Mapping[str, str] = {}
_LONGEST_PARAMETERS = 80


def what(work: Work, commits: Mapping[str, str] = NOTHING, versions: Mapping[str, str] = NOTHING) -> str:
    """As a clause without a full stop. `commits`: those that are known of the repositories of scripts; `versions`: of
    the packages that have another one than their release.
    """
    if isinstance(work, ManualIntervention):
        who = " or ".join(work.teams)
        return f"manual intervention by {who}" + (f", {work.minimum} people" if work.minimum > 1 else "")
    if isinstance(work, HealthCheck):
        return _health_check(work)
    if isinstance(work, AcquirePackages):
        return planned_packages.acquired(work)
    brought = " and ".join(_brought(work, versions))
    if work.deploys:
        installs = planned_packages.described(work.deploys, versions)
        return f"{installs}, with {brought}" if brought else installs
    script = _script(work, commits, versions)
    script = f"{script} with {brought}" if brought else script
    return f"{script}, fails on error output" if work.fails_on_error_output else script


def _script(work: RunScript, commits: Mapping[str, str], versions: Mapping[str, str]) -> str:
    language = LANGUAGES.get(work.syntax, work.syntax)
    parameters = " ".join(_word(parameter) for parameter in work.parameters)
    if len(parameters) > _LONGEST_PARAMETERS:
        parameters = f"{parameters[:_LONGEST_PARAMETERS]}…"
    script = f"inline {language} script" if work.source == "inline" else f"{language} script {work.source}"
    match work.origin:
        case FromPackage(package):
            script += f" of the package {planned_packages.named(package, versions)}"
        case FromGit(url, ref):
            commit = commits.get(work.origin.package, "")
            at = f" (commit {commit[:12]})" if commit else ""
            script += f" from {ref} of {repository_of(url)}{at}"
    return f"{script} {parameters}".rstrip()


def _word(parameter: str) -> str:
    """One argument, so that it is seen where it begins and ends."""
    line = " ".join(parameter.splitlines())
    return f'"{line}"' if not line or " " in line else line


def _brought(work: RunScript, versions: Mapping[str, str]) -> Iterator[str]:
    if work.folder:
        yield _files(work.folder)
    if work.modules:
        names = [module.path for module in work.modules]
        yield f"the script module{'s' if names[1:] else ''} {_listed(names)}"
    if work.packages:
        packages = [(planned_packages.named(use.package, versions), use.is_unpacked) for use in work.packages]
        names = [name if is_unpacked else f"{name} (not unpacked)" for name, is_unpacked in packages]
        yield f"the package{'s' if names[1:] else ''} {_listed(names)}"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _health_check(work: HealthCheck) -> str:
    """What is looked at, and what follows."""
    parts = ["health check, connection only" if work.connection_only else "health check"]
    parts += ["goes on without those that do not answer"] if work.skips_unavailable else []
    parts += ["goes on without unhealthy ones"] if work.excludes_unhealthy else []
    parts += ["takes in new targets"] if work.includes_new else []
    return ", ".join(parts)


def _files(folder: FrozenFolder) -> str:
    """How many files, from where, and whether variables are put into some."""
    count = f"{folder.count} files" if folder.count != 1 else "1 file"
    is_changed = folder.substitute_in_files or folder.structured_values
    return f"{count} of {folder.source}/" + (" (variables put in)" if is_changed else "")
