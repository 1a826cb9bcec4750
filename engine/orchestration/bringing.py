"""What a script finds when it begins beside its variables: its packages, its modules, the files of its folder."""

from __future__ import annotations

from dataclasses import replace

from engine.contracts import ActionRequest
from engine.database import Database
from engine.domain.processes import RunScript
from engine.orchestration import fetching
from engine.orchestration.claims import Claim
from engine.ports import Clock, Shelf
from engine.services import contents
from engine.services.evaluations import Evaluated


def with_all(
    db: Database, shelf: Shelf | None, clock: Clock, request: ActionRequest, claim: Claim, evaluated: Evaluated
) -> ActionRequest:
    """The request with all that, if it is to be launched; packages are fetched. Raises ForedeckError when something
    cannot be had.
    """
    work = claim.action.work
    if not isinstance(work, RunScript):
        return request
    if not request.launch_confirmed:
        request = replace(request, modules=contents.files_of(db, work.modules, "script_modules"))
    if work.deploys is not None:
        return fetching.with_package(db, shelf, request, claim, work.deploys, evaluated, clock())
    if request.launch_confirmed:
        return request
    request = fetching.with_enclosures(db, shelf, request, claim, work)
    if work.folder is None:
        return request
    strictly = claim.fail_on_unresolved or evaluated.fails_on_unresolved
    folder = replace(contents.folder_of(db, work.folder), variables=evaluated.written, fail_on_unresolved=strictly)
    return replace(request, folder=folder)
