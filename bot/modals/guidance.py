"""The modal behind Retry…, Exclude…, Ignore… and Fail… of a guided failure: of which machines, why, what follows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot import ids
from bot.messages import blocks as b
from bot.messages import wording
from bot.messages.guidance import machines
from bot.modals.choices import targets_input
from bot.modals.decisions import WHAT_STAYS, note_input
from engine.services.views import InterruptionView, TaskView, Verdict

_TITLE = {
    Verdict.RUN_AGAIN: "Retry",
    Verdict.EXCLUDE: "Exclude",
    Verdict.IGNORE: "Ignore",
    Verdict.FAIL: "Fail",
}
_OPTIONS = 100
"""So many options a select of Slack takes; more machines than that are found by typing."""

_BY_FIELD = {ids.FAILED_ON: "Only on these targets", ids.FAILED_NOT_ON: "On all but these targets"}


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
                *_which(verdict, asked, names),
                note_input(verdict, "Everybody sees it with your answer."),
            )
            if block
        ],
    }


def machines_of(facts: Mapping[str, Any], state: Mapping[str, Any]) -> tuple[str, ...]:
    """Of which machines it is said, from a submitted modal; none for a step that runs once, and for all of them."""
    chosen = _chosen(state, ids.MACHINES) + _chosen(state, ids.FAILED_ON)
    return chosen or tuple(str(name) for name in facts.get("m") or ())


def left_out_of(state: Mapping[str, Any]) -> tuple[str, ...]:
    """Of which machines it is not said, where it is of all others."""
    return _chosen(state, ids.FAILED_NOT_ON)


def field_of(name: str, state: Mapping[str, Any]) -> str:
    """The block of the field in which this machine stands; without a name that of the first; empty without fields."""
    for block in state.get("values", {}):
        field = block.partition(":")[0]
        if field in _BY_FIELD and (not name or name in _chosen(state, field)):
            return str(block)
    return ""


def searched_in(block: str) -> tuple[int, Verdict]:
    """The interruption and the answer whose machines are searched for in the field of this block. Raises ValueError."""
    _, _, rest = block.partition(":")
    interruption, _, verdict = rest.partition(":")
    return int(interruption), Verdict(verdict)


def _chosen(state: Mapping[str, Any], wanted: str) -> tuple[str, ...]:
    for block, fields in state.get("values", {}).items():
        if block.partition(":")[0] == wanted:
            options = fields.get(wanted, {}).get("selected_options") or ()
            return tuple(str(option.get("value", "")) for option in options)
    return ()


def _which(verdict: Verdict, asked: InterruptionView, names: list[str]) -> list[b.Block]:
    if len(names) < 2:
        return []
    asked_again = b.plain("About those that you take out you are asked again.")
    if len(names) > _OPTIONS:
        place = f"{asked.id}:{verdict.value}"
        only, never = (targets_input(field, place, label) for field, label in _BY_FIELD.items())
        only["element"]["placeholder"] = b.plain(f"All {len(names)} that failed")
        return [only, {**never, "hint": b.plain("About those you are asked again.")}]
    options = [{"text": b.plain(name, 75), "value": name} for name in names]
    element = {
        "type": "multi_static_select",
        "action_id": ids.MACHINES,
        "options": options,
        "initial_options": options,
    }
    label = b.plain("On which machines?")
    return [{"type": "input", "block_id": ids.MACHINES, "label": label, "hint": asked_again, "element": element}]


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
