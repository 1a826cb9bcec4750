"""What came of looking for the packages of releases: written down, and what waited for it goes on or is refused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from engine.domain.packages import FeedKind, Package, package_from_json
from engine.domain.states import TaskState
from engine.domain.versions import nearest
from engine.models import PackageVersion, Release, ReleasePackage, Task
from engine.package_contracts import Answer, Found, NotThere, Unanswered
from engine.services import access, lines, outbox, packages, queues
from engine.services.package_errors import nearest_of

DELAYS = tuple(timedelta(seconds=seconds) for seconds in (2, 5, 15, 30, 60))
"""How long is waited after each time that a feed did not answer. After the last it is given up: a person asks again."""


def open_ones(session: Session, now: datetime, project: str = "", version: str = "") -> Sequence[ReleasePackage]:
    """The packages that are to be looked for now, oldest first; of one release, or of all."""
    is_due = or_(ReleasePackage.not_before.is_(None), ReleasePackage.not_before <= now)
    query = select(ReleasePackage).where(ReleasePackage.digest.is_(None), is_due).order_by(ReleasePackage.id)
    if project:
        of_release = select(Release.id).where(Release.project == project, Release.version == version)
        query = query.where(ReleasePackage.release_id.in_(of_release))
    return session.scalars(query).all()


def settle(session: Session, now: datetime, row_id: int, answer: Answer) -> None:
    """Write the answer down. One that comes twice, or too late, changes nothing."""
    row = session.get(ReleasePackage, row_id)
    if row is None or row.digest is not None:
        return
    release = session.get_one(Release, row.release_id)
    package = package_from_json(row.source)
    match answer:
        case Found(digest, size, format_):
            row.digest, row.size, row.format, row.trouble = digest, size, format_, ""
            _note(session, now, release.project, package, row)
            session.flush()
            if packages.is_complete(session, release.id):
                _go_on(session, now, release)
        case NotThere(reason):
            near = nearest_of(nearest(row.version, packages.known_versions(session, release.project, package)))
            _refuse(session, now, release, f"{reason}. {near}".strip())
        case Unanswered(reason) if row.attempts >= len(DELAYS):
            _refuse(session, now, release, f"{reason}. Ask again when {packages.where_of(package)} answers.")
        case Unanswered(reason):
            row.not_before = now + DELAYS[row.attempts]
            row.attempts, row.trouble = row.attempts + 1, reason
            for task in _waiting(session, release):
                outbox.tell_card(session, now, task)


def differs(session: Session, project: str, package: Package, versions: Iterable[str]) -> bool:
    """Has a folder other versions than are noted?"""
    return set(packages.known_versions(session, project, package)) != set(versions)


def seen(session: Session, now: datetime, project: str, package: Package, versions: Iterable[str]) -> None:
    """A folder has these versions now: what is new is noted, what is gone is forgotten."""
    known, there = set(packages.known_versions(session, project, package)), set(versions)
    gone = (*packages.rows_of(project, package), PackageVersion.version.in_(known - there))
    session.execute(delete(PackageVersion).where(*gone))
    session.add_all(_new_version(now, project, package, version) for version in sorted(there - known))


def _new_version(now: datetime, project: str, package: Package, version: str) -> PackageVersion:
    return PackageVersion(project=project, package=package.slug, feed=package.kind.value, version=version, added_at=now)


def _note(session: Session, now: datetime, project: str, package: Package, row: ReleasePackage) -> None:
    """What was found once is offered from then on."""
    if package.kind in (FeedKind.BUILT_IN, FeedKind.GIT):
        return
    where = (*packages.rows_of(project, package), PackageVersion.version == row.version)
    known = session.scalars(select(PackageVersion).where(*where)).first()
    if known is None:
        known = _new_version(now, project, package, row.version)
        session.add(known)
    known.digest, known.size, known.format = row.digest, row.size, row.format


def _waiting(session: Session, release: Release) -> Sequence[Task]:
    return session.scalars(
        select(Task).where(Task.release_id == release.id, Task.awaits_packages, Task.state == TaskState.QUEUED.value)
    ).all()


def _go_on(session: Session, now: datetime, release: Release) -> None:
    found = access.rules(session, now)
    for task in _waiting(session, release):
        queues.packages_found(session, now, task, found)


def _refuse(session: Session, now: datetime, release: Release, why: str) -> None:
    """It is no release, as if it had never been asked for: its version is free again."""
    session.execute(delete(ReleasePackage).where(ReleasePackage.release_id == release.id))
    release.refused, release.version = why, f"{release.version[:300]}@refused-{release.id}"
    for task in _waiting(session, release):
        task.state, task.finished_at, task.changed_at = TaskState.CANCELED.value, now, now
        task.ended_because = f"refused: {why}"
        task.awaits_packages = task.in_line = task.advance_due = False
        task.due_at = task.expires_at = None
        session.flush()
        for other in (task, *lines.touched(session, task.place)):
            outbox.tell_card(session, now, other)
        outbox.tell_notice(session, now, task, "finished")
