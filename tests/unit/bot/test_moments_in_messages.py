"""One clock in a chat: what a service spells with its zone is shown by Slack, by the clock of whoever reads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messages import answers, moments
from bot.messages import blocks as b
from engine.domain.moments import Zone
from engine.services.errors import TakenBySomebodyElse

ZONES = ("UTC", "Europe/Vienna", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe", "Etc/GMT+5")
VIENNA = Zone("Europe/Vienna", ZoneInfo("Europe/Vienna"))


@given(st.integers(0, 60 * 24 * 3_660), st.sampled_from(ZONES))
def test_whatever_a_service_spells_is_found_again(minutes: int, name: str) -> None:
    at = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    spelled = Zone(name, ZoneInfo(name)).spelled(at)
    assert list(moments.parts(f"Since {spelled}; it ends.")) == ["Since ", (at, spelled), "; it ends."]


def test_the_hour_that_comes_twice_says_which() -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert VIENNA.spelled(first) == "Sun 2026-10-25 02:30+02:00 (Europe/Vienna)"
    assert VIENNA.spelled(first + timedelta(hours=1)) == "Sun 2026-10-25 02:30+01:00 (Europe/Vienna)"


@pytest.mark.parametrize(
    "words",
    ["2026-11-30 22:00", "Mon 2026-13-30 22:00 (UTC)", "Mon 2026-11-30 22:00 (Nowhere/Atall)", "Mon 2026-11-30 (UTC)"],
)
def test_what_is_no_spelled_moment_stays_text(words: str) -> None:
    assert list(moments.parts(words)) == [words]


def test_a_refusal_shows_its_moments_as_dates_and_its_notification_names_the_zone() -> None:
    at = datetime(2026, 11, 30, 21, 0, tzinfo=UTC)
    shown = answers.refused(TakenBySomebodyElse(by="ben", since=VIENNA.spelled(at), number=17))
    assert "since Mon 2026-11-30 22:00 (Europe/Vienna)" in shown.text
    elements = shown.blocks[0]["elements"][0]["elements"]
    assert [element["timestamp"] for element in elements if element["type"] == "date"] == [int(at.timestamp())]
    assert not any("Vienna" in str(element.get("text")) for element in elements)


def test_code_in_a_sentence_is_never_turned_into_a_date() -> None:
    spelled = VIENNA.spelled(datetime(2026, 11, 30, 21, 0, tzinfo=UTC))
    assert b.sentence(f"Type `at {spelled}`") == [b.text("Type "), b.code(f"at {spelled}")]
