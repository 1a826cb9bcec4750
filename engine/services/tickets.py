"""Tickets: the identity of a launch, made before it and stored with its row."""

from __future__ import annotations

import secrets


def new_ticket() -> str:
    """128 random bits as 32 hex digits: no two launches ever meet, not even of two installations on one machine."""
    return secrets.token_hex(16)
