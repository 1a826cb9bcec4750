"""Links to cards, as Slack makes permalinks."""

from __future__ import annotations

from engine.services import Database, outbox


def to_card(db: Database, workspace_url: str, number: int) -> str:
    """The permalink of the card of this deployment; empty while no card stands."""
    card = outbox.message(db, f"card:{number}")
    if card is None or not workspace_url:
        return ""
    return f"{workspace_url.rstrip('/')}/archives/{card.slack_channel}/p{card.ts.replace('.', '')}"
