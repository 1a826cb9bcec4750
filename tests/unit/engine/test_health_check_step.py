"""The step that looks at the targets of a deployment: who is not well fails it or is left out, who came takes part."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import definitions
from engine.contracts import Health, HealthState
from engine.domain.processes import HealthCheck
from engine.services.views import TaskState
from tests.support.engine import Deck
from tests.support.machines import MACHINES, ROLES, with_machines

OFF = Health(HealthState.UNAVAILABLE, "It did not answer.")
ILL = Health(HealthState.UNHEALTHY, "Its disk is full.")
WARM = Health(HealthState.HAS_WARNINGS, "It is warm.")


def process(check: str = "{}") -> str:
    return f"""\
steps:
  - {{step: look, target_tags: [web], health_check: {check}}}
  - {{step: install, target_tags: [web], run_script: {{inline: echo there}}}}
"""


def deployed(deck: Deck, check: str = "{}", **found: Health) -> int:
    """A deployment whose health check finds these (`_` for `-`)."""
    with_machines(deck, process(check))
    deck.workers.health = {machine.replace("_", "-"): health for machine, health in found.items()}
    number = deck.deploys()
    deck.works()
    return number


def installed_on(deck: Deck, number: int) -> list[str]:
    return [run.machine for run in deck.runs(number) if run.step == 1 and run.started_at is not None]


def reasons(deck: Deck, number: int, step: int = 0) -> dict[str, str]:
    return {run.machine: run.reason for run in deck.runs(number) if run.step == step}


def test_all_that_are_well_take_part_those_with_warnings_too(deck: Deck) -> None:
    number = deployed(deck, web_2=WARM)
    assert deck.task(number).state is TaskState.SUCCESS
    assert installed_on(deck, number) == ["web-1", "web-2", "web-3"]
    assert reasons(deck, number)["web-2"] == "It is warm."
    assert [request.step_name for request in deck.workers.requests] == ["install"] * 3, "a look is no script"


@pytest.mark.parametrize("found", [OFF, ILL])
def test_when_nothing_is_said_one_that_is_not_well_fails_it(deck: Deck, found: Health) -> None:
    number = deployed(deck, web_2=found)
    assert deck.task(number).state is TaskState.FAILED
    assert installed_on(deck, number) == []
    assert reasons(deck, number)["web-2"] == found.message


@pytest.mark.parametrize(
    ("check", "found", "left"),
    [
        ("{unavailable: skip}", OFF, ["web-1", "web-3"]),
        ("{unhealthy: exclude}", ILL, ["web-1", "web-3"]),
        ("{unavailable: skip}", ILL, []),
        ("{unhealthy: exclude}", OFF, []),
    ],
)
def test_it_goes_on_without_those_that_it_is_told_to(deck: Deck, check: str, found: Health, left: list[str]) -> None:
    number = deployed(deck, check, web_2=found)
    assert installed_on(deck, number) == left
    if left:
        assert deck.task(number).state is TaskState.SUCCESS
        why = f"left out: web-2 is {found.state}: {found.message}"
        assert (reasons(deck, number)["web-2"], reasons(deck, number, 1)["web-2"]) == (why, why)


def test_when_nobody_is_left_the_deployment_has_failed(deck: Deck) -> None:
    number = deployed(deck, "{unavailable: skip}", web_1=OFF, web_2=OFF, web_3=OFF)
    assert deck.task(number).state is TaskState.FAILED
    assert deck.steps(number)["install"] == "failed"


def test_what_it_finds_is_what_is_known_of_the_machine_from_then_on(deck: Deck) -> None:
    from engine.services import machine_views

    deployed(deck, "{unavailable: skip}", web_2=OFF)
    known = machine_views.one(deck.db, deck.clock(), person="ben", slug="web-2")
    assert (known.state, known.why) == (HealthState.UNAVAILABLE, "It did not answer.")


def test_it_can_ask_for_the_connection_only(deck: Deck) -> None:
    policies = 'default: {health_check: {inline: "df -h"}}\n'
    with_machines(deck, process("{type: connection}"), machine_policies=policies)
    deck.deploys()
    deck.works()
    assert {check.connection_only for _, check in deck.workers.checked} == {True}
    assert {check.script for _, check in deck.workers.checked} == {None}


WAITS = """\
steps:
  - {step: prepare, target_tags: [web], run_script: {inline: echo one}}
  - {step: confirm, manual_intervention: {teams: [release-managers], instructions: "Good?"}}
  - {step: look, target_tags: [web], health_check: {new_targets: NEW}}
  - {step: install, target_tags: [web], run_script: {inline: echo two}}
"""


def with_one_more(deck: Deck, word: str, **choices: object) -> int:
    """While a person is asked, web-4 is put into the configuration."""
    text = WAITS.replace("NEW", word)
    with_machines(deck, text)
    number = deck.deploys(**choices)  # type: ignore[arg-type]
    deck.works()
    one = MACHINES["targets.yml"].splitlines()[0]
    with_machines(deck, text, targets=MACHINES["targets.yml"] + one.replace("web-1", "web-4") + "\n")
    deck.proceeds(number)
    deck.works()
    assert deck.task(number).state is TaskState.SUCCESS
    return number


def ran(deck: Deck, number: int, step: int) -> list[str]:
    return sorted(run.machine for run in deck.runs(number) if run.step == step)


def test_a_target_that_came_meanwhile_takes_part_from_there_on(deck: Deck) -> None:
    number = with_one_more(deck, "include")
    assert ran(deck, number, 0) == ["web-1", "web-2", "web-3"]
    assert ran(deck, number, 2) == ran(deck, number, 3) == ["web-1", "web-2", "web-3", "web-4"]
    assert deck.task(number).added == (("web-4", "it came before look"),)


def test_unless_the_step_says_nothing_of_it(deck: Deck) -> None:
    number = with_one_more(deck, "ignore")
    assert ran(deck, number, 3) == ["web-1", "web-2", "web-3"]


def test_or_somebody_chose_the_targets(deck: Deck) -> None:
    number = with_one_more(deck, "include", on=("web-1", "web-2"))
    assert ran(deck, number, 3) == ["web-1", "web-2"]


def checked(folder: Path, step: str) -> list[str]:
    files = {"foredeck.yml": ROLES, **MACHINES, "projects/web/project.yml": "slug: web\n",
             "projects/web/process.yml": f"steps: [{{step: look, {step}}}]\n"}  # fmt: skip
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return [problem.message for problem in definitions.check(folder)]


@pytest.mark.parametrize(
    ("step", "messages"),
    [
        ("target_tags: [web], health_check: {type: connection, unavailable: skip}", []),
        ("target_tags: [web], health_check: {unavailable: ignore}", ['"ignore" is not a choice here.']),
        ("health_check: {}", ["A health check looks at targets, and the step names no target tags."]),
        ("target_tags: [web], health_check: {}, retries: {attempts: 1, delay: 1s}",
         ["`retries` means nothing beside `health_check`."]),
        ("target_tags: [web], health_check: {}, run_script: {inline: df}",
         ["`run_script` and `health_check` exclude each other."]),
    ],
)  # fmt: skip
def test_what_is_wrong_with_it_is_said(tmp_path: Path, step: str, messages: list[str]) -> None:
    assert checked(tmp_path, step) == messages


def test_it_is_frozen_with_the_release(deck: Deck) -> None:
    with_machines(deck, process("{type: connection, unavailable: skip, new_targets: include}"))
    loaded = definitions.load(deck.config)
    work = HealthCheck(connection_only=True, skips_unavailable=True, includes_new=True)
    assert loaded.projects["web"].process.steps[0].actions[0].work == work
    assert definitions.parse_stored(loaded.to_json()).projects == loaded.projects
