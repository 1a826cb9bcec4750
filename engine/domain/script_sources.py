"""What a script of a step uses beside its own text: packages of its project, and where its file comes from. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.domain.packages import Credentials, FeedKind, Package, package_from_json, package_to_json


@dataclass(frozen=True)
class PackageUse:
    """A package that lies beside the script under `name`: unpacked into a folder, else as the file that it is."""

    name: str
    package: str  # the slug
    is_unpacked: bool = True


@dataclass(frozen=True)
class FromPackage:
    """The script is a file of a package, which is unpacked where the script runs."""

    package: str  # the slug


@dataclass(frozen=True)
class FromGit:
    """The script is a file of a Git repository. Which commit `ref` is, a branch, a tag or a commit, is looked up when a
    release is made, and stays so in it.
    """

    url: str
    ref: str
    credentials: Credentials | None = None

    @property
    def package(self) -> str:
        """What stands for it among the packages of a release. No package of a project can be called that."""
        named = "\n".join((self.url, self.ref))
        return f"git:{hashlib.sha256(named.encode()).hexdigest()[:24]}"


Origin = FromPackage | FromGit


def to_json(uses: tuple[PackageUse, ...], origin: Origin | None) -> dict[str, Any]:
    """As a JSON-able dict; empty where a script uses nothing."""
    content: dict[str, Any] = {}
    if uses:
        content["packages"] = [[use.name, use.package, use.is_unpacked] for use in uses]
    if isinstance(origin, FromPackage):
        content["from_package"] = origin.package
    if isinstance(origin, FromGit):
        content["from_git"] = {**package_to_json(as_package(origin)), "ref": origin.ref}
    return content


def uses_from_json(content: Mapping[str, Any]) -> tuple[PackageUse, ...]:
    """The packages of what `to_json` made."""
    return tuple(PackageUse(*use) for use in content.get("packages", ()))


def origin_from_json(content: Mapping[str, Any]) -> Origin | None:
    """Where the script of what `to_json` made comes from; None: its text is frozen."""
    if "from_git" in content:
        package = package_from_json(content["from_git"])
        return FromGit(package.location, content["from_git"]["ref"], package.credentials)
    return FromPackage(content["from_package"]) if "from_package" in content else None


def packages_of(uses: tuple[PackageUse, ...], origin: Origin | None) -> Iterator[PackageUse]:
    """All that have to be on the machine. The script's own has no name, as in Octopus, and lies where it runs."""
    if origin:
        yield PackageUse("", origin.package)
    yield from uses


def repositories_of(scripts: Iterable[tuple[Origin | None, str]]) -> Iterator[tuple[Package, str]]:
    """Each repository that scripts come from, given with their paths in it: as what a release is made with, and its
    branch, tag or commit. The same one at the same branch is looked up once.
    """
    found: dict[str, tuple[Package, str]] = {}
    for origin, path in scripts:
        if isinstance(origin, FromGit):
            package, _ = found.get(origin.package, (as_package(origin), ""))
            found[origin.package] = replace(package, paths=tuple(dict.fromkeys((*package.paths, path)))), origin.ref
    yield from found.values()


def as_package(origin: FromGit) -> Package:
    """The repository as a package; its versions are branches, tags and commits."""
    return Package(origin.package, FeedKind.GIT, location=origin.url, credentials=origin.credentials)
