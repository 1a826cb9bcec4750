"""Packages in chat: what is there is offered and installed, and what is nowhere is refused with the nearest."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.bot_workspaces import BotWorkspace, serve_workspace
from tests.support.packages import an_archive, in_folder, push
from tests.support.served_bot import FOREDECK

API = "grants:\n  - {team: web-devs, roles: [deployment_creator, release_creator], when: {project: api}}"
INSTALL = "steps:\n  - {step: install, deploy_package: {package: app, root: ROOT}}\n"


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BotWorkspace]:
    """`web` is pushed, 1.4.0 and 1.5.0 of it; `api` lies in a folder."""
    folder = tmp_path_factory.mktemp("bot")
    builds = in_folder(folder / "builds", "2.0.0")
    project = """slug: web
packages:
  app: {feed: built-in}
"""
    process = INSTALL.replace("ROOT", str(folder / "apps"))
    api = folder / "config/projects/api"
    api.mkdir(parents=True)
    (api / "process.yml").write_text(process)
    (api / "project.yml").write_text(
        f'slug: api\npackages:\n  app: {{folder: {builds}, file: "web-{{version}}.tgz"}}\n'
    )
    foredeck = FOREDECK.replace("grants:", API)
    with serve_workspace(folder, process=process, foredeck=foredeck, project=project) as served:
        for version in ("1.4.0", "1.5.0"):
            push(served.db, folder / "state", version, an_archive({"index.html": version}))
        yield served


def test_a_version_that_was_never_pushed_is_refused_and_the_nearest_is_one_press_away(bot: BotWorkspace) -> None:
    answer = bot.ana.types("/deploy web 1.40 to staging")
    assert answer.message is not None
    assert "web has no release 1.40, and the built-in feed has no app 1.40." in answer.text
    assert "The nearest are 1.4.0 and 1.5.0." in answer.text
    assert answer.buttons == ["Create release 1.4.0 and deploy", "Create release 1.5.0 and deploy"]
    answer.button("Create release 1.4.0 and deploy").click(as_=bot.ana)
    bot.card("web 1.4.0 → staging").wait_for("Done in")
    assert (bot.folder / "apps/staging/app/current/index.html").read_text() == "1.4.0"


def test_the_form_offers_what_was_pushed_and_nothing_else(bot: BotWorkspace) -> None:
    bot.ana.types("/deploy web")
    form = bot.ana.modal
    assert form.field("Release").options("1.5") == ["Create release 1.5.0"]
    assert form.field("Release").options("1.50") == []
    form.close()


def test_a_release_is_answered_with_what_it_is_made_with_or_with_why_it_is_none(bot: BotWorkspace) -> None:
    assert "It is made with app 2.0.0 (SHA-256 " in bot.ana.types("/release create api 2.0.0").text
    refused = bot.ana.types("/release create api 2.00").text
    assert "api 2.00 is no release: the folder" in refused
    assert "The nearest is 2.0.0." in refused


def test_a_deployment_of_what_is_nowhere_ends_as_refused_on_its_card(bot: BotWorkspace) -> None:
    answer = bot.ana.types("/deploy api 20.0 to staging")
    answer.button("Create release 20.0 and deploy").click(as_=bot.ana)
    bot.card("api 20.0 → staging").wait_for("Refused: the folder", "has no app 20.0. The nearest is 2.0.0.")
