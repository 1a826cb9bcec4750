"""What people see of an emergency: the rules in its way, and what became of the look at it afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class PassedRule:
    """A rule that an emergency passes over. `key` is the same as long as it is the same rule."""

    key: str
    text: str  # e.g. "production is frozen by ben because release week, until Monday 30 Nov, 08:00 (UTC)"


@dataclass(frozen=True)
class EmergencyView:
    """A deployment that passed rules over. `eligible`: everybody who may acknowledge it now."""

    task: int
    project: str
    version: str
    environment: str
    person: str
    reason: str
    passed: tuple[str, ...]
    declared_at: datetime
    nags: int
    eligible: tuple[str, ...]
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    note: str = ""
    subject: str = ""  # what went where, by name


def unseen(rules: Iterable[PassedRule], seen: Iterable[str]) -> tuple[PassedRule, ...]:
    """Those that were not shown before."""
    known = frozenset(seen)
    return tuple(rule for rule in rules if rule.key not in known)
