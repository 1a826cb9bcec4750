"""The time, as everything here takes it: in UTC, with its zone. Passed in where it is used; tests can set it."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The current time."""
    return datetime.now(UTC)
