"""Steps on targets, played by hand on a deck with scripted workers: where they run, how many at once, what is seen."""

from __future__ import annotations

import pytest

from engine.contracts import Outcome
from engine.services import deployments, explanations, live
from engine.services.errors import NoTargets, NotPermitted, UnknownName, UnknownProject
from engine.services.views import StepStatus, TaskState, TriedView
from tests.support.engine import Deck
from tests.support.engine_workers import ends

KEY = "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"
FILES = {
    "accounts.yml": 'deploy: {type: ssh_key, username: deploy, private_key: {secret: "env:FOREDECK_TEST_KEY"}}\n',
    "targets.yml": f"""\
"web-{{1..4}}": {{ssh: "{{}}.example.org:22", account: deploy, host_key: "{KEY}", environments: [staging], tags: [web]}}
db: {{ssh: "db.example.org:22", account: deploy, host_key: "{KEY}", environments: [staging, production], tags: [db]}}
""",
}
ROLLING = """\
steps:
  - step: build
    run_script: {inline: echo build}
  - step: install
    target_tags: [web]
    rolling: {window: 2}
    actions:
      - action: copy
        run_script: {inline: echo copy}
      - action: switch
        run_script: {inline: echo switch}
  - step: migrate
    target_tags: db
    run_script: {inline: echo migrate}
"""

FAILS = ends(Outcome.FAILED, "The script ended with exit code 3.", exit_code=3)


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOREDECK_TEST_KEY", "a key")


def where(deck: Deck, number: int, action: int = 0) -> list[tuple[int, str, str]]:
    """Each run as (step, machine, state)."""
    return [(run.step, run.machine, run.state) for run in deck.runs(number) if run.action == action]


def test_a_step_runs_on_each_target_that_has_its_tag_in_the_environment(deck: Deck) -> None:
    number = deck.configured(ROLLING, FILES).deploys()
    deck.works()
    task = deck.task(number)
    assert task.state is TaskState.SUCCESS
    assert [m.slug for m in task.steps[1].machines] == ["web-1", "web-2", "web-3", "web-4"]
    assert task.steps[1].machines_done == 4
    assert [m.slug for m in task.steps[2].machines] == ["db"]
    assert {run.worker for run in deck.runs(number) if run.step == 1} == {"web-1", "web-2", "web-3", "web-4"}
    assert deck.runs(number)[0].worker == "built-in"


def test_no_more_targets_than_the_window_are_under_way_and_the_next_begins_as_one_is_done(deck: Deck) -> None:
    number = deck.configured(ROLLING, FILES).deploys()
    deck.works(rounds=1)
    assert where(deck, number) == [(0, "", "succeeded"), (1, "web-1", "queued"), (1, "web-2", "queued")]
    deck.works(rounds=2)
    assert [machine for _, machine, _ in where(deck, number)] == ["", "web-1", "web-2", "web-3", "web-4"]


def test_a_failure_stops_the_rolling_and_says_where(deck: Deck) -> None:
    deck.workers.when("copy", FAILS)
    number = deck.configured(ROLLING, FILES).deploys()
    deck.works()
    step = deck.task(number).steps[1]
    assert [(m.slug, m.status) for m in step.machines] == [
        ("web-1", StepStatus.FAILED),
        ("web-2", StepStatus.SUCCEEDED),
        ("web-3", StepStatus.SKIPPED),
        ("web-4", StepStatus.SKIPPED),
    ]
    assert step.machines[0].detail == "The script ended with exit code 3."
    assert step.machines[2].detail == "stopped after 1 failure"
    assert step.decisive_run == next(run.id for run in deck.runs(number) if run.machine == "web-1")
    assert deck.task(number).state is TaskState.FAILED


def test_targets_that_a_restart_left_running_are_followed_again(deck: Deck) -> None:
    deck.workers.when("copy", ends(Outcome.DETACHED), ends(Outcome.DETACHED))
    number = deck.configured(ROLLING, FILES).deploys()
    deck.works(rounds=2)
    deck.reopen()
    deck.works()
    assert deck.task(number).state is TaskState.SUCCESS
    tickets = [request.ticket for request in deck.workers.requests if request.step_name == "copy"]
    assert len(tickets) == 6
    assert len(set(tickets)) == 4


def test_an_approval_inside_a_rolling_step_holds_each_machine_and_survives_a_restart(deck: Deck) -> None:
    approved = ROLLING.replace(
        "      - action: switch\n",
        "      - action: look\n        manual_intervention: {teams: [release-managers], instructions: Good?}\n"
        "      - action: switch\n",
    )
    number = deck.configured(approved, FILES).deploys()
    deck.works()
    deck.reopen()
    deck.works()
    begun = [(run.machine, run.action) for run in deck.runs(number) if run.step == 1 and run.state != "Pending"]
    assert {machine for machine, _ in begun} == {"web-1", "web-2"}
    assert {action for _, action in begun} == {0, 1}
    for _ in range(4):
        deck.proceeds(number)
        deck.works()
    assert deck.task(number).state is TaskState.SUCCESS
    switched = [run.machine for run in deck.runs(number) if (run.step, run.action) == (1, 2)]
    assert sorted(switched) == ["web-1", "web-2", "web-3", "web-4"]


def test_an_environment_without_a_target_is_refused_with_the_way_out(deck: Deck) -> None:
    deck.configured(ROLLING, FILES)
    with pytest.raises(NoTargets) as refused:
        deck.deploys(environment="production")
    assert str(refused.value) == "install cannot run: production has no target with the tag web."
    assert "skip it" in refused.value.hint
    number = deck.deploys(environment="production", skip=["install"])
    deck.works()
    assert deck.task(number).state is TaskState.SUCCESS


def test_a_target_that_was_taken_out_of_the_configuration_fails_where_it_was_planned(deck: Deck) -> None:
    number = deck.configured(ROLLING, FILES).deploys()
    deck.settles()
    deck.configured(
        ROLLING.replace("tags: db", "tags: web"), {**FILES, "targets.yml": FILES["targets.yml"].replace("1..4", "1..3")}
    )
    deck.works()
    failed = [m for m in deck.task(number).steps[1].machines if m.status is StepStatus.FAILED]
    assert [m.slug for m in failed] == ["web-4"]
    assert failed[0].detail == "The machine web-4 of this step is not configured any more."


def test_the_plan_names_the_targets_and_how_it_rolls_over_them(deck: Deck) -> None:
    deck.configured(ROLLING, FILES)
    view = deployments.preview(deck.db, project="web", version="1.0.0", environment="staging")
    assert [(step.name, step.where, step.condition) for step in view.steps] == [
        ("build", "built-in worker", ""),
        ("install › copy", "4 targets: web-1, web-2, web-3, web-4", "2 at a time, stops after 1 failure"),
        ("install › switch", "4 targets: web-1, web-2, web-3, web-4", "2 at a time, stops after 1 failure"),
        ("migrate", "1 target: db", ""),
    ]
    missing = deployments.preview(deck.db, project="web", version="1.0.0", environment="production")
    assert missing.left_out == (("install", "production has no target with the tag web"),)


def test_what_is_live_is_the_last_success_and_what_was_tried_since_says_on_how_many_targets(deck: Deck) -> None:
    deck.configured(ROLLING, FILES).deploys()
    deck.works()
    deck.time.passes(hours=1)
    deck.workers.when("copy", ends(Outcome.SUCCEEDED), FAILS)
    number = deck.deploys(version="1.1.0")
    deck.works()
    staging, production = live.of_project(deck.db, person="ana", project="web")
    assert (staging.version, staging.number, staging.by) == ("1.0.0", 1, "ana")
    assert staging.since == deck.task(1).finished_at
    assert staging.tried == TriedView(number, "1.1.0", TaskState.FAILED, 1, 5)
    assert (production.version, production.tried) == (None, None)
    deck.deploys(version="1.2.0")
    deck.works()
    assert live.of_project(deck.db, person="ana", project="web")[0].version == "1.2.0"
    assert live.of_project(deck.db, person="ana", project="web")[0].tried is None


def test_what_is_live_is_told_to_those_who_may_see_releases(deck: Deck) -> None:
    deck.configured(ROLLING, FILES)
    with pytest.raises(NotPermitted):
        live.of_project(deck.db, person="mia", project="web")
    with pytest.raises(UnknownProject):
        live.of_project(deck.db, person="ana", project="wbe")


def test_a_variable_is_explained_for_a_target_and_an_unknown_one_is_refused(deck: Deck) -> None:
    deck.configured(ROLLING, {**FILES, "projects/web/variables.yml": "Level: [{value: info}]\n"})
    where = {"name": "Level", "project": "web", "environment": "staging"}
    told = explanations.explain(deck.db, **where, target="web-1")
    assert [value.value for value in told.values] == ["“info”"]
    with pytest.raises(UnknownName, match="There is no target `web-9`"):
        explanations.explain(deck.db, **where, target="web-9")
