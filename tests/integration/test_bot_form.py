"""The `/deploy` form: typeahead by what one may do, new releases, errors at their fields; groups and strangers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.served_bot import FOREDECK, ServedBot, serve_bot

GROUPED = FOREDECK.replace(
    "  release-managers: {people: [ben, eva]}",
    "  release-managers: {people: [ben]}\n  sre: {slack_group: S0SRE000000}",
).replace(
    "grants:",
    "grants:\n  - {team: sre, roles: [deployment_creator], when: {environment: staging}}",
)
QUICK = "steps:\n  - step: build\n    run_script: {inline: 'echo built'}\n"


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedBot]:
    """One bot for the tests of this file."""
    with serve_bot(tmp_path_factory.mktemp("bot"), process=QUICK, foredeck=GROUPED) as served:
        served.says("ana", "/release create web 1.0.0")
        served.says("ana", "/release create web 1.1.0")
        yield served


def _form(bot: ServedBot, line: str = "/deploy") -> dict[str, Any]:
    assert bot.says("ana", line) == {}
    return bot.modal("ana")


def _offered(bot: ServedBot, modal: dict[str, Any], field: str, typed: str = "") -> list[str]:
    block = next(block["block_id"] for block in modal["blocks"] if block["block_id"].split(":")[0] == field)
    answer = bot.sandbox.suggestions("ana", field, typed, view_id=modal["id"], block_id=block)
    return [option["text"]["text"] for option in answer["options"]]


def _close(bot: ServedBot, modal: dict[str, Any]) -> None:
    bot.sandbox.closes("ana", modal["id"])


def test_the_only_project_is_chosen_already_and_the_fields_offer_what_there_is(bot: ServedBot) -> None:
    modal = _form(bot)
    assert [block["block_id"] for block in modal["blocks"]] == ["project", "release:web", "environment:web"]
    assert _offered(bot, modal, "project") == ["web"]
    assert _offered(bot, modal, "release") == ["1.1.0", "1.0.0"]
    assert _offered(bot, modal, "environment") == ["staging", "production"]
    assert _offered(bot, modal, "environment", "prod") == ["production"]
    _close(bot, modal)


def test_what_was_typed_is_filled_in(bot: ServedBot) -> None:
    modal = _form(bot, "/deploy web 1.0.0")
    release = next(block for block in modal["blocks"] if block["block_id"] == "release:web")
    assert release["element"]["initial_option"]["value"] == "1.0.0"
    _close(bot, modal)


def test_the_form_deploys(bot: ServedBot) -> None:
    modal = _form(bot, "/deploy web 1.0.0")
    answer = bot.sandbox.submits("ana", modal["id"], {"environment:web": {"environment": "staging"}})
    assert answer["ok"], answer
    assert not answer["response"]
    assert bot.card(1, "Done in")


def test_a_new_version_is_created_on_the_way(bot: ServedBot) -> None:
    modal = _form(bot)
    assert _offered(bot, modal, "release", "2.0.0")[0] == "Create release 2.0.0"
    values = {"release:web": {"release": "2.0.0"}, "environment:web": {"environment": "staging"}}
    answer = bot.sandbox.submits("ana", modal["id"], values)
    assert answer["ok"], answer
    assert not answer["response"], answer
    assert bot.card(2, "Done in")["text"].startswith("web 2.0.0 → staging")


def test_what_may_not_be_done_any_more_is_refused_at_its_field(bot: ServedBot) -> None:
    modal = _form(bot, "/deploy web 1.0.0")
    answer = bot.sandbox.submits("ana", modal["id"])
    assert not answer["ok"] or answer["response"]["errors"] == {"environment:web": "Choose an environment."}
    _close(bot, modal)


def test_choosing_the_project_again_forgets_the_rest(bot: ServedBot) -> None:
    modal = _form(bot, "/deploy web 1.0.0")
    bot.sandbox.clicks("ana", "project", view_id=modal["id"], value="web")
    fresh = bot.sandbox.wait_for(lambda _: _refreshed(bot, modal["hash"]))
    release = next(block for block in fresh["blocks"] if block["block_id"] == "release:web")
    assert "initial_option" not in release["element"]
    _close(bot, modal)


def _refreshed(bot: ServedBot, old_hash: str) -> dict[str, Any] | None:
    modal = bot.modal("ana")
    return modal if modal["hash"] != old_hash else None


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("/deploy wob", "There is no project wob. Did you mean web?"),
        ("/deploy web 1 2 3 4", "That is too much"),
        ("/deploy web to nowhere", "There is no environment nowhere."),
        ("/deploy web <b>", "cannot be a version"),
    ],
)
def test_what_cannot_be_filled_in_is_said_instead(bot: ServedBot, line: str, words: str) -> None:
    assert words in bot.says("ana", line)["text"]


def test_who_may_deploy_nothing_is_told_so(bot: ServedBot) -> None:
    assert "You may not deploy anything yet." in bot.says("ben", "/deploy")["text"]


def test_members_of_a_slack_group_may_what_its_team_may(bot: ServedBot) -> None:
    refused = bot.says("eva", "/deploy web 1.0.0 to staging")
    assert "may not deploy" in refused["text"]
    group = bot.sandbox.post("usergroups", handle="sre", users=["eva"])["usergroup"]
    assert group["id"].startswith("S0SRE"), "the configuration of this test names it"

    def deployed(_state: Any) -> bool:
        return bot.says("eva", "/deploy web 1.0.0 to staging") == {}

    assert bot.sandbox.wait_for(deployed)
