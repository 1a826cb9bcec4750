"""The modal behind *Acknowledge…*: what was passed over and why, and a note on what one found."""

from __future__ import annotations

from typing import Any

from bot import ids
from bot.messages import blocks as b
from bot.messages import wording
from bot.modals.decisions import NOTE_LIMIT
from engine.services.emergency_views import EmergencyView


def acknowledge_modal(view: EmergencyView) -> dict[str, Any]:
    """Its submit button is the confirmation."""
    passed = [b.dated(f"• {b.shorten(wording.capitalised(text), 300)}") for text in view.passed[:20]]
    return {
        "type": "modal",
        "callback_id": ids.ACKNOWLEDGE_MODAL,
        "private_metadata": ids.pack(t=view.task),
        "title": b.plain("Acknowledge", 24),
        "submit": b.plain("Acknowledge", 24),
        "close": b.plain("Back", 24),
        "blocks": [
            b.rich(
                [b.bold(f"{view.subject} (#{view.task}), an emergency of {view.person}")],
                [b.text(f"“{b.shorten(view.reason, 500)}”", italic=True)],
                *([[b.text("Passed over:")], *passed] if passed else []),
            ),
            {
                "type": "input",
                "block_id": ids.NOTE,
                "optional": True,
                "label": b.plain("What did you find?"),
                "hint": b.plain("Everybody sees it. With this, nobody is asked any more."),
                "element": {
                    "type": "plain_text_input",
                    "action_id": ids.NOTE,
                    "multiline": True,
                    "max_length": NOTE_LIMIT,
                },
            },
        ],
    }
