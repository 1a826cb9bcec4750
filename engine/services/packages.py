"""The packages of a project: which versions are known, what is pushed, and what a release is made with.

Only rows are read here. Folders and addresses are asked elsewhere (`engine.orchestration.finding`), outside any
transaction; until they have answered a release is not complete, and a deployment of it waits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from engine.database import Database
from engine.definitions import Project
from engine.domain.grants import Permission
from engine.domain.packages import FeedKind, Package, package_from_json, package_to_json
from engine.domain.versions import is_valid, nearest, newest_first
from engine.models import PackageVersion, Release, ReleasePackage, Task
from engine.package_contracts import repository_of
from engine.services import access, repositories
from engine.services.errors import InvalidVersion
from engine.services.package_errors import NoPackages, NotPushed, PackageExists, PackageMissing, UnknownPackage
from engine.services.views import PackageView, ReleasePackageView, Waiting, WaitKind

_OFFERED = 50


def where_of(package: Package) -> str:
    """Where it comes from, in few words: no address is repeated, as it may hold what is not for everybody."""
    match package.kind:
        case FeedKind.BUILT_IN:
            return "the built-in feed"
        case FeedKind.FOLDER:
            return f"the folder {package.location}"
        case FeedKind.S3:
            return f"the bucket {package.location.rpartition('/')[2]}"
        case FeedKind.GIT:
            return repository_of(package.location)
        case _:
            return urlsplit(package.location).hostname or "its feed"


def _in_or_at(package: Package) -> str:
    return f"{'at' if package.kind is FeedKind.URL else 'in'} {where_of(package)}"


def frozen_view(row: ReleasePackage) -> ReleasePackageView:
    """What a release is made with, as people read it."""
    is_commit = repositories.is_of_git(row)
    package = where_of(package_from_json(row.source)) if is_commit else row.package
    return ReleasePackageView(package, row.version, row.digest or "", row.size or 0, row.trouble, is_commit=is_commit)


def package_of(project: Project, name: str) -> Package:
    """The package of this name; the only one when no name is given. Raises NoPackages, UnknownPackage."""
    if not project.packages:
        raise NoPackages(project=project.slug)
    if not name and len(project.packages) == 1:
        return project.packages[0]
    found = next((package for package in project.packages if package.slug == name.lower()), None)
    if found is None:
        raise UnknownPackage(name=name, known=[package.slug for package in project.packages])
    return found


# What is pushed.


def require_push(db: Database, *, person: str, project: str, package: str, version: str) -> tuple[str, str]:
    """May this be pushed? The slugs of project and package. Asked before a byte is read; `push` asks again.

    Raises UnknownProject, NotPermitted, NoPackages, UnknownPackage, NotPushed, InvalidVersion.
    """
    with db.read() as session:
        found = access.rules(session)
        slug, known = _pushable(found, person, project, package, version)
        return slug, known.slug


def push(
    db: Database, now: datetime, *, person: str, project: str, package: str, version: str,
    digest: str, size: int, format_: str,
) -> tuple[PackageView, bool]:  # fmt: skip
    """Note that the built-in feed has this, and whether that is new: the same content again is no mistake.

    Raises what `require_push` raises, and PackageExists.
    """
    with db.write() as session:
        found = access.rules(session, now)
        slug, known = _pushable(found, person, project, package, version)
        before = _known(session, slug, known, version)
        if before is not None and before.digest != digest:
            raise PackageExists(project=slug, package=known.slug, version=version, digest=(before.digest or "")[:12])
        row = before or PackageVersion(
            project=slug,
            package=known.slug,
            feed=FeedKind.BUILT_IN.value,
            version=version,
            digest=digest,
            size=size,
            format=format_,
            added_at=now,
            added_by=person,
        )
        session.add(row)
        return view_of(row), before is None


def _pushable(found: access.Rules, person: str, project: str, package: str, version: str) -> tuple[str, Package]:
    slug = access.require_project(found, project)
    found.require(person, Permission.RELEASE_CREATE, f"push packages of {slug}", project=slug)
    known = package_of(found.definitions.projects[slug], package)
    if known.kind is not FeedKind.BUILT_IN:
        raise NotPushed(project=slug, package=known.slug, where=where_of(known))
    if not is_valid(version):
        raise InvalidVersion(version=version[:80])
    return slug, known


def listed(db: Database, *, person: str, project: str) -> tuple[PackageView, ...]:
    """The versions that are known of each package of a project, newest first. Raises UnknownProject, NotPermitted."""
    with db.read() as session:
        found = access.rules(session)
        slug = access.require_project(found, project)
        found.require(person, Permission.RELEASE_VIEW, f"see releases of {slug}", project=slug)
        rows = []
        for package in found.definitions.projects[slug].packages:
            by_version = {
                row.version: row for row in session.scalars(select(PackageVersion).where(*rows_of(slug, package)))
            }
            rows += [by_version[version] for version in newest_first(by_version)]
        return tuple(view_of(row) for row in rows)


# What a release is made with.


def refuse_missing(
    session: Session,
    found: access.Rules,
    project: Project,
    version: str,
    versions: Mapping[str, str],
    *,
    person: str,
    refusal: type[PackageMissing] = PackageMissing,
) -> None:
    """Raises PackageMissing, or what of it is given, where a feed whose rows say all has no such version."""
    for package in project.packages:
        wanted = versions.get(package.slug, version)
        if package.kind is not FeedKind.BUILT_IN or _known(session, project.slug, package, wanted) is not None:
            continue
        raise refusal(
            project=project.slug,
            version=version,
            package=package.slug,
            wanted=wanted,
            where=where_of(package),
            nearest=nearest(wanted, known_versions(session, project.slug, package)),
            can_create=found.may(person, Permission.RELEASE_CREATE, project=project.slug),
        )


def freeze(session: Session, release: Release, project: Project, versions: Mapping[str, str]) -> None:
    """Write down what the new release is made with. What the built-in feed has is complete at once.

    `versions`: by slug of a package; the release's own is that of all others.
    """
    for package in project.packages:
        version = versions.get(package.slug, release.version)
        row = ReleasePackage(
            release_id=release.id, package=package.slug, version=version, source=package_to_json(package)
        )
        if package.kind is FeedKind.BUILT_IN:
            known = _known(session, project.slug, package, version)
            if known is not None:
                row.digest, row.size, row.format = known.digest, known.size, known.format
        session.add(row)
    repositories.freeze(session, release, project.process)


def is_complete(session: Session, release_id: int) -> bool:
    """Have all its packages been found?"""
    is_open = select(ReleasePackage.id).where(ReleasePackage.release_id == release_id, ReleasePackage.digest.is_(None))
    return session.scalar(is_open.limit(1)) is None


def of_release(session: Session, release_id: int) -> Sequence[ReleasePackage]:
    """What a release is made with, by name."""
    return session.scalars(
        select(ReleasePackage).where(ReleasePackage.release_id == release_id).order_by(ReleasePackage.package)
    ).all()


def other_versions(session: Session, project: str, version: str) -> dict[str, str]:
    """The versions of those of its packages that have another one than the release itself."""
    release = session.scalars(select(Release).where(Release.project == project, Release.version == version)).first()
    rows = of_release(session, release.id) if release is not None else ()
    return {row.package: row.version for row in rows if row.version != version and not repositories.is_of_git(row)}


def fetched(session: Session, release: Release | None, project: Project | None = None) -> frozenset[str]:
    """The packages of a release that come from elsewhere; without a release those of the `project` as it is now."""
    found = (
        [package_from_json(row.source) for row in of_release(session, release.id)]
        if release is not None
        else project.packages
        if project is not None
        else ()
    )
    return frozenset(package.slug for package in found if package.kind not in (FeedKind.BUILT_IN, FeedKind.GIT))


def waiting(session: Session, task: Task) -> Waiting:
    """What a deployment waits for whose packages are looked for."""
    rows = [row for row in of_release(session, task.release_id) if row.digest is None]
    names = " and ".join(_sought(row) for row in rows)
    trouble = next((f": {row.trouble}; it is tried again" for row in rows if row.trouble), "")
    brief = "looks for its scripts" if all(map(repositories.is_of_git, rows)) else "looks for its packages"
    return Waiting(WaitKind.PACKAGES, f"Looks for {names}{trouble}", brief=brief)


def _sought(row: ReleasePackage) -> str:
    name = frozen_view(row).name
    return (
        f"the scripts in {name}"
        if repositories.is_of_git(row)
        else f"{name} {_in_or_at(package_from_json(row.source))}"
    )


# What is offered.


def known_versions(session: Session, project: str, package: Package) -> list[str]:
    """The versions that are known of it, newest first."""
    return newest_first(session.scalars(select(PackageVersion.version).where(*rows_of(project, package))))


def offered(db: Database, *, person: str, project: str, contains: str = "") -> tuple[str, ...]:
    """Versions that could be made a release of the project by this person: its packages are there, and no release has
    that version yet. Newest first; none where nobody can know.
    """
    with db.read() as session:
        found = access.rules(session)
        slug = access.require_project(found, project)
        if not found.may(person, Permission.RELEASE_CREATE, project=slug):
            return ()
        known = [known_versions(session, slug, package) for package in found.definitions.projects[slug].packages]
        if not known:
            return ()
        taken = set(session.scalars(select(Release.version).where(Release.project == slug)))
        everywhere = set.intersection(*map(set, known)) - taken
        return tuple(version for version in known[0] if version in everywhere and contains in version)[:_OFFERED]


def require_may_exist(db: Database, *, person: str, project: str, version: str) -> None:
    """Raises PackageMissing where `may_exist` says no."""
    with db.read() as session:
        found = access.rules(session)
        slug = access.require_project(found, project)
        refuse_missing(session, found, found.definitions.projects[slug], version, {}, person=person)


def may_exist(db: Database, *, project: str, version: str) -> bool:
    """Can a feed have this version of each package? Of what is not known by its rows that is so."""
    with db.read() as session:
        found = access.rules(session)
        slug = access.require_project(found, project)
        return all(
            package.kind is not FeedKind.BUILT_IN or _known(session, slug, package, version)
            for package in found.definitions.projects[slug].packages
        )


def rows_of(project: str, package: Package) -> tuple[ColumnElement[bool], ...]:
    """The rows of its versions, of the feed that it comes from now."""
    return (
        PackageVersion.project == project,
        PackageVersion.package == package.slug,
        PackageVersion.feed == package.kind.value,
    )


def _known(session: Session, project: str, package: Package, version: str) -> PackageVersion | None:
    query = select(PackageVersion).where(*rows_of(project, package), PackageVersion.version == version)
    return session.scalars(query).first()


def view_of(row: PackageVersion) -> PackageView:
    """The same for people."""
    return PackageView(
        row.project, row.package, row.version, row.digest or "", row.size or 0, row.added_at, row.added_by
    )
