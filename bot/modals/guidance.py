"""The modal behind Retry…, Exclude…, Ignore… and Fail… of a guided failure: of which machines, why, what follows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot import ids
from bot.messages import blocks as b
from bot.messages import wording
from bot.messages.guidance import machines
from bot.modals.decisions import WHAT_STAYS, note_input
from engine.services.views import InterruptionView, TaskView, Verdict

_TITLE = {
    Verdict.RUN_AGAIN: "Retry",
    Verdict.EXCLUDE: "Exclude",
    Verdict.IGNORE: "Ignore",
    Verdict.FAIL: "Fail",
}
_OPTIONS = 100
"""So many options a select of Slack takes; of more machines than that all are meant."""


def guidance_modal(verdict: Verdict, asked: InterruptionView, view: TaskView) -> dict[str, Any]:
    """Its submit button is the confirmation."""
    names = [run.machine for run in asked.open_to(verdict) if run.machine]
    return {
        "type": "modal",
        "callback_id": ids.DECISION_MODAL,
        "private_metadata": ids.pack(i=asked.id, v=verdict.value, m=names if len(names) == 1 else None),
        "title": b.plain(f"{_TITLE[verdict]}", 24),
        "submit": b.plain(_TITLE[verdict], 24),
        "close": b.plain("Back", 24),
        "blocks": [
            block
            for block in (
                b.rich([b.bold(wording.title(view))], [b.text(f"#{view.number}, asked for by {view.requested_by}")]),
                b.rich([b.text(_consequence(verdict, asked, names))]),
                _which(names) if 1 < len(names) <= _OPTIONS else None,
                note_input(verdict, "Everybody sees it with your answer."),
            )
            if block
        ],
    }


def machines_of(facts: Mapping[str, Any], state: Mapping[str, Any]) -> tuple[str, ...]:
    """Of which machines it is said, from a submitted modal; none for a step that runs once."""
    field = state.get("values", {}).get(ids.MACHINES, {}).get(ids.MACHINES, {})
    chosen = [str(option.get("value", "")) for option in field.get("selected_options") or ()]
    return tuple(chosen or [str(name) for name in facts.get("m") or ()])


def _which(names: list[str]) -> b.Block:
    options = [{"text": b.plain(name, 75), "value": name} for name in names]
    return {
        "type": "input",
        "block_id": ids.MACHINES,
        "label": b.plain("On which machines?"),
        "hint": b.plain("About those that you take out you are asked again."),
        "element": {
            "type": "multi_static_select",
            "action_id": ids.MACHINES,
            "options": options,
            "initial_options": options,
        },
    }


def _consequence(verdict: Verdict, asked: InterruptionView, names: list[str]) -> str:
    step, where = asked.step_name, f" on {machines(names)}" if names else ""
    match verdict:
        case Verdict.RUN_AGAIN:
            lost = any(run.is_lost for run in asked.open_to(verdict))
            unknown = " Its first run may still be at work there." if lost else ""
            return f"{step} runs once more{where}, from its beginning.{unknown}"
        case Verdict.EXCLUDE:
            return (
                f"The deployment goes on without {machines(names)}: no later step runs there, and what already ran is "
                "not undone."
            )
        case Verdict.IGNORE:
            return f"{step} counts as left out{where}, and the deployment goes on as if it had not failed."
        case _:
            return f"{step} counts as failed{where}. {WHAT_STAYS}"
