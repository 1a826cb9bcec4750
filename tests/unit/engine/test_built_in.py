"""When the built-in worker may run a script: enabled, and not as the bot's own account where that is kept out."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from engine import definitions
from engine.contracts import BuiltIn
from engine.services import built_in, deployments
from engine.services.built_in import BuiltInDisabled, EnvironmentProtected
from engine.services.views import TaskState
from tests.support.definition_folders import problems_of, write_folder
from tests.support.engine import Deck

TWO_STEPS = """\
steps:
  - step: ask
    manual_intervention: {teams: [release-managers], instructions: Shall it?}
  - step: build
    run_script: {inline: echo build}
"""
ASK_ONLY = TWO_STEPS[: TWO_STEPS.index("  - step: build")]
MAIN_WITHOUT_ENVIRONMENTS = """\
foredeck: 1
defaults: {slack_channel: deployments}
people: {ana: {}, ben: {}, eva: {}}
teams: {devs: {people: [ana]}, release-managers: {people: [ben, eva]}}
grants: [{team: devs, roles: [deployment_creator, release_creator]}]
"""
PROTECTED = {
    "environments.yml": "staging: {protected: true}\nproduction: {}\n",
    "foredeck.yml": MAIN_WITHOUT_ENVIRONMENTS,
}
DISABLED = {"built_in_worker.yml": "enabled: false\n"}


def test_it_is_read_as_it_is_written(tmp_path: Path) -> None:
    text = "run_as: foredeck-scripts\nlimits: {time: 1h, memory: 2GB, processes: 200, output: 512MB}\n"
    loaded = definitions.load(write_folder(tmp_path, {"built_in_worker.yml": text}))
    found = loaded.built_in_worker
    assert (found.enabled, found.run_as, found.time) == (True, "foredeck-scripts", timedelta(hours=1))
    assert (found.memory, found.processes, found.output) == (2 << 30, 200, 512 << 20)
    assert definitions.parse_stored(loaded.to_json()) == loaded
    assert built_in.settings_of(loaded) == BuiltIn("foredeck-scripts", 2 << 30, 200)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "run_as: root\n",
            "1: run_as: As root, scripts could do everything on the bot's machine. "
            "Use an account without rights, for example foredeck-scripts.",
        ),
        ("run_as: a b\n", "1: run_as: This is not the name of an account. For example foredeck-scripts."),
        (
            "limits: {memory: 512}\n",
            "1: limits.memory: This is not a size. Write a whole number and its unit: `512kB`, `512MB` or `2GB`.",
        ),
        ("limits: {memory: 1MB}\n", "1: limits.memory: The least possible size is 16384kB."),
        (
            "limits: {processes: 50}\n",
            "1: limits.processes: Without `run_as` this would count the processes of the bot, too. "
            "Add `run_as`, or remove `processes`.",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    problems = problems_of(tmp_path, {"built_in_worker.yml": text})
    assert problems == [f"built_in_worker.yml:{told}"]


def test_a_protected_environment_refuses_scripts_under_the_account_of_the_bot(deck: Deck) -> None:
    deck.configured(TWO_STEPS, PROTECTED)
    with pytest.raises(EnvironmentProtected) as refused:
        deck.deploys()
    assert str(refused.value).startswith("staging is protected, and build would run on the built-in worker")
    assert "`built_in_worker: {run_as: …}`" in refused.value.hint


def test_with_an_account_of_their_own_scripts_may_run_there(deck: Deck) -> None:
    deck.configured(TWO_STEPS, {**PROTECTED, "built_in_worker.yml": "run_as: nobody\n"})
    assert deck.deploys() == 1


def test_what_runs_no_script_may_go_anywhere(deck: Deck) -> None:
    assert deck.configured(ASK_ONLY, {**PROTECTED, **DISABLED}).deploys() == 1


def test_switched_off_it_runs_nothing_and_the_plan_says_so(deck: Deck) -> None:
    deck.configured(TWO_STEPS, DISABLED)
    with pytest.raises(BuiltInDisabled, match="build would run on the built-in worker, which is disabled"):
        deck.deploys()
    with deck.db.read() as session:
        assert session.execute(deployments.select(deployments.Task)).all() == []


def test_what_was_asked_for_before_it_was_protected_is_refused_when_its_turn_comes(deck: Deck) -> None:
    number = deck.configured(TWO_STEPS).deploys()
    deck.works()
    deck.configured(TWO_STEPS, PROTECTED)
    deck.proceeds(number)
    deck.works()
    task = deck.task(number)
    assert task.state is TaskState.FAILED
    assert task.failed_steps[0].detail.startswith("staging is protected, and build would run")
    assert deck.workers.requests == [], "nothing was started"
