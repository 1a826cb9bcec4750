"""Packages of a project: where each comes from, as the configuration says it. Pure."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.domain.variables import SecretReference, secret_reference_from_json, secret_reference_to_json

PLACEHOLDER = "{version}"


class FeedKind(enum.StrEnum):
    """Where a package comes from."""

    BUILT_IN = "built-in"  # pushed with `foredeck package push`
    FOLDER = "folder"  # files in a folder of the bot's machine
    URL = "url"  # an address for each version
    S3 = "s3"  # a bucket that speaks S3
    GIT = "git"  # no package of a project, but a repository that scripts come from; its version is a branch or tag


@dataclass(frozen=True)
class Credentials:
    """How a feed is asked: with a token alone, or with a name and its password. Where they are kept, never they."""

    secret: SecretReference
    username: str = ""  # empty: the secret is a token


@dataclass(frozen=True)
class Package:
    """A package of a project.

    `location`: the folder, the address with `{version}` in it, or the server's address and the bucket. `file`: of a
    folder or bucket, the name with `{version}`.
    `checksums`: of an address, the SHA-256 by version; a version that is not there has its own beside it (`.sha256`).
    """

    slug: str
    kind: FeedKind
    location: str = ""
    file: str = ""
    checksums: Mapping[str, str] = field(default_factory=dict)
    credentials: Credentials | None = None
    paths: tuple[str, ...] = ()  # of a repository: the scripts that are meant
    on_machine: bool = False  # of an address: machines fetch it themselves
    region: str = ""  # of a bucket; empty: as it says itself


def package_to_json(package: Package) -> dict[str, Any]:
    """As a JSON-able dict."""
    known = package.credentials
    return {
        "slug": package.slug,
        "kind": package.kind.value,
        "location": package.location,
        "file": package.file,
        "checksums": dict(package.checksums),
        "credentials": known and {"secret": secret_reference_to_json(known.secret), "username": known.username},
        **({"paths": list(package.paths)} if package.paths else {}),
        **({"on_machine": True} if package.on_machine else {}),
        **({"region": package.region} if package.region else {}),
    }


def package_from_json(content: Mapping[str, Any]) -> Package:
    """The inverse of `package_to_json`."""
    known = content["credentials"]
    return Package(
        slug=content["slug"],
        kind=FeedKind(content["kind"]),
        location=content["location"],
        file=content["file"],
        checksums=content["checksums"],
        credentials=known and Credentials(secret_reference_from_json(known["secret"]), known["username"]),
        paths=tuple(content.get("paths", ())),
        on_machine=content.get("on_machine", False),
        region=content.get("region", ""),
    )
