"""A person deploys, approves, cancels and asks, in a Slack-compatible workspace, with real workers and rows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.sandbox.testing.errors import NotDone
from bot.sandbox.testing.messages import Message
from tests.support.bot_workspaces import BotWorkspace, number_of, serve_workspace


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BotWorkspace]:
    """One bot for the tests of this file; each deploys its own version."""
    with serve_workspace(tmp_path_factory.mktemp("bot")) as served:
        served.ana.types("/release create web 1.0.0")
        yield served


def _deploy(bot: BotWorkspace, version: str, environment: str) -> Message:
    """As ana; its card."""
    bot.ana.types(f"/release create web {version}")
    assert bot.ana.types(f"/deploy web {version} to {environment}").message is None
    return bot.card(f"web {version} → {environment}")


def _asking(card: Message) -> Message:
    return card.thread.wait_for(f"(#{number_of(card)}) waits for")


def test_a_deployment_is_typed_runs_and_is_told_in_one_card_and_its_thread(bot: BotWorkspace) -> None:
    card = _deploy(bot, "1.1.0", "staging").wait_for("Done in")
    number = number_of(card)
    card.thread.wait_for(f"is done (#{number})")
    card.thread.wait_for("build: log")
    told = [message.raw for message in bot.messages() if f"(#{number})" in message.text]
    assert [message["ts"] for message in told if message.get("thread_ts", message["ts"]) == message["ts"]] == [card.ts]


def test_an_approval_is_two_taps_and_is_kept_with_its_note(bot: BotWorkspace) -> None:
    card = _deploy(bot, "1.2.0", "production")
    asked = _asking(card)
    assert asked.is_broadcast
    card.wait_for("waits for release-managers")
    asked.button("Proceed").click(as_=bot.ben)
    assert bot.ben.modal.title == "Proceed"
    bot.ben.modal.submit({"Note": "the tests are green"})
    card.wait_for("Done in")
    decided = asked.wait_for("Proceeded: confirm of web 1.2.0 to production", "the tests are green")
    assert decided.buttons == []


def test_only_those_who_are_asked_may_answer_and_others_are_told_privately(bot: BotWorkspace) -> None:
    card = _deploy(bot, "1.3.0", "production")
    asked = _asking(card)
    asked.button("Proceed").click(as_=bot.ana)
    refused = bot.ana.private("Only release-managers can decide this.")
    assert "thread_ts" not in refused.raw, "it was pressed in the channel, so it is answered there"
    assert asked.buttons == ["Proceed…", "Abort…"]
    asked.button("Abort").click(as_=bot.mia)
    bot.mia.private("I do not know you yet")
    bot.ben.types(f"/deploy abort {number_of(card)} not today")
    card.wait_for("Aborted by ben")
    card.thread.wait_for("was aborted by ben", "not today")


def test_two_people_who_have_the_form_open_the_second_is_told_who_was_first(bot: BotWorkspace) -> None:
    card = _deploy(bot, "1.4.0", "production")
    proceed = _asking(card).button("Proceed")
    for person in (bot.ben, bot.eva):
        person.clicks(proceed)
    first, second = bot.ben.modal, bot.eva.modal
    first.submit()
    assert not first.is_open
    second.submit()
    second.wait_for("Nothing was changed", "ben has already proceeded")
    second.close()
    proceed.click(as_=bot.eva)  # her client still shows it
    assert not bot.eva.has_modal
    card.wait_for("Done in")


def test_typed_answers_do_what_the_buttons_do(bot: BotWorkspace) -> None:
    card = _deploy(bot, "1.5.0", "production")
    number = number_of(card)
    _asking(card)
    assert "Only release-managers" in bot.ana.types(f"/deploy approve {number}").text
    answer = bot.ben.types(f"/deploy approve {number} because it is time")
    assert f"You proceeded: confirm of deployment #{number}." in answer.text.splitlines()
    assert "ben has already proceeded" in bot.eva.types(f"/deploy approve {number}").text
    card.wait_for("Done in")


def test_a_deployment_is_cancelled_by_the_button_of_its_card(bot: BotWorkspace) -> None:
    card = _deploy(bot, "1.6.0", "production")
    number = number_of(card)
    _asking(card)
    card.button("Cancel").click(as_=bot.ana)
    card.wait_for("Canceled by ana")
    card.thread.wait_for(f"confirm of web 1.6.0 to production (#{number})", "Canceled before anybody answered")
    answer = bot.ana.types(f"/deploy cancel {number}")
    assert answer.text.startswith(f"Deployment #{number} was canceled; nothing was changed.")


def test_a_version_that_does_not_exist_is_created_by_one_press_and_only_once(bot: BotWorkspace) -> None:
    answer = bot.ana.types("/deploy web 2.0.0 to staging")
    assert answer.text.startswith("web has no release 2.0.0.")
    create = answer.button("Create release 2.0.0 and deploy")
    create.click()
    card = bot.card("web 2.0.0 → staging")
    number = number_of(card)
    create.click()
    card.wait_for("Done in")
    assert bot.card("web 2.0.0 → staging") == card
    assert bot.ana.private(f"Release 2.0.0 is created. Deployment #{number}") == answer.message


def test_who_may_not_create_releases_is_not_offered_to(bot: BotWorkspace) -> None:
    answer = bot.ben.types("/deploy web 9.9.9 to staging")
    assert "may not deploy web to staging" in answer.text
    assert answer.buttons == []


def test_names_that_are_slightly_wrong_are_answered_with_the_right_ones_as_buttons(bot: BotWorkspace) -> None:
    answer = bot.ana.types("/deploy web 1.0.0 to stagin")
    assert answer.text.startswith("There is no environment stagin. Did you mean staging?")
    assert "You may deploy web to: staging, production." in answer.text
    answer.button(answer.buttons[0]).click()
    bot.card("web 1.0.0 → staging", "Done in")
    assert "Did you mean web?" in bot.ana.types("/deploy wob 1.0.0 to staging").text


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
def test_every_command_gets_an_answer(bot: BotWorkspace, line: str, words: str) -> None:
    assert words in bot.ana.types(line).text


def test_status_and_logs_are_told_privately(bot: BotWorkspace) -> None:
    card = _deploy(bot, "1.7.0", "staging").wait_for("Done in")
    number = number_of(card)
    link = f"{bot.sandbox.base_url}/archives/{card.channel_id}/p{card.ts.replace('.', '')}"
    assert f"#{number}" in bot.ana.types("/deploy status").text
    status = bot.ana.types(f"/deploy status #{number}")
    assert "Done in" in status.text
    assert link in str(status.raw)
    logs = bot.ana.types(f"/deploy logs {number}")
    assert "installed" in logs.text
    assert link in str(logs.raw)
    assert "I do not know you yet" in bot.mia.types("/deploy status").text


def test_commands_and_buttons_that_nobody_knows_are_answered_politely(bot: BotWorkspace) -> None:
    bot.ana.writes("hello")
    with pytest.raises(NotDone, match="no command '/nothing'"):
        bot.ana.types("/nothing")
    assert bot.look().state["deliveries"], "something was delivered"


def test_no_call_of_slack_fails_and_every_delivery_was_acked(bot: BotWorkspace) -> None:
    assert bot.failed_calls == []
    assert bot.failed_deliveries == []
