"""Schedules fire by the clock on the wall, also on the two days of the year when that clock jumps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain import crons
from engine.domain.moments import Zone

VIENNA = Zone("Europe/Vienna", ZoneInfo("Europe/Vienna"))


def fires(expression: str, after: datetime, count: int) -> list[str]:
    found = []
    for _ in range(count):
        after = crons.next_after(expression, VIENNA, after)
        found.append(f"{after.astimezone(VIENNA.info):%m-%d %H:%M%z}")
    return found


@pytest.mark.parametrize(
    ("expression", "after", "expected"),
    [
        ("30 2 * * *", datetime(2026, 3, 28, 12, tzinfo=UTC), ["03-29 03:00+0200", "03-30 02:30+0200"]),
        ("30 2 * * *", datetime(2026, 10, 24, 12, tzinfo=UTC), ["10-25 02:30+0200", "10-26 02:30+0100"]),
        ("*/30 * * * *", datetime(2026, 10, 25, 0, 15, tzinfo=UTC),
         ["10-25 02:30+0200", "10-25 02:00+0100", "10-25 02:30+0100", "10-25 03:00+0100"]),
        ("0 8 * * 7", datetime(2026, 11, 25, tzinfo=UTC), ["11-29 08:00+0100", "12-06 08:00+0100"]),
        ("0 8 * * 1", datetime(2026, 11, 25, tzinfo=UTC), ["11-30 08:00+0100"]),
        ("0 8 1 * 1", datetime(2026, 11, 25, tzinfo=UTC), ["11-30 08:00+0100", "12-01 08:00+0100"]),
        ("0 22 L * *", datetime(2026, 11, 25, tzinfo=UTC), ["11-30 22:00+0100", "12-31 22:00+0100"]),
    ],
)  # fmt: skip
def test_it_fires_by_the_clock_on_the_wall(expression: str, after: datetime, expected: list[str]) -> None:
    assert fires(expression, after, len(expected)) == expected


@pytest.mark.parametrize(
    ("expression", "flaw"),
    [
        ("* * * *", "A schedule has five fields: minute, hour, day of the month, month, day of the week."),
        ("61 * * * *", "This cannot be a minute."),
        ("0 8 * * 9", "This cannot be a day-of-week."),
        ("0 8 31 2 *", "This cannot be a day-of-month."),
        ("30 2 * * 1-5", None),
    ],
)
def test_what_can_never_fire_is_said(expression: str, flaw: str | None) -> None:
    assert crons.flaw_of(expression) == flaw


@given(st.text(alphabet="0123456789*/-,LW# ", max_size=20))
def test_no_text_breaks_it(expression: str) -> None:
    assert crons.flaw_of(expression) is None or str(crons.flaw_of(expression)).endswith(".")


@given(st.integers(0, 2 * 365 * 24), st.sampled_from(["30 2 * * *", "*/20 * * * *", "0 */2 * * *", "15 1-3 * * 0"]))
def test_it_always_goes_forward_and_what_names_its_hour_fires_once_a_day(hours: int, expression: str) -> None:
    after = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
    found = crons.next_after(expression, VIENNA, after)
    assert found > after
    if expression == "30 2 * * *":
        days = {found.astimezone(VIENNA.info).date()}
        days.add(crons.next_after(expression, VIENNA, found).astimezone(VIENNA.info).date())
        assert len(days) == 2
