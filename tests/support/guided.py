"""A deck on which failures are asked about, and what people say to them. For tests only."""

from __future__ import annotations

from engine.contracts import Outcome
from engine.services import interruptions
from engine.services.views import InterruptionKind, InterruptionView, Verdict
from tests.support.engine import MAIN, Deck
from tests.support.engine_workers import ends
from tests.unit.engine.test_target_flow import FILES as TARGETS

GUIDED_MAIN = MAIN.replace("  staging: {}", "  staging: {guided_failure: true}").replace(
    "grants:\n", "grants:\n  - {team: release-managers, roles: [project_deployer]}\n"
)
FILES = {**TARGETS, "foredeck.yml": GUIDED_MAIN}
ONCE = """\
steps:
  - step: build
    run_script: {inline: echo build}
  - step: tell
    run_script: {inline: echo tell}
"""
ROLLING = """\
steps:
  - step: install
    target_tags: [web]
    run_script: {inline: echo install}
  - step: warm-up
    target_tags: [web]
    run_script: {inline: echo warm}
"""
FAILS = ends(Outcome.FAILED, "The script ended with exit code 3.", exit_code=3)
TAKES_TOO_LONG = ends(Outcome.TIMED_OUT, "The script took longer than its time limit of 5m.")
IS_LOST = ends(Outcome.LOST, "The machine was restarted.")
SUCCEEDS = ends(Outcome.SUCCEEDED, exit_code=0)


def asked(deck: Deck, number: int) -> InterruptionView:
    pending = deck.task(number).pending
    assert pending is not None
    assert pending.kind is InterruptionKind.GUIDED
    return pending


def says(
    deck: Deck,
    number: int,
    verdict: Verdict,
    *machines: str,
    by: str = "ben",
    note: str = "",
    without: tuple[str, ...] = (),
) -> None:
    found = interruptions.pending_of(deck.db, number, verdict, machines)
    interruptions.decide(
        deck.db,
        deck.clock(),
        person=by,
        interruption_id=found.id,
        verdict=verdict,
        machines=machines,
        note=note,
        without=without,
    )
    deck.works()


def failing(deck: Deck, process: str = ONCE, *behaviours: object, step: str = "build") -> int:
    deck.configured(process, FILES)
    deck.workers.when(step, *(behaviours or (FAILS,)))  # type: ignore[arg-type]
    number = deck.deploys()
    deck.works()
    return number
