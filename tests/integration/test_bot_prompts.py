"""What a deployment asks for, in Slack: in the form, by typing, and where something was not answered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from engine.services import tasks
from tests.support.sandbox import JsonObject
from tests.support.served_bot import ServedBot, serve_bot

PROCESS = """\
steps:
  - step: build
    run_script: {inline: 'echo "ticket $(get_octopusvariable Ticket), side $(get_octopusvariable side)"'}
"""
VARIABLES = """\
Ticket:
  - prompt: {label: Change ticket, help: As in the change calendar, required: true}
    when: {environment: production}
Side:
  - value: blue
    prompt: {label: Side to deploy to, control: select, options: [blue, {value: green, label: Green side}]}
Warm: [{prompt: {label: Warm up, control: checkbox}}]
Why: [{prompt: {control: multiline}}]
"""


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedBot]:
    """One bot for the tests of this file."""
    with serve_bot(tmp_path_factory.mktemp("bot"), process=PROCESS, variables=VARIABLES) as served:
        served.says("ana", "/release create web 1.0.0")
        yield served


def fields(modal: JsonObject) -> dict[str, JsonObject]:
    """The fields of what is asked for, by the variable's name."""
    blocks = (block for block in modal["blocks"] if block["block_id"].startswith("answer:"))
    return {block["block_id"].split(":", 2)[2]: block for block in blocks}


def refreshed(bot: ServedBot, modal: JsonObject) -> JsonObject:
    def changed(_: Any) -> JsonObject | None:
        shown = bot.modal("ana")
        return shown if shown["hash"] != modal["hash"] else None

    fresh: JsonObject = bot.sandbox.wait_for(changed)
    return fresh


def form(bot: ServedBot, line: str) -> JsonObject:
    assert bot.says("ana", line) == {}
    return bot.modal("ana")


def latest(bot: ServedBot) -> int:
    return max(view.number for view in (*tasks.active(bot.db, "ana"), *tasks.recent(bot.db, "ana")))


def test_the_form_asks_once_the_environment_is_chosen_and_only_for_what_applies(bot: ServedBot) -> None:
    modal = form(bot, "/deploy web 1.0.0")
    assert fields(modal) == {}
    bot.sandbox.clicks("ana", "environment", view_id=modal["id"], block_id="environment:web", value="staging")
    modal = refreshed(bot, modal)
    assert list(fields(modal)) == ["Side", "Warm", "Why"]
    bot.sandbox.clicks("ana", "environment", view_id=modal["id"], block_id="environment:web", value="production")
    modal = refreshed(bot, modal)
    assert list(fields(modal)) == ["Ticket", "Side", "Warm", "Why"]
    ticket, side = fields(modal)["Ticket"], fields(modal)["Side"]
    assert (ticket["label"]["text"], ticket["hint"]["text"]) == ("Change ticket", "As in the change calendar")
    assert not ticket.get("optional")
    assert side["element"]["initial_option"]["value"] == "blue"
    answers = {
        ticket["block_id"]: {"answer": "OPS-7"},
        side["block_id"]: {"answer": "green"},
        fields(modal)["Why"]["block_id"]: {"answer": "two\nlines"},
    }
    answer = bot.sandbox.submits("ana", modal["id"], answers)
    assert answer["ok"], answer
    number = latest(bot)
    bot.card(number, "Done in")
    view = tasks.view(bot.db, number)
    assert view.answers == (
        ("Change ticket", "OPS-7"),
        ("Side to deploy to", "Green side"),
        ("Warm up", "no"),
        ("Why", "two\nlines"),
    )
    assert tasks.last_lines(bot.db, view.steps[0].run_ids[0]) == "ticket OPS-7, side green"
    assert "Change ticket: " in str(bot.says("ana", f"/deploy status {number}")["blocks"])


def test_blanks_are_no_answer_and_that_is_said_at_the_field(bot: ServedBot) -> None:
    modal = form(bot, "/deploy web 1.0.0 with Side=green")
    bot.sandbox.clicks("ana", "environment", view_id=modal["id"], block_id="environment:web", value="production")
    modal = refreshed(bot, modal)
    assert fields(modal)["Side"]["element"]["initial_option"]["value"] == "green", "what was typed is not lost"
    ticket = fields(modal)["Ticket"]["block_id"]
    answer = bot.sandbox.submits("ana", modal["id"], {ticket: {"answer": "   "}})
    assert answer["response"]["errors"] == {ticket: "An answer is needed."}
    bot.sandbox.closes("ana", modal["id"])


def test_what_was_typed_stands_in_the_form(bot: ServedBot) -> None:
    modal = form(bot, "/deploy web to production with Ticket=OPS-1 side=green")
    assert fields(modal)["Ticket"]["element"]["initial_value"] == "OPS-1"
    assert fields(modal)["Side"]["element"]["initial_option"]["value"] == "green"
    bot.sandbox.closes("ana", modal["id"])


def test_answers_can_be_typed(bot: ServedBot) -> None:
    assert bot.says("ana", "/deploy web 1.0.0 to production with “Change ticket”='OPS 8' Side=green") == {}
    number = latest(bot)
    bot.card(number, "Done in")
    assert tasks.view(bot.db, number).answers == (("Change ticket", "OPS 8"), ("Side to deploy to", "Green side"))


def test_what_is_missing_is_said_with_a_button_for_the_form_and_the_command_as_it_is_typed(bot: ServedBot) -> None:
    answer = bot.says("ana", "/deploy web 1.0.0 to production with Side=green")
    assert "web 1.0.0 needs an answer before it goes to production: Change ticket." in answer["text"]
    assert "/deploy web 1.0.0 to production with Side=green Ticket=…" in answer["text"]
    told = bot.private("ana", "needs an answer before it goes to production")
    bot.presses("ana", told, "fill_in")
    modal = bot.modal("ana")
    assert fields(modal)["Side"]["element"]["initial_option"]["value"] == "green"
    ticket = fields(modal)["Ticket"]["block_id"]
    before = latest(bot)
    assert bot.sandbox.submits("ana", modal["id"], {ticket: {"answer": "OPS-9"}})["ok"]
    number = latest(bot)
    assert number == before + 1
    bot.card(number, "Done in")
    assert tasks.view(bot.db, number).answers == (
        ("Change ticket", "OPS-9"),
        ("Side to deploy to", "Green side"),
        ("Warm up", "no"),
    )


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ("Ticket=x Side=red", "Side to deploy to is one of blue, green."),
        ("Ticket=x Side=red", "/deploy web 1.0.0 to production with Ticket=x Side=…"),
        ("Tickt=x", "web does not ask for Tickt in production. Did you mean Ticket?"),
        ("Tickt=x", "/deploy web 1.0.0 to production with Ticket=x"),
        ("Ticket=two words", 'Did you mean /deploy web 1.0.0 to production with Ticket="two words"?'),
        ("Ticket", "Ticket is no answer: after with stands NAME=VALUE."),
    ],
)
def test_an_answer_that_will_not_do_is_refused_with_the_way_out(bot: ServedBot, answers: str, words: str) -> None:
    assert words in bot.says("ana", f"/deploy web 1.0.0 production with {answers}")["text"]


def test_creating_the_release_and_deploying_asks_as_well(bot: ServedBot) -> None:
    bot.says("ana", "/deploy web 1.1.0 to production")
    told = bot.private("ana", "has no release 1.1.0")
    bot.presses("ana", told, "deploy_this:0")
    asked = bot.private("ana", "web 1.1.0 needs an answer")
    bot.presses("ana", asked, "fill_in")
    modal = bot.modal("ana")
    release = next(block for block in modal["blocks"] if block["block_id"] == "release:web")
    assert release["element"]["initial_option"]["text"]["text"] == "Create release 1.1.0"
    assert bot.sandbox.submits("ana", modal["id"], {fields(modal)["Ticket"]["block_id"]: {"answer": "OPS-2"}})["ok"]
    bot.card(latest(bot), "Done in")


def test_a_time_that_was_typed_is_kept_by_the_form(bot: ServedBot) -> None:
    bot.says("ana", "/deploy web 1.0.0 to production in 3h because it is late")
    told = bot.private("ana", "/deploy web 1.0.0 to production in 3h with Ticket=… because it is late")
    bot.presses("ana", told, "fill_in")
    modal = bot.modal("ana")
    assert "It begins as typed: in 3h." in str(modal["blocks"][-1])
    assert bot.sandbox.submits("ana", modal["id"], {fields(modal)["Ticket"]["block_id"]: {"answer": "OPS-3"}})["ok"]
    view = tasks.active(bot.db, "ana")[-1]
    assert view.waiting is not None
    assert view.waiting.until is not None
    assert (view.reason, view.answers[0]) == ("it is late", ("Change ticket", "OPS-3"))
