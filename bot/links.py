"""Links to cards and other messages, as Slack makes permalinks."""

from __future__ import annotations

from engine.services import Database, outbox
from engine.services.views import Waiting


def to_card(db: Database, workspace_url: str, number: int) -> str:
    """The permalink of the card of this deployment; empty while no card stands."""
    return _to_message(db, workspace_url, f"card:{number}")


def to_hold(db: Database, workspace_url: str, hold: int) -> str:
    """The permalink of the message that tells of what holds deployments up; empty while none stands."""
    return _to_message(db, workspace_url, f"hold:{hold}")


def to_what_is_in_the_way(db: Database, workspace_url: str, waiting: Waiting | None) -> str:
    """The permalink of whatever somebody waits for; empty where that has no message."""
    if waiting is None:
        return ""
    if waiting.hold is not None:
        return to_hold(db, workspace_url, waiting.hold)
    return to_card(db, workspace_url, waiting.task) if waiting.task else ""


def _to_message(db: Database, workspace_url: str, key: str) -> str:
    message = outbox.message(db, key)
    if message is None or not workspace_url:
        return ""
    return f"{workspace_url.rstrip('/')}/archives/{message.slack_channel}/p{message.ts.replace('.', '')}"
