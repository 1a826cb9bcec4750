"""Has the package of a step ready before its worker gets it, outside any transaction."""

from __future__ import annotations

from dataclasses import replace

from engine.contracts import ActionRequest, PackageFile, Script, StepFolder
from engine.database import Database
from engine.domain.installs import PackageToDeploy
from engine.domain.packages import package_from_json
from engine.errors import ForedeckError
from engine.models import ReleasePackage, Task
from engine.orchestration.claims import Claim
from engine.orchestration.finding import wanted
from engine.ports import Shelf
from engine.services import packages
from engine.services.evaluations import Evaluated


class PackageNotInRelease(ForedeckError):
    """The release was made without this package."""

    message = "The release was made without the package {package}."
    hint_text = "Nothing was installed. Create a new release and deploy that one."


def with_package(
    db: Database,
    shelf: Shelf | None,
    request: ActionRequest,
    claim: Claim,
    deploys: PackageToDeploy,
    evaluated: Evaluated,
) -> ActionRequest:
    """The request with the package that its release was made with. Raises ForedeckError when it cannot be had."""
    request = replace(request, prepares=_prepared(claim, deploys, evaluated))
    if request.launch_confirmed:  # what installs it is there already
        return request
    row, environment = _frozen(db, claim.task_id, deploys.package)
    if row is None or row.digest is None or shelf is None:
        raise PackageNotInRelease(package=deploys.package)
    source = wanted(package_from_json(row.source), row.version, claim.definitions)
    ready = shelf.take(source, row.digest)
    package = PackageFile(
        ready.path,
        ready.digest,
        ready.size,
        package=row.package,
        version=row.version,
        environment=environment,
        root=deploys.root,
        keep=deploys.keep,
        scripts={script.convention.value: Script(script.body, script.syntax) for script in deploys.scripts},
    )
    return replace(request, package=package)


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


def _frozen(db: Database, task_id: int, name: str) -> tuple[ReleasePackage | None, str]:
    with db.read() as session:
        task = session.get_one(Task, task_id)
        rows = packages.of_release(session, task.release_id)
        return next((row for row in rows if row.package == name), None), task.environment
