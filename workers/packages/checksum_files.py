"""Reads the SHA-256 in a file that lies beside a package, as `sha256sum` and others write it."""

from __future__ import annotations

import re

LARGEST_CHECKSUM_FILE = 4096
"""Bytes. What is larger is something else."""

_DIGEST = re.compile(rb"\b([0-9a-fA-F]{64})\b")


def digest_in(content: bytes) -> str | None:
    """The first one, in small letters; None when there is none, or too much for such a file."""
    found = _DIGEST.search(content) if len(content) <= LARGEST_CHECKSUM_FILE else None
    return found[1].decode().lower() if found else None
