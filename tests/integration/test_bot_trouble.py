"""Slack has a bad day: the bot loses nothing, posts nothing twice, and the card ends with what is true."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.cut_answers import cuts_answers
from tests.support.sandbox import JsonObject
from tests.support.served_bot import FOREDECK, ServedBot, serve_bot

FAULTY_PROCESS = """
steps:
  - step: build
    run_script: {inline: "echo building; write_highlight built"}
  - step: confirm
    when: {environment: production}
    manual_intervention: {teams: [release-managers], instructions: "Look first."}
"""
GROUPED = FOREDECK.replace(
    "release-managers: {people: [ben, eva]}", "release-managers: {people: [ben, eva], slack_group: S0MANAGERS0}"
)
LONG = "steps:\n  - step: build\n    run_script: {inline: 'seq 1 20000'}\n"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedBot]:
    with serve_bot(tmp_path_factory.mktemp("bot"), process=FAULTY_PROCESS, foredeck=GROUPED) as served:
        served.says("ana", "/release create web 1.0.0")
        yield served


@pytest.fixture
def bot(shared: ServedBot) -> Iterator[ServedBot]:
    """Without faults at the end."""
    yield shared
    shared.sandbox.clear_faults()


def _deploys(bot: ServedBot, environment: str = "staging") -> int:
    """Deploy, and say its number; the answer is empty when it goes well."""
    before = _numbers(bot)
    assert bot.says("ana", f"/deploy web 1.0.0 to {environment}") == {}
    fresh: set[int] = bot.sandbox.wait_for(lambda _: _numbers(bot) - before)
    (number,) = fresh
    return number


def _numbers(bot: ServedBot) -> set[int]:
    cards = (m["text"] for m in bot.sandbox.messages("deployments") if "(#" in m["text"] and not m.get("thread_ts"))
    threads = (m["text"] for m in bot.sandbox.messages("deployments") if "(#" in m["text"] and m.get("reply_count"))
    return {int(text.rsplit("(#", 1)[1].split(")")[0]) for text in (*cards, *threads)}


def _told_once(bot: ServedBot, number: int) -> None:
    """The card says the end, its thread has the log and the end, and each stands there once."""
    card = bot.card(number, "Done in", timeout=60)
    bot.reply(f"is done (#{number})", timeout=60)
    thread = [m["text"] for m in bot.sandbox.messages("deployments") if m.get("thread_ts") == card["ts"] and m != card]
    assert len(thread) == len(set(thread)), thread
    heads = [
        m
        for m in bot.sandbox.messages("deployments")
        if f"(#{number})" in m["text"] and any(b["type"] == "header" for b in m.get("blocks", []))
    ]
    assert len(heads) == 1


FAULTS: list[JsonObject] = [
    {"kind": "error", "method": "chat.postMessage", "error": "internal_error"},
    {"kind": "http_error", "method": "chat.postMessage", "status": 503},
    {"kind": "http_error", "method": "chat.postMessage", "is_done": True},
    {"kind": "cut", "method": "chat.postMessage"},
    {"kind": "cut", "method": "chat.postMessage", "is_done": False},
    {"kind": "cut", "method": "chat.update"},
    {"kind": "http_error", "method": "chat.update"},
    {"kind": "rate_limit", "method": "chat.postMessage", "retry_after": 5},
    {"kind": "rate_limit", "method": "chat.update", "retry_after": 5},
    {"kind": "slow", "method": "chat.update", "ms": 200},
]


@cuts_answers
def test_whatever_goes_wrong_nothing_is_lost_and_nothing_told_twice(bot: ServedBot) -> None:
    for fault in FAULTS:
        bot.sandbox.fault(**fault, times=1)
    before = _numbers(bot)
    for _ in FAULTS:
        assert bot.says("ana", "/deploy web 1.0.0 to staging") == {}
    numbers = bot.sandbox.wait_for(lambda _: _all_new(bot, before), 60)
    for number in numbers:
        _told_once(bot, number)
    assert bot.sandbox.state()["faults"] == [], "it met each of them"


def _all_new(bot: ServedBot, before: set[int]) -> set[int] | None:
    fresh = _numbers(bot) - before
    return fresh if len(fresh) == len(FAULTS) else None


@cuts_answers
@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "cut", "method": "views.open", "is_done": False},
        {"kind": "http_error", "method": "views.open"},
        {"kind": "error", "method": "views.open", "error": "fatal_error"},
    ],
    ids=lambda fault: str(fault["kind"]),
)
def test_a_form_that_cannot_be_opened_says_so_and_opens_the_next_time(bot: ServedBot, fault: JsonObject) -> None:
    bot.sandbox.fault(**fault, times=1)
    before = len(bot.sandbox.messages())
    assert bot.says("ana", "/deploy") == {}
    bot.sandbox.wait_for(
        lambda state: any("The form could not be opened." in m["text"] for m in state["messages"][before:])
    )
    bot.says("ana", "/deploy")
    view = bot.modal("ana")
    bot.sandbox.closes("ana", view["id"])


@cuts_answers
def test_a_private_answer_that_is_cut_hinders_nothing(bot: ServedBot) -> None:
    number = _deploys(bot, "production")
    asked = bot.reply(f"(#{number}) waits for")
    bot.sandbox.fault("cut", method="response_url", times=1)
    bot.presses("mia", asked, "open_proceed")
    bot.private("mia", "I do not know you yet")
    bot.presses("ben", asked, "open_proceed")
    assert bot.sandbox.submits("ben", bot.modal("ben")["id"])["ok"]
    _told_once(bot, number)


def test_a_lost_ack_shows_a_failure_and_the_deployment_exists_once(bot: ServedBot) -> None:
    before = _numbers(bot)
    bot.sandbox.fault("lost_ack", name="/deploy", times=1)
    assert bot.sandbox.types("ana", "deployments", "/deploy web 1.0.0 to staging")["error"] == "operation_timeout"
    (number,) = bot.sandbox.wait_for(lambda _: _numbers(bot) - before)
    _told_once(bot, number)


def test_an_event_whose_ack_is_lost_is_told_again_and_does_no_harm(bot: ServedBot) -> None:
    bot.sandbox.fault("lost_ack", name="subteam_members_changed", times=1)
    group = bot.sandbox.post("usergroups", handle="managers", users=["ben", "eva"])["usergroup"]
    assert group["id"] == "S0MANAGERS0"
    told = bot.sandbox.wait_for(lambda state: _deliveries(state, "subteam_members_changed", 2))
    assert [delivery["ok"] for delivery in told] == [False, True]
    bot.sandbox.wait_for(lambda state: any(c["method"] == "usergroups.users.list" and c["ok"] for c in state["calls"]))


def test_a_deaf_socket_loses_commands_as_slack_does_and_running_deployments_go_on(bot: ServedBot) -> None:
    number = _deploys(bot, "production")
    asked = bot.reply(f"(#{number}) waits for")
    bot.sandbox.fault("deaf")
    answer = bot.sandbox.clicks("ben", "open_proceed", channel=asked["channel"], ts=asked["ts"])
    assert answer["error"] == "operation_timeout"
    bot.sandbox.post("disconnects", reason="refresh_requested")
    bot.sandbox.wait_for(lambda _: bot.sandbox.types("ana", "deployments", "/deploy help")["ok"])
    bot.presses("ben", asked, "open_proceed")
    assert bot.sandbox.submits("ben", bot.modal("ben")["id"])["ok"]
    _told_once(bot, number)


@cuts_answers
@pytest.mark.parametrize(
    ("kind", "method"), [("http_error", "upload"), ("cut", "files.completeUploadExternal")], ids=["upload", "sharing"]
)
def test_a_whole_log_is_shared_once(tmp_path: Path, kind: str, method: str) -> None:
    with serve_bot(tmp_path, process=LONG) as bot:
        bot.says("ana", "/release create web 1.0.0")
        bot.sandbox.fault(kind, method=method, times=1)
        bot.says("ana", "/deploy web 1.0.0 to staging")
        bot.reply("is done (#1)", timeout=40)
        shared = [m for m in bot.sandbox.messages("deployments") if m.get("files")]
        assert [m["files"][0]["name"] for m in shared] == ["web-1-build-1.log"]
        assert shared[0]["files"][0]["size"] > 100_000


def _deliveries(state: JsonObject, name: str, count: int) -> Any:
    told = [delivery for delivery in state["deliveries"] if delivery["name"] == name]
    return told if len(told) >= count else None
