"""What changed about the health of machines, told once in the channel: one message for each burst."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from bot.messages import blocks as b
from bot.messages.wording import capitalised, few
from engine.services.health import Bulletin, Change
from engine.services.host_keys import Trust
from engine.services.machine_use import Disabled
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
    HealthState.UNAVAILABLE: "🔌",
    HealthState.UNKNOWN: "❔",
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
            lines.append([b.text(b.shorten(in_short(change.machine, change.why), _LONGEST_REASON))])
    if len(ordered) > SHOWN:
        lines.append([b.text(f"… and {len(ordered) - SHOWN:,} more")])
    return b.message(_summary(ordered), b.rich(*lines))


def in_short(machine: str, why: str) -> str:
    """The first sentence, without the name that stands before it already, nor the way out."""
    words = " ".join(why.split()).replace("`", "")
    rest = re.sub(rf"\A{re.escape(machine)} (?:\([^)]*\) )?", "", words)
    return capitalised(re.split(r"(?<=[a-z)])\. (?=[A-Z])", rest, maxsplit=1)[0].rstrip("."))


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


def disabled(told: Disabled) -> b.Message:
    """Machines were taken out of use; and those that are back are named."""
    out = [machine for machine in told.machines if machine not in told.back]
    what = few(told.machines)
    are = "is" if len(told.machines) == 1 else "are"
    if not out:
        by = f" by {told.back_by}" if told.back_by else ": the time is over"
        words = f"🔧 {what} {are} in use again{by}"
        when = [b.text(" "), b.date(told.back_at)] if told.back_at else []
        was = [b.text(f"{told.by} had disabled {'it' if len(told.machines) == 1 else 'them'} "), *_why(told)]
        return b.message(words, b.rich([b.bold(words), *when], was))
    words = f"🔧 {what} {are} disabled by {told.by}"
    until = [b.text(", until "), b.date(told.until)] if told.until else []
    back = [[b.text(f"In use again: {few(told.back)}.")]] if told.back else []
    way_out = [b.text("Nothing begins there; what runs goes on. It ends with "), b.code(_typed_end(out)), b.text(".")]
    since = [b.text(" since "), b.date(told.since)]
    return b.message(words, b.rich([b.bold(words), *since, *until], _why(told), *back, way_out))


def trusted(told: Trust) -> b.Message:
    """Somebody trusts a new host key: whoever knows that nobody set the machine up anew should hear of it."""
    words = f"🔑 {told.by} trusts a new host key of {told.machine}"
    return b.message(
        words,
        b.rich(
            [b.bold(words), b.text(" "), b.date(told.at)],
            [b.text(f"because {b.shorten(told.reason, _LONGEST_REASON)}")],
            [b.text("New: "), b.code(told.fingerprint)],
            [b.text("Until now: "), b.code(told.before)],
        ),
    )


def _why(told: Disabled) -> list[b.Element]:
    return [b.text(f"because {b.shorten(told.reason, _LONGEST_REASON)}")]


def _typed_end(out: Sequence[str]) -> str:
    return f"/workers enable {','.join(out) if len(out) <= 3 else out[0]}"
