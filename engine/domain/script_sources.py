"""What a script of a step uses beside its own text: packages of its project, and where its file comes from. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


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


def to_json(uses: tuple[PackageUse, ...], origin: FromPackage | None) -> dict[str, Any]:
    """As a JSON-able dict; empty where a script uses nothing."""
    content: dict[str, Any] = {}
    if uses:
        content["packages"] = [[use.name, use.package, use.is_unpacked] for use in uses]
    if origin:
        content["from_package"] = origin.package
    return content


def uses_from_json(content: Mapping[str, Any]) -> tuple[PackageUse, ...]:
    """The packages of what `to_json` made."""
    return tuple(PackageUse(*use) for use in content.get("packages", ()))


def origin_from_json(content: Mapping[str, Any]) -> FromPackage | None:
    """Where the script of what `to_json` made comes from; None: its text is frozen."""
    return FromPackage(content["from_package"]) if "from_package" in content else None


def packages_of(uses: tuple[PackageUse, ...], origin: FromPackage | None) -> Iterator[PackageUse]:
    """All that have to be on the machine. The script's own has no name, as in Octopus, and lies in its folder."""
    if origin:
        yield PackageUse("", origin.package)
    yield from uses
