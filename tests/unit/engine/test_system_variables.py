"""The variables that Foredeck sets: the table, the page, and what a real deployment is given are the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.contracts import Outcome
from engine.domain.system_names import TABLE
from engine.services import deployments, runbooks
from tests.support.engine import MAIN, Deck
from tests.support.engine_workers import ends

PAGE = (Path(__file__).parents[3] / "docs" / "scripts.md").read_text()
PROCESS = """\
steps:
  - {step: build, run_script: {inline: a}}
  - {step: install, run_script: {inline: b}}
  - {step: tell, name: Tell everybody, run_condition: failure, worker_pool: linux, run_script: {inline: c}}
  - {step: reach, run_condition: failure, target_tags: web, run_script: {inline: d}}
"""
MACHINES = """\
accounts:
  deploy: {type: ssh_key, username: deploy, private_key: {secret: "env:FOREDECK_TEST_KEY"}}
targets:
  web-1:
    ssh: "web-1.example.org:22"
    account: deploy
    host_key: "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"
    environments: [production]
    tags: [web]
"""


@pytest.fixture
def given(deck: Deck, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What the third step of the second deployment got, what the last one got of its machine, and what a runbook got
    of itself; the first step failed, and the deployment before succeeded.
    """
    monkeypatch.setenv("FOREDECK_TEST_KEY", "a key")
    main = MAIN.replace("ana: {slack: U01ANA}", "ana: {name: Ana Novak, slack: U01ANA}").replace(
        "production: {}", "production: {name: Production}"
    )
    main = main.replace("release_creator]", "release_creator, runbook_producer]")
    main += "worker_pools:\n  linux: {name: Linux, default: true}\n" + MACHINES
    restart = "name: Restart\nsteps: [{step: restart, run_script: {inline: echo restart}}]\n"
    files = {"projects/web/project.yml": "slug: web\nname: Web shop\n", "projects/web/runbooks/restart.yml": restart}
    deck.configured(PROCESS, {"foredeck.yml": main, **files})
    failure = ends(Outcome.FAILED, "The script ended with exit code 3.")
    deck.workers.when("build", ends(Outcome.SUCCEEDED), failure)
    for version in ("1.3.0", "1.4.0"):
        deployments.request(
            deck.db,
            deck.clock(),
            person="ana",
            project="web",
            version=version,
            environment="production",
            slack_channel_typed="C0DEPLOY",
            create_release=True,
        )
        deck.works()
    tell, reach = deck.workers.requests[-2:]
    of_machine = {name: value for name, value in reach.variables.items() if name.startswith("Octopus.Machine.")}
    runbooks.publish(deck.db, deck.clock(), person="ana", name="restart")
    runbooks.run(deck.db, deck.clock(), person="ana", name="restart", environment="production")
    deck.works()
    restarted = deck.workers.requests[-1].variables
    of_runbook = {name: value for name, value in restarted.items() if name.startswith("Octopus.Runbook")}
    return {name: str(value) for name, value in {**tell.variables, **of_machine, **of_runbook}.items()}


def concrete(name: str) -> str:
    """The name in the table as it is in this deployment."""
    action = "install" if name.endswith("IsSkipped") else "build"
    return name.replace("[STEP]", "[build]").replace("[ACTION]", f"[{action}]")


def test_each_variable_of_the_table_has_the_value_of_its_example(given: dict[str, str]) -> None:
    assert {row.name: given.get(concrete(row.name)) for row in TABLE} == {row.name: row.example for row in TABLE}


def test_a_deployment_sets_no_variable_that_is_not_in_the_table(given: dict[str, str]) -> None:
    general = {re.sub(r"(Step|Action)\[[^\]]+\]", lambda m: f"{m[1]}[{m[1].upper()}]", name) for name in given}
    assert general == {row.name for row in TABLE}


def test_the_page_lists_them_with_their_examples() -> None:
    rows = [f"| `{row.name}` | `{row.example}` | {row.meaning} |".replace("|  |", "| |") for row in TABLE]
    listed = [line for line in PAGE.splitlines() if re.match(r"\| `(Octopus|Foredeck)\.", line)]
    assert [line for line in listed if ".Output" not in line] == rows
