"""Finds the points in time in our own sentences, as services spell them, so that Slack can show them by each reader's
clock. Anything else is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

_SPELLED = re.compile(r"[A-Z][a-z]{2} (\d{4}-\d{2}-\d{2} \d{2}:\d{2})([+-]\d{2}:\d{2})? \(([A-Za-z][\w+/-]{1,40})\)")


def parts(words: str) -> Iterator[str | tuple[datetime, str]]:
    """The text, and each point in time (in UTC) with the words that spelled it: `Mon 2026-11-30 22:00 (Europe/Vienna)`,
    as `Zone.spelled` writes it.
    """
    end = 0
    for found in _SPELLED.finditer(words):
        at = _read(*found.groups())
        if at is None:
            continue
        if found.start() > end:
            yield words[end : found.start()]
        yield at, found[0]
        end = found.end()
    if end < len(words):
        yield words[end:]


def _read(local: str, offset: str | None, zone: str) -> datetime | None:
    try:
        if offset:
            return datetime.fromisoformat(f"{local}{offset}").astimezone(UTC)
        return datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    except (ValueError, KeyError, OSError, OverflowError):
        return None
