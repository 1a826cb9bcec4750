"""Private answers about runbooks."""

from __future__ import annotations

from collections.abc import Sequence

from bot.messages import blocks as b
from bot.messages import wording
from engine.services.views import RunbookView

_EARLIER = 3
"""So many of what was published before are named; the others are counted."""


def listed(found: Sequence[RunbookView], command: str) -> b.Message:
    """`/runbook list`."""
    if not found:
        return b.message("There are no runbooks.", b.rich([b.text("There are no runbooks that you may see.")]))
    lines: list[list[b.Element]] = []
    for runbook in found:
        where = f" · only in {wording.either(runbook.environments)}" if runbook.environments else ""
        lines.append([b.bold(runbook.name), b.text(f" of {runbook.project}: {_standing(runbook)}{where}")])
    return b.message(f"{len(found)} runbooks", b.rich(*lines), b.context(_next(found, command)))


def _next(found: Sequence[RunbookView], command: str) -> str:
    first = next((runbook for runbook in found if runbook.version), None)
    if first is None:
        return f"Publish one, then it can be run: {command} publish {found[0].slug} of {found[0].project}"
    return f"Run one: {command} run {first.slug} of {first.project} in {(first.environments or ('production',))[0]}"


def published(runbook: RunbookView, command: str, sought: Sequence[str] = ()) -> b.Message:
    """It was frozen. `sought`: the repositories of its scripts that are not found yet."""
    words = f"Published {runbook.name} of {runbook.project} as {runbook.version}."
    where = (runbook.environments or ("production",))[0]
    rest = f" I still look for {wording.either(sought, 'and')}." if sought else ""
    said = b.rich([b.text(f"{words}{rest}")])
    return b.message(words, said, b.context(f"Run it: {command} run {runbook.slug} in {where}"))


def help_text(command: str) -> b.Message:
    """What can be typed after `/runbook`."""
    lines = [
        [b.code(command), b.text("  asks for everything in a form")],
        [
            b.code(f"{command} run restart in production"),
            b.text("  runs what is published; of web: that project's"),
        ],
        [b.code(f"{command} run restart@2 in production"), b.text("  runs what was published before; list tells what")],
        [b.code(f"{command} plan restart in production"), b.text("  what that would do")],
        [b.text("… on web-1,web-2 · skip STEP · at 22:00 · with NAME=VALUE · because …  as for a deployment")],
        [b.code(f"{command} list"), b.text("  all of them, and what is published")],
        [b.code(f"{command} publish restart"), b.text("  freezes it as it is now; from then on that runs")],
    ]
    return b.message(f"What you can type after {command}", b.rich(*lines))


def _standing(runbook: RunbookView) -> str:
    if runbook.version is None:
        return "not published yet"
    changed = ", changed since" if runbook.is_changed else ""
    earlier = f"; earlier {wording.few(runbook.earlier, _EARLIER)}" if runbook.earlier else ""
    return f"{runbook.version}, published by {runbook.published_by}{changed}{earlier}"
