"""The files that a step brings along, frozen: named by the digest of what they hold, so that a release only says which.

The contents are kept elsewhere, each once. A folder's own digest is that of its list of files.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class FrozenFile:
    """A file of a frozen folder; `path` is relative to it, with `/` between its parts."""

    path: str
    digest: str
    executable: bool = False


@dataclass(frozen=True)
class FrozenFolder:
    """A folder, and the patterns of those of its files that variables are put into."""

    source: str  # its name in the project's folder
    digest: str  # of its list, which `listing_of` makes
    count: int  # of its files
    size: int  # of its files together, in bytes
    substitute_in_files: tuple[str, ...] = ()
    structured_values: tuple[str, ...] = ()


def digest_of(content: bytes) -> str:
    """The SHA-256, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def listing_of(files: Iterable[FrozenFile]) -> bytes:
    """The list of these files as a content of its own; the same files make the same list."""
    listed = [[file.path, file.digest, file.executable] for file in sorted(files, key=lambda file: file.path)]
    return json.dumps(listed, ensure_ascii=False, separators=(",", ":")).encode()


def files_in(listing: bytes) -> tuple[FrozenFile, ...]:
    """The inverse of `listing_of`."""
    return tuple(FrozenFile(path, digest, executable) for path, digest, executable in json.loads(listing))


def folder_to_json(folder: FrozenFolder | None) -> dict[str, Any] | None:
    """As a JSON-able dict."""
    if folder is None:
        return None
    return {
        "source": folder.source,
        "digest": folder.digest,
        "count": folder.count,
        "size": folder.size,
        "substitute_in_files": list(folder.substitute_in_files),
        "structured_values": list(folder.structured_values),
    }


def folder_from_json(content: Mapping[str, Any] | None) -> FrozenFolder | None:
    """The inverse of `folder_to_json`."""
    if content is None:
        return None
    return FrozenFolder(
        content["source"],
        content["digest"],
        content["count"],
        content["size"],
        tuple(content["substitute_in_files"]),
        tuple(content["structured_values"]),
    )
