"""Seals what must be stored but not read by others: sensitive outputs, half-read log, files with secrets. Its key lies
beside the rows.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from cryptography.fernet import Fernet, InvalidToken

from engine.errors import ForedeckError

_PIECE = 1 << 20


class SealBroken(ForedeckError):
    """It was sealed with another key, or altered."""

    message = "{path} cannot be read with this key."
    hint_text = "Was seal.key exchanged? It belongs to the database beside it: bring both back from one backup."


class Sealer:
    """Encrypts and authenticates texts and files with a key file (0600) that is made on first use."""

    def __init__(self, key_file: Path) -> None:
        self._fernet = Fernet(_key(key_file))

    def seal(self, text: str) -> str:
        """The sealed text, ASCII."""
        return self._fernet.encrypt(text.encode()).decode("ascii") if text else ""

    def seal_file(self, source: Path, target: BinaryIO) -> None:
        """Write the content of this file sealed: pieces that each are a line. Raises OSError."""
        with source.open("rb") as file:
            while piece := file.read(_PIECE):
                target.write(self._fernet.encrypt(piece) + b"\n")

    def unseal_file(self, source: Path) -> Iterator[bytes]:
        """The content of what `seal_file` wrote. Raises OSError; SealBroken when it was another key, or altered."""
        with source.open("rb") as file:
            for line in file:
                try:
                    yield self._fernet.decrypt(line.rstrip(b"\n"))
                except InvalidToken:
                    raise SealBroken(path=source) from None

    def unseal(self, sealed: str) -> str | None:
        """The text, or None when it was sealed with another key or altered."""
        if not sealed:
            return ""
        try:
            return self._fernet.decrypt(sealed.encode("ascii")).decode()
        except (InvalidToken, ValueError):
            return None


def _key(key_file: Path) -> bytes:
    key_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not key_file.exists():
        # Written whole under a name of its own first: all who start at once must end up with one key.
        descriptor, temporary = tempfile.mkstemp(prefix=key_file.name, dir=key_file.parent)  # 0600
        with os.fdopen(descriptor, "wb") as file:
            file.write(Fernet.generate_key())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(temporary, key_file)
        except FileExistsError:
            pass
        finally:
            Path(temporary).unlink()
    return key_file.read_bytes()
