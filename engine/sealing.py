"""Seals what must be stored but not read by others: sensitive outputs, half-read log. Its key lies beside the rows."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken


class Sealer:
    """Encrypts and authenticates short texts with a key file (0600) that is made on first use."""

    def __init__(self, key_file: Path) -> None:
        self._fernet = Fernet(_key(key_file))

    def seal(self, text: str) -> str:
        """The sealed text, ASCII."""
        return self._fernet.encrypt(text.encode()).decode("ascii") if text else ""

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
