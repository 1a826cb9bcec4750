"""The modals behind *Disable…* (why, and until when) and *Run a script…* (what, and where)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot import ids
from bot.messages import blocks as b
from bot.messages import wording
from bot.modals.decisions import NOTE_LIMIT
from engine.services.ad_hoc import Offer
from engine.services.machine_views import MachineStanding

_REASON_LIMIT = 500


def disable_modal(machine: MachineStanding, slack_channel: str) -> dict[str, Any]:
    """Its submit button is the confirmation; what came of it is told privately in the channel."""
    running = f" ({wording.plural(machine.load, 'step')} now)" if machine.load else ""
    return {
        "type": "modal",
        "callback_id": ids.DISABLE_MODAL,
        "private_metadata": ids.pack(m=machine.slug, c=slack_channel),
        "title": b.plain("Disable a machine", 24),
        "submit": b.plain("Disable", 24),
        "close": b.plain("Back", 24),
        "blocks": [
            b.rich(
                [b.bold(machine.slug)],
                [b.text(f"Nothing new begins there; what runs{running} goes on. It is told in the channel.")],
            ),
            {
                "type": "input",
                "block_id": ids.NOTE,
                "label": b.plain("Why?"),
                "hint": b.plain("Everybody sees it, and it stands on each deployment that leaves the machine out."),
                "element": {
                    "type": "plain_text_input",
                    "action_id": ids.NOTE,
                    "max_length": min(_REASON_LIMIT, NOTE_LIMIT),
                },
            },
            {
                "type": "input",
                "block_id": ids.UNTIL,
                "optional": True,
                "label": b.plain("Until when?"),
                "hint": b.plain("18:00, tomorrow 06:30, in 2h. Left empty: until somebody enables it."),
                "element": {"type": "plain_text_input", "action_id": ids.UNTIL, "max_length": 100},
            },
        ],
    }


def script_modal(offer: Offer, slack_channel: str) -> dict[str, Any]:
    """Its submit button runs it; the card says what comes of it."""
    return {
        "type": "modal",
        "callback_id": ids.SCRIPT_MODAL,
        "private_metadata": ids.pack(c=slack_channel),
        "title": b.plain("Run a script", 24),
        "submit": b.plain("Run", 24),
        "close": b.plain("Back", 24),
        "blocks": [
            _input(
                ids.MACHINES,
                "On which machines?",
                "web-17, web-01..05, web-*, a tag or a pool; several with commas",
                initial_value=offer.names,
                max_length=500,
            ),
            _input(ids.SCRIPT, "Bash script", "Everybody can read it, and what it prints.", multiline=True),
            {**_input(ids.NOTE, "Why?", "It stands on the card.", max_length=_REASON_LIMIT), "optional": True},
        ],
    }


def _input(field: str, label: str, hint: str, **more: Any) -> b.Block:
    element = {"type": "plain_text_input", "action_id": field, **{key: value for key, value in more.items() if value}}
    return {"type": "input", "block_id": field, "label": b.plain(label), "hint": b.plain(hint), "element": element}


def text_in(state: Mapping[str, Any], field: str) -> str:
    """What was typed into this field."""
    found = state.get("values", {}).get(field, {}).get(field, {})
    return str(found.get("value") or "")


def until_of(state: Mapping[str, Any]) -> str:
    """What was typed as the end."""
    return text_in(state, ids.UNTIL).strip()
