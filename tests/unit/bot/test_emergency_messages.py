"""Emergencies in chat: what is shown before, to everybody, again and again, and when somebody has looked at it."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

from bot.commands import Deploy
from bot.messages import checklists, emergencies
from bot.messages.blocks import Message
from bot.modals.emergencies import acknowledge_modal
from engine.services.emergency_errors import RulesUnseen
from engine.services.emergency_views import EmergencyView, PassedRule
from engine.services.gates import Way
from engine.services.views import InterruptionState, StepStatus
from tests.support.slack_blocks import assert_modal, assert_sendable, buttons, mentioned, shown, walk
from tests.support.task_views import NASTY, NOON, SLACK_IDS, interruption, step, task

WANTED = Deploy("web", "1.4.1", "production", reason="INC-7", way=Way.EMERGENCY)
FROZEN = PassedRule("h1", "production is frozen by ben because release week")
OPEN = EmergencyView(
    17,
    "web",
    "1.4.1",
    "production",
    "ana",
    "INC-7",
    (FROZEN.text,),
    NOON,
    nags=0,
    eligible=("ben", "eva"),
    subject="Web shop 1.4.1 to Production",
)
DONE = replace(OPEN, eligible=(), acknowledged_by="ben", acknowledged_at=NOON, note="talked to ana")
TELLING = {"card_url": "https://example.slack.com/archives/C1/p1", "command": "/deploy"}


def without_our_call(message: Message) -> Message:
    """The same without the one call to everybody, which is ours: nobody else's words may make one."""
    blocks = copy.deepcopy(message.blocks)
    calling = [e for block in blocks for e in walk(block) if any(is_call(inner) for inner in e.get("elements", ()))]
    for element in calling[:1]:
        element["elements"].remove(next(inner for inner in element["elements"] if is_call(inner)))
    return replace(message, blocks=blocks)


def is_call(element: Any) -> bool:
    return bool(element == {"type": "broadcast", "range": "here"})


def test_every_rule_is_shown_with_one_button_that_carries_what_was_seen() -> None:
    error = RulesUnseen(rules=[FROZEN], stays=["#16 is at work there"], has_changed=False)
    message = emergencies.rules(error, WANTED, "key", "/deploy")
    assert_sendable(message)
    assert "• Production is frozen by ben because release week" in shown(message)
    assert "Not even an emergency passes:\n• #16 is at work there" in shown(message)
    assert buttons(message) == ["Deploy in an emergency"]
    value = next(element["value"] for element in walk(message.blocks) if element.get("type") == "button")
    assert '"z":"h1"' in value
    assert '"w":"emergency"' in value


def test_what_goes_without_an_emergency_is_said_and_what_it_would_wait_for_anyway() -> None:
    free = RulesUnseen(rules=[], stays=[], has_changed=False)
    assert str(free) == "Nothing is in the way now: it goes without an emergency, too."
    assert "/deploy web 1.4.1 to production because INC-7" in shown(emergencies.rules(free, WANTED, "k", "/deploy"))
    taken = RulesUnseen(rules=[], stays=["#16 is at work there"], has_changed=True)
    assert str(taken) == (
        "The rules in the way have changed meanwhile. There is no rule in the way that an emergency could pass."
    )


def test_it_is_loud_asks_others_and_goes_quiet_when_somebody_has_looked() -> None:
    loud = emergencies.announcement(OPEN, SLACK_IDS, **TELLING)
    assert_sendable(without_our_call(loud))
    assert [element["range"] for element in walk(loud.blocks) if element.get("type") == "broadcast"] == ["here"]
    assert mentioned(loud) == [SLACK_IDS["ben"], SLACK_IDS["eva"]]
    assert buttons(loud) == ["Acknowledge…"]
    again = emergencies.reminder(OPEN, SLACK_IDS, **TELLING)
    assert again.text == "🚨 Nobody has acknowledged the emergency of ana yet: Web shop 1.4.1 to Production (#17)"
    quiet, line = (says(DONE, SLACK_IDS, **TELLING) for says in (emergencies.announcement, emergencies.reminder))
    assert buttons(quiet) == buttons(line) == []
    assert "“talked to ana”" in shown(quiet)
    assert line.text == "☑️ ben has acknowledged the emergency of ana: Web shop 1.4.1 to Production (#17)"


def test_whatever_people_write_and_however_much_it_fits_into_slack() -> None:
    many = tuple(PassedRule(f"h{number}", NASTY * 20) for number in range(60))
    crowd = replace(OPEN, reason=NASTY * 30, passed=tuple(rule.text for rule in many), eligible=("ben",) * 30)
    error = RulesUnseen(rules=many, stays=(), has_changed=True)
    assert_sendable(emergencies.rules(error, replace(WANTED, reason=NASTY * 30), "key", "/deploy"))
    for view in (crowd, replace(crowd, acknowledged_by="ben", note=NASTY * 30), replace(OPEN, eligible=())):
        assert_sendable(without_our_call(emergencies.announcement(view, SLACK_IDS, **TELLING)))
        assert_sendable(emergencies.reminder(view, SLACK_IDS, **TELLING))
    assert_modal(acknowledge_modal(crowd))


def test_an_approval_that_was_passed_over_is_not_shown_as_given() -> None:
    asked = interruption(state=InterruptionState.PASSED)
    approval = replace(step(1, StepStatus.SUCCEEDED), slug=asked.step_slug, name=asked.step_name, is_intervention=True)
    view = task(steps=(approval, step(2, StepStatus.SUCCEEDED)), interruptions=(asked,))
    block = checklists.plan_block(view)
    assert block is not None
    assert [entry["title"].endswith(": passed over") for entry in block["tasks"]] == [True, False]
    assert "passed over" in str(checklists.lines(view))
