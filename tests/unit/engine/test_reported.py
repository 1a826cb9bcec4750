"""Rules that others learnt from their users' reports, where no test of their own subject holds them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.domain.histories import History, RunRecord
from engine.domain.moves import AskForDecision, Finish, Start, Withdraw
from engine.domain.next_moves import keeps_place, next_moves
from engine.domain.plans import Plan, PlannedAction, PlannedStep, RunKey
from engine.domain.processes import ManualIntervention, Rolling, RunCondition, RunScript, StartTrigger
from engine.domain.states import RunState, TaskState
from engine.services import interruptions, runbooks
from engine.services.views import Verdict
from tests.support.engine import Deck
from tests.support.guided import FAILS, FILES, ONCE, failing, says

ASK = ManualIntervention("Good?", ("release-managers",))


def step(*works: RunScript | ManualIntervention, machines: tuple[str, ...] = ("",), **changes: object) -> PlannedStep:
    actions = tuple(PlannedAction(f"a{n}", f"a{n}", work, machines=machines) for n, work in enumerate(works))
    return replace(PlannedStep("s", "s", RunCondition.SUCCESS, actions), **changes)  # type: ignore[arg-type]


def test_an_approval_inside_a_rolling_step_pauses_that_machine_until_it_is_answered() -> None:
    rolling = Plan((step(ASK, RunScript("x"), machines=("web-1", "web-2"), rolling=Rolling(1)),))
    assert next_moves(rolling, History()) == (AskForDecision(RunKey(0, 0, "web-1")),)
    asked = RunRecord(RunKey(0, 0, "web-1"), RunState.WAITING, asked=True)
    assert next_moves(rolling, History((asked,))) == ()
    approved = asked._replace(state=RunState.SUCCEEDED, asked=False)
    assert next_moves(rolling, History((approved,))) == (Start(RunKey(0, 1, "web-1")),)


def test_an_approval_beside_a_script_can_be_canceled() -> None:
    beside = Plan((step(RunScript("x")), step(ASK, start_trigger=StartTrigger.WITH_PREVIOUS)))
    runs = (
        RunRecord(RunKey(0, 0, ""), RunState.RUNNING),
        RunRecord(RunKey(1, 0, ""), RunState.WAITING, asked=True),
    )
    canceled = History(runs, cancel_requested=True)
    assert next_moves(beside, canceled) == (Withdraw(RunKey(1, 0, "")),)
    ended = tuple(run._replace(state=RunState.CANCELED, asked=False) for run in runs)
    assert next_moves(beside, History(ended, cancel_requested=True)) == (Finish(TaskState.CANCELED),)


@pytest.mark.parametrize("blocks", [True, False])
def test_each_approval_says_whether_others_may_go_ahead_meanwhile(blocks: bool) -> None:
    plan = Plan((step(replace(ASK, block_concurrent_deployments=blocks)),))
    waiting = History((RunRecord(RunKey(0, 0, ""), RunState.WAITING, asked=True),))
    assert keeps_place(plan, waiting) is blocks


def test_fail_never_runs_it_once_more(deck: Deck) -> None:
    number = failing(deck, ONCE, FAILS, FAILS)
    says(deck, number, Verdict.FAIL)
    assert deck.workers.started() == ["build"]


@pytest.mark.parametrize(("of_runbook", "is_asked"), [("", True), ("guided_failure: false\n", False)])
def test_a_runbook_says_for_itself_whether_somebody_is_asked(deck: Deck, of_runbook: str, is_asked: bool) -> None:
    main = FILES["foredeck.yml"].replace("[project_deployer]", "[project_deployer, runbook_producer]")
    runbook = f"{of_runbook}steps: [{{step: build, run_script: {{inline: echo build}}}}]\n"
    files = {
        **FILES,
        "foredeck.yml": main,
        "projects/web/project.yml": "slug: web\nguided_failure: false\n",
        "projects/web/runbooks/rebuild.yml": runbook,
    }
    deck.configured(ONCE, files)
    runbooks.publish(deck.db, deck.clock(), person="ben", name="rebuild")
    deck.workers.when("build", FAILS)
    number = runbooks.run(deck.db, deck.clock(), person="ben", name="rebuild", environment="staging").number
    deck.works()
    assert (deck.task(number).pending is not None) is is_asked


def test_a_team_that_asks_for_an_answer_is_told_who_can_give_it(deck: Deck) -> None:
    """Whoever may answer is named; nobody finds a question without a button because of a role that is missing."""
    number = failing(deck)
    pending = deck.task(number).pending
    assert pending is not None
    for person in pending.eligible:
        assert interruptions.refusal(deck.db, person=person, interruption_id=pending.id) is None
