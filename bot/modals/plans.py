"""The modal behind *Plan*: what runs where, what is left out and why. It only shows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from bot import ids
from bot.messages import blocks as b
from bot.messages import plans
from engine.services.views import PlanView

_IN_A_BLOCK = 10
_BLOCKS = 50
_BYTES = 180_000  # of the steps, as JSON; Slack takes views of 250 kB
_REMARKS = 20
_FACTS = 220
_REFUSAL = 500


def plan_modal(view: PlanView) -> dict[str, Any]:
    """`view`: as it was frozen for a deployment, or as it would be."""
    return {
        "type": "modal",
        "callback_id": ids.PLAN_MODAL,
        "title": b.plain("Plan", 24),
        "close": b.plain("Close", 24),
        "blocks": [
            b.rich([b.bold(_heading(view))]),
            *_refusals(view),
            *_steps(view),
            *_remarks(view),
        ],
    }


def _heading(view: PlanView) -> str:
    if view.is_script:
        return f"Script {view.environment}"
    return f"{view.project_name or view.project} {view.version} → {view.environment_name or view.environment}"


def _refusals(view: PlanView) -> Iterator[b.Block]:
    if view.refusals:
        lines = [b.sentence(b.shorten(words, _REFUSAL)) for words in view.refusals[:_REMARKS]]
        yield b.rich([b.bold("⛔ As it stands this would be refused:")], *lines)


def _steps(view: PlanView) -> Iterator[b.Block]:
    told = list(plans.lines(view))
    if not told:
        yield b.rich([b.text("Nothing would run.")])
    shown, size = 0, 0
    for start in range(0, min(len(told), _IN_A_BLOCK * _BLOCKS), _IN_A_BLOCK):
        some = told[start : start + _IN_A_BLOCK]
        block = b.rich(*([b.bold(b.shorten(n, 100)), b.text(f"  {b.shorten(facts, _FACTS)}")] for n, facts in some))
        size += len(json.dumps(block))
        if size > _BYTES:
            break
        shown += len(some)
        yield block
    if len(told) > shown:
        yield b.context(f"… and {len(told) - shown} more; `foredeck plan` in a terminal shows them all.")


def _remarks(view: PlanView) -> Iterator[b.Block]:
    told = list(plans.remarks(view))
    for remark in told[:_REMARKS]:
        yield b.context(b.shorten(remark, 300))
    if len(told) > _REMARKS:
        yield b.context(f"… and {len(told) - _REMARKS} more.")
