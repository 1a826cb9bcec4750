"""Guided failure of more targets than a message and a select of Slack hold: all are shown, any can be chosen."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest

from bot.sandbox.testing.messages import Message
from engine.services import interruptions
from engine.times import utc_now
from tests.support.bot_workspaces import BotWorkspace, connect_workspace
from tests.support.engine import Deck
from tests.support.sandbox import start_sandbox
from tests.support.served_bot import FOREDECK

PROCESS = "steps: [{step: install, target_tags: [web], run_script: {inline: echo installing}}]\n"
TARGETS = f"""\
targets:
  web-{{001..104}}: {{ssh: "{{}}.example.org:22", account: me, host_key: "SHA256:{"A" * 43}", environments: [staging],
    tags: [web]}}
accounts:
  me: {{type: ssh_key, username: me, private_key: {{secret: "env:NOBODY_SETS_IT"}}}}
"""
GUIDED = FOREDECK.replace("  staging: {}", "  staging: {guided_failure: true}").replace(
    "roles: [project_contributor]", "roles: [project_deployer]"
)


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BotWorkspace]:
    """A deployment failed on 104 targets, for want of the key to them, before the bot starts."""
    folder = tmp_path_factory.mktemp("bot")
    with contextlib.ExitStack() as stack:
        deck = Deck(folder, clock=utc_now)
        deck.configured(PROCESS, {"foredeck.yml": GUIDED + TARGETS}).checks_later()
        deck.deploys()
        deck.works()
        deck.db.close()
        sandbox = stack.enter_context(start_sandbox())
        yield stack.enter_context(connect_workspace(folder, folder / "config", sandbox))


@pytest.fixture
def asked(bot: BotWorkspace) -> Message:
    """The message that asks."""
    return bot.reply("install failed on 104 of 104 targets. How shall it go on?")


def test_all_failed_targets_are_shown_page_by_page(bot: BotWorkspace, asked: Message) -> None:
    asked.button("Show all 104").click(as_=bot.ana)
    page = bot.ana.modal.wait_for(
        "install failed on 104 targets", "web-001, web-002, ", "and web-010: The secret", "1 to 10 of 104."
    )
    assert "web-011" not in page.text
    page.button("Next 10").click(as_=bot.ana)
    page.wait_for("web-011, web-012", "11 to 20 of 104.").button("Back").click(as_=bot.ana)
    page.wait_for("1 to 10 of 104.", "/deploy logs 1 web-001").close()


def test_any_of_them_can_be_chosen_by_typing(bot: BotWorkspace, asked: Message) -> None:
    asked.button("Ignore 104…").click(as_=bot.ben)
    form = bot.ben.modal
    only, never = "Only on these targets", "On all but these targets"
    assert form.field(only).options("web-10") == ["web-100", "web-101", "web-102", "web-103", "web-104"]
    assert form.field(only).options("web-001..020") == ["web-001..020 · 20 targets"]
    assert form.try_submit({only: ["web-104"], never: ["web-104"]}) == {
        only: "That leaves no failed target. Nothing was changed. Name some that failed, or leave out fewer."
    }
    form.submit({only: ["web-001..020", "web-104"], never: ["web-002"]})
    bot.reply("ben ignored it on web-001, web-003, web-004 and 17 more")
    asked.wait_for("install failed on 84 of 104 targets")
    bot.ben.types("/deploy exclude 1 not on web-002")
    (left,) = interruptions.all_pending(bot.db, 1, interruptions.Verdict.FAIL)
    assert [run.machine for run in left.still_open] == ["web-002"]
