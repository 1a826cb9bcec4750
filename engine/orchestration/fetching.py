"""Has the package of a step ready before its worker gets it, outside any transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from engine.contracts import ActionRequest, Enclosure, PackageFile, Parcel, Script, Secret, StepFolder
from engine.database import Database
from engine.domain import script_sources, templates
from engine.domain.installs import PackageToDeploy
from engine.domain.packages import package_from_json
from engine.domain.processes import RunScript
from engine.domain.script_sources import PackageUse
from engine.errors import ForedeckError
from engine.models import ReleasePackage, Task
from engine.orchestration.claims import Claim
from engine.orchestration.finding import wanted
from engine.package_contracts import Coming, Ready, repository_of
from engine.ports import Shelf
from engine.services import evaluations, packages, repositories, script_packages
from engine.services.evaluations import Evaluated, flaw_of


class PackageNotInRelease(ForedeckError):
    """The release was made without this package."""

    message = "The release was made without the package {package}."
    hint_text = "Nothing was installed. Create a new release and deploy that one."


class FolderUnresolved(ForedeckError):
    """The custom folder, or what is protected in it, depends on a variable that is not there."""

    message = "{package} cannot be installed into {written}: {flaw}."
    hint_text = "Nothing was installed. Set the variable, or correct its name."


def with_package(
    db: Database,
    shelf: Shelf | None,
    request: ActionRequest,
    claim: Claim,
    deploys: PackageToDeploy,
    evaluated: Evaluated,
    now: datetime,
) -> ActionRequest:
    """The request with the package that its release was made with. Raises ForedeckError when it cannot be had."""
    request = replace(request, prepares=_prepared(claim, deploys, evaluated))
    if request.launch_confirmed:  # what installs it is there already
        return request
    row = frozen(db, claim.task_id, deploys.package)
    ready = take(shelf, claim, row)
    with db.read() as session:
        environment = session.get_one(Task, claim.task_id).environment
    custom = deploys.custom_folder
    package = PackageFile(
        ready.path,
        ready.digest,
        ready.size,
        package=row.package,
        version=row.version,
        environment=environment,
        root=deploys.root,
        keep=deploys.keep,
        custom_folder=_evaluated(custom.path, deploys, evaluated, now) if custom else "",
        purge=custom is not None and custom.purge,
        protect=tuple(_evaluated(pattern, deploys, evaluated, now) for pattern in custom.protect) if custom else (),
        skip_if_installed=deploys.skip_if_installed,
        origin=ready.origin,
        scripts={script.convention.value: Script(script.body, script.syntax) for script in deploys.scripts},
    )
    return replace(request, package=package)


def _evaluated(written: str, deploys: PackageToDeploy, evaluated: Evaluated, now: datetime) -> str:
    """A path or a pattern with its variables. One that is not known would lead to a folder that nobody means."""
    if "#{" not in written:
        return written
    revealed = {
        name: value.reveal() if isinstance(value, Secret) else value for name, value in evaluated.written.items()
    }
    evaluation = templates.evaluate(written, revealed, now=now)
    if evaluation.error or evaluation.unresolved or not evaluation.text:
        flaw = flaw_of(templates.evaluate(written, evaluations.shown(evaluated.written), now=now)) or "it is nothing"
        raise FolderUnresolved(package=deploys.package, written=written, flaw=flaw)
    return evaluation.text


def _prepared(claim: Claim, deploys: PackageToDeploy, evaluated: Evaluated) -> StepFolder | None:
    """The patterns of its files that variables are put into, with these variables."""
    if not deploys.substitute_in_files and not deploys.structured_values:
        return None
    return StepFolder(
        (),
        deploys.substitute_in_files,
        deploys.structured_values,
        variables=evaluated.written,
        fail_on_unresolved=claim.fail_on_unresolved or evaluated.fails_on_unresolved,
    )


def with_enclosures(
    db: Database, shelf: Shelf | None, request: ActionRequest, claim: Claim, work: RunScript
) -> ActionRequest:
    """The request with the packages that the script uses, as its release was made with them. Raises ForedeckError when
    one cannot be had, or lacks the script.
    """
    uses = tuple(script_sources.packages_of(work.packages, work.origin))
    if not uses:
        return request
    with db.read() as session:
        found = script_packages.of_task(session, session.get_one(Task, claim.task_id), work)
    missing = [use for use in uses if all(use != there for there, _ in found)]
    if missing or shelf is None:
        name = (missing or uses)[0].package
        raise PackageNotInRelease(package="of its scripts" if name.startswith("git:") else name)
    enclosures = tuple(_enclosed(shelf, claim, work, use, row) for use, row in found)
    return replace(request, enclosures=enclosures, paths=script_packages.paths_among(request.variables))


def _enclosed(shelf: Shelf, claim: Claim, work: RunScript, use: PackageUse, row: ReleasePackage) -> Enclosure:
    if row.digest is None:
        raise PackageNotInRelease(package=use.package)
    source = wanted(package_from_json(row.source), row.version, claim.definitions)
    ready = shelf.take(source, row.digest) if use.is_unpacked else shelf.take_whole(source, row.digest)
    if not use.name:
        shelf.require_file(source, ready, work.source)
    name, version = row.package, row.version
    if repositories.is_of_git(row):
        name, version = f"the repository {repository_of(source.location)} at", row.digest[:12]
    parcel = Parcel(ready.path, ready.digest, ready.size, name, version)
    return Enclosure(parcel, script_packages.place_of(use, row.format), use.is_unpacked)


def take(
    shelf: Shelf | None, claim: Claim, row: ReleasePackage, came: Callable[[Coming], None] = lambda _coming: None
) -> Ready:
    """This package, fetched when it is not here. Raises ForedeckError, and what `came` raises: see `Shelf.take`."""
    if row.digest is None or shelf is None:
        raise PackageNotInRelease(package=row.package)
    return shelf.take(wanted(package_from_json(row.source), row.version, claim.definitions), row.digest, came)


def frozen(db: Database, task_id: int, name: str) -> ReleasePackage:
    """What the release of this task was made with. Raises PackageNotInRelease."""
    with db.read() as session:
        rows = packages.of_release(session, session.get_one(Task, task_id).release_id)
        row = next((row for row in rows if row.package == name), None)
        if row is None:
            raise PackageNotInRelease(package=name)
        return row
