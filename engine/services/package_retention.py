"""What of the built-in feed may go: versions that no release uses, that are old, and that are not among the newest.

What a release was made with stays as long as the release does. Files that nobody refers to (a push that was refused) go
after a day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.database import Database
from engine.definitions import FeedRules
from engine.domain.grants import Permission
from engine.domain.packages import FeedKind
from engine.domain.versions import newest_first
from engine.models import PackageVersion, Release, ReleasePackage
from engine.ports import PackageFiles
from engine.services import access, configuration, packages
from engine.services.errors import NoConfiguration
from engine.services.views import PackageView

_AT_ONCE = 200
_OF_NOBODY = timedelta(days=1)
"""Somebody may be about to write the row of what was just pushed."""


def rules_in_force(db: Database) -> FeedRules:
    """As the configuration says."""
    with db.read() as session:
        try:
            return configuration.current(session).definitions.built_in_feed
        except NoConfiguration:
            return FeedRules()


def superfluous(
    db: Database, now: datetime, *, person: str, rules: FeedRules, project: str = ""
) -> tuple[PackageView, ...]:
    """What would go by these rules. Raises NotPermitted, UnknownProject."""
    with db.read() as session:
        _require(session, now, person, project)
        return tuple(packages.view_of(row) for row in _superfluous(session, now, rules, project))


def prune(
    db: Database, now: datetime, files: PackageFiles, *, person: str, rules: FeedRules, project: str = ""
) -> tuple[PackageView, ...]:
    """Remove that. Raises NotPermitted, UnknownProject."""
    with db.write() as session:
        _require(session, now, person, project)
        return _remove(session, now, files, _superfluous(session, now, rules, project))


def prune_by_configuration(db: Database, now: datetime, files: PackageFiles) -> tuple[PackageView, ...]:
    """Remove what the configuration does not keep, a few hundred at most; and files that nobody refers to."""
    rules = rules_in_force(db)
    with db.read() as session:
        found = _superfluous(session, now, rules)[:_AT_ONCE]
        of_nobody = _of_nobody(session, files.digests(before=now - _OF_NOBODY))
    if not found and not of_nobody:
        return ()
    with db.write(quiet=True) as session:
        for digest in _of_nobody(session, of_nobody):
            files.remove(digest, unless_since=now - _OF_NOBODY)
        return _remove(session, now, files, _superfluous(session, now, rules)[:_AT_ONCE])


def _require(session: Session, now: datetime, person: str, project: str) -> None:
    found = access.rules(session, now)
    slug = access.require_project(found, project) if project else None
    found.require(person, Permission.FEED_ADMINISTER, "remove packages from the built-in feed", project=slug)


def _superfluous(session: Session, now: datetime, rules: FeedRules, project: str = "") -> list[PackageVersion]:
    if rules.retention is None:
        return []
    query = select(PackageVersion).where(PackageVersion.feed == FeedKind.BUILT_IN.value)
    if project:
        query = query.where(PackageVersion.project == project)
    by_package: dict[tuple[str, str], dict[str, PackageVersion]] = defaultdict(dict)
    for row in session.scalars(query):
        by_package[row.project, row.package][row.version] = row
    used = _used(session)
    return [
        row
        for (project_slug, package), rows in sorted(by_package.items())
        for row in (rows[version] for version in newest_first(rows)[rules.keep :])
        if row.added_at < now - rules.retention and (project_slug, package, row.version) not in used
    ]


def _used(session: Session) -> set[tuple[str, str, str]]:
    """Project, package and version of all that releases were made with."""
    rows = session.execute(
        select(Release.project, ReleasePackage.package, ReleasePackage.version).join(
            Release, Release.id == ReleasePackage.release_id
        )
    )
    return {(project, package, version) for project, package, version in rows}


def _remove(
    session: Session, now: datetime, files: PackageFiles, rows: Sequence[PackageVersion]
) -> tuple[PackageView, ...]:
    views = tuple(packages.view_of(row) for row in rows)
    digests = {row.digest for row in rows if row.digest}
    for row in rows:
        session.delete(row)
    session.flush()
    for digest in _of_nobody(session, digests):
        files.remove(digest, unless_since=now - _OF_NOBODY)
    return views


def _of_nobody(session: Session, digests: Collection[str]) -> set[str]:
    """Those of these digests that no version in the feed and no release has."""
    left = set(digests)
    if left:
        left.difference_update(session.scalars(select(ReleasePackage.digest).where(ReleasePackage.digest.is_not(None))))
        left.difference_update(session.scalars(select(PackageVersion.digest).where(PackageVersion.digest.is_not(None))))
    return left
