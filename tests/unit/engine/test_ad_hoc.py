"""Scripts that people run by hand on machines: who may, where, and what is kept."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine.contracts import Outcome
from engine.models import Release
from engine.services import ad_hoc, holds, live, machine_use, queues
from engine.services.errors import NotPermitted, UnknownName
from engine.services.machine_errors import NothingToRun, SecretInScript
from engine.services.views import TaskState, TaskView, WaitKind
from tests.support.engine import Deck
from tests.support.engine_workers import ScriptedWorkers, ends
from tests.support.machines import ROLES, with_machines

MAY_RUN = ROLES.replace(
    "grants:", "grants:\n  - {team: devs, roles: [script_runner], when: {environment: staging}}"
).replace("roles: [environment_manager]", "roles: [environment_manager, script_runner]")


@pytest.fixture
def machines(deck: Deck) -> Deck:
    """ben and eva may run scripts everywhere, ana on targets that are in staging only."""
    with_machines(deck)
    text = (deck.config / "targets.yml").read_text().replace("[staging, production]", "[staging]", 1)
    return with_machines(deck, foredeck=MAY_RUN, targets=text)


def runs(deck: Deck, *names: str, by: str = "ben", script: str = "df -h", key: str | None = None) -> TaskView:
    return ad_hoc.run(deck.db, deck.clock(), person=by, names=names, script=script, reason="a look", request_key=key)


def test_it_runs_on_each_of_them_workers_too_and_keeps_who_what_and_why(machines: Deck) -> None:
    view = runs(machines, "web-2..3", "build-1")
    machines.works()
    assert [run.worker for run in machines.runs(view.number)] == ["web-2", "web-3", "build-1"]
    assert {request.script.body for request in machines.workers.requests} == {"df -h"}
    done = machines.task(view.number)
    assert (done.state, done.requested_by, done.reason) == (TaskState.SUCCESS, "ben", "a look")
    assert (done.environment, done.slack_channel) == ("on web-2, web-3, build-1", "deployments")
    with machines.db.read() as session:
        kept = session.scalars(select(Release).where(Release.version == "script@1")).one()
        assert (kept.created_by, kept.process["steps"][0]["actions"][0]["work"]["body"]) == ("ben", "df -h")


def test_it_needs_a_permission_of_its_own_on_each_of_them(machines: Deck) -> None:
    runs(machines, "web-1", by="ana")
    for names in (["web-2"], ["web-1", "web-2"], ["build-1"]):
        with pytest.raises(NotPermitted) as refused:
            runs(machines, *names, by="ana")
        assert "may not run scripts on" in str(refused.value)
    with pytest.raises(NotPermitted):
        runs(machines, "web-1", by="mia")
    assert isinstance(ad_hoc.offer(machines.db, machines.clock(), person="mia", names=()), NotPermitted)
    assert ad_hoc.offer(machines.db, machines.clock(), person="ana", names=()) == ad_hoc.Offer("", ())


@pytest.mark.parametrize(
    ("names", "script", "error"),
    [
        (["web-9"], "df", UnknownName),
        (["web-1"], " \n", NothingToRun),
        ([], "df", NothingToRun),
        (["web-1"], "x" * 50_001, NothingToRun),
        (["web-1"], "export AWS_KEY=AKIAIOSFODNN7EXAMPLE", SecretInScript),
    ],
)
def test_what_cannot_be_run_is_refused(machines: Deck, names: list[str], script: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        runs(machines, *names, script=script)


def test_the_same_press_twice_is_one_run(machines: Deck) -> None:
    assert runs(machines, "web-1", key="k").number == runs(machines, "web-1", key="k").number


def test_it_runs_on_a_disabled_machine_that_a_deployment_leaves_out(machines: Deck) -> None:
    deploying = machines.deploys()
    machines.settles()
    machine_use.disable(machines.db, machines.clock(), person="ben", names=["web-2"], reason="it is ill")
    view = runs(machines, "web-2", script="mend")
    machines.works()
    assert machines.task(view.number).state is TaskState.SUCCESS
    assert machines.task(deploying).state is TaskState.SUCCESS


def test_on_a_target_it_waits_for_what_runs_there_and_says_so_and_on_a_worker_it_waits_for_nobody(
    machines: Deck,
) -> None:
    machines.workers.when("install", *[ends(Outcome.DETACHED)] * 30)
    deploying = machines.deploys()
    machines.works(rounds=2)
    view = runs(machines, "web-1", "build-1")
    machines.works(rounds=2)
    assert {run.machine: run.state for run in machines.runs(view.number)} == {"web-1": "queued", "build-1": "succeeded"}
    waiting = machines.task(view.number).waiting
    assert waiting is not None
    assert (waiting.kind, waiting.task) == (WaitKind.MACHINE, deploying)
    machines.workers = ScriptedWorkers()
    machines.works()
    assert machines.task(view.number).state is TaskState.SUCCESS


def test_one_that_fails_somewhere_has_failed_and_can_be_canceled_like_any_other(machines: Deck) -> None:
    machines.workers.when("script", ends(Outcome.FAILED, "exit 1", exit_code=1))
    view = runs(machines, "web-1..2")
    machines.works()
    assert machines.task(view.number).state is TaskState.FAILED
    second = runs(machines, "web-1", by="ana")
    machines.settles()
    assert machines.cancels(second.number).cancel_requested_by == "ana"


def test_it_is_no_deployment_and_waits_while_everything_is_paused(machines: Deck) -> None:
    text = (machines.config / "foredeck.yml").read_text()
    with_machines(machines, foredeck=text, targets=(machines.config / "targets.yml").read_text())
    holds.pause(machines.db, machines.clock(), person="ben", reason="a look")
    view = runs(machines, "web-1")
    machines.works()
    shown = queues.view(machines.db, person="ben")
    assert [entry.number for entry in shown.in_line] == [view.number]
    holds.resume(machines.db, machines.clock(), person="ben")
    machines.works()
    assert machines.task(view.number).state is TaskState.SUCCESS
    assert live.of_project(machines.db, project="web", person="ben") is not None
