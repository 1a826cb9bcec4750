"""The modal behind *Plan*: what runs where, what is left out and why. It only shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot import ids
from bot.messages import blocks as b
from bot.messages import plans
from engine.services.views import PlanView

_IN_A_BLOCK = 10
_BLOCKS = 40
_REMARKS = 20
_FACTS = 220


def plan_modal(view: PlanView) -> dict[str, Any]:
    """`view`: as it was frozen for a deployment, or as it would be."""
    return {
        "type": "modal",
        "callback_id": ids.PLAN_MODAL,
        "title": b.plain("Plan", 24),
        "close": b.plain("Close", 24),
        "blocks": [
            b.rich([b.bold(f"{view.project} {view.version} → {view.environment}")]),
            *_steps(view),
            *_remarks(view),
        ],
    }


def _steps(view: PlanView) -> Iterator[b.Block]:
    told = list(plans.lines(view))
    if not told:
        yield b.rich([b.text("Nothing would run.")])
    shown = told[: _IN_A_BLOCK * _BLOCKS]
    for start in range(0, len(shown), _IN_A_BLOCK):
        yield b.rich(
            *(
                [b.bold(b.shorten(name, 100)), b.text(f"  {b.shorten(facts, _FACTS)}")]
                for name, facts in shown[start : start + _IN_A_BLOCK]
            )
        )
    if len(told) > len(shown):
        yield b.context(f"… and {len(told) - len(shown)} more; `foredeck plan` in a terminal shows them all.")


def _remarks(view: PlanView) -> Iterator[b.Block]:
    told = list(plans.remarks(view))
    for remark in told[:_REMARKS]:
        yield b.context(b.shorten(remark, 300))
    if len(told) > _REMARKS:
        yield b.context(f"… and {len(told) - _REMARKS} more.")
