"""A person deploys, approves, cancels and asks, in a Slack-compatible workspace, with real workers and rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.served_bot import ServedBot, serve_bot

QUICK = "steps:\n  - step: build\n    run_script: {inline: 'echo built'}\n"


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedBot]:
    """One bot for the tests of this file; each deploys its own version."""
    with serve_bot(tmp_path_factory.mktemp("bot")) as served:
        served.says("ana", "/release create web 1.0.0")
        yield served


def _number(message: dict[str, Any]) -> int:
    return int(message["text"].rsplit("(#", 1)[1].rstrip(")"))


def _newest(bot: ServedBot, version: str) -> int:
    def found(state: dict[str, Any]) -> int | None:
        texts = [m["text"] for m in state["messages"] if m["text"].startswith(f"web {version} → ")]
        return max((int(text.rsplit("(#", 1)[1].rstrip(")")) for text in texts), default=None)

    number: int = bot.sandbox.wait_for(found)
    return number


def _deploy(bot: ServedBot, version: str, environment: str) -> int:
    bot.says("ana", f"/release create web {version}")
    assert bot.says("ana", f"/deploy web {version} to {environment}") == {}
    return _newest(bot, version)


def _asking(bot: ServedBot, number: int) -> dict[str, Any]:
    return bot.reply(f"(#{number}) waits for")


def test_a_deployment_is_typed_runs_and_is_told_in_one_card_and_its_thread(bot: ServedBot) -> None:
    number = _deploy(bot, "1.1.0", "staging")
    card = bot.card(number, "Done in")
    end = bot.reply(f"is done (#{number})")
    assert end["thread_ts"] == card["ts"]
    assert bot.reply("build: log")["thread_ts"] == card["ts"]
    cards = [m for m in bot.sandbox.messages("deployments") if f"(#{number})" in m["text"] and not m.get("thread_ts")]
    assert len([m for m in cards if not m.get("is_ephemeral")]) <= 1


def test_an_approval_is_two_taps_and_is_kept_with_its_note(bot: ServedBot) -> None:
    number = _deploy(bot, "1.2.0", "production")
    asked = _asking(bot, number)
    assert asked["subtype"] == "thread_broadcast"
    assert bot.card(number, "waits for release-managers")
    bot.presses("ben", asked, "open_proceed")
    modal = bot.modal("ben")
    assert modal["title"]["text"] == "Proceed"
    answer = bot.sandbox.submits("ben", modal["id"], {"note": {"note": "the tests are green"}})
    assert answer["ok"], answer
    bot.card(number, "Done in")
    decided = bot.reply(f"Proceeded: confirm of web 1.2.0 to production (#{number})")
    assert decided["ts"] == asked["ts"]
    assert "actions" not in [block["type"] for block in decided["blocks"]]
    assert "the tests are green" in str(decided["blocks"])


def test_only_those_who_are_asked_may_answer_and_others_are_told_privately(bot: ServedBot) -> None:
    number = _deploy(bot, "1.3.0", "production")
    asked = _asking(bot, number)
    bot.presses("ana", asked, "open_proceed")
    refused = bot.private("ana", "Only release-managers can decide this.")
    assert "thread_ts" not in refused, "it was pressed in the channel, so it is answered there"
    assert "open_proceed" in str(_asking(bot, number)["blocks"])
    bot.presses("mia", asked, "open_abort")
    bot.private("mia", "I do not know you yet")
    bot.says("ben", f"/deploy abort {number} not today")
    bot.card(number, "Aborted by ben")
    assert "not today" in str(bot.reply(f"was aborted by ben (#{number})")["blocks"])


def test_two_people_who_have_the_form_open_the_second_is_told_who_was_first(bot: ServedBot) -> None:
    number = _deploy(bot, "1.4.0", "production")
    asked = _asking(bot, number)
    for person in ("ben", "eva"):
        bot.presses(person, asked, "open_proceed")
    first, second = bot.modal("ben"), bot.modal("eva")
    assert bot.sandbox.submits("ben", first["id"])["response"] in ({}, None)
    answer = bot.sandbox.submits("eva", second["id"])
    assert answer["response"]["response_action"] == "update"
    assert "Nothing was changed" in str(answer["response"]["view"])
    assert "ben has already proceeded" in str(answer["response"]["view"]), answer
    stale = bot.sandbox.clicks("eva", "open_proceed", channel=asked["channel"], ts=asked["ts"])
    assert stale["error"] in {"unknown_action", None}  # its buttons are gone; where they are not yet, it is refused
    bot.card(number, "Done in")


def test_typed_answers_do_what_the_buttons_do(bot: ServedBot) -> None:
    number = _deploy(bot, "1.5.0", "production")
    _asking(bot, number)
    assert "Only release-managers" in bot.says("ana", f"/deploy approve {number}")["text"]
    answer = bot.says("ben", f"/deploy approve {number} because it is time")
    assert answer["text"] == f"You proceeded: confirm of deployment #{number}."
    assert "ben has already proceeded" in bot.says("eva", f"/deploy approve {number}")["text"]
    bot.card(number, "Done in")


def test_a_deployment_is_cancelled_by_the_button_of_its_card(bot: ServedBot) -> None:
    number = _deploy(bot, "1.6.0", "production")
    _asking(bot, number)
    card = bot.card(number)
    bot.presses("ana", card, "cancel_task")
    bot.card(number, "Canceled by ana")
    assert "Canceled before anybody answered" in bot.reply(f"confirm of web 1.6.0 to production (#{number})")["text"]
    answer = bot.says("ana", f"/deploy cancel {number}")
    assert answer["text"].startswith(f"Deployment #{number} was canceled; nothing was changed.")


def test_a_version_that_does_not_exist_is_created_by_one_press_and_only_once(bot: ServedBot) -> None:
    answer = bot.says("ana", "/deploy web 2.0.0 to staging")
    assert answer["text"].startswith("web has no release 2.0.0.")
    offered = bot.private("ana", "web has no release 2.0.0.")
    assert "Create release 2.0.0 and deploy" in str(offered["blocks"])
    bot.presses("ana", offered, "deploy_this:0")
    number = _newest(bot, "2.0.0")
    bot.sandbox.clicks("ana", "deploy_this:0", channel=offered["channel"], ts=offered["ts"])
    bot.card(number, "Done in")
    assert _newest(bot, "2.0.0") == number
    assert bot.private("ana", f"Release 2.0.0 is created. Deployment #{number}")["ts"] == offered["ts"]


def test_who_may_not_create_releases_is_not_offered_to(bot: ServedBot) -> None:
    answer = bot.says("ben", "/deploy web 9.9.9 to staging")
    assert "may not deploy web to staging" in answer["text"]
    assert "deploy_this" not in str(answer)


def test_names_that_are_slightly_wrong_are_answered_with_the_right_ones_as_buttons(bot: ServedBot) -> None:
    answer = bot.says("ana", "/deploy web 1.0.0 to stagin")
    assert answer["text"].startswith("There is no environment stagin. Did you mean staging?")
    assert "You may deploy web to: staging, production." in answer["text"]
    bot.presses("ana", bot.private("ana", "There is no environment stagin."), "deploy_this:0")
    bot.card(_newest(bot, "1.0.0"), "Done in")
    answer = bot.says("ana", "/deploy wob 1.0.0 to staging")
    assert "Did you mean web?" in answer["text"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("/deploy help", "What you can type after /deploy"),
        ("/deploy statsu", "Did you mean /deploy status?"),
        ("/deploy cancel", "needs the number on the card"),
        ("/deploy status 4711", "There is no deployment #4711."),
        ("/deploy logs 4711", "There is no deployment #4711."),
        ("/deploy web 1..;0 to staging", "cannot be a version"),
        ("/release list web", "of web"),
        ("/release create web 1.0.0", "exists already"),
        ("/release create nothing 1.0.0", "There is no project nothing."),
        ("/release", "What you can type"),
    ],
)
def test_every_command_gets_an_answer(bot: ServedBot, line: str, words: str) -> None:
    assert words in bot.says("ana", line)["text"]


def test_status_and_logs_are_told_privately(bot: ServedBot) -> None:
    number = _deploy(bot, "1.7.0", "staging")
    bot.card(number, "Done in")
    assert f"#{number}" in str(bot.says("ana", "/deploy status")["blocks"])
    assert "Done in" in bot.says("ana", f"/deploy status #{number}")["text"]
    card = bot.card(number)
    link = f"{bot.sandbox.base_url}/archives/{card['channel']}/p{card['ts'].replace('.', '')}"
    assert link in str(bot.says("ana", f"/deploy status {number}")["blocks"])
    logs = str(bot.says("ana", f"/deploy logs {number}")["blocks"])
    assert "installed" in logs
    assert link in logs
    assert "I do not know you yet" in bot.says("mia", "/deploy status")["text"]


def test_commands_and_buttons_that_nobody_knows_are_answered_politely(bot: ServedBot) -> None:
    bot.sandbox.writes("ana", "deployments", "hello")
    assert bot.sandbox.state()["deliveries"], "something was delivered"
    assert all(delivery["ok"] for delivery in bot.sandbox.state()["deliveries"])


def test_no_call_of_slack_fails_and_every_delivery_was_acked(bot: ServedBot) -> None:
    state = bot.sandbox.state()
    assert [call for call in state["calls"] if not call["ok"]] == []
    assert [delivery for delivery in state["deliveries"] if not delivery["ok"]] == []
