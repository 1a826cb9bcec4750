"""Times are read as people mean them, in their time zone; what no clock shows, or shows twice, is asked back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.moments import Unclear, Zone, minute_from, read

VIENNA = Zone("Europe/Vienna", ZoneInfo("Europe/Vienna"))
NOW = datetime(2026, 11, 25, 14, 30, tzinfo=UTC)
"""A Wednesday, 15:30 in Vienna."""


@pytest.mark.parametrize(
    ("words", "local"),
    [
        ("22:00", "2026-11-25 22:00"),
        ("at 22:00", "2026-11-25 22:00"),
        ("today 22:00", "2026-11-25 22:00"),
        ("22:00 today", "2026-11-25 22:00"),
        ("10pm", "2026-11-25 22:00"),
        ("9:30pm", "2026-11-25 21:30"),
        ("tomorrow 06:30", "2026-11-26 06:30"),
        ("tomorrow at 6:30", "2026-11-26 06:30"),
        ("tomorrow noon", "2026-11-26 12:00"),
        ("tomorrow 12am", "2026-11-26 00:00"),
        ("2026-11-30 22:00", "2026-11-30 22:00"),
        ("2026-11-30T22:00", "2026-11-30 22:00"),
        ("2026-11-30, 22:00", "2026-11-30 22:00"),
        ("Monday 08:00", "2026-11-30 08:00"),
        ("on next mon at 8:00", "2026-11-30 08:00"),
        ("wednesday 16:00", "2026-11-25 16:00"),
        ("wednesday 15:00", "2026-12-02 15:00"),
        ("in 2h", "2026-11-25 17:30"),
        ("in 2 hours", "2026-11-25 17:30"),
        ("in an hour", "2026-11-25 16:30"),
        ("in 1h 30m", "2026-11-25 17:00"),
        ("in 1h30m", "2026-11-25 17:00"),
        ("in 90 minutes", "2026-11-25 17:00"),
        ("in 2 days and 1 hour", "2026-11-27 16:30"),
        ("in 1w", "2026-12-02 15:30"),
        ("90m", "2026-11-25 17:00"),
        ("1h 30m", "2026-11-25 17:00"),
        ("2 hours", "2026-11-25 17:30"),
        ("3d", "2026-11-28 15:30"),
        ("22:00 UTC", "2026-11-25 23:00"),
        ("2026-11-25 22:00+03:00", "2026-11-25 20:00"),
        ("2026-11-25T22:00Z", "2026-11-25 23:00"),
    ],
)
def test_it_is_read_in_the_time_zone_of_the_person(words: str, local: str) -> None:
    found = read(words, NOW, VIENNA)
    assert isinstance(found, datetime), found
    assert f"{found.astimezone(VIENNA.info):%Y-%m-%d %H:%M}" == local
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    ("words", "sentence", "ways"),
    [
        ("15:00", "15:00 has passed today in Europe/Vienna.", ("tomorrow 15:00",)),
        ("2026-11-20 22:00", "2026-11-20 22:00 has passed in Europe/Vienna.", ()),
        ("22", "I cannot read “22” as a time.", ("22:00",)),
        ("25:00", "I cannot read “25:00” as a time.", ("22:00", "tomorrow 06:30", "2026-11-30 22:00", "in 2h")),
        ("Monday", "Say at what time: “Monday” is a whole day.", ("Monday 08:00",)),
        ("2026-02-30 22:00", "I cannot read “2026-02-30 22:00” as a time.",
         ("22:00", "tomorrow 06:30", "2026-11-30 22:00", "in 2h")),
        ("22h", "“22h” may be a time of the day, or a length of time.", ("22:00", "in 22h")),
        ("in a while", "I cannot read “in a while” as a time.", ("in 30m", "in 2h", "in 1d")),
        ("in 0m", "That is now.", ("in 30m",)),
        ("22:00 23:00", "I cannot read “22:00 23:00” as a time.",
         ("22:00", "tomorrow 06:30", "2026-11-30 22:00", "in 2h")),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_answered_with_what_could(words: str, sentence: str, ways: tuple[str, ...]) -> None:
    assert read(words, NOW, VIENNA) == Unclear(sentence, ways)


def test_a_time_that_comes_twice_is_refused_with_both_readings_and_each_of_them_can_be_typed() -> None:
    before = datetime(2026, 10, 24, 12, tzinfo=UTC)
    twice = read("tomorrow 02:30", before, VIENNA)
    assert twice == Unclear(
        "02:30 comes twice on 2026-10-25 in Europe/Vienna: the clocks go back.",
        ("2026-10-25 02:30+02:00", "2026-10-25 02:30+01:00"),
    )
    assert isinstance(twice, Unclear)
    first, second = (read(way, before, VIENNA) for way in twice.ways)
    assert (first, second) == (
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    )


def test_a_time_that_does_not_exist_is_refused_with_the_two_beside_it() -> None:
    before = datetime(2027, 3, 27, 12, tzinfo=UTC)
    assert read("tomorrow 02:30", before, VIENNA) == Unclear(
        "02:30 does not exist on 2027-03-28 in Europe/Vienna: the clocks go forward over it.",
        ("2027-03-28 01:30", "2027-03-28 03:30"),
    )


def test_a_time_is_told_with_its_zone() -> None:
    assert VIENNA.spelled(NOW) == "Wed 2026-11-25 15:30 (Europe/Vienna)"


@given(st.text(max_size=60))
def test_no_text_at_all_breaks_the_reading_and_what_is_read_is_never_past(words: str) -> None:
    found = read(words, NOW, VIENNA)
    assert isinstance(found, Unclear) or found > NOW


_ZONES = st.sampled_from(["Europe/Vienna", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"])
_MOMENTS = st.integers(0, 2 * 365 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@given(_MOMENTS, _ZONES)
def test_a_moment_that_is_typed_as_a_clock_shows_it_is_that_moment_or_is_asked_back(at: datetime, name: str) -> None:
    zone = Zone(name, ZoneInfo(name))
    typed = f"{at.astimezone(zone.info):%Y-%m-%d %H:%M}"
    found = read(typed, at - timedelta(hours=3), zone)
    if isinstance(found, Unclear):
        assert at in [read(way, at - timedelta(hours=3), zone) for way in found.ways]
    else:
        assert found == at


def test_what_is_offered_to_be_typed_is_never_before_the_moment_and_means_it() -> None:
    end = datetime(2026, 11, 30, 7, 0, 17, 5, tzinfo=UTC)
    opens = minute_from(end)
    assert opens == datetime(2026, 11, 30, 7, 1, tzinfo=UTC)
    assert minute_from(opens) == opens
    assert VIENNA.typed(opens) == "2026-11-30 08:01"
    twice = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert VIENNA.typed(twice) == "2026-10-25 02:30+01:00"
    for moment in (opens, twice):
        assert read(VIENNA.typed(moment), datetime(2026, 10, 1, tzinfo=UTC), VIENNA) == moment
