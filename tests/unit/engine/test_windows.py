"""Windows open and close by the clock on the wall, whatever repeats them and whatever the clocks do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.moments import Zone
from engine.domain.windows import Repeats, Window, occurrence, read_mark

VIENNA = Zone("Europe/Vienna", ZoneInfo("Europe/Vienna"))


def window(opens: str, closes: str, repeats: Repeats = Repeats.NEVER) -> Window:
    marks = read_mark(opens, repeats), read_mark(closes, repeats)
    assert marks[0] is not None
    assert marks[1] is not None
    return Window(marks[0], marks[1], repeats)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIENNA.info).astimezone(UTC)


CHRISTMAS = window("2026-12-23 18:00", "2026-12-27 08:00")
NIGHTS = window("22:00", "06:00", Repeats.DAILY)
LUNCH = window("12:00", "13:00", Repeats.DAILY)
WEEKENDS = window("Friday 18:00", "mon 06:00", Repeats.WEEKLY)
MONTH_END = window("last 00:00", "2 08:00", Repeats.MONTHLY)


@pytest.mark.parametrize(
    ("found", "at", "start", "end"),
    [
        (CHRISTMAS, "2026-12-24 12:00", "2026-12-23 18:00", "2026-12-27 08:00"),
        (CHRISTMAS, "2026-12-23 17:59", None, None),
        (CHRISTMAS, "2026-12-27 08:00", None, None),
        (CHRISTMAS, "2027-12-24 12:00", None, None),
        (NIGHTS, "2026-11-25 23:00", "2026-11-25 22:00", "2026-11-26 06:00"),
        (NIGHTS, "2026-11-26 05:59", "2026-11-25 22:00", "2026-11-26 06:00"),
        (NIGHTS, "2026-11-26 12:00", None, None),
        (LUNCH, "2026-11-26 12:30", "2026-11-26 12:00", "2026-11-26 13:00"),
        (LUNCH, "2026-11-26 11:30", None, None),
        (WEEKENDS, "2026-11-28 12:00", "2026-11-27 18:00", "2026-11-30 06:00"),
        (WEEKENDS, "2026-11-27 18:00", "2026-11-27 18:00", "2026-11-30 06:00"),
        (WEEKENDS, "2026-11-27 17:59", None, None),
        (WEEKENDS, "2026-11-25 12:00", None, None),
        (MONTH_END, "2026-12-01 12:00", "2026-11-30 00:00", "2026-12-02 08:00"),
        (MONTH_END, "2027-02-28 00:00", "2027-02-28 00:00", "2027-03-02 08:00"),
        (MONTH_END, "2026-12-02 08:00", None, None),
    ],
)
def test_a_window_is_open_from_its_mark_until_the_next_closing_one(
    found: Window, at: str, start: str | None, end: str | None
) -> None:
    expected = (local(start), local(end)) if start and end else None
    assert occurrence(found, VIENNA, local(at)) == expected


def test_across_the_changes_of_the_clocks_it_is_rather_longer() -> None:
    early = window("02:30", "03:30", Repeats.DAILY)
    spring = occurrence(early, VIENNA, datetime(2027, 3, 28, 1, 10, tzinfo=UTC))
    assert spring == (datetime(2027, 3, 28, 0, 30, tzinfo=UTC), datetime(2027, 3, 28, 1, 30, tzinfo=UTC))
    late = window("01:30", "02:30", Repeats.DAILY)
    autumn = occurrence(late, VIENNA, datetime(2026, 10, 25, 1, 10, tzinfo=UTC))
    assert autumn == (datetime(2026, 10, 24, 23, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "repeats"),
    [
        ("Friday 18:00", Repeats.DAILY),
        ("18:00", Repeats.WEEKLY),
        ("Fryday 18:00", Repeats.WEEKLY),
        ("31 18:00", Repeats.MONTHLY),
        ("0 18:00", Repeats.MONTHLY),
        ("2026-02-30 18:00", Repeats.NEVER),
        ("24:00", Repeats.DAILY),
        ("noon", Repeats.DAILY),
    ],
)
def test_what_is_no_mark_of_its_kind_is_not_read(text: str, repeats: Repeats) -> None:
    assert read_mark(text, repeats) is None


@given(
    st.sampled_from([NIGHTS, LUNCH, WEEKENDS, MONTH_END]),
    st.integers(0, 2 * 365 * 24 * 4),
    st.sampled_from(["Europe/Vienna", "America/New_York", "Australia/Lord_Howe", "UTC"]),
)
def test_an_open_window_holds_the_time_it_is_asked_for_and_is_the_same_all_along(
    found: Window, quarters: int, name: str
) -> None:
    zone = Zone(name, ZoneInfo(name))
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=15 * quarters)
    open_now = occurrence(found, zone, at)
    if open_now is not None:
        start, end = open_now
        assert start <= at < end
        assert occurrence(found, zone, start) == occurrence(found, zone, end - timedelta(minutes=1)) == open_now
