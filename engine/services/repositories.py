"""The Git repositories that scripts come from, among what a release is made with: which, and at which commits.

Their rows are those of packages. Who looks the commits up is `engine.orchestration.finding`, outside any transaction.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.domain.packages import FeedKind, Package, package_from_json, package_to_json
from engine.domain.processes import Process, RunScript
from engine.domain.script_sources import repositories_of
from engine.models import Release, ReleasePackage


def freeze(session: Session, release: Release, process: Process) -> None:
    """Write down which repositories the scripts of its process come from; which commits they are is looked up."""
    for package, ref in _of_process(process):
        source = package_to_json(package)
        session.add(ReleasePackage(release_id=release.id, package=package.slug, version=ref, source=source))
    session.flush()


def has_any(process: Process) -> bool:
    """Does any script of it come from a repository?"""
    return next(_of_process(process), None) is not None


def is_of_git(row: ReleasePackage) -> bool:
    """Is it a repository, and no package? Its digest is a commit then."""
    return package_from_json(row.source).kind is FeedKind.GIT


def commits_of(session: Session, project: str, version: str) -> dict[str, str]:
    """The commits that the repositories of this release were found at, by what stands for them in its process."""
    rows = session.scalars(
        select(ReleasePackage)
        .join(Release, Release.id == ReleasePackage.release_id)
        .where(Release.project == project, Release.version == version, ReleasePackage.digest.is_not(None))
    )
    return {row.package: row.digest or "" for row in rows if is_of_git(row)}


def _of_process(process: Process) -> Iterator[tuple[Package, str]]:
    works = (action.work for step in process.steps for action in step.actions)
    return repositories_of((work.origin, work.source) for work in works if isinstance(work, RunScript))
