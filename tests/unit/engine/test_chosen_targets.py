"""Only some targets, or all but some: what is meant, what is done there, and what is live afterwards."""

from __future__ import annotations

import pytest

from engine.domain.chosen_targets import NoSuchTarget, not_chosen
from engine.services import deployments, live, offers
from engine.services.choices import Choices
from engine.services.errors import NothingThere, UnknownName
from engine.services.views import TaskState
from tests.support.engine import Deck
from tests.unit.engine.test_target_flow import FILES, ROLLING

WEBS = ("web-1", "web-2", "web-10", "db")
TAGS = {"web-1": ("web", "canary"), "web-2": ("web", "canary"), "web-10": ("web", "db"), "db": ("db",)}


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOREDECK_TEST_KEY", "a key")


@pytest.mark.parametrize(
    ("on", "without", "left_out"),
    [
        ((), (), ()),
        (["web-1"], (), ("web-2", "web-10", "db")),
        (["WEB-1", "db"], (), ("web-2", "web-10")),
        ((), ["web-2"], ("web-2",)),
        (["web-*"], ["web-1?"], ("web-10", "db")),
        (["web-1..9"], (), ("web-10", "db")),
        (["web-01..web-02"], (), ("web-10", "db")),
        (["web-{2..10}"], (), ("web-1", "db")),
        (["canary"], (), ("web-10", "db")),
        ((), ["Tag:canary", "db"], ("web-1", "web-2", "db")),
    ],
)
def test_names_patterns_ranges_and_tags_say_which(on: list[str], without: list[str], left_out: tuple[str, ...]) -> None:
    assert not_chosen(WEBS, on, without, TAGS) == left_out


@pytest.mark.parametrize("choice", [{"on": ["web-9"]}, {"without": ["x*"]}, {"on": ["web-3..9"]}, {"on": ["cache"]}])
def test_what_names_nothing_is_refused(choice: dict[str, list[str]]) -> None:
    with pytest.raises(NoSuchTarget):
        not_chosen(WEBS, choice.get("on", ()), choice.get("without", ()))


def test_only_the_chosen_get_it_and_a_step_without_any_says_why(deck: Deck) -> None:
    number = deck.configured(ROLLING, FILES).deploys(on=["web-1", "web-3"])
    deck.works()
    task = deck.task(number)
    assert task.state is TaskState.SUCCESS
    assert [m.slug for m in task.steps[1].machines] == ["web-1", "web-3"]
    assert task.left_out == (("migrate", "none of its targets was chosen"),)
    assert task.not_chosen == ("web-2", "web-4", "db")


def test_status_says_which_targets_have_what(deck: Deck) -> None:
    deck.configured(ROLLING, FILES)
    deck.deploys(version="1.0.0")
    deck.works()
    deck.deploys(version="1.1.0", without=["web-2", "db"])
    deck.works()
    deck.deploys(version="1.2.0", on=["web-4"])
    deck.works()
    staging = live.of_project(deck.db, person="ana", project="web")[0]
    assert (staging.version, staging.targets_done, staging.targets) == ("1.2.0", 1, 5)
    assert staging.elsewhere == (("1.1.0", 2), ("1.0.0", 2))


def test_an_unknown_target_is_refused_with_the_nearest(deck: Deck) -> None:
    deck.configured(ROLLING, FILES)
    with pytest.raises(UnknownName, match="There is no target in staging `web-9`") as refused:
        deck.deploys(on=["web-9"])
    assert refused.value.suggestions[0].startswith("web-")


def test_targets_on_which_nothing_runs_are_refused(deck: Deck) -> None:
    deck.configured(ROLLING.replace("  - step: migrate\n    target_tags: db\n", "  - step: migrate\n"), FILES)
    with pytest.raises(NothingThere, match="No step of this deployment runs on db"):
        deck.deploys(on=["db"])


def test_a_plan_shows_the_choice(deck: Deck) -> None:
    deck.configured(ROLLING, FILES)
    view = deployments.preview(
        deck.db, project="web", version="1.0.0", environment="staging", choices=Choices(on=["web-2"])
    )
    assert view.steps[1].where == "1 target: web-2"


def test_what_was_typed_so_far_offers_names_ranges_patterns_and_tags() -> None:
    there = {f"web-{n}": ("web",) for n in range(1, 13)} | {"db": ("data", "canary")}

    def offered(typed: str) -> list[tuple[str, int | None]]:
        return [(offer.name, offer.count) for offer in offers.matching(there, typed)]

    assert offered("")[:4] == [("tag:web", 12), ("tag:data", 1), ("tag:canary", 1), ("web-1", None)]
    assert offered("WEB-1") == [("web-1", None), ("web-10", None), ("web-11", None), ("web-12", None)]
    assert offered("web")[:2] == [("web-*", 12), ("tag:web", 12)]
    assert offered("web-3..5") == [("web-3..5", 3)]
    assert offered("d?") == [("d?", 1)]
    assert offered("can") == [("tag:canary", 1)]
    assert offered("nothing") == []
