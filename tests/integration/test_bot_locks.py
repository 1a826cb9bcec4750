"""The lock conversation: who has it, since when and why; queue behind it or take it; everybody concerned is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.sandbox import JsonObject
from tests.support.served_bot import FOREDECK, ServedBot, serve_bot

BUILD = "steps:\n  - step: build\n    run_script: {inline: 'echo built'}\n"
ROLES = FOREDECK.replace("[project_contributor]", "[project_deployer, environment_manager]")


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[ServedBot]:
    """ana deploys; ben and eva may take locks and freeze web."""
    with serve_bot(tmp_path, process=BUILD, foredeck=ROLES) as served:
        served.says("ana", "/release create web 1.0.0")
        yield served


def _said(bot: ServedBot, containing: str) -> JsonObject:
    """The first message, wherever it is, whose text contains this."""

    def found(state: JsonObject) -> Any:
        return next((m for m in state["messages"] if containing in m["text"]), None)

    message: JsonObject = bot.sandbox.wait_for(found)
    return message


def _linked(card: JsonObject) -> JsonObject | None:
    """The link in the card of who waits."""
    elements = [
        e for block in card["blocks"] for section in block.get("elements", []) for e in section.get("elements", [])
    ]
    return next((e for e in elements if e["type"] == "link"), None)


def test_the_next_person_is_told_privately_and_queues_or_takes_it(bot: ServedBot) -> None:
    assert "Say why" in bot.says("ana", "/deploy lock staging of web")["text"]
    assert bot.says("ana", "/deploy lock staging of web because testing a migration") == {}
    _said(bot, "🔒 staging of web is locked by ana")
    refused = bot.says("ben", "/deploy web 1.0.0 to staging")
    assert refused["text"].startswith("Staging of web is locked by ana because testing a migration. Since ")
    bot.presses("ben", bot.private("ben", "Staging of web is locked by ana"), "deploy_this:0")
    waits = bot.sandbox.wait_for(lambda _state: _linked(bot.card(1, "Staging of web is locked by ana")))
    assert "/archives/" in waits["url"], "a link to who has it"
    bot.says("eva", "/deploy web 1.0.0 to staging because INC-8")
    bot.presses("eva", bot.private("eva", "Staging of web is locked by ana"), "take_lock")
    bot.private("eva", "The lock of staging of web is yours now")
    assert _said(bot, "eva took your lock of staging of web.")["channel"].startswith("D")
    bot.card(2, "Done in")
    bot.card(1, "Staging of web is locked by eva because INC-8 (taken from ana)")
    _said(bot, "🔓 eva ended the lock of ana: staging of web.")
    assert "may not release the lock of eva" in bot.says("ana", "/deploy unlock staging of web")["text"]
    bot.says("eva", "/deploy unlock web in staging")
    bot.card(1, "Done in")
    assert _said(bot, "staging of web is free again: you are next with #1")["channel"].startswith("D")


def test_a_frozen_environment_refuses_with_its_end_and_a_way_through_for_who_may(bot: ServedBot) -> None:
    assert "Say until when" in bot.says("ben", "/deploy freeze production of web because release week")["text"]
    assert bot.says("ben", "/deploy freeze production of web for 3h because release week") == {}
    _said(bot, "🧊 production of web is frozen by ben")
    refused = bot.says("ana", "/deploy web 1.0.0 to production")
    assert "Production of web is frozen by ben because release week. Since " in refused["text"]
    assert "override" not in refused["text"]
    assert "/deploy web 1.0.0 to production at 20" in refused["text"], "when it ends, as a command"
    bot.presses("ana", bot.private("ana", "Production of web is frozen"), "deploy_this:1")
    bot.card(1, "Begins ")
    bot.says("ana", "/deploy cancel 1")
    offered = bot.says("eva", "/deploy web 1.0.0 to production because INC-7")
    assert "/deploy web 1.0.0 to production override because INC-7" in offered["text"]
    bot.presses("eva", bot.private("eva", "Production of web is frozen"), "deploy_this:2")
    assert "passes freezes" in str(bot.card(2, "Done in")["blocks"])
    bot.says("ana", "/deploy lock production of web because testing a migration")
    offered = bot.says("eva", "/deploy web 1.0.0 to production override because INC-8")
    assert "/deploy queue web 1.0.0 to production override because INC-8" in offered["text"]
    bot.presses("eva", bot.private("eva", "Production of web is locked"), "deploy_this:0")
    assert "passes freezes" in str(bot.card(3, "Production of web is locked by ana")["blocks"])
    bot.says("ana", "/deploy unlock production of web")
    bot.card(3, "Done in")
    bot.says("ben", "/deploy thaw production of web")
    _said(bot, "▶️ Production of web is open again: the freeze of ben ended, by ben")
    bot.says("ana", "/deploy web 1.0.0 to production")
    bot.card(4, "Done in")
