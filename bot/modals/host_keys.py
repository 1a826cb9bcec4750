"""The modal behind *Host key…*: which key was pinned, which one the machine shows, and why the new one is trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot import ids
from bot.messages import blocks as b
from bot.modals.decisions import closing_modal

_REASON_LIMIT = 500


def asking_modal(machine: str) -> dict[str, Any]:
    """While the machine is asked."""
    return closing_modal("Host key", f"{machine} is asked for its host key. This may take a few seconds.")


def unchanged_modal(machine: str, pinned: Sequence[str]) -> dict[str, Any]:
    """It shows what is pinned."""
    return closing_modal("Host key", f"{machine} shows the pinned key {pinned[0]}; there is nothing to trust.")


def trust_modal(machine: str, pinned: Sequence[str], shown: Mapping[str, str], slack_channel: str) -> dict[str, Any]:
    """Its submit button trusts the chosen one of the keys that are `shown` (fingerprints by kind)."""
    options = [
        {"text": b.plain(kind, 75), "description": b.plain(fingerprint, 75), "value": fingerprint}
        for kind, fingerprint in shown.items()
    ]
    return {
        "type": "modal",
        "callback_id": ids.TRUST_MODAL,
        "private_metadata": ids.pack(m=machine, c=slack_channel),
        "title": b.plain("Trust a new host key", 24),
        "submit": b.plain("Trust it", 24),
        "close": b.plain("Back", 24),
        "blocks": [
            b.rich(
                [
                    b.bold(machine),
                    b.text(" shows another host key than the pinned one. Until it is trusted, nothing runs there."),
                ],
                [b.text("Pinned: "), b.code(" ".join(pinned))],
                [b.text("Compare one of these on the machine's own console, for example with")],
                [b.code("ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub")],
            ),
            {
                "type": "input",
                "block_id": ids.FINGERPRINT,
                "label": b.plain("It shows"),
                "hint": b.plain(
                    "Choose the one that you have compared. If none is the same, somebody may be in between: go back."
                ),
                "element": {"type": "radio_buttons", "action_id": ids.FINGERPRINT, "options": options},
            },
            {
                "type": "input",
                "block_id": ids.NOTE,
                "label": b.plain("Why is it another one?"),
                "hint": b.plain("For example: set up anew. It is kept with your name."),
                "element": {"type": "plain_text_input", "action_id": ids.NOTE, "max_length": _REASON_LIMIT},
            },
        ],
    }


def trusted_modal(machine: str, fingerprint: str, before: str, like: Sequence[str] = ()) -> dict[str, Any]:
    """What came of it. `like`: others at the same address that still pin the old one."""
    also = (
        f"At the same address is {like[0]}, which still pins the old key: `/workers trust {like[0]}`." if like else ""
    )
    return closing_modal(
        "Trusted",
        f"{fingerprint} is the host key of {machine} from now on, instead of {before}. It is looked at now.",
        "Write it into the configuration as well: as soon as that pins another key, it is what counts.",
        also,
    )


def chosen_key(state: Mapping[str, Any]) -> str:
    """The fingerprint that was chosen."""
    found = state.get("values", {}).get(ids.FINGERPRINT, {}).get(ids.FINGERPRINT, {})
    return str((found.get("selected_option") or {}).get("value") or "")
