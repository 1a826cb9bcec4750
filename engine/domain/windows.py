"""Windows of time that come once, daily, weekly or monthly, by the clock of a time zone. Pure.

Across changes of daylight-saving time a window is rather longer than shorter: a time that comes twice or never has two
readings, and it opens with the earlier and closes with the later one.
"""

from __future__ import annotations

import calendar
import enum
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from engine.domain.moments import Zone

LAST = 0
"""As a day of the month: its last."""

_DAYS = tuple(name.lower() for name in calendar.day_name)


class Repeats(enum.StrEnum):
    """How often a window comes."""

    NEVER = "never"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


@dataclass(frozen=True)
class Mark:
    """A point of a window: a time and, by the kind of window, a date, a weekday (Monday is 0), a day of the month."""

    clock: time
    day: date | int | None = None


@dataclass(frozen=True)
class Window:
    """From a mark until the next closing mark after it."""

    opens: Mark
    closes: Mark
    repeats: Repeats = Repeats.NEVER


def occurrence(window: Window, zone: Zone, at: datetime) -> tuple[datetime, datetime] | None:
    """The start and the end, in UTC, of the window that is open at this time; None when it is closed."""
    today = at.astimezone(zone.info).date()
    for day in _days(window.opens, window.repeats, today, back=True):
        start = _instant(day, window.opens.clock, zone, min)
        if start > at:
            continue
        end = _end(window, zone, day, start)
        return (start, end) if at < end else None
    return None


def read_mark(text: str, repeats: Repeats) -> Mark | None:  # noqa: PLR0911 - by kind
    """`2026-12-23 18:00`, `18:00`, `Friday 18:00`, `28 18:00` or `last 18:00`, by the kind of window; else None."""
    found = re.fullmatch(r"(?:(\S+) )?([0-2]?\d):([0-5]\d)", text.strip())
    if not found or int(found[2]) > 23:
        return None
    day, clock = (found[1] or "").lower(), time(int(found[2]), int(found[3]))
    if repeats is Repeats.DAILY:
        return Mark(clock) if not day else None
    if repeats is Repeats.WEEKLY:
        weekdays = {word: number for number, name in enumerate(_DAYS) for word in (name, name[:3])}
        return Mark(clock, weekdays[day]) if day in weekdays else None
    if repeats is Repeats.MONTHLY:
        if day == "last":
            return Mark(clock, LAST)
        return Mark(clock, int(day)) if day.isascii() and day.isdecimal() and 1 <= int(day) <= 28 else None
    try:
        return Mark(clock, date.fromisoformat(day))
    except ValueError:
        return None


def _end(window: Window, zone: Zone, opened: date, start: datetime) -> datetime:
    for day in _days(window.closes, window.repeats, opened, back=False):
        end = _instant(day, window.closes.clock, zone, max)
        if end > start:
            return end
    return start  # it closes before it opens: it is never open


def _days(mark: Mark, repeats: Repeats, near: date, *, back: bool) -> Iterator[date]:
    """The days of this mark from near this one on, backwards or forwards, enough of them to find one that counts."""
    if isinstance(mark.day, date):
        yield mark.day
        return
    reach = {Repeats.DAILY: 2, Repeats.WEEKLY: 9, Repeats.MONTHLY: 64, Repeats.NEVER: 0}[repeats]
    for offset in range(reach):
        day = near - timedelta(days=offset) if back else near + timedelta(days=offset)
        last = calendar.monthrange(day.year, day.month)[1]
        if (
            repeats is Repeats.DAILY
            or (repeats is Repeats.WEEKLY and day.weekday() == mark.day)
            or (repeats is Repeats.MONTHLY and day.day == (mark.day or last))
        ):
            yield day


def _instant(day: date, clock: time, zone: Zone, choose: Callable[[datetime, datetime], datetime]) -> datetime:
    naive = datetime.combine(day, clock)
    return choose(*(naive.replace(tzinfo=zone.info, fold=fold).astimezone(UTC) for fold in (0, 1)))
