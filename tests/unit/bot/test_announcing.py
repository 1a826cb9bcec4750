"""The announcer's rules: Slack's pace, what its errors mean, how a long log becomes a file."""

from __future__ import annotations

import io
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.announcing import failures, uploads
from bot.announcing.failures import Meaning
from bot.announcing.paces import EDITS_PER_MINUTE, Pace


class Stopwatch:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def watch() -> Stopwatch:
    return Stopwatch()


@pytest.fixture
def pace(watch: Stopwatch) -> Pace:
    return Pace(watch)


def test_a_channel_gets_one_message_a_second_and_another_channel_its_own(pace: Pace, watch: Stopwatch) -> None:
    assert pace.take_post("one")
    assert not pace.take_post("one")
    assert pace.take_post("two")
    watch.now += 1.1
    assert pace.take_post("one")


def test_a_card_is_edited_at_most_every_three_seconds(pace: Pace, watch: Stopwatch) -> None:
    assert pace.take_edit("card:1", "c", is_card=True)
    watch.now += 2.9
    assert not pace.take_edit("card:1", "c", is_card=True)
    assert pace.seconds_to_next() == pytest.approx(0.1)
    watch.now += 0.2
    assert pace.take_edit("card:1", "c", is_card=True)


def test_the_first_edit_keeps_its_distance_from_the_post(pace: Pace, watch: Stopwatch) -> None:
    pace.note_posted("card:1")
    watch.now += 1
    assert not pace.take_edit("card:1", "c", is_card=True)


def test_many_running_cards_share_the_budget_of_edits(pace: Pace, watch: Stopwatch) -> None:
    for number in range(10):
        assert pace.take_edit(f"card:{number}", "c", is_card=True)
    watch.now += 11.9
    assert not pace.take_edit("card:0", "c", is_card=True)
    watch.now += 0.2
    assert pace.take_edit("card:0", "c", is_card=True)


def test_cards_leave_some_edits_for_messages_that_people_wait_for(pace: Pace, watch: Stopwatch) -> None:
    taken = sum(pace.take_edit(f"card:{number}", "c", is_card=True) for number in range(100))
    assert taken < EDITS_PER_MINUTE
    assert pace.take_edit("interruption:1", "c", is_card=False)
    more = sum(pace.take_edit(f"interruption:{number}", "c", is_card=False) for number in range(2, 100))
    assert taken + 1 + more == EDITS_PER_MINUTE
    watch.now += 61
    assert pace.take_edit("card:0", "c", is_card=True)


def test_retry_after_holds_back_that_method_in_that_channel_only(pace: Pace, watch: Stopwatch) -> None:
    pace.pause("chat.postMessage", "one", 30)
    pace.begin_round()
    assert not pace.take_post("one")
    assert pace.seconds_to_next() == pytest.approx(30)
    assert pace.take_post("two")
    assert pace.take_edit("card:1", "one", is_card=True)
    watch.now += 30.1
    assert pace.take_post("one")


def test_an_invitation_ends_the_wait(pace: Pace) -> None:
    pace.pause("chat.postMessage", "one", 60)
    pace.resume_posts()
    assert pace.take_post("one")


def _refused(code: str, status: int = 200, **headers: str) -> SlackApiError:
    response = SlackResponse(
        client=WebClient(),
        http_verb="POST",
        api_url="https://slack.com/api/chat.postMessage",
        req_args={},
        data={"ok": False, "error": code},
        headers={key.replace("_", "-"): value for key, value in headers.items()},
        status_code=status,
    )
    return SlackApiError("refused", response)


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (_refused("ratelimited", 429, Retry_After="7"), Meaning.RATE),
        (_refused("rate_limited"), Meaning.RATE),
        (_refused("not_in_channel"), Meaning.CLOSED),
        (_refused("channel_not_found"), Meaning.CLOSED),
        (_refused("is_archived"), Meaning.CLOSED),
        (_refused("internal_error"), Meaning.TEMPORARY),
        (_refused("", 503), Meaning.TEMPORARY),
        (_refused("invalid_auth"), Meaning.TEMPORARY),
        (_refused("message_not_found"), Meaning.GONE),
        (_refused("invalid_blocks"), Meaning.CONTENT),
        (_refused("something_new"), Meaning.FINAL),
        (TimeoutError("slow"), Meaning.TEMPORARY),
        (ConnectionResetError("cut"), Meaning.TEMPORARY),
    ],
)
def test_each_error_of_slack_has_a_meaning(error: Any, meaning: Meaning) -> None:
    assert failures.understood(error).meaning is meaning


def test_retry_after_is_taken_at_its_word() -> None:
    assert failures.understood(_refused("ratelimited", 429, Retry_After="7")).retry_after == 7.0
    assert failures.understood(_refused("ratelimited", 429)).retry_after == failures.DEFAULT_RETRY_AFTER


def test_attempts_grow_apart_but_not_for_ever() -> None:
    assert [failures.backoff(attempt) for attempt in (1, 2, 3, 50)] == [2.0, 4.0, 8.0, 60.0]


def _spooled(texts: list[str], limit: int) -> tuple[bytes, bool]:
    content, size, is_capped = uploads.spool(texts, limit)
    with content:
        content.seek(0)
        data = content.read()
    assert len(data) == size
    return data, is_capped


@pytest.mark.parametrize("size", [0, 1, 49, 50, 51, 99, 100])
def test_a_log_within_the_limit_is_whole(size: int) -> None:
    text = "".join(chr(97 + number % 26) for number in range(size))
    assert _spooled([text[:30], text[30:]], 100) == (text.encode(), False)


def test_of_a_longer_log_the_first_and_the_last_part_are_kept_with_a_note() -> None:
    lines = [f"line {number}\n" for number in range(10_000)]
    data, is_capped = _spooled(lines, 1_000)
    assert is_capped
    assert data.startswith(b"line 0\nline 1\n")
    assert data.endswith(b"line 9998\nline 9999\n")
    left_out = sum(map(len, lines)) - 1_000
    assert f"{left_out:,} bytes are left out here".encode() in data


def test_no_character_is_split_where_the_log_is_cut() -> None:
    data, is_capped = _spooled(["€" * 1_000], 100)
    assert is_capped
    assert data.decode().count("€") == 16 + 16


def test_the_file_is_written_piece_by_piece() -> None:
    content, size, is_capped = uploads.spool(("x" * 10_000 for _ in range(300)), 2_000_000)
    assert isinstance(content, io.BufferedRandom | io.IOBase) or hasattr(content, "fileno")
    content.close()
    assert is_capped
    assert size < 2_001_000
