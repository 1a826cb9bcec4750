"""Targets that come back, or come new, get what is live, by a trigger that waits for them."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import main
from engine import definitions
from engine.contracts import Health, HealthState
from engine.services import machine_use, triggers
from engine.services.errors import UnknownTask
from engine.services.views import TaskState, TaskView
from tests.support.engine import Deck
from tests.support.machines import MACHINES, ROLES, with_machines

OFF = Health(HealthState.UNAVAILABLE, "It did not answer.")
PROJECT = """\
slug: web
targets: {skip_unavailable: true}
triggers: {comeback: {event: machine_available, environment: staging, as: ana}}
"""


@pytest.fixture
def machines(deck: Deck) -> Deck:
    """Version 1.0.0 is live on web-1 and web-3; web-2 does not answer."""
    with_machines(deck, project=PROJECT)
    deck.workers.health["web-2"] = OFF
    deck.checks()
    deck.deploys()
    deck.works()
    passes(deck)  # the others were new
    return deck


def passes(deck: Deck, **span: float) -> None:
    """Time goes by; machines are looked at, and what has to be done is done."""
    deck.time.passes(**(span or {"minutes": 5}))
    deck.checks()
    deck.time.passes(minutes=1)
    deck.works()


def deployments(deck: Deck) -> list[TaskView]:
    views, number = [], 1
    while True:
        try:
            views.append(deck.task(number))
        except UnknownTask:
            return views
        number += 1


def where(deck: Deck, number: int) -> list[str]:
    return sorted(run.machine for run in deck.runs(number) if run.started_at)


def test_one_that_comes_back_gets_what_is_live_and_nobody_else_does(machines: Deck) -> None:
    assert len(deployments(machines)) == 1, "all the others have it"
    del machines.workers.health["web-2"]
    passes(machines)
    first, second = deployments(machines)
    assert where(machines, first.number) == ["web-1", "web-3"]
    assert where(machines, second.number) == ["web-2"]
    assert (second.version, second.requested_by, second.state) == ("1.0.0", "ana", TaskState.SUCCESS)
    assert second.reason == "trigger comeback: web-2 can be used again"
    machines.workers.health["web-2"] = OFF
    passes(machines, hours=1)
    del machines.workers.health["web-2"]
    passes(machines)
    assert len(deployments(machines)) == 2, "it has it already"


def test_it_is_listed_with_what_it_waits_for_and_what_it_did_last(machines: Deck) -> None:
    (listed,) = triggers.upcoming(machines.db)
    assert (listed.slug, listed.schedule) == ("comeback", "When a target can be used again, or is new")
    assert (listed.next_fire_at, listed.next_spelled, listed.last_task) == (None, "", None)
    del machines.workers.health["web-2"]
    passes(machines)
    (listed,) = triggers.upcoming(machines.db, "web")
    assert listed.last_task == deployments(machines)[-1].number
    machines.db.close()
    shown = CliRunner().invoke(main, ["triggers", "--state", str(machines.state)])
    assert shown.output.startswith("web comeback to staging: When a target can be used again, or is new; the last one:")


def test_several_are_deployed_to_together(machines: Deck) -> None:
    machine_use.disable(machines.db, machines.clock(), person="ben", names=["web-1"], reason="a disk")
    machines.deploys(version="1.1.0")
    machines.works()
    machine_use.enable(machines.db, machines.clock(), person="ben", names=["web-1"])
    del machines.workers.health["web-2"]
    passes(machines)
    assert where(machines, 3) == ["web-1", "web-2"]
    assert machines.task(3).version == "1.1.0"


def test_while_something_is_deployed_there_they_wait(machines: Deck) -> None:
    running = machines.deploys(version="1.1.0")
    machines.settles()
    del machines.workers.health["web-2"]
    machines.time.passes(minutes=5)
    machines.checks()
    machines.time.passes(minutes=1)
    machines.settles()
    assert len(deployments(machines)) == 2
    machines.works()
    assert machines.task(running).state is TaskState.SUCCESS
    machines.time.passes(minutes=1)
    machines.works()
    assert [(view.version, where(machines, view.number)) for view in deployments(machines)[2:]] == [
        ("1.1.0", ["web-2"])
    ]


def test_a_new_target_gets_it_too(machines: Deck) -> None:
    one = MACHINES["targets.yml"].splitlines()[0].replace("web-1", "web-4")
    with_machines(machines, project=PROJECT, targets=MACHINES["targets.yml"] + one + "\n")
    passes(machines)
    assert where(machines, 2) == ["web-4"]


def test_without_a_trigger_nothing_happens(machines: Deck) -> None:
    with_machines(machines)
    del machines.workers.health["web-2"]
    passes(machines)
    assert len(deployments(machines)) == 1


@pytest.mark.parametrize(
    ("trigger", "messages"),
    [
        ("{event: machine_available, environment: staging, as: ana, tags: [web]}", []),
        ("{event: reboot, environment: staging, as: ana}", ['"reboot" is not an event.']),
        ('{event: machine_available, environment: staging, as: ana, cron: "0 3 * * *"}',
         ["`cron` means nothing beside `event`."]),
        ('{cron: "0 3 * * *", environment: staging, as: ana, tags: [web]}', ["Tags say something of an `event` only."]),
    ],
)  # fmt: skip
def test_it_is_a_trigger_of_its_own_kind(tmp_path: Path, trigger: str, messages: list[str]) -> None:
    files = {
        "foredeck.yml": ROLES,
        **MACHINES,
        "projects/web/project.yml": f"slug: web\ntriggers: {{x: {trigger}}}\n",
        "projects/web/process.yml": "steps: [{step: a, target_tags: [web], run_script: {inline: df}}]\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert [problem.message for problem in definitions.check(tmp_path)] == messages
    if not messages:
        loaded = definitions.load(tmp_path)
        assert definitions.parse_stored(loaded.to_json()).projects == loaded.projects
