"""Break-glass in chat: what is passed over is shown privately, one press, a loud post, and somebody who looks at it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.sandbox import JsonObject
from tests.support.served_bot import FOREDECK, PROCESS, ServedBot, serve_bot

TEAM = FOREDECK.replace(
    "{slack_channel: deployments}", "{slack_channel: deployments, emergency_team: web-devs}"
).replace("[project_contributor]", "[project_deployer, environment_manager]")
VARIABLES = "Ticket: [{prompt: {label: Ticket, required: true}, when: {environment: staging}}]\n"
ASKED = "/deploy web 1.0.0 to production emergency because INC-7"


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[ServedBot]:
    """ana is the team for emergencies; ben froze production, where approvals are needed."""
    with serve_bot(tmp_path, process=PROCESS, foredeck=TEAM, variables=VARIABLES) as served:
        served.says("ana", "/release create web 1.0.0")
        served.says("ben", "/deploy freeze production of web for 3h because release week")
        yield served


def _said(bot: ServedBot, containing: str) -> JsonObject:
    def found(state: JsonObject) -> Any:
        return next((m for m in state["messages"] if containing in m["text"]), None)

    message: JsonObject = bot.sandbox.wait_for(found)
    return message


def test_the_rules_are_shown_then_passed_told_to_all_and_acknowledged_by_somebody_else(bot: ServedBot) -> None:
    assert "Only members of web-devs deploy in an emergency. Ask ana." in bot.says("ben", ASKED)["text"]
    shown = bot.says("ana", ASKED)
    assert "Production of web is frozen by ben because release week" in str(shown["blocks"])
    assert "The approval by release-managers at confirm is not asked for" in str(shown["blocks"])
    bot.says("ben", "/deploy pause web because the database moves")
    bot.presses("ana", bot.private("ana", "This emergency passes over"), "deploy_this:0")
    again = bot.private("ana", "The rules in the way have changed meanwhile")
    assert "Web is paused by ben" in str(again["blocks"])
    bot.presses("ana", again, "deploy_this:0")
    assert "🚨 *emergency*" in str(bot.card(1, "Done in")["blocks"])
    assert "release-managers" in str(bot.reply("Passed over in an emergency: confirm")["blocks"])
    loud = _said(bot, "🚨 Emergency: ana deploys web 1.0.0 to production past the rules")
    bot.presses("ana", loud, "acknowledge")
    bot.private("ana", "somebody else has to acknowledge it")
    bot.presses("ben", loud, "acknowledge")
    note = {"note": {"note": {"type": "plain_text_input", "value": "talked to ana"}}}
    assert bot.sandbox.submits("ben", bot.modal("ben")["id"], note)["ok"]
    quiet = _said(bot, "Emergency of ana: web 1.0.0 to production (#1), acknowledged by ben")
    assert "talked to ana" in str(quiet["blocks"])
    assert quiet["ts"] == loud["ts"]
    assert "ben has acknowledged" in bot.says("eva", "/deploy acknowledge 1 fine")["text"]


def test_the_form_leads_on_to_what_is_in_the_way(bot: ServedBot) -> None:
    bot.says("ben", "/deploy freeze staging of web for 3h because release week")
    bot.says("ana", "/deploy web 1.1.0 to staging emergency because INC-9")
    bot.presses("ana", bot.private("ana", "web has no release 1.1.0"), "deploy_this:0")
    bot.presses("ana", bot.private("ana", "needs an answer"), "fill_in")
    modal = bot.modal("ana")
    assert "It is an emergency: what it passes over is shown first." in str(modal["blocks"])
    ticket = next(block["block_id"] for block in modal["blocks"] if block["block_id"].startswith("answer:"))
    answered = bot.sandbox.submits("ana", modal["id"], {ticket: {"answer": "OPS-7"}})
    assert "Not deployed yet" in str(answered["response"])
    shown = bot.private("ana", "This emergency passes over: staging of web is frozen by ben")
    bot.presses("ana", shown, "deploy_this:0")
    bot.card(1, "Done in")
