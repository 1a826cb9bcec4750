"""Files that scripts gave to be kept: on the disk below the state folder, each once, under its SHA-256.

One with a secret inside is sealed, and its name says so. Which of them belong to what is told by rows. A file whose
bytes nobody refers to is removed by the pruning.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path
from typing import BinaryIO

from engine.sealing import Sealer

SEALED = ".sealed"
_UNFINISHED = ".part"


def folder_of(state: Path) -> Path:
    """Where they are, below the state folder."""
    return state / "artifacts"


def path_of(state: Path, digest: str, *, is_sealed: bool = False) -> Path:
    """Where the bytes with this SHA-256 are."""
    return folder_of(state) / digest[:2] / (f"{digest}{SEALED}" if is_sealed else digest)


class ArtifactWriter:
    """Writes one file beside its later place; nothing refers to it before `place`. Raises OSError."""

    def __init__(self, state: Path) -> None:
        self._state = state
        folder_of(state).mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path, self._file = self._begin()
        self._hash = hashlib.sha256()
        self._is_sealed = False
        self.size = 0

    @property
    def digest(self) -> str:
        """The SHA-256 of what was written so far, in hexadecimal."""
        return self._hash.hexdigest()

    def write(self, data: bytes) -> None:
        """Go on with this."""
        self._file.write(data)
        self._hash.update(data)
        self.size += len(data)

    def finish(self) -> None:
        """All of it is on the disk, durably."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def seal(self, sealer: Sealer) -> None:
        """From now on only who has the key can read it. To be called when all of it was written."""
        self._file.flush()
        plain, file = self._path, self._file
        self._path, self._file = self._begin()
        self._is_sealed = True
        try:
            sealer.seal_file(plain, self._file)
        finally:
            file.close()
            plain.unlink(missing_ok=True)

    def place(self) -> None:
        """Put it where its digest says. Within the transaction that writes the row: no pruning comes between."""
        place = path_of(self._state, self.digest, is_sealed=self._is_sealed)
        place.parent.mkdir(exist_ok=True, mode=0o700)
        self._path.replace(place)

    def discard(self) -> None:
        """Leave nothing of it."""
        self._file.close()
        self._path.unlink(missing_ok=True)

    def _begin(self) -> tuple[Path, BinaryIO]:
        path = folder_of(self._state) / f"{secrets.token_hex(8)}{_UNFINISHED}"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        return path, os.fdopen(descriptor, "wb")


def remove(state: Path, digest: str) -> None:
    """Remove these bytes. Within the transaction that has seen that nothing refers to them."""
    for is_sealed in (False, True):
        path_of(state, digest, is_sealed=is_sealed).unlink(missing_ok=True)


def clean_up(state: Path) -> None:
    """Remove what a process left that ended in the middle: there may be a secret in it. Only who serves may call it,
    before it begins.
    """
    for path in folder_of(state).glob(f"*{_UNFINISHED}"):
        path.unlink(missing_ok=True)
