"""Runbooks: what is published runs, it counts as no deployment, and who may do what."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from engine import definitions
from engine.contracts import Outcome
from engine.models import Release, Task
from engine.services import freezes, live, releases, runbooks
from engine.services.choices import Choices
from engine.services.errors import InvalidVersion, NotPermitted, ReleaseNotFound, UnknownName
from engine.services.prompt_errors import AnswersMissing
from engine.services.runbook_errors import AlreadyPublished, NotForThere, NotPublished, SeveralProjects
from engine.services.views import PlanView, RunbookView, TaskState, TaskView
from tests.support.definition_folders import problems_of
from tests.support.engine import BUILD_ONLY, MAIN, Deck
from tests.support.engine_workers import ends

GRANTS = """\
grants:
  - {team: devs, roles: [runbook_producer]}
  - {team: release-managers, roles: [runbook_consumer, environment_manager]}
"""
RESTART = """\
name: Restart everything
environments: [staging, production]
steps:
  - step: stop
    run_script: {inline: "echo stopping #{Octopus.Runbook.Name}"}
  - step: start
    run_script: {inline: echo starting}
"""
FILES = {
    "foredeck.yml": MAIN.replace("grants:\n", GRANTS),
    "projects/web/runbooks/restart.yml": RESTART,
    "projects/web/variables.yml": "Mode: [{value: deploying}, {value: operating, when: {process: runbook}}]\n",
}


@pytest.fixture
def web(deck: Deck) -> Deck:
    return deck.configured(BUILD_ONLY, FILES)


def publish(deck: Deck, by: str = "ana", name: str = "restart", **more: str) -> RunbookView:
    return runbooks.publish(deck.db, deck.clock(), person=by, name=name, **more)


def run(deck: Deck, by: str = "ben", name: str = "restart", environment: str = "staging", **more: object) -> TaskView:
    return runbooks.run(deck.db, deck.clock(), person=by, name=name, environment=environment, **more)  # type: ignore[arg-type]


def test_what_is_published_runs_whatever_changed_since(web: Deck) -> None:
    assert publish(web).version == "restart@1"
    web.configured(BUILD_ONLY, {**FILES, "projects/web/runbooks/restart.yml": RESTART.replace("starting", "changed")})
    number = run(web).number
    web.works()
    task = web.task(number)
    assert task.state is TaskState.SUCCESS
    assert (task.runbook, task.version) == ("Restart everything", "restart@1")
    assert web.workers.started() == ["stop", "start"]
    assert "starting" in web.workers.requests[1].script.body
    assert web.workers.requests[0].variables["Mode"] == "operating"
    assert web.workers.requests[0].variables["Octopus.Runbook.Name"] == "Restart everything"
    assert "Octopus.Release.Number" not in web.workers.requests[0].variables
    (view,) = runbooks.listed(web.db, person="ben")
    assert view.is_changed
    assert publish(web).version == "restart@2"


def test_it_counts_as_no_deployment_and_its_snapshot_as_no_release(web: Deck) -> None:
    web.deploys()
    web.works()
    publish(web)
    run(web)
    web.works()
    assert live.of_project(web.db, person="ana", project="web")[0].version == "1.0.0"
    assert [release.version for release in releases.recent(web.db, person="ana", project="web")] == ["1.0.0"]
    with pytest.raises((InvalidVersion, ReleaseNotFound)):
        web.deploys(version="restart@1")


def test_it_runs_beside_a_deployment_and_during_a_freeze(web: Deck) -> None:
    publish(web)
    web.deploys()
    web.settles()
    freezes.freeze(
        web.db, web.clock(), person="ben", names=("staging",), until="in 2h", reason="calm", slack_channel_typed=None
    )
    run(web)
    web.settles()
    assert web.holders() == {1, 2}


def test_nothing_runs_before_it_is_published_but_a_draft_for_who_may_edit(web: Deck) -> None:
    with pytest.raises(NotPublished, match="restart of web is not published yet"):
        run(web)
    with pytest.raises(NotPermitted):
        run(web, is_draft=True)
    assert run(web, by="ana", is_draft=True).version == "restart@draft-1"
    with pytest.raises(NotPublished):
        run(web)


def test_publishing_what_has_not_changed_says_so(web: Deck) -> None:
    publish(web)
    with pytest.raises(AlreadyPublished, match="has not changed since restart@1"):
        publish(web)


def test_who_may_not_is_refused_with_whom_to_ask(web: Deck) -> None:
    with pytest.raises(NotPermitted):
        publish(web, by="ben")
    publish(web)
    with pytest.raises(UnknownName):
        run(web, by="mia")


def test_it_is_found_by_its_name_in_any_case_and_refused_where_it_is_not_for(deck: Deck) -> None:
    only_staging = RESTART.replace("environments: [staging, production]", "environments: [staging]")
    deck.configured(BUILD_ONLY, {**FILES, "projects/web/runbooks/restart.yml": only_staging})
    publish(deck, name="RESTART EVERYTHING")
    with pytest.raises(NotForThere, match="does not run in production, only in staging"):
        run(deck, environment="production")
    with pytest.raises(UnknownName) as unknown:
        run(deck, name="restrat")
    assert unknown.value.suggestions == ("restart",)


def test_of_several_projects_one_has_to_be_named(deck: Deck) -> None:
    shop = {
        "projects/shop/project.yml": "slug: shop\n",
        "projects/shop/process.yml": BUILD_ONLY,
        "projects/shop/runbooks/restart.yml": RESTART,
    }
    deck.configured(BUILD_ONLY, {**FILES, **shop})
    with pytest.raises(SeveralProjects, match="of shop and web"):
        publish(deck)
    assert publish(deck, project="shop").project == "shop"


def test_the_same_request_twice_is_one_run_and_steps_may_be_left_out(web: Deck) -> None:
    publish(web)
    first = run(web, request_key="k", choices=Choices(skip=["start"]))
    assert run(web, request_key="k").number == first.number
    assert first.left_out == (("start", "skipped for this deployment"),)


def test_variables_know_its_steps_and_it_asks_for_what_is_its_own(deck: Deck) -> None:
    variables = """\
Mode: [{value: calm}, {value: hard, when: {step: stop}}]
Ticket: [{prompt: {label: Ticket, required: true}, when: {process: runbook}}]
"""
    deck.configured(BUILD_ONLY, {**FILES, "projects/web/variables.yml": variables})
    publish(deck)
    with pytest.raises(AnswersMissing):
        run(deck)
    run(deck, choices=Choices(answers=[("Ticket", "OPS-7")]))
    deck.works()
    stop, start = deck.workers.requests
    assert (stop.variables["Mode"], start.variables["Mode"]) == ("hard", "calm")
    assert stop.variables["Ticket"] == "OPS-7"
    assert deck.deploys() == 2, "a deployment asks for nothing"


def test_a_trigger_runs_what_is_published(web: Deck) -> None:
    project = "slug: web\ntriggers:\n  nightly: {cron: '0 10 * * *', environment: staging, as: ben, runbook: restart}\n"
    web.configured(BUILD_ONLY, {**FILES, "projects/web/project.yml": project})
    publish(web)
    web.clock.passes(hours=1)  # type: ignore[attr-defined]
    web.works()
    assert web.task(1).runbook == "Restart everything"


def test_it_is_read_and_stored_and_what_is_wrong_is_named(tmp_path: Path) -> None:
    good = {"projects/web/runbooks/restart.yml": RESTART}
    assert problems_of(tmp_path, good) == []
    loaded = definitions.load(tmp_path)
    assert loaded.projects["web"].runbooks[0].environments == ("staging", "production")
    assert definitions.parse_stored(loaded.to_json()) == loaded
    wrong = {"projects/web/runbooks/restart.yml": RESTART.replace("[staging,", "[stagin,") + "when: never\n"}
    problems = problems_of(tmp_path, wrong)
    assert problems[0].startswith("projects/web/runbooks/restart.yml:2: environments[0]: There is no")
    assert 'The key "when" is not known here.' in problems[1]


def test_runs_and_deployments_never_supersede_each_other(web: Deck) -> None:
    asking = "steps: [{step: ok, manual_intervention: {teams: [release-managers], instructions: Good?}}]\n"
    tag = "slug: web\nqueue: {supersede: true, concurrency_tag: one-at-a-time}\n"
    web.configured(asking, {**FILES, "projects/web/project.yml": tag})
    publish(web)
    waits = web.deploys()
    web.works()
    ran = run(web).number
    web.works()
    assert web.task(ran).state is TaskState.SUCCESS
    assert web.task(waits).pending, "a run deploys nothing"
    queued = run(web).number
    newer = web.deploys(version="1.1.0")
    assert web.task(queued).state is TaskState.QUEUED, "a deployment runs no runbook"
    web.works()
    web.proceeds(newer)
    web.works()
    assert (web.task(queued).state, web.task(waits).state) == (TaskState.SUCCESS, TaskState.CANCELED)


def edited(deck: Deck, runbook: str, foredeck: str = FILES["foredeck.yml"]) -> None:
    deck.configured(BUILD_ONLY, {**FILES, "foredeck.yml": foredeck, "projects/web/runbooks/restart.yml": runbook})


def test_where_it_may_run_and_whether_somebody_is_asked_are_frozen_with_it(web: Deck) -> None:
    publish(web)
    edited(web, RESTART.replace("[staging, production]", "production\nguided_failure: true"))
    (view,) = runbooks.listed(web.db, person="ben")
    assert view.is_changed, "these are part of it"
    assert view.environments == ("staging", "production"), "of what is published"
    web.workers.when("stop", ends(Outcome.FAILED, "no"))
    number = run(web, environment="staging").number
    web.works()
    assert web.task(number).state is TaskState.FAILED, "nobody is asked"

    assert publish(web).version == "restart@2"
    with pytest.raises(NotForThere, match="does not run in staging, only in production"):
        run(web, environment="staging")
    edited(web, RESTART)
    web.workers.when("stop", ends(Outcome.FAILED, "no"))
    number = run(web, environment="production").number
    web.works()
    assert web.task(number).pending, "somebody is asked"


def test_snapshots_of_earlier_versions_do_as_their_file_says(web: Deck) -> None:
    publish(web)
    with web.db.write() as session:
        row = session.scalars(select(Release)).one()
        row.process = {key: row.process[key] for key in row.process if key not in {"environments", "guided_failure"}}
    (view,) = runbooks.listed(web.db, person="ben")
    assert (view.is_changed, view.environments) == (False, ("staging", "production"))
    edited(web, RESTART.replace("[staging, production]", "production"))
    with pytest.raises(NotForThere):
        run(web, environment="staging")


def test_what_was_published_before_runs_by_its_number(web: Deck) -> None:
    publish(web)
    edited(web, RESTART.replace("starting", "changed"))
    publish(web)
    (view,) = runbooks.listed(web.db, person="ben")
    assert (view.version, view.earlier) == ("restart@2", ("restart@1",))
    assert run(web, name="Restart everything@1").version == "restart@1"
    web.works()
    assert "starting" in web.workers.requests[1].script.body
    with pytest.raises(UnknownName, match="There is no published version `restart@3`") as refused:
        run(web, name="restart@3")
    assert set(refused.value.known) == {"restart@2", "restart@1"}


def test_a_run_can_be_planned_and_the_plan_says_what_it_would_be_refused_for(web: Deck) -> None:
    def plan(by: str = "ben", name: str = "restart", environment: str = "staging", **more: Any) -> PlanView:
        return runbooks.preview(web.db, web.clock(), person=by, name=name, environment=environment, **more)

    before = plan()
    assert [step.name for step in before.steps] == ["stop", "start"]
    assert before.refusals == ("The runbook restart of web is not published yet.",)
    assert plan("ana", is_draft=True).refusals == ()
    (refused,) = plan(is_draft=True).refusals
    assert "run drafts of web" in refused
    publish(web)
    edited(web, RESTART.replace("[staging, production]", "staging").replace("start\n", "begin\n"))
    published = plan(choices=Choices(skip=["stop"]))
    assert (published.version, published.note, published.refusals) == ("restart@1", "", ())
    assert [step.name for step in published.steps] == ["start"]
    assert plan("ana", is_draft=True, environment="production").refusals == (
        "The runbook restart does not run in production, only in staging.",
    )
    publish(web)
    assert [step.name for step in plan(name="restart@1").steps] == ["stop", "start"]
    assert [step.name for step in plan().steps] == ["stop", "begin"]
    with pytest.raises(UnknownName):
        plan(by="mia")
    assert runs_of(web) == 0


def runs_of(deck: Deck) -> int:
    with deck.db.read() as session:
        return len(session.scalars(select(Task)).all())
