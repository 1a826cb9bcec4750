"""What is said with the files that a script gave to be kept, in the thread and on the command line."""

from __future__ import annotations

from collections.abc import Sequence

from bot.messages import blocks as b
from bot.messages import wording
from engine.services.artifacts import ArtifactView

ATTACHED = 10
"""Files of one message; more would bury the thread."""


def comment(found: Sequence[ArtifactView], number: int) -> str:
    """What stands above the files of one run (mrkdwn)."""
    shown = attached(found)
    first = found[0]
    place = f" on {first.machine}" if first.machine else ""
    words = f"{wording.plural(len(shown), 'file')} of {first.step}{place}."
    hidden = sum(view.holds_secret for view in found)
    more = len(found) - len(shown) - hidden
    if more:
        words += f" {more} more: `foredeck artifacts {number}`."
    if hidden:
        what = "One more has" if hidden == 1 else f"{hidden} more have"
        words += f" {what} a secret inside, and only `foredeck artifacts {number}` hands them out."
    return b.escape(words)


def attached(found: Sequence[ArtifactView]) -> list[ArtifactView]:
    """Those that go to the thread."""
    return [view for view in found if view.path is not None and not view.holds_secret][:ATTACHED]


def refused(found: Sequence[ArtifactView], number: int) -> b.Message:
    """Said in the thread when Slack takes no file from the bot here."""
    words = f"{found[0].step} made {wording.plural(len(found), 'file')}, but I may not share files here. "
    words += "Invite me to the channel for that."
    return b.message(words, b.rich([b.text(f"{words} They are kept: "), b.code(f"foredeck artifacts {number}")]))


def size(count: int) -> str:
    """Bytes as people read them: `3.4 MB`."""
    for unit, letters in ((1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "kB")):
        if count >= unit:
            return f"{count / unit:.1f} {letters}"
    return wording.plural(count, "byte")
