"""The modal behind *Show all*: every failed machine of a step with its last lines, page by page. It only shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot import ids
from bot.messages import blocks as b
from bot.messages import wording
from bot.messages.guidance import failed_alike, failure
from engine.services.views import FailedRunView, InterruptionView, TaskView

PER_PAGE = 10


def on_page(asked: InterruptionView, page: int) -> tuple[int, Sequence[FailedRunView]]:
    """The page that there is (from 0), and its failed runs: those of which nothing was said come first."""
    runs = _all(asked)
    last = max(0, (len(runs) - 1) // PER_PAGE)
    page = min(max(page, 0), last)
    return page, runs[page * PER_PAGE : (page + 1) * PER_PAGE]


def failures_modal(
    asked: InterruptionView, view: TaskView, page: int, last_lines: Mapping[int, str], *, command: str
) -> dict[str, Any]:
    """`last_lines`: of the logs of the runs on this page, by run."""
    page, runs = on_page(asked, page)
    count, first = len(_all(asked)), page * PER_PAGE
    alike = failed_alike(runs, last_lines)
    shown = [block for some in alike for block in failure(some, last_lines.get(some[0].run, ""))]
    whole = f"A whole log: {command} logs {view.number} {runs[0].machine}" if runs and runs[0].machine else ""
    blocks = [
        b.rich(
            [b.bold(f"{asked.step_name} failed on {wording.plural(count, 'target')}")], [b.text(wording.title(view))]
        ),
        *shown,
        b.context(f"{first + 1} to {first + len(runs)} of {count}. {whole}".strip()) if runs else None,
        b.actions(*_turning(asked, page, count)),
    ]
    return {
        "type": "modal",
        "callback_id": ids.FAILURES_MODAL,
        "title": b.plain("What failed", 24),
        "close": b.plain("Close", 24),
        "blocks": [block for block in blocks if block],
    }


def _all(asked: InterruptionView) -> list[FailedRunView]:
    return sorted(asked.failed, key=lambda run: run.said is not None)


def _turning(asked: InterruptionView, page: int, count: int) -> list[b.Element]:
    def turn(label: str, to: int, name: str) -> b.Element:
        return b.button(label, f"{ids.SHOW_FAILURES}:{name}", ids.pack(i=asked.id, p=to))

    buttons = [turn("Back", page - 1, "back")] if page else []
    left = count - (page + 1) * PER_PAGE
    return [*buttons, turn(f"Next {min(left, PER_PAGE)}", page + 1, "next")] if left > 0 else buttons
