"""The packages that a script uses: what its release has of them, the variables that tell of them, where they lie."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from sqlalchemy.orm import Session

from engine.domain import script_sources
from engine.domain.processes import RunScript, Work
from engine.domain.script_sources import PackageUse
from engine.models import ReleasePackage, Task
from engine.services import packages, repositories

_OWN = "Octopus.Action.Package"


def of_task(session: Session, task: Task, work: Work) -> tuple[tuple[PackageUse, ReleasePackage], ...]:
    """Each package that this work uses, as its release has it. What the release was made without is left out."""
    uses = tuple(script_sources.packages_of(work.packages, work.origin)) if isinstance(work, RunScript) else ()
    rows = {row.package: row for row in packages.of_release(session, task.release_id)} if uses else {}
    return tuple((use, rows[use.package]) for use in uses if use.package in rows)


def place_of(use: PackageUse, format_: str) -> str:
    """Where it lies, relative to the script's folder."""
    if not use.name:
        return "."
    return use.name if use.is_unpacked else f"{use.name}.{format_}"


def variables_of(found: Iterable[tuple[PackageUse, ReleasePackage]]) -> dict[str, str]:
    """Octopus's variables of each. Paths are relative to the script's folder: whole ones are known where it runs."""
    values: dict[str, str] = {}
    for use, row in found:
        if repositories.is_of_git(row):
            values |= {"Octopus.Action.GitResource.CommitHash": row.digest or ""}
            continue
        told = {"PackageId": row.package, "PackageVersion": row.version, "FeedId": str(row.source["kind"])}
        place = place_of(use, row.format)
        if use.is_unpacked:
            told["ExtractedPath"] = place
        else:
            told |= {"PackageFilePath": place, "OriginalPath": place, "PackageFileName": PurePosixPath(place).name}
        values |= {f"{_OWN}[{use.name}].{name}": value for name, value in told.items()}
        if not use.name:
            values |= {f"{_OWN}.{name}": value for name, value in told.items() if name != "ExtractedPath"}
    return values


def paths_among(names: Iterable[str]) -> frozenset[str]:
    """Those of the variables of packages that hold paths."""
    ends = (".ExtractedPath", ".PackageFilePath", ".OriginalPath")
    return frozenset(name for name in names if name.startswith(f"{_OWN}[") and name.endswith(ends))
