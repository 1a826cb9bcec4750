"""Break-glass: a named team passes rules over, sees which first, and somebody else has to look at it afterwards."""

from __future__ import annotations

from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from bot import cli
from engine.domain.queueing import Rank, Situation, Waiter, choose
from engine.models import Emergency, OutboxRow, Output
from engine.services import configuration, emergencies, freezes, holds, locks, outbox, tasks
from engine.services.emergency_errors import (
    AlreadyAcknowledged,
    EmergencyIsNow,
    MayNotAcknowledge,
    NoEmergency,
    NoEmergencyTeam,
    NotInEmergencyTeam,
    RulesUnseen,
)
from engine.services.errors import NotPermitted
from engine.services.gates import Way
from engine.services.queue_errors import ReasonMissing
from engine.services.views import InterruptionState, StepStatus, TaskState
from tests.support.engine import MAIN, Deck

PROCESS = """\
steps:
  - {step: build, run_script: {inline: echo built}}
  - {step: confirm, manual_intervention: {teams: [release-managers], instructions: "Look first."}}
  - {step: install, run_script: {inline: echo installed}}
"""
TEAM = MAIN.replace(
    "defaults: {slack_channel: deployments}",
    "defaults: {slack_channel: deployments, emergency_team: devs, task_cap: 1}",
).replace(
    "grants:",
    "grants:\n  - {team: release-managers, roles: [space_manager]}",
)


@pytest.fixture
def deck(deck: Deck) -> Deck:
    """ana is the team for emergencies; ben and eva may do everything but declare one."""
    return deck.configured(PROCESS, {"foredeck.yml": TEAM})


def shown(deck: Deck, **choices: Any) -> RulesUnseen:
    """What somebody sees first."""
    with pytest.raises(RulesUnseen) as unseen:
        deck.deploys(way=Way.EMERGENCY, reason="INC-7", **choices)
    return unseen.value


def declared(deck: Deck) -> int:
    """ana sees the rules and goes on."""
    return deck.deploys(way=Way.EMERGENCY, reason="INC-7", seen=shown(deck).keys)


def freezes_staging(deck: Deck) -> None:
    freezes.freeze(deck.db, deck.clock(), person="ben", names=["staging"], until="in 9h", reason="release week")


def told(deck: Deck, kind: str) -> list[str]:
    with deck.db.read() as session:
        rows = session.scalars(select(OutboxRow).where(OutboxRow.kind == kind).order_by(OutboxRow.id))
        return [row.message_key for row in rows]


def test_it_shows_every_rule_first_then_passes_them_all(deck: Deck) -> None:
    freezes_staging(deck)
    locks.lock(deck.db, deck.clock(), person="eva", names=["staging", "web"], reason="a migration")
    holds.pause(deck.db, deck.clock(), person="ben", reason="the database moves")
    unseen = shown(deck)
    assert [rule.text for rule in unseen.rules] == [
        "staging is frozen by ben because release week, until Mon 2026-05-04 18:00 (UTC)",
        "staging of web is locked by eva because a migration, until Mon 2026-05-04 17:00 (UTC)",
        "the queue is paused by ben because the database moves",
        "the approval by release-managers at confirm is not asked for",
    ]
    assert tasks.active(deck.db, "ben") == (), "nothing was deployed"
    number = deck.deploys(way=Way.EMERGENCY, reason="INC-7", seen=unseen.keys)
    deck.works()
    view = tasks.view(deck.db, number)
    assert view.state is TaskState.SUCCESS
    assert view.is_emergency
    confirm = view.steps[1]
    assert (confirm.status, confirm.detail) == (
        StepStatus.SUCCEEDED,
        "passed over by ana in an emergency: INC-7",
    )
    assert [i.state for i in view.interruptions] == [InterruptionState.PASSED]
    assert told(deck, outbox.DIRECT) == [f"direct:2:passed:eva:{int(deck.clock().timestamp())}"]


def test_an_approval_that_was_passed_over_was_given_by_nobody(deck: Deck) -> None:
    declared(deck)
    deck.works()
    with deck.db.read() as session:
        outputs = {row.name: row.value for row in session.scalars(select(Output))}
    assert (outputs["Manual.Approved"], outputs["Manual.Approvers"]) == ("True", "")
    assert outputs["Manual.Notes"] == "passed over by ana in an emergency: INC-7"


def test_a_rule_that_came_meanwhile_is_shown_anew_and_one_that_went_hinders_nobody(deck: Deck) -> None:
    freezes_staging(deck)
    seen = shown(deck).keys
    holds.pause(deck.db, deck.clock(), person="ben", project="web", reason="wait")
    again = shown(deck, seen=seen)
    assert str(again).startswith("The rules in the way have changed meanwhile.")
    assert "web is paused by ben because wait" in [rule.text for rule in again.rules]
    freezes.thaw(deck.db, deck.clock(), person="ben", names=["staging"])
    assert deck.deploys(way=Way.EMERGENCY, reason="INC-7", seen=again.keys) == 1


def test_without_a_team_for_it_nobody_may_and_the_way_out_is_said(deck: Deck) -> None:
    deck.configured(PROCESS, {"foredeck.yml": TEAM.replace(", emergency_team: devs", "")})
    with pytest.raises(NoEmergencyTeam) as refused:
        deck.deploys(way=Way.EMERGENCY, reason="INC-7")
    assert "`defaults: {emergency_team: on-call}`" in refused.value.hint


def test_only_its_members_may_with_a_reason_now_and_where_they_may_deploy(deck: Deck) -> None:
    with pytest.raises(NotInEmergencyTeam) as refused:
        deck.deploys(way=Way.EMERGENCY, reason="INC-7", by="ben")
    assert f"{refused.value} {refused.value.hint}" == "Only members of devs deploy in an emergency. Ask ana."
    with pytest.raises(ReasonMissing):
        deck.deploys(way=Way.EMERGENCY, reason=" ")
    with pytest.raises(EmergencyIsNow):
        deck.deploys(way=Way.EMERGENCY, reason="INC-7", at="in 2h")
    nowhere = TEAM.replace(
        "[deployment_creator, release_creator]}",
        "[deployment_creator, release_creator], when: {environment: production}}",
    )
    deck.configured(PROCESS, {"foredeck.yml": nowhere})
    with pytest.raises(NotPermitted):
        deck.deploys(way=Way.EMERGENCY, reason="INC-7")


def test_who_left_the_team_after_the_rules_were_shown_is_refused(deck: Deck) -> None:
    seen = shown(deck).keys
    deck.configured(PROCESS, {"foredeck.yml": TEAM.replace("emergency_team: devs", "emergency_team: release-managers")})
    with pytest.raises(NotInEmergencyTeam):
        deck.deploys(way=Way.EMERGENCY, reason="INC-7", seen=seen)


def test_it_begins_above_the_cap_and_before_the_line_but_never_beside_another_of_its_place(deck: Deck) -> None:
    deck.deploys(environment="staging", by="ben")
    deck.settles()
    deck.deploys(environment="production", by="ben")
    first = shown(deck, environment="production")
    assert [rule.text for rule in first.rules][:2] == [
        "it goes before 1 deployment that waits in line",
        "only 1 deployment runs at once; this one begins beside it",
    ]
    assert first.stays == ()
    number = deck.deploys(environment="production", way=Way.EMERGENCY, reason="INC-7", seen=first.keys)
    deck.settles()
    assert tasks.view(deck.db, number).state is not TaskState.QUEUED
    second = shown(deck, environment="staging")
    assert second.stays == ("#1 is at work there: it waits for its end, or cancel that first",)


def test_draining_holds_even_an_emergency(deck: Deck) -> None:
    holds.drain(deck.db, deck.clock(), person="ben", reason="an update")
    assert shown(deck).stays == ("Foredeck is being drained by ben: it waits for the end of that",)
    number = declared(deck)
    deck.works()
    view = tasks.view(deck.db, number)
    assert view.waiting is not None
    assert view.waiting.text == "Foredeck is being drained by ben because an update"


def test_without_room_emergencies_begin_and_nobody_else() -> None:
    waiters = [
        Waiter(1, "web", "staging", "a", Rank.FIRST, 1),
        Waiter(2, "web", "staging", "b", Rank.EMERGENCY, 2),
        Waiter(3, "web", "staging", "c", Rank.BEGUN, 3),
    ]
    assert [one.number for one in choose(waiters, Situation(1, {"shop": 1}))] == [2]
    assert [one.number for one in choose(waiters, Situation(2))] == [2, 3]


def test_somebody_else_acknowledges_it_once_and_everything_is_kept(deck: Deck) -> None:
    freezes_staging(deck)
    number = declared(deck)
    assert told(deck, outbox.EMERGENCY) == ["emergency:1:0"]
    with pytest.raises(MayNotAcknowledge) as refused:
        emergencies.acknowledge(deck.db, deck.clock(), person="ana", number=number)
    assert str(refused.value) == "You declared this emergency, so somebody else has to acknowledge it."
    assert refused.value.hint == "ben or eva may acknowledge it."
    with pytest.raises(MayNotAcknowledge):
        emergencies.acknowledge(deck.db, deck.clock(), person="mia", number=number)
    deck.time.passes(minutes=20)
    done = emergencies.acknowledge(deck.db, deck.clock(), person="ben", number=number, note="talked to ana")
    assert (done.acknowledged_by, done.note, done.acknowledged_at) == ("ben", "talked to ana", deck.clock())
    with pytest.raises(AlreadyAcknowledged, match="ben has acknowledged the emergency of #1 already"):
        emergencies.acknowledge(deck.db, deck.clock(), person="eva", number=number)
    with deck.db.read() as session:
        row = session.scalars(select(Emergency)).one()
        assert (row.person, row.reason, row.revision_id) == ("ana", "INC-7", configuration.current(session).revision)
        assert row.passed[0].startswith("staging is frozen by ben")
    with pytest.raises(NoEmergency):
        emergencies.view(deck.db, 99)


def test_it_nags_every_hour_then_every_day_until_somebody_has_acknowledged_it(deck: Deck) -> None:
    number = declared(deck)
    for _ in range(9):
        deck.time.passes(hours=1)
        deck.works()
    assert emergencies.view(deck.db, number).nags == emergencies.NAGS_HOURLY
    deck.time.passes(days=1)
    deck.works()
    assert emergencies.view(deck.db, number).nags == emergencies.NAGS_HOURLY + 1
    assert [e.task for e in emergencies.unacknowledged(deck.db, "ben")] == [number]
    assert emergencies.unacknowledged(deck.db, "mia") == ()
    emergencies.acknowledge(deck.db, deck.clock(), person="eva", number=number)
    deck.time.passes(days=2)
    deck.works()
    assert emergencies.view(deck.db, number).nags == emergencies.NAGS_HOURLY + 1
    assert emergencies.unacknowledged(deck.db, "ben") == ()


def _types(deck: Deck, *words: str, answer: str = "") -> Result:
    where = ["--state", str(deck.state), "--config", str(deck.config)]
    return CliRunner().invoke(cli.main, [*words, *where], input=answer)


def test_in_a_terminal_the_rules_are_shown_and_asked_about_once(deck: Deck) -> None:
    freezes_staging(deck)
    deck.deploys("web", "0.9.0", "production", by="ben")
    said = ["--create-release", "--emergency", "--because", "INC-7", "--as", "ana"]
    command = ["deploy", "web", "1.0.0", "--to", "staging", *said]
    refused = _types(deck, *command, answer="n\n")
    assert refused.exit_code == 1
    assert "  - staging is frozen by ben because release week, until" in refused.output
    deployed = _types(deck, *command, answer="y\n")
    assert "Deployment #2: web 1.0.0 to staging" in deployed.output, deployed.output
    listed = _types(deck, "emergencies", "--as", "ben").output
    assert "#2 web 1.0.0 to staging by ana" in listed
    assert "may acknowledge it: ben, eva" in listed
    done = _types(deck, "acknowledge", "2", "--note", "it was right", "--as", "eva")
    assert done.output == "The emergency of #2 (web 1.0.0 to staging) is acknowledged; nobody is asked any more.\n"
    assert _types(deck, "emergencies", "--as", "ben").output == "No emergency waits for anybody.\n"


def test_the_team_for_emergencies_must_be_declared(deck: Deck) -> None:
    problems = deck.reloaded(PROCESS, {"foredeck.yml": TEAM.replace("emergency_team: devs", "emergency_team: devz")})
    assert [str(problem).partition(" ")[0] for problem in problems.problems] == ["foredeck.yml:2:"]
