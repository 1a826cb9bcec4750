"""Releases: creating one freezes the project's process and variables; nothing changes them afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine.database import Database
from engine.domain import versions
from engine.domain.grants import Permission
from engine.domain.processes import process_to_json
from engine.domain.states import TaskState
from engine.domain.variables import variables_to_json
from engine.models import Release, Task
from engine.services import access
from engine.services import packages as package_rows
from engine.services.errors import InvalidVersion, ReleaseExists, ReleaseNotFound
from engine.services.package_errors import ReleaseNotMade, ReleaseRefused
from engine.services.views import ReleaseView

_AS_ITSELF: Mapping[str, str] = {}


def is_valid_version(text: str) -> bool:
    """Can this be a version? Letters, digits and `. - + _`, at most 349 characters (Octopus's limit)."""
    return versions.is_valid(text)


def create(
    db: Database,
    now: datetime,
    *,
    person: str,
    project: str,
    version: str,
    packages: Mapping[str, str] = _AS_ITSELF,
) -> ReleaseView:
    """Create a release. `packages`: those whose version is another one than its own, by name.

    It is complete when its packages are found (`view`). Raises UnknownProject, NotPermitted, InvalidVersion,
    ReleaseExists, UnknownPackage, NoPackages, PackageMissing.
    """
    with db.write() as session:
        found = access.rules(session, now)
        slug = access.require_project(found, project)
        release = create_in(session, now, found=found, person=person, project=slug, version=version, packages=packages)
        return _view(session, release)


def create_in(
    session: Session,
    now: datetime,
    *,
    found: access.Rules,
    person: str,
    project: str,
    version: str,
    packages: Mapping[str, str] = _AS_ITSELF,
) -> Release:
    """The same within a transaction that the caller has open."""
    if not is_valid_version(version):
        raise InvalidVersion(version=version[:80])
    found.require(person, Permission.RELEASE_CREATE, f"create releases of {project}", project=project)
    existing = find(session, project, version)
    if existing is not None:
        raise ReleaseExists(project=project, version=version, by=existing.created_by)
    definition = found.definitions.projects[project]
    packages = {package_rows.package_of(definition, name).slug: chosen for name, chosen in packages.items()}
    package_rows.refuse_missing(session, found, definition, version, packages, person=person, refusal=ReleaseNotMade)
    release = Release(
        project=project,
        version=version,
        revision_id=found.revision,
        process=process_to_json(definition.process),
        variables=variables_to_json(found.definitions.variables_of(project)),
        created_at=now,
        created_by=person,
    )
    session.add(release)
    try:
        session.flush()
    except IntegrityError as error:
        raise ReleaseExists(project=project, version=version, by="somebody else") from error
    package_rows.freeze(session, release, definition, packages)
    return release


def require(session: Session, found: access.Rules, *, person: str, project: str, version: str) -> Release:
    """The release. Raises InvalidVersion, PackageMissing or ReleaseNotFound, which say whether this person
    may create it."""
    release = find(session, project, version)
    if release is not None:
        return release
    if not is_valid_version(version):
        raise InvalidVersion(version=version[:80])
    package_rows.refuse_missing(session, found, found.definitions.projects[project], version, {}, person=person)
    newest = session.scalars(select(Release.version).where(*of_project(project)).order_by(Release.id.desc()).limit(5))
    can_create = found.may(person, Permission.RELEASE_CREATE, project=project)
    raise ReleaseNotFound(project=project, version=version, known=newest, can_create=can_create)


def find(session: Session, project: str, version: str) -> Release | None:
    """The release with exactly this version, if there is one."""
    return session.scalars(select(Release).where(*of_project(project), Release.version == version)).first()


def exists(db: Database, *, project: str, version: str) -> bool:
    """Is there this release?"""
    with db.read() as session:
        return find(session, project.lower(), version) is not None


def of_project(project: str) -> tuple[ColumnElement[bool], ...]:
    """The rows that are releases of this project; snapshots of its runbooks are none, nor what was refused."""
    return (Release.project == project, Release.runbook.is_(None), Release.refused == "")


def recent(db: Database, *, person: str, project: str, limit: int = 20, prefix: str = "") -> tuple[ReleaseView, ...]:
    """The newest releases whose version contains `prefix`, before them the one that has exactly this version.

    Raises UnknownProject, NotPermitted.
    """
    with db.read() as session:
        found = access.rules(session)
        slug = access.require_project(found, project)
        found.require(person, Permission.RELEASE_VIEW, f"see releases of {slug}", project=slug)
        query = select(Release).where(*of_project(slug)).limit(limit)
        if prefix:
            query = query.where(Release.version.contains(prefix, autoescape=True))
            query = query.order_by((Release.version == prefix).desc())
        query = query.order_by(Release.id.desc())
        return tuple(_view(session, release) for release in session.scalars(query))


def view(db: Database, *, project: str, version: str) -> ReleaseView:
    """How a release stands that was asked for, or a runbook that was published. Raises ReleaseRefused when it is none,
    as a package is nowhere.
    """
    with db.read() as session:
        release = session.scalars(
            select(Release).where(Release.project == project, Release.version == version, Release.refused == "")
        ).first()
        if release is not None:
            return _view(session, release)
        refused = session.scalars(
            select(Release)
            .where(Release.project == project, Release.version.startswith(f"{version}@refused-", autoescape=True))
            .order_by(Release.id.desc())
        ).first()
        why = refused.refused if refused else "it was never made."
        is_none = "was not published" if refused and refused.runbook else "is no release"
        raise ReleaseRefused(project=project, version=version, is_none=is_none, why=why)


def _view(session: Session, release: Release) -> ReleaseView:
    return ReleaseView(
        project=release.project,
        version=release.version,
        created_at=release.created_at,
        created_by=release.created_by,
        deployed_to=_deployed_to(session, release),
        packages=tuple(package_rows.frozen_view(row) for row in package_rows.of_release(session, release.id)),
    )


def _deployed_to(session: Session, release: Release) -> tuple[str, ...]:
    environments = session.scalars(
        select(Task.environment)
        .where(Task.release_id == release.id, Task.state == TaskState.SUCCESS.value)
        .distinct()
        .order_by(Task.environment)
    )
    return tuple(e for e in environments if _last_success(session, release.project, e) == release.id)


def _last_success(session: Session, project: str, environment: str) -> int | None:
    return session.scalar(
        select(Task.release_id)
        .where(
            Task.project == project,
            Task.environment == environment,
            Task.state == TaskState.SUCCESS.value,
            Task.runbook.is_(None),
        )
        .order_by(Task.finished_at.desc(), Task.id.desc())
        .limit(1)
    )
