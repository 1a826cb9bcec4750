"""The `/deploy` form: typeahead by what one may do, new releases, errors at their fields; groups and strangers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.sandbox.testing.modals import Modal
from tests.support.bot_workspaces import BotWorkspace, number_of, serve_workspace
from tests.support.sandbox import JsonObject
from tests.support.served_bot import FOREDECK

GROUPED = FOREDECK.replace(
    "  release-managers: {people: [ben, eva]}",
    "  release-managers: {people: [ben]}\n  sre: {slack_group: S0SRE000000}",
).replace(
    "grants:",
    "grants:\n  - {team: sre, roles: [deployment_creator], when: {environment: staging}}",
)
QUICK = "steps:\n  - step: build\n    run_script: {inline: 'echo built'}\n"


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BotWorkspace]:
    """One bot for the tests of this file."""
    with serve_workspace(tmp_path_factory.mktemp("bot"), process=QUICK, foredeck=GROUPED) as served:
        served.ana.types("/release create web 1.0.0")
        served.ana.types("/release create web 1.1.0")
        yield served


@pytest.fixture
def form(bot: BotWorkspace) -> Iterator[Modal]:
    """What ana gets when she types the command alone."""
    yield from _opened(bot, "/deploy")


@pytest.fixture
def form_of_release(bot: BotWorkspace) -> Iterator[Modal]:
    """What ana gets when she types a release, too."""
    yield from _opened(bot, "/deploy web 1.0.0")


def _opened(bot: BotWorkspace, line: str) -> Iterator[Modal]:
    assert bot.ana.types(line).message is None
    modal = bot.ana.modal
    yield modal
    if modal.is_open:
        modal.close()


def test_the_only_project_is_chosen_already_and_the_fields_offer_what_there_is(form: Modal) -> None:
    assert form.values == {"Project": "web", "Release": "", "Environment": ""}
    assert form.field("Project").options() == ["web"]
    assert form.field("Release").options() == ["1.1.0", "1.0.0"]
    assert form.field("Environment").options() == ["staging", "production"]
    assert form.field("Environment").options("prod") == ["production"]


def test_what_was_typed_is_filled_in(form_of_release: Modal) -> None:
    assert form_of_release.values["Release"] == "1.0.0"


def test_the_plan_is_shown_on_top_of_the_form(bot: BotWorkspace, form_of_release: Modal) -> None:
    form_of_release.button("Plan").click(as_=bot.ana)
    bot.ana.modal_with("Choose a release and an environment first.").close()
    form_of_release.field("Environment").choose("staging")
    form_of_release.button("Plan").click(as_=bot.ana)
    bot.ana.modal_with("Plan", "web 1.0.0 → staging", "1. build", "built-in worker").close()
    assert form_of_release.values == {
        "Project": "web",
        "Release": "1.0.0",
        "Environment": "staging",
        "When a step fails": "As usual: nobody is asked",
    }


def test_the_form_deploys(bot: BotWorkspace, form_of_release: Modal) -> None:
    form_of_release.submit({"Environment": "staging"})
    bot.card("web 1.0.0 → staging", "Done in")


def test_a_new_version_is_created_on_the_way(bot: BotWorkspace, form: Modal) -> None:
    assert form.field("Release").options("2.0.0")[0] == "Create release 2.0.0"
    form.submit({"Release": "2.0.0", "Environment": "staging"})
    bot.card("web 2.0.0 → staging", "Done in")


def test_what_is_missing_is_asked_for_at_its_field(form_of_release: Modal) -> None:
    assert list(form_of_release.try_submit()) == ["Environment"]


def test_choosing_the_project_again_proposes_nothing_for_the_rest(bot: BotWorkspace, form_of_release: Modal) -> None:
    def release() -> JsonObject:
        (block,) = (block for block in form_of_release.raw["blocks"] if block["block_id"] == "release:web")
        element: JsonObject = block["element"]
        return element

    assert "initial_option" in release()
    form_of_release.field("Project").choose("web")
    bot.until(lambda _: "initial_option" not in release(), "an empty field for the release")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("/deploy wob", "There is no project wob. Did you mean web?"),
        ("/deploy web 1 2 3 4", "That is too much"),
        ("/deploy web to nowhere", "There is no environment nowhere."),
        ("/deploy web <b>", "cannot be a version"),
    ],
)
def test_what_cannot_be_filled_in_is_said_instead(bot: BotWorkspace, line: str, words: str) -> None:
    assert words in bot.ana.types(line).text


def test_who_may_deploy_nothing_is_told_so(bot: BotWorkspace) -> None:
    assert "You may not deploy anything yet." in bot.ben.types("/deploy").text


def test_who_may_deploy_nothing_is_offered_no_button_that_would_refuse(bot: BotWorkspace) -> None:
    answer = bot.ben.types("/deploy wob 1.0.0 to staging")
    assert "Did you mean web?" in answer.text
    assert "You may not deploy anything yet." in answer.text
    assert answer.buttons == []
    assert bot.ana.types("/deploy wob 1.0.0 to staging").buttons == ["Deploy web 1.0.0 to staging"]


def test_how_a_deployment_stands_is_not_told_to_who_may_not_see_it(bot: BotWorkspace) -> None:
    bot.ana.types("/deploy web 1.1.0 to staging")
    number = number_of(bot.card("web 1.1.0 → staging", "Done in"))
    assert "does not wait for an approval" in bot.ana.types(f"/deploy approve {number}").text
    assert "You may not see deployments of web to staging." in bot.eva.types(f"/deploy approve {number}").text


def test_members_of_a_slack_group_may_what_its_team_may(bot: BotWorkspace) -> None:
    assert "may not deploy" in bot.eva.types("/deploy web 1.0.0 to staging").text
    assert bot.set_group("sre", bot.eva).startswith("S0SRE"), "the configuration of this test names it"
    line = "/deploy web 1.0.0 to staging"
    bot.until(lambda _: bot.eva.types(line).message is None, "eva to be known as one of the group")
