"""What people see of machines: the worst first, a page at a time, and only where they may look."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from bot.cli import main
from bot.messages import machines as told
from bot.modals.machines import disable_modal
from engine.contracts import Health, HealthState
from engine.models import ActionRun
from engine.services import machine_use, machine_views
from engine.services.errors import UnknownName
from engine.services.machine_errors import NoMachines
from engine.services.machine_views import Overview
from tests.support.engine import BUILD_ONLY, Deck
from tests.support.machines import KEY, with_machines
from tests.support.slack_blocks import assert_modal, assert_sendable


def seen(deck: Deck, *names: str, by: str = "ben", page: int = 1) -> Overview:
    return machine_views.overview(deck.db, deck.clock(), person=by, names=names, page=page, size=told.PAGE)


def slugs(view: Overview) -> list[str]:
    return [machine.slug for machine in view.machines]


@pytest.fixture
def mixed(deck: Deck) -> Deck:
    """web-1 does not answer, web-2 is disabled, web-3 and build-2 have something, build-1 is well."""
    with_machines(deck)
    deck.workers.health = {
        "web-1": Health(HealthState.UNAVAILABLE, "web-1 (10.0.1.1:22) did not answer within 10 s. It may be off."),
        "web-3": Health(HealthState.HAS_WARNINGS, "The health check warns: it is *warm* <!channel>"),
        "build-2": Health(HealthState.UNHEALTHY, "The disk of build-2 is full."),
    }
    deck.checks()
    machine_use.disable(deck.db, deck.clock(), person="ben", names=["web-2"], reason="a disk", until="in 2h")
    return deck


def test_the_worst_come_first_and_pools_say_how_many_can_be_used(mixed: Deck) -> None:
    view = seen(mixed)
    assert slugs(view) == ["web-1", "build-2", "web-3", "build-1", "web-2"]
    assert [(pool.slug, pool.workers, pool.usable) for pool in view.pools] == [("linux", 2, 1)]
    assert view.built_in == "The built-in worker rests: the default pool has workers."
    assert told.overview(view, "/workers").text == (
        "5 machines: 🟢 1 healthy · 🟡 1 with warnings · 🔴 1 unhealthy · 🔌 1 unavailable · 🔧 1 disabled"
    )


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (("unhealthy",), ["build-2"]),
        (("disabled",), ["web-2"]),
        (("has-warnings", "unavailable"), ["web-1", "web-3"]),
        (("linux",), ["build-2", "build-1"]),
        (("staging",), ["web-1", "web-3", "web-2"]),
        (("web-2..3",), ["web-3", "web-2"]),
    ],
)
def test_one_asks_by_name_state_pool_or_environment(mixed: Deck, names: tuple[str, ...], found: list[str]) -> None:
    assert slugs(seen(mixed, *names)) == found


def test_what_is_not_there_is_said(mixed: Deck) -> None:
    with pytest.raises(UnknownName):
        seen(mixed, "web-9")


def test_without_machines_the_built_in_worker_is_told_of(deck: Deck) -> None:
    deck.configured(BUILD_ONLY)
    shown = told.overview(seen(deck, by="ana"), "/workers")
    assert "There are no workers and no targets to be seen." in str(shown.blocks)
    assert "The built-in worker runs what names no pool." in str(shown.blocks)
    with pytest.raises(NoMachines):
        seen(deck, "web-1", by="ana")


def test_who_may_see_no_deployment_sees_no_machine(mixed: Deck) -> None:
    assert seen(mixed, by="mia").total == 0
    assert seen(mixed, by="ana").total == 5


def test_only_who_may_is_offered_the_buttons(mixed: Deck) -> None:
    for person, offered in (("ana", False), ("ben", True)):
        machine = machine_views.one(mixed.db, mixed.clock(), person=person, slug="web-1")
        shown = str(told.details(machine).blocks)
        assert ("disable_machine" in shown) is offered
        assert ("check_machine" in shown) is offered
    assert_modal(disable_modal(machine, "C0DEPLOYMEN"))


def test_what_a_machine_says_cannot_mention_format_or_link(mixed: Deck) -> None:
    for message in (
        told.overview(seen(mixed), "/workers"),
        told.details(machine_views.one(mixed.db, mixed.clock(), person="ben", slug="web-3")),
    ):
        assert_sendable(message)
        blocks = json.dumps(message.blocks)
        assert "mrkdwn" not in blocks
        assert "<!channel>" in blocks


def test_the_steps_that_run_somewhere_are_its_load(deck: Deck) -> None:
    with_machines(deck, BUILD_ONLY)
    deck.checks()
    number = deck.deploys()
    deck.settles()
    with deck.db.write() as session:
        for run in session.scalars(select(ActionRun).where(ActionRun.task_id == number)):
            run.state, run.worker = "running", "build-1"
    view = seen(deck)
    assert [(machine.slug, machine.load) for machine in view.machines[:2]] == [("build-1", 1), ("build-2", 0)]
    assert "1 step running" in str(told.overview(view, "/workers").blocks)


def test_a_thousand_machines_are_paged_and_each_page_is_one_that_slack_takes(deck: Deck) -> None:
    rest = f'account: me, host_key: "{KEY}", environments: [staging], tags: [web]'
    with_machines(deck, targets=f'"web-{{001..999}}": {{ssh: "{{}}.x:22", {rest}}}\n')
    first, last = seen(deck), seen(deck, page=1000)
    assert (first.total, first.pages, len(first.machines)) == (1001, 126, told.PAGE)
    assert (last.page, slugs(last)) == (126, ["web-999"])
    message = told.overview(seen(deck, "web-*", page=2), "/workers")
    assert_sendable(message)
    assert '"n":"web-*"' in str(message.blocks), "the next page is of what was asked for"


def test_the_command_line_does_the_same(mixed: Deck) -> None:
    mixed.db.close()
    base = ["--state", str(mixed.state), "--config", str(mixed.config), "--as", "ben"]

    def runs(*words: str) -> str:
        result = CliRunner().invoke(main, ["workers", *words, *base])
        assert result.exit_code == 0, result.output
        return result.output

    assert runs("list", "web-2") == "web-2 (staging, production) disabled: ben, a disk\n"
    assert runs("enable", "web-2") == "In use again: web-2.\n"
    assert runs("disable", "web-1..2", "--because", "a move") == "Disabled: web-1, web-2.\n"
    assert runs("check", "build-2") == "Looked at next: build-2.\n"
    assert runs("list").splitlines()[:2] == [
        "pool linux (default): 1 of 2 workers can be used, 0 steps",
        "build-2 (linux) unhealthy: The disk of build-2 is full.",
    ]
