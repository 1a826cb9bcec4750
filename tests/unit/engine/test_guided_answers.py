"""Which failure an answer means, where several are asked about, and how machines are named in it."""

from __future__ import annotations

import pytest

from engine.services.errors import (
    NoneLeft,
    SeveralQuestions,
    UnknownName,
)
from engine.services.views import TaskState, Verdict
from tests.support.engine import Deck
from tests.support.guided import (
    FAILS,
    FILES,
    ROLLING,
    asked,
    failing,
    says,
)


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOREDECK_TEST_KEY", "a key")


BESIDE = """\
steps:
  - step: build
    target_tags: [web]
    run_script: {inline: echo build}
  - step: tell
    name: Tell them
    start_trigger: with_previous
    target_tags: [web]
    run_script: {inline: echo tell}
"""


def open_machines(deck: Deck, number: int) -> dict[str, set[str]]:
    pending = (asked for asked in deck.task(number).interruptions if asked.is_pending)
    return {asked.step_slug: {run.machine for run in asked.still_open} for asked in pending}


def failing_beside(deck: Deck) -> int:
    deck.configured(BESIDE, FILES)
    for step in ("build", "tell"):
        deck.workers.when("Tell them" if step == "tell" else step, *[FAILS] * 4)
    number = deck.deploys()
    deck.works()
    return number


@pytest.mark.parametrize("machines", [(), ("web-1",)])
def test_an_answer_that_fits_two_steps_is_refused_and_says_how_to_name_one(
    deck: Deck, machines: tuple[str, ...]
) -> None:
    number = failing_beside(deck)
    with pytest.raises(SeveralQuestions) as refused:
        says(deck, number, Verdict.IGNORE, *machines)
    assert str(refused.value) == f"Deployment #{number} waits for answers about “build” and “Tell them”. " + (
        "Nothing was changed."
    )
    assert "add `on tell`" in refused.value.hint


@pytest.mark.parametrize("name", ["tell", "Tell them", "TELL"])
def test_a_step_that_is_named_is_the_one_that_is_meant_with_all_its_machines_or_some(deck: Deck, name: str) -> None:
    number = failing_beside(deck)
    before = open_machines(deck, number)
    says(deck, number, Verdict.IGNORE, name, "web-1")
    assert open_machines(deck, number) == {"build": before["build"], "tell": before["tell"] - {"web-1"}}
    says(deck, number, Verdict.IGNORE, name)
    assert open_machines(deck, number) == {"build": before["build"]}
    says(deck, number, Verdict.IGNORE)  # one question is left, and needs no name
    assert deck.task(number).state is TaskState.SUCCESS


def test_a_machine_that_failed_in_one_step_only_tells_which_is_meant(deck: Deck) -> None:
    number = failing_beside(deck)
    says(deck, number, Verdict.IGNORE, "build", "web-1")
    says(deck, number, Verdict.IGNORE, "web-1")
    assert {step: "web-1" in machines for step, machines in open_machines(deck, number).items()} == {
        "build": False,
        "tell": False,
    }


def test_a_machine_that_is_called_like_its_step_is_the_machine(deck: Deck) -> None:
    number = failing(deck, ROLLING.replace("- step: install", "- step: web-1"), *[FAILS] * 4, step="web-1")
    says(deck, number, Verdict.EXCLUDE, "web-1")
    assert {run.machine for run in asked(deck, number).still_open} == {"web-2", "web-3", "web-4"}


TWO_APPROVALS = """\
steps:
  - step: sign-off
    manual_intervention: {instructions: Good?, teams: [release-managers]}
  - step: budget
    start_trigger: with_previous
    manual_intervention: {instructions: Paid?, teams: [release-managers]}
"""


def test_of_two_approvals_beside_each_other_the_one_that_is_named_is_answered(deck: Deck) -> None:
    deck.configured(TWO_APPROVALS, FILES)
    number = deck.deploys()
    deck.works()
    with pytest.raises(SeveralQuestions, match="“sign-off” and “budget”"):
        says(deck, number, Verdict.PROCEED, by="eva")
    says(deck, number, Verdict.PROCEED, "budget", by="eva")
    assert [asked.step_slug for asked in deck.task(number).interruptions if asked.is_pending] == ["sign-off"]


def test_failed_machines_are_named_by_patterns_and_ranges_and_by_what_is_left_out(deck: Deck) -> None:
    number = failing(deck, ROLLING, *[FAILS] * 4, step="install")
    failed = {run.machine for run in asked(deck, number).still_open}
    assert failed == {"web-1", "web-2", "web-3", "web-4"}
    with pytest.raises(NoneLeft):
        says(deck, number, Verdict.IGNORE, "web-1", without=("web-*",))
    with pytest.raises(UnknownName):
        says(deck, number, Verdict.IGNORE, without=("db*",))
    says(deck, number, Verdict.IGNORE, "web-1..3", without=("web-2",))
    assert {run.machine for run in asked(deck, number).still_open} == {"web-2", "web-4"}
    says(deck, number, Verdict.EXCLUDE, without=("web-4",))
    assert {run.machine for run in asked(deck, number).still_open} == {"web-4"}
