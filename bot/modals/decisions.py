"""The modal behind Proceed…, Abort…, Run again… and Fail…: what will happen, an optional note, and the confirmation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot import ids
from bot.messages import blocks as b
from bot.messages import wording
from engine.services.views import InterruptionView, PlannedStepView, PlanView, TaskView, Verdict

NOTE_LIMIT = 1_000
_STEPS_SHOWN = 15
WHAT_STAYS = "What already ran is not undone; only the steps meant for a failure still run."

_TITLE = {
    Verdict.PROCEED: "Proceed",
    Verdict.ABORT: "Abort",
    Verdict.RUN_AGAIN: "Run again",
    Verdict.FAIL: "Fail the step",
}
_WANTS_A_REASON = frozenset({Verdict.ABORT, Verdict.FAIL, Verdict.EXCLUDE, Verdict.IGNORE})


def decision_modal(verdict: Verdict, asked: InterruptionView, view: TaskView, plan: PlanView) -> dict[str, Any]:
    """`plan`: what is left to run, read when the modal was opened. Its submit button is the confirmation."""
    return {
        "type": "modal",
        "callback_id": ids.DECISION_MODAL,
        "private_metadata": ids.pack(i=asked.id, v=verdict.value),
        "title": b.plain(_TITLE[verdict], 24),
        "submit": b.plain(_TITLE[verdict], 24),
        "close": b.plain("Back", 24),
        "blocks": [
            b.rich([b.bold(wording.title(view))], [b.text(f"#{view.number}, asked for by {view.requested_by}")]),
            b.rich(*_consequence(verdict, asked, plan)),
            note_input(verdict),
        ],
    }


def note_of(state: Mapping[str, Any]) -> str:
    """The note that was typed, from a submitted modal's state."""
    field = state.get("values", {}).get(ids.NOTE, {}).get(ids.NOTE, {})
    return str(field.get("value") or "").strip()


def closing_modal(title: str, *words: str) -> dict[str, Any]:
    """Says something in place of the form; there is nothing left but to close it."""
    lines = [b.sentence(word) for word in words if word]
    return {
        "type": "modal",
        "callback_id": ids.DECISION_MODAL,
        "title": b.plain(title, 24),
        "close": b.plain("Close", 24),
        "blocks": [b.rich(*lines)],
    }


def _consequence(verdict: Verdict, asked: InterruptionView, plan: PlanView) -> list[list[b.Element]]:
    match verdict:
        case Verdict.PROCEED:
            return _what_follows("Then this runs:", asked, plan)
        case Verdict.RUN_AGAIN:
            again = f"{asked.step_name} runs once more, from its beginning. Its first run may have finished."
            return [[b.text(again)], *_what_follows("Then this runs:", asked, plan)]
        case Verdict.ABORT:
            return [[b.text(f"The deployment ends as failed. {WHAT_STAYS}")]]
        case _:
            return [[b.text(f"{asked.step_name} counts as failed. {WHAT_STAYS}")]]


def _what_follows(heading: str, asked: InterruptionView, plan: PlanView) -> list[list[b.Element]]:
    if asked.missing > 1:
        heading = f"After you, {wording.plural(asked.missing - 1, 'more answer')} is needed. {heading}"
    if not plan.steps:
        return [[b.text("Nothing is left to run after this.")]]
    lines = [[b.text(heading)], *(_step(step) for step in plan.steps[:_STEPS_SHOWN])]
    if len(plan.steps) > _STEPS_SHOWN:
        lines.append([b.text(f"… and {wording.plural(len(plan.steps) - _STEPS_SHOWN, 'more step')}")])
    return lines


def _step(step: PlannedStepView) -> list[b.Element]:
    facts = ", ".join(part for part in (step.what, step.where, step.condition) if part)
    return [b.bold(f"{step.number}. {b.shorten(step.name, 100)}"), b.text(f"  {b.shorten(facts, 200)}")]


def note_input(
    verdict: Verdict, hint: str = "Everybody sees it with your answer, and later steps can use it."
) -> b.Block:
    """The field for a note."""
    return {
        "type": "input",
        "block_id": ids.NOTE,
        "optional": True,
        "label": b.plain("Why?" if verdict in _WANTS_A_REASON else "Note"),
        "hint": b.plain(hint),
        "element": {
            "type": "plain_text_input",
            "action_id": ids.NOTE,
            "multiline": True,
            "max_length": NOTE_LIMIT,
        },
    }
