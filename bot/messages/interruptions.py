"""The message that asks a person: what about, who, the buttons; and what became of it once it is answered."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bot import ids
from bot.messages import blocks as b
from bot.messages import wording
from bot.messages.guidance import said
from bot.messages.people import named
from engine.services.views import (
    DecisionView,
    InterruptionKind,
    InterruptionState,
    InterruptionView,
    TaskView,
    Verdict,
)

MENTIONED = 5
"""So many people are mentioned by name; the rest are counted. A crowd that is pinged is nobody who feels asked."""

_INSTRUCTIONS_LIMIT = 6_000
_DECISIONS_SHOWN = 15
_CONTROL = re.compile(r"<(?=[!@#])")

VERB: Mapping[Verdict, str] = {
    Verdict.PROCEED: "proceeded",
    Verdict.ABORT: "aborted",
    Verdict.RUN_AGAIN: "ran it again",
    Verdict.FAIL: "said that it failed",
}
_LABEL = {Verdict.PROCEED: "Proceed…", Verdict.ABORT: "Abort…", Verdict.RUN_AGAIN: "Run again…", Verdict.FAIL: "Fail…"}
_TYPED = {Verdict.PROCEED: "approve", Verdict.ABORT: "abort", Verdict.RUN_AGAIN: "retry", Verdict.FAIL: "fail"}
_STYLE = {Verdict.PROCEED: "primary", Verdict.ABORT: "danger", Verdict.RUN_AGAIN: "primary", Verdict.FAIL: "danger"}
CHOICES: Mapping[InterruptionKind, tuple[Verdict, Verdict]] = {
    InterruptionKind.MANUAL: (Verdict.PROCEED, Verdict.ABORT),
    InterruptionKind.LOST: (Verdict.RUN_AGAIN, Verdict.FAIL),
}
_SETTLED = {
    InterruptionState.PROCEEDED: "✅ Proceeded",
    InterruptionState.ABORTED: "🛑 Aborted",
    InterruptionState.RUN_AGAIN: "🔁 Runs again",
    InterruptionState.FAILED: "❌ Failed",
    InterruptionState.PASSED: "🚨 Passed over in an emergency",
    InterruptionState.CLOSED: "🚫 Canceled before anybody answered",
}


def interruption(
    asked: InterruptionView, view: TaskView, slack_ids: Mapping[str, str], *, command: str = "/deploy"
) -> b.Message:
    """The message as it is now; once it is settled, a few lines. `slack_ids`: by slug; who has none is named."""
    if asked.is_pending:
        return _pending(asked, view, slack_ids, command)
    return b.message(
        f"{_SETTLED[asked.state]}: {asked.step_name} of {wording.subject(view)} (#{view.number})",
        b.rich([b.bold(f"{_SETTLED[asked.state]}: {asked.step_name}")], [b.text(_about(view))]),
        decisions(asked.decisions, slack_ids),
        _passed_over(asked, view) if asked.state is InterruptionState.PASSED else None,
    )


def _passed_over(asked: InterruptionView, view: TaskView) -> b.Block:
    """Nobody was asked: by whom and why."""
    words = f"{view.requested_by} passed over the approval of {wording.either(asked.teams)}"
    return b.rich([b.text(f"{words}: "), b.text(f"“{b.shorten(view.reason, 500)}”", italic=True)])


def outcome(asked: InterruptionView, verdict: Verdict) -> b.Message:
    """The private confirmation of a typed answer."""
    done = VERB.get(verdict, "")
    if asked.kind is InterruptionKind.GUIDED:
        done = said(asked.decisions[-1])
    words = f"You {done}: {asked.step_name} of deployment #{asked.task}."
    if asked.kind is InterruptionKind.GUIDED and asked.still_open:
        words += f" {wording.plural(len(asked.still_open), 'failed target')} of it still to be answered."
    elif asked.is_pending:
        words += f" {asked.minimum - asked.missing} of {asked.minimum}: it waits for others."
    return b.message(words, b.rich([b.text(words)]))


def instructions(markdown: str) -> b.Block | None:
    """Instructions are standard Markdown; what Slack would take for a mention in them is broken up."""
    shown = _CONTROL.sub("<\u200b", markdown).strip()
    return {"type": "markdown", "text": b.shorten(shown, _INSTRUCTIONS_LIMIT)} if shown else None


def decisions(made: Sequence[DecisionView], slack_ids: Mapping[str, str]) -> b.Block | None:
    """Who answered what, when, and why."""
    if not made:
        return None
    lines: list[list[b.Element]] = []
    note_limit = 1_000 if len(made) <= 3 else 200
    for decision in made[-_DECISIONS_SHOWN:]:
        answered = b.text(f" {VERB[decision.verdict]}, ")
        lines.append([named(decision.person, slack_ids), answered, b.date(decision.decided_at)])
        if decision.note:
            lines.append([b.text(f"“{b.shorten(decision.note, note_limit)}”", italic=True)])
    return b.rich(*lines)


def _pending(asked: InterruptionView, view: TaskView, slack_ids: Mapping[str, str], command: str) -> b.Message:
    is_lost = asked.kind is InterruptionKind.LOST
    question = f"Is it safe to run {asked.step_name} again?" if is_lost else asked.step_name
    sign = "❓" if is_lost else "✋"
    return b.message(
        f"{sign} {question}: {wording.subject(view)} (#{view.number}) waits for {_who(asked)}",
        b.rich([b.bold(f"{sign} {question}")], [b.text(_about(view))]),
        _lost(asked) if is_lost else None,
        instructions(asked.instructions),
        b.rich(_asked(asked, slack_ids)),
        decisions(asked.decisions, slack_ids),
        b.actions(*(_button(asked, verdict) for verdict in CHOICES[asked.kind])),
        b.context("or type " + " · ".join(_typed(asked, view, command, verdict) for verdict in CHOICES[asked.kind])),
    )


def _typed(asked: InterruptionView, view: TaskView, command: str, verdict: Verdict) -> str:
    return f"{command} {_TYPED[verdict]} {view.number}{wording.told_apart(asked, view)}"


def _about(view: TaskView) -> str:
    return f"{wording.title(view)} · #{view.number}, asked for by {view.requested_by}"


def _lost(asked: InterruptionView) -> b.Block:
    for_target = f" for {asked.machine}" if asked.machine and asked.machine != asked.worker else ""
    where = wording.place_of(asked.worker or asked.machine)
    return b.rich(
        [
            b.text(f"{asked.step_name} was started{for_target}, and how it ended is unknown. "),
            b.text(f"Look at {where} first: it may have finished, or still be running."),
        ]
    )


def _asked(asked: InterruptionView, slack_ids: Mapping[str, str]) -> list[b.Element]:
    line = [b.text("Asked: ")]
    for index, person in enumerate(asked.eligible[:MENTIONED]):
        if index:
            line.append(b.text(", "))
        line.append(named(person, slack_ids))
    if len(asked.eligible) > MENTIONED:
        line.append(b.text(f" and {len(asked.eligible) - MENTIONED} more"))
    if not asked.eligible:
        line = [b.text(f"Nobody may answer this now: it asks {wording.either(asked.teams) or 'nobody'}.", bold=True)]
    if asked.minimum > 1:
        line.append(b.bold(f" · {asked.minimum - asked.missing} of {asked.minimum} agreed"))
    return line


def _who(asked: InterruptionView) -> str:
    return wording.either(asked.teams) or wording.either(asked.eligible[:MENTIONED]) or "somebody"


def _button(asked: InterruptionView, verdict: Verdict) -> b.Element:
    return b.button(
        _LABEL[verdict],
        ids.OPEN_DECISION[verdict],
        str(asked.id),
        style=_STYLE[verdict],
        accessibility_label=f"{_LABEL[verdict].rstrip('…')} with {asked.step_name}",
    )
