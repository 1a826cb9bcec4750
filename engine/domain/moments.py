"""Points in time as people say them: `22:00`, `tomorrow 06:30`, `2026-11-30 22:00`, `Monday 8:00`, `in 2h`.

Pure: the time zone is brought along. What a clock never shows, or shows twice, is refused with what may be meant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_SPAN = re.compile(r"(\d{1,6}|\ban?)\s*(?:(s|m|h|d|w)|(sec|min|hr|day|week|second|minute|hour)s?)(?![a-z])")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})\Z")
_AM_PM = re.compile(r"(\d{1,2})(?::(\d{2}))?(am|pm)\Z")
_ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})\Z")
_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})\Z")
_FILLERS = frozenset({"at", "on", "the", "next", "o'clock", "this"})
_EXAMPLES = ("22:00", "tomorrow 06:30", "2026-11-30 22:00", "in 2h")


@dataclass(frozen=True)
class Unclear:
    """Why it cannot be read as one point in time, and what may be meant, ready to be typed instead."""

    sentence: str
    ways: tuple[str, ...] = ()


@dataclass(frozen=True)
class Zone:
    """Where the clock hangs."""

    name: str  # of the IANA database
    info: tzinfo

    def spelled(self, at: datetime) -> str:
        """`Mon 2026-11-30 22:00 (Europe/Vienna)`; with its offset where the clocks show it twice."""
        return f"{_day_name(at.astimezone(self.info))} {self.typed(at)} ({self.name})"

    def typed(self, at: datetime) -> str:
        """`2026-11-30 22:00`, as it is typed there; with its offset where the clocks show it twice."""
        local = at.astimezone(self.info)
        shown = f"{local:%Y-%m-%d %H:%M}"
        return (
            shown
            if local.replace(fold=0).utcoffset() == local.replace(fold=1).utcoffset()
            else f"{shown}{_offset(at, self)}"
        )


def minute_from(at: datetime) -> datetime:
    """The first whole minute that is not before this: what people type has no seconds."""
    return at if not (at.second or at.microsecond) else at.replace(second=0, microsecond=0) + timedelta(minutes=1)


def read(words: str, now: datetime, zone: Zone) -> datetime | Unclear:
    """The point in time, in UTC; always later than `now` (which is in UTC, too)."""
    tokens = [token for token in re.split(r"[\s,]+", words.strip().lower()) if token]
    if tokens[:1] == ["in"]:
        return _after(" ".join(tokens[1:]), words, now)
    if tokens and not _SPAN.sub("", " ".join(tokens)).strip():  # `until 90m` is `until in 90m`
        return _without_in(" ".join(tokens), words, now)
    tokens = [part for token in tokens for part in _split(token) if part not in _FILLERS]
    tokens, fixed = _without_offset(tokens)
    where = Zone(zone.name, fixed) if fixed else zone
    clocks = [(token, clock) for token in tokens if (clock := _clock(token)) is not None]
    days = [token for token in tokens if _clock(token) is None]
    if len(clocks) != 1 or len(days) > 1:
        return _unreadable(words, days, is_whole_day=not clocks)
    at_clock = clocks[0][1]
    today = now.astimezone(where.info).date()
    if not days:
        return _today_at(at_clock, today, now, where)
    day = _day(days[0], today)
    if day is None:
        return _unreadable(words, days)
    if days[0] in _weekdays() and datetime.combine(day, at_clock) <= now.astimezone(where.info).replace(tzinfo=None):
        day += timedelta(days=7)
    return _moment(day, at_clock, now, where)


def localized(day: date, clock: time, zone: Zone) -> datetime | Unclear:
    """This local time in UTC, if the clocks there show it exactly once on that day."""
    naive = datetime.combine(day, clock)
    first, second = (naive.replace(tzinfo=zone.info, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first == second:
        return first
    shown = f"{clock:%H:%M}"
    if first.astimezone(zone.info).replace(tzinfo=None) != naive:
        ways = tuple(f"{at.astimezone(zone.info):%Y-%m-%d %H:%M}" for at in sorted((first, second)))
        return Unclear(f"{shown} does not exist on {day} in {zone.name}: the clocks go forward over it.", ways)
    ways = tuple(f"{naive:%Y-%m-%d %H:%M}{_offset(at, zone)}" for at in (first, second))
    return Unclear(f"{shown} comes twice on {day} in {zone.name}: the clocks go back.", ways)


def _moment(day: date, clock: time, now: datetime, zone: Zone) -> datetime | Unclear:
    found = localized(day, clock, zone)
    if isinstance(found, datetime) and found <= now:
        return Unclear(f"{day} {clock:%H:%M} has passed in {zone.name}.")
    return found


def _today_at(clock: time, today: date, now: datetime, zone: Zone) -> datetime | Unclear:
    found = localized(today, clock, zone)
    if isinstance(found, datetime) and found <= now:
        return Unclear(f"{clock:%H:%M} has passed today in {zone.name}.", (f"tomorrow {clock:%H:%M}",))
    return found


def _without_in(span: str, words: str, now: datetime) -> datetime | Unclear:
    hours = re.fullmatch(r"(\d{1,2})h", span)
    if hours and int(hours[1]) < 24:
        ways = (f"{int(hours[1]):02}:00", f"in {int(hours[1])}h")
        return Unclear(f"“{words}” may be a time of the day, or a length of time.", ways)
    return _after(span, words, now)


def _after(span: str, words: str, now: datetime) -> datetime | Unclear:
    span = re.sub(r"\band\b", " ", span)
    found = list(_SPAN.finditer(span))
    rest = _SPAN.sub("", span).strip()
    if not found or rest:
        return Unclear(f"I cannot read “{words}” as a time.", ("in 30m", "in 2h", "in 1d"))
    amounts = (1 if match[1].startswith("a") else int(match[1]) for match in found)
    seconds = sum(amount * _UNITS[(match[2] or match[3])[0]] for amount, match in zip(amounts, found, strict=True))
    if seconds > _UNITS["d"] * 3_660:
        return Unclear(f"“{words}” is too far away.", ("in 30d",))
    return now + timedelta(seconds=seconds) if seconds else Unclear("That is now.", ("in 30m",))


def _unreadable(words: str, days: list[str], *, is_whole_day: bool = False) -> Unclear:
    numbers = [day for day in days if day.isdecimal() and int(day) < 24]
    if numbers:
        return Unclear(f"I cannot read “{words}” as a time.", (f"{int(numbers[0]):02}:00",))
    if is_whole_day and len(days) == 1 and _day(days[0], date.min + timedelta(days=9)) is not None:
        return Unclear(f"Say at what time: “{words}” is a whole day.", (f"{days[0].capitalize()} 08:00",))
    return Unclear(f"I cannot read “{words}” as a time.", _EXAMPLES)


def _split(token: str) -> list[str]:
    """`2026-11-30T22:00+01:00` in its parts; `22:00z`, too."""
    found = re.fullmatch(r"(\d{4}-\d{1,2}-\d{1,2}t)?(\d{1,2}:\d{2})(:\d{2})?(z|[+-]\d{2}:?\d{2})?", token)
    if not found:
        return [token]
    return [part for part in ((found[1] or "").rstrip("t"), found[2], found[4] or "") if part]


def _without_offset(tokens: list[str]) -> tuple[list[str], tzinfo | None]:
    for index, token in enumerate(tokens):
        if token in {"z", "utc", "gmt"}:
            return tokens[:index] + tokens[index + 1 :], UTC
        if found := _OFFSET.match(token):
            span = timedelta(hours=int(found[2]), minutes=int(found[3]))
            if span < timedelta(hours=24):
                fixed = timezone(-span if found[1] == "-" else span)
                return tokens[:index] + tokens[index + 1 :], fixed
    return tokens, None


def _clock(token: str) -> time | None:
    if token == "noon":  # noqa: S105 - a word, no password
        return time(12)
    hour, minute, half = -1, 0, ""
    if found := _CLOCK.match(token):
        hour, minute = int(found[1]), int(found[2])
    elif found := _AM_PM.match(token):
        hour, minute, half = int(found[1]), int(found[2] or 0), found[3]
    if half and not 1 <= hour <= 12:
        return None
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return time(hour, minute) if 0 <= hour <= 23 and 0 <= minute <= 59 else None


def _day(word: str, today: date) -> date | None:
    if word in {"today", "tonight"}:
        return today
    if word == "tomorrow":
        return today + timedelta(days=1)
    weekday = _weekdays().get(word)
    if weekday is not None:
        return today + timedelta(days=(weekday - today.weekday()) % 7)
    found = _ISO_DATE.match(word)
    if not found:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def _weekdays() -> dict[str, int]:
    """Names and their first three letters, by the number that datetime gives them (Monday is 0)."""
    return {name: number for number, day in enumerate(_DAYS) for name in (day, day[:3])}


def _day_name(local: datetime) -> str:
    return _DAYS[local.weekday()][:3].capitalize()


def _offset(at: datetime, zone: Zone) -> str:
    shown = f"{at.astimezone(zone.info):%z}"
    return f"{shown[:3]}:{shown[3:]}"
