"""Reading dates as .NET's DateTime and DateTimeOffset do under the invariant culture; local time is UTC."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from engine.domain.templates.dotnet.moments import Kind, Moment

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_LONGEST = 100
_LAST_SHORT_YEAR = 49
_LARGEST_OFFSET = timedelta(hours=14)

_MONTH = "(?P<name>" + "|".join(f"{month}|{month[:3]}" for month in MONTHS) + r")\.?"
_DAY_NAME = "(?P<weekday>" + "|".join(f"{day}|{day[:3]}" for day in DAYS) + ")"
_GAP = r"[\s,./-]+"
_DATES = tuple(
    re.compile(rf"\s*(?:{_DAY_NAME}[\s,.]+)?{pattern}", re.IGNORECASE | re.ASCII)
    for pattern in (
        r"(?P<year>\d{4})\s*[-/.]\s*(?P<month>\d{1,2})\s*[-/.]\s*(?P<day>\d{1,2})(?!\d)",
        r"(?P<month>\d{1,2})\s*[-/.]\s*(?P<day>\d{1,2})\s*[-/.]\s*(?P<year>\d{4}|\d{2})(?!\d)",
        rf"(?P<day>\d{{1,2}})[\s,./-]*{_MONTH}{_GAP}(?P<year>\d{{4}}|\d{{2}})(?![\d:])",
        rf"{_MONTH}{_GAP}(?P<day>\d{{1,2}}){_GAP}(?P<year>\d{{4}}|\d{{2}})(?![\d:])",
        rf"(?P<year>\d{{4}}){_GAP}{_MONTH}{_GAP}(?P<day>\d{{1,2}})(?![\d:])",
        r"(?P<year>\d{4})\s*[-/.]\s*(?P<month>\d{1,2})(?![\d:])",
        rf"{_MONTH}{_GAP}(?P<year>\d{{4}})(?!\d)",
    )
)
_TIME = re.compile(
    r"(?P<hour>\d{1,2})(?::(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})(?:\.(?P<fraction>\d+))?)?|(?=\s*[ap]m?\b))"
    r"\s*(?P<half>[ap]m?\b)?",
    re.IGNORECASE | re.ASCII,
)
_ZONE = re.compile(r"\s*(?:(?P<utc>z|gmt|utc)|(?P<sign>[+-])(?P<hours>\d{1,2}):?(?P<minutes>\d{2})?)", re.IGNORECASE)


def read_date(text: str, *, keeps_offset: bool) -> Moment | None:
    """The DateTimeOffset (`keeps_offset`) or DateTime that `text` is, or None.

    Without an offset in the text it is local time; with one, a DateTime is converted to local time.
    """
    if len(text) > _LONGEST:
        return None
    for pattern in _DATES:
        found = pattern.match(text)
        if found is not None:
            try:
                return _read(found, text, keeps_offset)
            except (ValueError, OverflowError):
                return None
    return None


def _read(date: re.Match[str], text: str, keeps_offset: bool) -> Moment | None:
    day = _day(date.groupdict())
    rest = text[date.end() :]
    if rest[:1] in ("T", "t") or rest[:1].isspace() or rest[:1] == ",":
        rest = rest[1:].lstrip()
    elif rest and _ZONE.fullmatch(rest.rstrip()) is None:
        return None
    time = _TIME.match(rest)
    ticks = 0
    if time is not None:
        rest = rest[time.end() :]
        hours, ticks = _time(time)
        day += hours
    zone = _ZONE.match(rest)
    if (rest[zone.end() :] if zone else rest).strip():
        return None
    if date.groupdict().get("weekday") and DAYS[day.weekday()][:3].lower() != date["weekday"][:3].lower():
        return None
    return _placed(day, ticks, zone, keeps_offset)


def _day(parts: dict[str, str]) -> datetime:
    year = int(parts["year"])
    if len(parts["year"]) <= 2:
        year += 2000 if year <= _LAST_SHORT_YEAR else 1900
    if "name" in parts:
        month = [name[:3].lower() for name in MONTHS].index(parts["name"][:3].lower()) + 1
    else:
        month = int(parts["month"])
    return datetime(year, month, int(parts.get("day") or 1))  # noqa: DTZ001 - the zone is kept beside it


def _time(found: re.Match[str]) -> tuple[timedelta, int]:
    hour, minute, second = int(found["hour"]), int(found["minute"] or 0), int(found["second"] or 0)
    if found["half"]:
        if not 0 <= hour <= 12:
            raise ValueError(hour)
        hour = hour % 12 + (12 if found["half"][0] in "pP" else 0)
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError(found.group())
    fraction = round(int((found["fraction"] or "0").ljust(8, "0")[:8]) / 10)
    microseconds, ticks = divmod(fraction, 10)
    return timedelta(hours=hour, minutes=minute, seconds=second, microseconds=microseconds), ticks


def _placed(clock: datetime, ticks: int, zone: re.Match[str] | None, keeps_offset: bool) -> Moment:
    offset = timedelta(0)
    if zone is not None and not zone["utc"]:
        offset = timedelta(hours=int(zone["hours"]), minutes=int(zone["minutes"] or 0))
        offset = -offset if zone["sign"] == "-" else offset
        if abs(offset) > _LARGEST_OFFSET:
            raise ValueError(zone.group())
    if keeps_offset:
        return Moment(clock, ticks, offset, Kind.OFFSET)
    if zone is None:
        return Moment(clock, ticks, offset, Kind.UNSPECIFIED)
    return Moment(clock - offset, ticks, timedelta(0), Kind.LOCAL)
