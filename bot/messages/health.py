"""What changed about the health of machines, told once in the channel: one message for each burst."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from bot.messages import blocks as b
from engine.services.health import Bulletin, Change
from engine.services.views import HealthState

SHOWN = 10
"""So many machines are told with their reason; more are counted."""

WORDS = {
    HealthState.HEALTHY: "healthy",
    HealthState.HAS_WARNINGS: "has warnings",
    HealthState.UNHEALTHY: "unhealthy",
    HealthState.UNAVAILABLE: "unavailable",
    HealthState.UNKNOWN: "not checked yet",
}
SIGNS = {
    HealthState.HEALTHY: "🟢",
    HealthState.HAS_WARNINGS: "🟡",
    HealthState.UNHEALTHY: "🔴",
    HealthState.UNAVAILABLE: "⚫",
    HealthState.UNKNOWN: "⚪",
}
_WORST = (HealthState.UNAVAILABLE, HealthState.UNHEALTHY, HealthState.HAS_WARNINGS, HealthState.HEALTHY)
_LONGEST_REASON = 300


def changed(bulletin: Bulletin) -> b.Message:
    """The machines and why, the worst first."""
    ordered = sorted(bulletin.changes, key=lambda change: (_WORST.index(change.state), change.machine))
    lines: list[list[b.Element]] = []
    for change in ordered[:SHOWN]:
        lines.append([b.text(f"{SIGNS[change.state]} "), b.bold(_sentence(change)), b.text(" "), b.date(change.at)])
        if change.state is not HealthState.HEALTHY:
            lines.append([b.text(b.shorten(change.why, _LONGEST_REASON))])
    if len(ordered) > SHOWN:
        lines.append([b.text(f"… and {len(ordered) - SHOWN:,} more")])
    return b.message(_summary(ordered), b.rich(*lines))


def _sentence(change: Change) -> str:
    is_back = change.state is HealthState.HEALTHY
    verb = "" if change.state is HealthState.HAS_WARNINGS else "is "
    return f"{change.machine} {verb}{WORDS[change.state]}{' again' if is_back else ''}"


def _summary(ordered: Sequence[Change]) -> str:
    """What a notification says."""
    if len(ordered) == 1:
        return f"{SIGNS[ordered[0].state]} {_sentence(ordered[0])}"
    counted = [(state, len(list(group))) for state, group in groupby(change.state for change in ordered)]
    parts = ", ".join(f"{number:,} {WORDS[state]}" for state, number in counted)
    return f"{SIGNS[ordered[0].state]} {len(ordered):,} machines changed: {parts}"
