"""Packages by their digest in one folder: a file is complete from first sight, and what has a name is never changed."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from workers.packages.formats import HEAD, Format, format_of, what_else

CHUNK = 1 << 20
LARGEST = 20 << 30
"""Bytes of a package. What is larger is taken for a stream that does not end."""


class NotAPackage(Exception):
    """What came cannot be kept: it is no archive, or too large. The text is a clause without a full stop."""


@dataclass(frozen=True)
class Stored:
    """A package that is kept."""

    digest: str
    size: int
    format: Format


class PackageStore:
    """The folder `packages` of the state folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, digest: str) -> Path:
        """Where the package with this digest is or would be."""
        return self._folder / digest[:2] / digest

    def has(self, digest: str) -> bool:
        """Is it there?"""
        return self.path(digest).is_file()

    def put(
        self, chunks: Iterable[bytes], expected: str = "", look: Callable[[Path], object] = lambda _path: None
    ) -> Stored:
        """Keep what these bytes are, if its digest is the expected one, where one is known, and if who may `look` at
        the whole before it is kept raises nothing.

        Raises NotAPackage, ChecksumWrong, OSError; then nothing is left behind.
        """
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, name = tempfile.mkstemp(dir=self._folder, prefix=".incoming-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                stored = _copy(chunks, file.write)
                if expected and stored.digest != expected:
                    raise ChecksumWrong(expected=expected, found=stored.digest)
                file.flush()
                os.fsync(file.fileno())
            look(Path(name))
            final = self.path(stored.digest)
            final.parent.mkdir(exist_ok=True, mode=0o700)
            Path(name).replace(final)
        finally:
            with contextlib.suppress(FileNotFoundError):
                Path(name).unlink()
        return stored

    def digests(self, before: float) -> list[str]:
        """Of those that were put there before this time (of the epoch)."""
        return [path.name for path in self._folder.glob("[0-9a-f][0-9a-f]/*") if path.stat().st_mtime < before]

    def remove(self, digest: str, unless_since: float) -> bool:
        """Remove this one, unless it was put there again since then; is it gone?"""
        path = self.path(digest)
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime >= unless_since:
                return False
            path.unlink()
        return True

    def clean_up(self) -> None:
        """Remove what a process left that ended in the middle. Only who serves may call it, before it begins."""
        for leftover in self._folder.glob(".incoming-*"):
            leftover.unlink(missing_ok=True)


class ChecksumWrong(NotAPackage):
    """The bytes are others than were promised."""

    def __init__(self, *, expected: str, found: str) -> None:
        super().__init__(f"its SHA-256 is {found[:12]}… and should be {expected[:12]}…")


def chunks_of(path: Path) -> Iterator[bytes]:
    """The content of a file. Raises OSError."""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def digest_of(path: Path) -> str:
    """The SHA-256 of a file. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def measure(chunks: Iterable[bytes]) -> Stored:
    """Digest, size and format of these bytes, which are kept nowhere. Raises NotAPackage."""
    return _copy(chunks, lambda _chunk: None)


def _copy(chunks: Iterable[bytes], write: Callable[[bytes], object]) -> Stored:
    hashed, size, head = hashlib.sha256(), 0, b""
    for chunk in chunks:
        if len(head) < HEAD:
            head = (head + chunk)[:HEAD]
            if len(head) == HEAD and format_of(head) is None:
                raise NotAPackage(what_else(head))
        size += len(chunk)
        if size > LARGEST:
            raise NotAPackage(f"it is larger than {LARGEST >> 30} GB")
        hashed.update(chunk)
        write(chunk)
    found = format_of(head)
    if found is None:
        raise NotAPackage(what_else(head))
    return Stored(hashed.hexdigest(), size, found)
