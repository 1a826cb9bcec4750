"""The message of a guided failure: what failed where, its last lines, and the ways on, for one person to choose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bot import ids
from bot.messages import blocks as b
from bot.messages import wording
from bot.messages.people import named
from engine.services.views import DecisionView, FailedRunView, InterruptionState, InterruptionView, TaskView, Verdict

SHOWN = 3
"""So many failures are shown with their last lines; what failed alike is one. More are named, of many some counted."""

COMPARED = 10
"""Of so many failed machines the last lines are read, to see which failed alike."""

_NAMED = 20
_LABEL = {Verdict.RUN_AGAIN: "Retry", Verdict.EXCLUDE: "Exclude", Verdict.IGNORE: "Ignore", Verdict.FAIL: "Fail"}
_STYLE = {Verdict.RUN_AGAIN: "primary", Verdict.FAIL: "danger"}
TYPED = {Verdict.RUN_AGAIN: "retry", Verdict.EXCLUDE: "exclude", Verdict.IGNORE: "ignore", Verdict.FAIL: "fail"}
_DONE = {
    Verdict.RUN_AGAIN: "had it run again",
    Verdict.EXCLUDE: "excluded",
    Verdict.IGNORE: "ignored it",
    Verdict.FAIL: "let it fail",
}


def guided_failure(
    asked: InterruptionView,
    view: TaskView,
    slack_ids: Mapping[str, str],
    *,
    last_lines: Mapping[int, str],
    command: str = "/deploy",
) -> b.Message:
    """`last_lines`: of the logs of the first COMPARED failed runs, by run."""
    if not asked.is_pending:
        return _settled(asked, view, slack_ids)
    headline = f"{asked.step_name} failed{_where(asked, view)}. How shall it go on?"
    return b.message(
        f"🧭 {headline} {wording.subject(view)} (#{view.number})",
        b.rich(
            [b.bold(f"🧭 {headline}")],
            [b.text(f"{wording.title(view)} · #{view.number}, asked for by {view.requested_by}")],
        ),
        *_failures(asked.still_open, last_lines),
        _answers(asked.decisions, slack_ids),
        b.rich(_who(asked, slack_ids)),
        b.actions(*_buttons(asked)),
        b.context(f"or type {_typed(asked, view, command)}"),
    )


def taken(
    asked: Sequence[InterruptionView], view: TaskView, *, card_url: str = "", command: str = "/deploy"
) -> b.Message:
    """The private answer to who typed that they are on it: which steps, and what can be said of each."""
    steps = wording.either([one.step_name for one in asked], "and")
    words = f"You are on it: {steps} of {wording.title(view)} (#{view.number})."
    where = b.link("thread", card_url) if card_url else b.text("thread")
    return b.message(
        f"{words} {' '.join(_typed(one, view, command) for one in asked)}",
        b.rich(
            [b.bold(words)],
            [b.text("Say how it goes on with the buttons in its "), where, b.text(", or type")],
            *([b.code(typed)] for one in asked for typed in _commands(one, view, command)),
        ),
    )


def said(decision: DecisionView) -> str:
    """What somebody said, in the middle of a sentence: `had it run again on web-3`."""
    if decision.verdict is Verdict.EXCLUDE:
        return f"excluded {machines(decision.machines)}"
    return f"{_DONE[decision.verdict]}{f' on {machines(decision.machines)}' if decision.machines else ''}"


def machines(names: Sequence[str]) -> str:
    """A few by name, the others counted."""
    return wording.few(names, SHOWN)


def _where(asked: InterruptionView, view: TaskView) -> str:
    failed = asked.still_open
    if not failed or not failed[0].machine:
        return ""
    of_step = next((step for step in view.steps if failed[0].run in step.run_ids), None)
    if len(failed) == 1:
        return f" on {failed[0].machine}"
    return f" on {len(failed)} of {wording.plural(len(of_step.machines), 'target')}" if of_step else ""


def _failures(failed: Sequence[FailedRunView], last_lines: Mapping[int, str]) -> list[b.Block | None]:
    alike = list(failed_alike(failed[:COMPARED], last_lines))[:SHOWN]
    blocks = [block for runs in alike for block in failure(runs, last_lines.get(runs[0].run, ""))]
    told = {run.run for runs in alike for run in runs}
    others = [run.machine for run in failed if run.run not in told]
    if others:
        more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
        blocks.append(b.rich([b.bold("Also: "), b.text(f"{', '.join(others[:_NAMED])}{more}")]))
    return blocks


def failed_alike(failed: Sequence[FailedRunView], last_lines: Mapping[int, str]) -> Iterable[tuple[FailedRunView, ...]]:
    """Those that say the same, word for word, together; in the order of the first of each. What may still run somewhere
    stands by itself.
    """
    groups: dict[tuple[object, ...], list[FailedRunView]] = {}
    for run in failed:
        where = run.run if run.is_lost else 0
        says = (run.reason, where, run.attempt, run.said, last_lines.get(run.run, ""))
        groups.setdefault(says, []).append(run)
    return map(tuple, groups.values())


def failure(runs: Sequence[FailedRunView], last_lines: str) -> list[b.Block | None]:
    """Where and why it failed, the way out or what was said of it, and the last lines of its log; `runs` agree."""
    run = runs[0]
    line = [b.bold(f"{wording.either([_place(one) for one in runs], 'and')}: ")] if run.machine else []
    where = wording.place_of(run.worker or run.machine)
    unknown = f" It may still be running; look at {where} first." if run.is_lost else ""
    again = f" (attempt {run.attempt})" if run.attempt > 1 else ""
    answered = f" Somebody {_DONE[run.said]}." if run.said else ""
    way_out = [b.sentence(b.shorten(run.hint, 500))] if run.hint and not run.said else []
    words = b.rich([*line, *b.sentence(f"{b.shorten(run.reason, 500)}{unknown}{again}{answered}")], *way_out)
    return [words, b.preformatted(last_lines) if last_lines else None]


def _place(run: FailedRunView) -> str:
    """The machine, and the worker that works for it, if that is another one."""
    return f"{run.machine} on {run.worker}" if run.worker and run.worker != "built-in" else run.machine


def _who(asked: InterruptionView, slack_ids: Mapping[str, str]) -> list[b.Element]:
    if asked.taken_by and asked.taken_at:
        return [named(asked.taken_by, slack_ids), b.text(" is on it, since "), b.date(asked.taken_at)]
    if not asked.eligible:
        return [b.text("Nobody may answer this now.", bold=True)]
    line: list[b.Element] = [b.text("Asked: ")]
    for index, person in enumerate(asked.eligible[:5]):
        line += [b.text(", ")] if index else []
        line.append(named(person, slack_ids))
    more = len(asked.eligible) - 5
    return [*line, b.text(f" and {more} more")] if more > 0 else line


def _buttons(asked: InterruptionView) -> list[b.Element]:
    has_machines = any(run.machine for run in asked.still_open)
    buttons = []
    for verdict, label in _LABEL.items():
        count = len(asked.open_to(verdict))
        if not count:
            continue
        words = f"{label} {count}…" if has_machines and verdict is not Verdict.FAIL else f"{label}…"
        buttons.append(
            b.button(
                words,
                ids.OPEN_DECISION[verdict],
                str(asked.id),
                style=_STYLE.get(verdict),
                accessibility_label=f"{label} {asked.step_name}",
            )
        )
    if len(asked.still_open) > SHOWN:
        label = f"Show all {len(asked.still_open)}"
        value = ids.pack(i=asked.id, p=0)
        buttons.append(
            b.button(label, ids.SHOW_FAILURES, value, accessibility_label=f"{label} that failed, with their last lines")
        )
    return [*buttons, _taking(asked)]


def _taking(asked: InterruptionView) -> b.Element:
    """Looking at the forms of the other buttons binds nobody; this does."""
    if asked.taken_by:
        label = f"Take over {asked.step_name} from {asked.taken_by}"
        return b.button("Take over", ids.TAKE_GUIDANCE, str(asked.id), accessibility_label=label[:75])
    label = f"I'm on it: {asked.step_name}"
    return b.button("I'm on it", ids.BE_ON_IT, str(asked.id), accessibility_label=label[:75])


def _typed(asked: InterruptionView, view: TaskView, command: str) -> str:
    first, *others = _commands(asked, view, command)
    return " · ".join((first, *(other.removeprefix(f"{command} ") for other in others)))


def _commands(asked: InterruptionView, view: TaskView, command: str) -> list[str]:
    """What can be typed, the first with a target where that may be said."""
    offered = [word for verdict, word in TYPED.items() if asked.open_to(verdict)]
    several = [run.machine for run in asked.still_open if run.machine]
    step = wording.told_apart(asked, view)
    only = step or (f" on {several[0]}" if len(several) > 1 else "")
    return [f"{command} {word} {view.number}{step if index else only}" for index, word in enumerate(offered)]


def _settled(asked: InterruptionView, view: TaskView, slack_ids: Mapping[str, str]) -> b.Message:
    if asked.state is InterruptionState.CLOSED:
        words = f"🚫 Canceled before anybody answered: {asked.step_name}"
    else:
        words = f"🧭 {asked.step_name} failed, and was answered"
    return b.message(
        f"{words}: {wording.subject(view)} (#{view.number})",
        b.rich([b.bold(words)], [b.text(f"{wording.title(view)} · #{view.number}")]),
        _answers(asked.decisions, slack_ids),
    )


def _answers(made: Sequence[DecisionView], slack_ids: Mapping[str, str]) -> b.Block | None:
    if not made:
        return None
    lines: list[list[b.Element]] = []
    for decision in made[-10:]:
        lines.append([named(decision.person, slack_ids), b.text(f" {said(decision)}, "), b.date(decision.decided_at)])
        if decision.note:
            lines.append([b.text(f"“{b.shorten(decision.note, 500)}”", italic=True)])
    return b.rich(*lines)
