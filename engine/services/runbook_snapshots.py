"""Snapshots of runbooks: what was published under `restart@3`, and what was tried before as `restart@draft-1`.

A snapshot is a row among the releases, and no release. Its frozen process carries where the runbook may run and whether
somebody is asked when a step fails, as its file said then.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.definitions import Definitions, Project, Runbook
from engine.domain.processes import process_from_json, process_to_json
from engine.domain.variables import variables_to_json
from engine.models import Release
from engine.services import access
from engine.services.errors import UnknownName
from engine.services.runbook_errors import NotPublished

_NUMBERED = re.compile(r"(?P<name>.+?)\s*@\s*(?P<number>[0-9]{1,9})\Z", re.ASCII)
_ENVIRONMENTS, _GUIDED = "environments", "guided_failure"


def numbered(name: str) -> tuple[str, int | None]:
    """A runbook as it is named, `restart@2` or `restart`, and the number of what was published, if one was said."""
    found = _NUMBERED.fullmatch(name.strip())
    return (found["name"], int(found["number"])) if found else (name, None)


def make(
    session: Session,
    now: datetime,
    found: access.Rules,
    person: str,
    project: Project,
    runbook: Runbook,
    *,
    is_draft: bool,
) -> Release:
    """`restart@3`, or `restart@draft-1`: no version of a release can look like that. It is not added to the session."""
    same = (Release.project == project.slug, Release.runbook == runbook.slug, Release.is_draft.is_(is_draft))
    number = (session.scalar(select(func.count()).select_from(Release).where(*same)) or 0) + 1
    return Release(
        project=project.slug,
        version=f"{runbook.slug}@{'draft-' if is_draft else ''}{number}",
        runbook=runbook.slug,
        is_draft=is_draft,
        revision_id=found.revision,
        process=_document(runbook),
        variables=variables_to_json(found.definitions.variables_of(project.slug)),
        created_at=now,
        created_by=person,
    )


def published(session: Session, project: str, runbook: str) -> tuple[Release, ...]:
    """All that were published, the newest first."""
    return tuple(
        session.scalars(
            select(Release)
            .where(
                Release.project == project,
                Release.runbook == runbook,
                Release.is_draft.is_(False),
                Release.refused == "",  # a script was nowhere
            )
            .order_by(Release.id.desc())
        )
    )


def require(session: Session, project: str, runbook: str, number: int | None) -> Release:
    """The newest, or that of this number. Raises NotPublished, UnknownName."""
    known = published(session, project, runbook)
    if not known:
        raise NotPublished(name=runbook, project=project)
    if number is None:
        return known[0]
    wanted = f"{runbook}@{number}"
    for release in known:
        if release.version == wanted:
            return release
    raise UnknownName(kind="published version", name=wanted, known=[release.version for release in known])


def as_frozen(runbook: Runbook, release: Release) -> Runbook:
    """The runbook as it was published. Snapshots of earlier versions did not say where it may run, nor who is asked
    after a failure: there it is as its file says now.
    """
    document = release.process
    if _ENVIRONMENTS not in document:
        return replace(runbook, process=process_from_json(document))
    return replace(
        runbook,
        process=process_from_json(document),
        environments=tuple(document[_ENVIRONMENTS]),
        guided_failure=document[_GUIDED],
    )


def is_changed(release: Release, definitions: Definitions, project: Project, runbook: Runbook) -> bool:
    """Is the runbook another one now than in this snapshot?"""
    now = {key: value for key, value in _document(runbook).items() if key in release.process}
    return (release.process, release.variables) != (now, variables_to_json(definitions.variables_of(project.slug)))


def _document(runbook: Runbook) -> dict[str, Any]:
    return {
        **process_to_json(runbook.process),
        _ENVIRONMENTS: list(runbook.environments),
        _GUIDED: runbook.guided_failure,
    }
