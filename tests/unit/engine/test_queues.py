"""The queue: who begins when not all may, who waits for what, what a newer deployment supersedes."""

from __future__ import annotations

import pytest

from engine.contracts import Outcome
from engine.services import queues
from engine.services.errors import NotPermitted, UnknownProject
from engine.services.queue_errors import NotInLine
from engine.services.views import TaskState, WaitKind
from tests.support.engine import BUILD_ONLY, MAIN, Deck
from tests.support.engine_workers import ends

GOES_ON = ends(Outcome.DETACHED)
ENVIRONMENTS = "".join(f"  test-{n}: {{}}\n" for n in range(9))
LEAD = "grants:\n  - {team: release-managers, roles: [environment_manager]}"


def capped(deck: Deck, cap: int, **queue_of: str) -> Deck:
    """The deck with this cap, environments test-0 to test-8, and these projects with their `queue:`."""
    main = MAIN.replace("deployments}", f"deployments, task_cap: {cap}}}").replace("grants:", LEAD) + ENVIRONMENTS
    files = {"foredeck.yml": main}
    for project, queue in queue_of.items():
        files[f"projects/{project}/project.yml"] = f"slug: {project}\n{queue}\n"
        files[f"projects/{project}/process.yml"] = BUILD_ONLY
    return deck.configured(files=files)


def started(deck: Deck) -> list[int]:
    return [request.task_id for request in deck.workers.requests]


def why(deck: Deck, number: int) -> tuple[WaitKind, str, int | None]:
    waiting = deck.task(number).waiting
    assert waiting is not None
    return waiting.kind, waiting.text, waiting.task


def test_no_more_run_at_once_than_may_and_the_others_say_so(deck: Deck) -> None:
    capped(deck, 2)
    deck.workers.when("build", GOES_ON, GOES_ON)
    numbers = [deck.deploys(environment=f"test-{n}") for n in range(4)]
    deck.works(rounds=1)
    assert [deck.task(n).state for n in numbers] == [TaskState.EXECUTING] * 2 + [TaskState.QUEUED] * 2
    assert why(deck, 3) == (WaitKind.CAP, "Next in line: 2 deployments run at once, now #1, #2", 1)
    assert why(deck, 4) == (WaitKind.CAP, "2nd in line: 2 deployments run at once, now #1, #2", 1)
    deck.works()
    assert {deck.task(n).state for n in numbers} == {TaskState.SUCCESS}


def test_what_waits_for_a_person_counts_no_more(deck: Deck) -> None:
    asking = "steps: [{step: confirm, manual_intervention: {teams: [release-managers], instructions: Good?}}]\n"
    main = MAIN.replace("deployments}", "deployments, task_cap: 1}")
    deck.configured(asking, files={"foredeck.yml": main})
    first, second = deck.deploys(), deck.deploys(environment="production")
    deck.works()
    assert deck.task(first).pending
    assert deck.task(second).pending


def test_who_began_goes_on_before_others_begin(deck: Deck) -> None:
    asking = (
        "steps:\n  - {step: confirm, manual_intervention: {teams: [release-managers], instructions: Good?}}\n"
        "  - {step: build, run_script: {inline: a}}\n"
    )
    main = MAIN.replace("deployments}", "deployments, task_cap: 1}")
    files = {"foredeck.yml": main, "projects/shop/project.yml": "slug: shop\n", "projects/shop/process.yml": BUILD_ONLY}
    deck.configured(asking, files=files)
    first = deck.deploys()
    deck.works()
    deck.workers.when("build", GOES_ON)
    shop = [deck.deploys("shop"), deck.deploys("shop", environment="production")]
    deck.works(rounds=1)
    deck.proceeds(first)
    deck.works()
    assert started(deck)[-2:] == [first, shop[1]]


def test_one_project_does_not_hold_up_the_others(deck: Deck) -> None:
    capped(deck, 2, shop="")
    flood = [deck.deploys(environment=f"test-{n}") for n in range(6)]
    shop = deck.deploys("shop")
    deck.settles()
    running = {n for n in (*flood, shop) if deck.task(n).state is TaskState.EXECUTING}
    assert running == {flood[0], shop}


def test_a_project_of_high_priority_goes_before_older_ones(deck: Deck) -> None:
    capped(deck, 1, shop="queue: {priority: high}")
    deck.workers.when("build", GOES_ON)
    deck.deploys(environment="test-0")
    deck.works(rounds=1)
    web, shop = deck.deploys(environment="test-1"), deck.deploys("shop")
    deck.works()
    assert started(deck)[-2:] == [shop, web]


def test_somebody_may_move_a_deployment_to_the_front(deck: Deck) -> None:
    capped(deck, 1)
    deck.workers.when("build", GOES_ON)
    first, second, third, fourth = (deck.deploys(environment=f"test-{n}") for n in range(4))
    deck.works(rounds=1)
    with pytest.raises(NotPermitted, match="ana may not move deployments of web to test-3 to the front"):
        queues.move_first(deck.db, deck.clock(), person="ana", number=fourth)
    queues.move_first(deck.db, deck.clock(), person="ben", number=fourth)
    queues.move_first(deck.db, deck.clock(), person="ben", number=third)
    assert why(deck, fourth)[1].startswith("Next in line")
    assert why(deck, third)[1].startswith("2nd in line")
    with pytest.raises(NotInLine, match="Deployment #1 runs already"):
        queues.move_first(deck.db, deck.clock(), person="ben", number=first)
    later = deck.deploys(environment="test-4", at="in 1h")
    with pytest.raises(NotInLine, match=f"Deployment #{later} waits for its time, so there is no line"):
        queues.move_first(deck.db, deck.clock(), person="ben", number=later)
    deck.works()
    assert list(dict.fromkeys(started(deck))) == [first, fourth, third, second]


def test_a_newer_deployment_supersedes_those_that_have_not_begun_and_stands_where_they_stood(deck: Deck) -> None:
    capped(deck, 1, shop="queue: {supersede: true}")
    deck.workers.when("build", GOES_ON)
    running = deck.deploys("shop", "1.0.0")
    deck.works(rounds=1)
    second = deck.deploys("shop", "1.1.0")
    other = deck.deploys("web")
    elsewhere = deck.deploys("shop", "1.1.0", "production")
    third = deck.deploys("shop", "1.2.0")
    deck.settles()
    view = deck.task(second)
    assert (view.state, view.started_at, view.cancel_requested_by) == (TaskState.CANCELED, None, None)
    assert view.ended_because == f"superseded by #{third} (1.2.0, asked for by ana)"
    deck.works()
    assert list(dict.fromkeys(started(deck))) == [running, third, other, elsewhere]
    assert deck.task(running).state is TaskState.SUCCESS


def test_one_with_steps_left_out_is_not_superseded_and_nothing_before_it(deck: Deck) -> None:
    steps = "steps:\n" + "".join(f"  - {{step: {name}, run_script: {{inline: a}}}}\n" for name in ("build", "test"))
    deck.configured(steps, {"projects/web/project.yml": "slug: web\nqueue: {supersede: true}\n"})
    whole, partial, newer = deck.deploys(version="1.0.0"), deck.deploys(version="1.1.0", skip=["test"]), deck.deploys()
    deck.works()
    assert {deck.task(number).state for number in (whole, partial, newer)} == {TaskState.SUCCESS}


def test_without_that_setting_nothing_is_superseded(deck: Deck) -> None:
    numbers = [deck.deploys(version=f"1.{n}.0") for n in range(3)]
    deck.works()
    assert {deck.task(n).state for n in numbers} == {TaskState.SUCCESS}


ASKS_IN_STAGING = """\
steps:
  - {step: build, run_script: {inline: echo building}}
  - {step: confirm, manual_intervention: {teams: [release-managers], instructions: Good?}}
"""


def superseding(deck: Deck) -> Deck:
    return deck.configured(ASKS_IN_STAGING, {"projects/web/project.yml": "slug: web\nqueue: {supersede: true}\n"})


def test_what_began_and_waits_for_a_person_is_superseded_when_the_newer_one_has_succeeded(deck: Deck) -> None:
    superseding(deck)
    first = deck.deploys()
    deck.works()
    second = deck.deploys(version="1.1.0")
    deck.works()
    assert deck.task(first).pending, "the newer one may still fail"
    deck.proceeds(second)
    deck.works()
    assert deck.task(second).state is TaskState.SUCCESS
    older = deck.task(first)
    assert (older.state, older.pending) == (TaskState.CANCELED, None)
    assert older.ended_because == "superseded by #2 (1.1.0, asked for by ana)"


def test_a_newer_one_that_fails_or_left_steps_out_supersedes_nothing_that_waits_for_a_person(deck: Deck) -> None:
    superseding(deck)
    first = deck.deploys()
    deck.works()
    second = deck.deploys(version="1.1.0")
    deck.works()
    deck.aborts(second)
    third = deck.deploys(version="1.2.0", skip=["build"])
    deck.works()
    deck.proceeds(third)
    deck.works()
    assert deck.task(third).state is TaskState.SUCCESS
    assert deck.task(first).pending


def test_a_tag_makes_other_deployments_wait_for_each_other(deck: Deck) -> None:
    tag = 'queue: {concurrency_tag: "database-#{Octopus.Environment.Id}"}'
    projects = {f"projects/{name}/project.yml": f"slug: {name}\n{tag}\n" for name in ("web", "shop")}
    deck.configured(files={**projects, "projects/shop/process.yml": BUILD_ONLY})
    deck.workers.when("build", GOES_ON, GOES_ON)
    web, other, far = deck.deploys(), deck.deploys("shop"), deck.deploys("shop", environment="production")
    deck.works(rounds=1)
    assert why(deck, other) == (
        WaitKind.PLACE,
        "Next in line behind #1 (web 1.0.0 to staging, asked for by ana)",
        web,
    )
    assert deck.task(far).state is TaskState.EXECUTING


def test_positions_are_counted_in_the_line_for_the_place(deck: Deck) -> None:
    deck.workers.when("build", GOES_ON)
    numbers = [deck.deploys(version=f"1.{n}.0") for n in range(4)]
    deck.works(rounds=1)
    assert [why(deck, n)[1].partition(" behind")[0] for n in numbers[1:]] == [
        "Next in line",
        "2nd in line",
        "3rd in line",
    ]


def test_the_queue_shows_what_runs_what_waits_and_why(deck: Deck) -> None:
    capped(deck, 1, shop="")
    deck.workers.when("build", GOES_ON)
    running, behind, other = deck.deploys(), deck.deploys(version="1.1.0"), deck.deploys("shop")
    deck.works(rounds=1)
    view = queues.view(deck.db, "ana")
    assert [entry.number for entry in view.running] == [running]
    assert [(entry.number, entry.why) for entry in view.in_line] == [(behind, "behind #1"), (other, "1 run at once")]
    assert [entry.number for entry in queues.view(deck.db, "ana", "shop").in_line] == [other]
    assert queues.view(deck.db, "mia").is_empty, "who may see nothing sees nothing"
    with pytest.raises(UnknownProject):
        queues.view(deck.db, "ana", "wbe")
