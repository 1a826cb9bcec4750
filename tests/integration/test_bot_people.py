"""Who is nobody to the bot: strangers, guests without grants, people it does not know, people who were deactivated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.sandbox import JsonObject
from tests.support.served_bot import FOREDECK, ServedBot, serve_bot

ASKING = """
steps:
  - step: confirm
    manual_intervention: {teams: [release-managers], instructions: "Look first."}
"""
# The configuration names both, one of them even as somebody who may decide.
NAMED = FOREDECK.replace("teams:\n", "  sam: {slack: U0SAM000000}\n  gus: {slack: U0GUS000000}\nteams:\n").replace(
    "people: [ben, eva]", "people: [ben, eva, sam]"
)


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedBot]:
    with serve_bot(tmp_path_factory.mktemp("bot"), process=ASKING, foredeck=NAMED) as served:
        for name, kind in (("sam", "stranger"), ("gus", "guest"), ("una", "single_channel_guest")):
            served.ids[name] = served.sandbox.post("people", name=name, kind=kind)["user"]["id"]
            assert served.sandbox.post("members", channel="deployments", user=name)["ok"]
        served.says("ana", "/release create web 1.0.0")
        yield served


@pytest.fixture(scope="module")
def asked(bot: ServedBot) -> JsonObject:
    """The question of a deployment that waits for a release manager."""
    bot.says("ana", "/deploy web 1.0.0 to staging")
    return bot.reply("(#1) waits for")


def _decision(bot: ServedBot, user: str) -> Any:
    return bot.sandbox.state()["modals"].get(bot.ids[user])


def test_a_stranger_may_press_and_is_refused_whoever_the_configuration_takes_them_for(
    bot: ServedBot, asked: JsonObject
) -> None:
    bot.presses("sam", asked, "open_proceed")
    told = bot.private("sam", "I answer only members of the workspace that I am installed in.")
    assert "Nothing was changed." in str(told)
    assert _decision(bot, "sam") is None


def test_a_guest_whom_the_configuration_does_not_name_is_told_so(bot: ServedBot, asked: JsonObject) -> None:
    assert f"slack: {bot.ids['una']}" in str(bot.says("una", "/deploy web 1.0.0 to staging"))
    bot.presses("una", asked, "open_proceed")
    bot.private("una", "I do not know you yet")
    assert _decision(bot, "una") is None


def test_a_guest_without_grants_may_nothing(bot: ServedBot, asked: JsonObject) -> None:
    assert "You may not deploy web to staging." in bot.says("gus", "/deploy web 1.0.0 to staging")["text"]
    bot.presses("gus", asked, "open_proceed")
    bot.private("gus", "release-managers")
    assert _decision(bot, "gus") is None


def test_who_was_deactivated_cannot_act_at_all(bot: ServedBot, asked: JsonObject) -> None:
    bot.sandbox.post("people", name="eva", kind="deactivated")
    answer = bot.sandbox.clicks("eva", "open_proceed", channel=asked["channel"], ts=asked["ts"])
    assert answer["error"] == "unknown_user"


def test_after_all_of_them_it_still_waits_for_who_may(bot: ServedBot, asked: JsonObject) -> None:
    bot.presses("ben", asked, "open_proceed")
    assert bot.sandbox.submits("ben", bot.modal("ben")["id"])["ok"]
    bot.card(1, "Done in")
