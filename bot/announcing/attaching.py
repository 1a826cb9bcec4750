"""Attaches the files that a script gave to be kept to the thread of its deployment, all of a run as one message."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from slack_sdk import WebClient

from bot.announcing import searches, uploads
from bot.messages import artifacts as messages
from engine.services.artifacts import ArtifactView
from engine.services.outbox import Posted


def attach(
    client: WebClient, found: Sequence[ArtifactView], card: Posted, *, number: int, may_stand: bool
) -> str | None:
    """Share them; returns the id of the first file, or the ts of the message where an earlier attempt did.

    None when there is nothing to show. Raises SlackApiError or one of UNREACHED.
    """
    shown = messages.attached(found)
    if not shown:
        return None
    names = [view.name for view in shown]
    place = {"channel_id": card.slack_channel, "thread_ts": card.ts}
    if may_stand and (ts := searches.find_files(client, names=names, since=shown[0].kept_at, **place)):
        return ts
    files = [(_put(client, view, view.path), view.name) for view in shown if view.path is not None]
    uploads.share(client, files, comment=messages.comment(found, number), **place)
    return files[0][0]


def _put(client: WebClient, view: ArtifactView, path: Path) -> str:
    with path.open("rb") as content:
        return uploads.put(client, content, view.size, name=view.name)
