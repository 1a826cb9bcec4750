"""Looks into a folder of packages: which versions it has, and what they are."""

from __future__ import annotations

import re
from pathlib import Path

from engine.package_contracts import Answer, Found, NotThere, Unanswered, Wanted
from workers.packages.checksum_files import LARGEST_CHECKSUM_FILE, digest_in
from workers.packages.store import NotAPackage, chunks_of, measure

PLACEHOLDER = "{version}"
_MOST = 10_000


def find(wanted: Wanted) -> Answer:
    """Is it there? Reads all of it, for its digest, which a `.sha256` beside it must agree with."""
    path = path_of(wanted)
    try:
        if not path.is_file():
            return _not_there(wanted)
        stored = measure(chunks_of(path))
        beside = path.with_name(f"{path.name}.sha256")
        promised = _read_checksum(beside) if beside.is_file() else stored.digest
    except NotAPackage as error:
        return NotThere(f"{path} cannot be used: {error}")
    except OSError as error:
        return Unanswered(f"{path} cannot be read: {(error.strerror or 'no reason given').lower()}")
    if promised is None:
        return NotThere(f"{beside} is there, but that is no SHA-256")
    if promised != stored.digest:
        return NotThere(f"{path} is not what {beside.name} promises: its SHA-256 is {stored.digest[:12]}…")
    return Found(stored.digest, stored.size, stored.format.value)


def _read_checksum(path: Path) -> str | None:
    with path.open("rb") as file:
        return digest_in(file.read(LARGEST_CHECKSUM_FILE + 1))


def _not_there(wanted: Wanted) -> Answer:
    if not Path(wanted.location).is_dir():
        return Unanswered(f"there is no folder {wanted.location} on the bot's machine")
    return NotThere(f"the folder {wanted.location} has no {wanted.package} {wanted.version}")


def versions(wanted: Wanted) -> tuple[str, ...]:
    """The versions whose files are there; none when the folder cannot be read."""
    before, _, after = (re.escape(part) for part in wanted.file.partition(PLACEHOLDER))
    made_so = re.compile(f"{before}([0-9A-Za-z][0-9A-Za-z.+_-]*){after.replace(re.escape(PLACEHOLDER), '.+')}\\Z")
    try:
        names = {entry.name for entry, _ in zip(Path(wanted.location).iterdir(), range(_MOST), strict=False)}
    except OSError:
        return ()
    found = [match[1] for name in names if (match := made_so.match(name))]
    return tuple(version for version in found if wanted.file.replace(PLACEHOLDER, version) in names)


def path_of(wanted: Wanted) -> Path:
    """The file of this version. A version has no slash, so that it leads nowhere else."""
    return Path(wanted.location) / wanted.file.replace(PLACEHOLDER, wanted.version)
