"""Releases: created on purpose only, and frozen."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine.models import Release
from engine.services import deployments, releases
from engine.services.errors import (
    InvalidVersion,
    NotPermitted,
    ReleaseExists,
    ReleaseNotFound,
    UnknownEnvironment,
    UnknownProject,
)
from engine.services.views import ReleaseView
from tests.support.engine import MAIN, Deck


def create(deck: Deck, version: str, by: str = "ana") -> ReleaseView:
    return releases.create(deck.db, deck.clock(), person=by, project="web", version=version)


def deploy(deck: Deck, version: str, by: str = "ana", environment: str = "staging", project: str = "web") -> int:
    """Without creating anything."""
    return deployments.request(
        deck.db, deck.clock(), person=by, project=project, version=version, environment=environment
    ).number


def count(deck: Deck) -> int:
    with deck.db.read() as session:
        return len(session.scalars(select(Release.id)).all())


def test_a_version_that_does_not_exist_is_never_created_silently(deck: Deck) -> None:
    create(deck, "1.3.0")
    with pytest.raises(ReleaseNotFound) as caught:
        deploy(deck, "1.4.0")
    assert str(caught.value) == "web has no release 1.4.0."
    assert caught.value.hint == "The newest is 1.3.0. Create it with `foredeck release create web 1.4.0`."
    assert caught.value.can_create
    assert count(deck) == 1


def test_who_may_not_create_releases_is_not_offered_it_and_cannot(deck: Deck) -> None:
    grants = "grants:\n  - {team: devs, roles: [deployment_creator]}\n"
    deck.configured(files={"foredeck.yml": MAIN.replace(MAIN[MAIN.index("grants") : MAIN.index("environ")], grants)})
    with pytest.raises(ReleaseNotFound) as caught:
        deploy(deck, "1.4.0")
    assert not caught.value.can_create
    with pytest.raises(NotPermitted, match="ana may not create releases of web"):
        deck.deploys(version="1.4.0")
    assert count(deck) == 0


def test_a_release_is_created_once(deck: Deck) -> None:
    create(deck, "1.4.0")
    with pytest.raises(ReleaseExists, match=r"web 1\.4\.0 exists already; it was created by ana\."):
        create(deck, "1.4.0")


@pytest.mark.parametrize("version", ["", " ", "-1", "1 2", "1/2", "v1;rm", "1\n", "x" * 350, "../x", "#1"])
def test_what_cannot_be_a_version_is_refused(deck: Deck, version: str) -> None:
    with pytest.raises(InvalidVersion):
        create(deck, version)
    with pytest.raises(InvalidVersion):
        deploy(deck, version)


@pytest.mark.parametrize("version", ["1", "1.4.0", "2026.05.04-nightly+7", "v1_2", "x" * 349])
def test_many_styles_of_versions_are_fine(deck: Deck, version: str) -> None:
    assert create(deck, version).version == version


def test_what_a_release_froze_a_later_configuration_does_not_change(deck: Deck) -> None:
    create(deck, "1.0.0")
    deck.configured("steps: [{step: other, run_script: {inline: echo other}}]\n")
    number = deploy(deck, "1.0.0")
    assert [step.slug for step in deck.task(number).steps] == ["build"]
    create(deck, "1.1.0")
    deck.works()
    newer = deploy(deck, "1.1.0")
    assert [step.slug for step in deck.task(newer).steps] == ["other"]


def test_variables_are_frozen_with_it(deck: Deck) -> None:
    deck.configured(files={"projects/web/variables.yml": "Color: [{value: blue}]\n"})
    create(deck, "1.0.0")
    deck.configured(files={"projects/web/variables.yml": "Color: [{value: red}]\n"})
    deploy(deck, "1.0.0")
    deck.works()
    assert deck.workers.requests[0].variables["Color"] == "blue"


def test_a_plan_that_is_under_way_is_not_changed_by_a_reload(deck: Deck) -> None:
    deck.configured("steps: [{step: one, run_script: {inline: a}}, {step: two, run_script: {inline: b}}]\n")
    number = deck.deploys()
    deck.works(rounds=1)
    deck.configured("steps: [{step: other, run_script: {inline: c}}]\n")
    deck.works()
    assert deck.steps(number) == {"one": "succeeded", "two": "succeeded"}


def test_unknown_names_are_answered_with_those_that_look_like_them(deck: Deck) -> None:
    with pytest.raises(UnknownProject) as project:
        deploy(deck, "1.0.0", project="wab")
    assert str(project.value) == "There is no project `wab`."
    assert project.value.hint == "Did you mean web?"
    with pytest.raises(UnknownEnvironment) as environment:
        deploy(deck, "1.0.0", environment="prod")
    assert environment.value.hint == "Did you mean production?"


def test_the_newest_releases_are_listed_with_where_they_are(deck: Deck) -> None:
    for version in ("1.0.0", "1.1.0"):
        deck.deploys(version=version)
        deck.works()
    deck.deploys(version="1.0.0", environment="production")
    deck.works()
    found = releases.recent(deck.db, person="ana", project="web")
    assert [(view.version, view.deployed_to) for view in found] == [("1.1.0", ("staging",)), ("1.0.0", ("production",))]
    assert [view.version for view in releases.recent(deck.db, person="ana", project="web", prefix="1.1")] == ["1.1.0"]
    assert releases.recent(deck.db, person="ana", project="web", prefix="%") == ()


def test_the_version_that_was_typed_comes_before_newer_ones_that_only_contain_it(deck: Deck) -> None:
    for version in ("1.4", *(f"1.4.{n}" for n in range(6))):
        create(deck, version)
    found = releases.recent(deck.db, person="ana", project="web", prefix="1.4", limit=3)
    assert [view.version for view in found] == ["1.4", "1.4.5", "1.4.4"]


def test_who_may_see_nothing_of_a_project_sees_no_releases(deck: Deck) -> None:
    with pytest.raises(NotPermitted, match="mia may not see releases of web"):
        releases.recent(deck.db, person="mia", project="web")


def test_the_same_press_twice_is_one_deployment_for_all_who_may_ask_for_it(deck: Deck) -> None:
    deck.configured(files={"foredeck.yml": MAIN.replace("{people: [ana]}", "{people: [ana, mia]}")})
    create(deck, "1.0.0")

    def press(person: str) -> int:
        return deployments.request(
            deck.db,
            deck.clock(),
            person=person,
            project="web",
            version="1.0.0",
            environment="staging",
            request_key="T1:V1",
        ).number

    assert press("ana") == press("ana") == press("mia")
    with pytest.raises(NotPermitted, match="ben may not deploy web to staging"):
        press("ben")
