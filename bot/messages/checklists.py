"""The steps of a deployment as Slack's `plan` block, or as plain lines where that block is not allowed."""

from __future__ import annotations

from collections.abc import Sequence

from bot.messages.blocks import Block, Element, rich, shorten, text
from bot.messages.wording import (
    INSTANT,
    STEP_SIGN,
    STEP_STATUS_OF_SLACK,
    STEP_WORD,
    duration,
    kind_of_machine,
    plural,
    worker_of,
)
from engine.services.views import InterruptionState, MachineView, StepStatus, StepView, TaskView

SHOWN = 16
"""So many steps are shown one by one; a longer plan keeps what matters and counts the rest (Slack wants < 12 kB)."""

_DONE = frozenset({StepStatus.SUCCEEDED, StepStatus.SKIPPED})
_TITLE_LIMIT = 140
_DETAIL_LIMIT = 280


def plan_block(view: TaskView) -> Block | None:
    """The checklist on the card."""
    if not view.steps:
        return None
    before, shown, after = around_now(view.steps)
    tasks: list[Element] = []
    if before:
        tasks.append(_task("before", f"{plural(len(before), 'step')} done", "complete"))
    words = _answers(view)
    tasks.extend(
        _step_task(step, step_title(step, words.get(step.number, ""), kind_of_machine(view))) for step in shown
    )
    if after:
        tasks.append(_task("after", f"{plural(len(after), 'more step')}", _status_of_rest(after)))
    return {"type": "plan", "title": _title(view), "tasks": tasks}


def lines(view: TaskView) -> Block | None:
    """The same as text lines."""
    if not view.steps:
        return None
    before, shown, after = around_now(view.steps)
    rows = [[text(f"✅ {plural(len(before), 'step')} done")]] if before else []
    words = _answers(view)
    for step in shown:
        title = step_title(step, words.get(step.number, ""), kind_of_machine(view))
        rows.append([text(f"{STEP_SIGN[step.status]} {title}{_said(step)}")])
    rows += [[text(f"▫️ {plural(len(after), 'more step')}")]] if after else []
    return rich(*rows)


def around_now(steps: Sequence[StepView]) -> tuple[Sequence[StepView], Sequence[StepView], Sequence[StepView]]:
    """The steps that are done and need no line, those shown one by one, and those that are only counted."""
    if len(steps) <= SHOWN:
        return (), steps, ()
    settled = next((index for index, step in enumerate(steps) if step.status not in _DONE), len(steps))
    first = min(max(0, settled - 2), len(steps) - SHOWN + 2)
    last = min(len(steps), first + SHOWN - 2)
    return steps[:first], steps[first:last], steps[last:]


def step_title(step: StepView, word: str = "", place: str = "target") -> str:
    """Number, name and what Slack's own sign does not say; or this word for it. `place`: what it runs on."""
    word = word or STEP_WORD[step.status]
    again = f" (attempt {step.attempt})" if step.attempt > 1 else ""
    if step.machines:
        again, word = "", _machines_word(step, word, place)
    title = f"{step.number}. {step.name}{again}" + (f": {word}" if word else "")
    if step.status is StepStatus.RUNNING and step.percentage is not None and not step.machines:
        title += f" {step.percentage} %"
    took = duration(step.started_at, step.finished_at) if step.status in _TIMED else ""
    return shorten(f"{title} · {took}" if took and took != INSTANT else title, _TITLE_LIMIT)


def _machines_word(step: StepView, word: str, place: str) -> str:
    """On how many targets it is done; a batch of machines is one line."""
    if step.status in {StepStatus.PENDING, StepStatus.SKIPPED}:
        return word or plural(len(step.machines), place)
    count = f"{step.machines_done} of {plural(len(step.machines), place)}"
    return f"{word}, {count}" if word else count


def _machine_lines(step: StepView) -> str:
    """The targets that somebody may want to look at, the failed ones first; the others are only counted."""
    parts = []
    for status, label in _WORTH_NAMING:
        found = [m for m in step.machines if m.status is status]
        named = [_named(machine) for machine in found[:_NAMED]]
        if len(found) > _NAMED:
            named.append(f"{len(found) - _NAMED} more")
        if named:
            parts.append(f"{label}: {', '.join(named)}")
    return " · ".join(parts)


def _same_everywhere(step: StepView) -> str:
    """What is said of each of its targets, once."""
    said = {machine.detail for machine in step.machines}
    return said.pop() if len(said) == 1 else ""


def _named(machine: MachineView) -> str:
    where = f" on {machine.worker}" if machine.worker and machine.worker != "built-in" else ""
    detail = f" ({shorten(machine.detail.rstrip('.'), 80)})" if machine.detail else ""
    return f"{machine.slug}{where}{detail}"


_NAMED = 3
_WORTH_NAMING = (
    (StepStatus.FAILED, "Failed"),
    (StepStatus.CANCELED, "Canceled"),
    (StepStatus.LOST, "End unknown"),
    (StepStatus.WAITING, "Waiting"),
    (StepStatus.RUNNING, "Now"),
    (StepStatus.SKIPPED, "Left out"),
)
_TIMED = frozenset({StepStatus.SUCCEEDED, StepStatus.WARNINGS, StepStatus.FAILED, StepStatus.CANCELED})


def _title(view: TaskView) -> str:
    done = sum(1 for step in view.steps if step.status in _DONE or step.status is StepStatus.WARNINGS)
    if view.state.is_final:
        return plural(len(view.steps), "step")
    return f"{done} of {plural(len(view.steps), 'step')} done"


def _answers(view: TaskView) -> dict[int, str]:
    """A word for each approval that was not simply given, by the number of its step: an emergency does not even ask."""
    said = {asked.step_slug: _ANSWER[asked.state] for asked in view.interruptions if asked.state in _ANSWER}
    return {step.number: said[step.slug] for step in view.steps if step.is_intervention and step.slug in said}


_ANSWER = {InterruptionState.PASSED: "passed over", InterruptionState.ABORTED: "aborted"}


def _step_task(step: StepView, title: str) -> Element:
    return _task(f"step-{step.number}", title, STEP_STATUS_OF_SLACK[step.status], _detail(step))


def _detail(step: StepView) -> str:
    if step.machines:
        return (
            (_machine_lines(step) or _same_everywhere(step)) if step.status is not StepStatus.SKIPPED else step.detail
        )
    where = f"on {worker}" if (worker := worker_of(step)) and step.status in _RAN else ""
    progress = step.percentage_message if step.status is StepStatus.RUNNING else ""
    return " · ".join(part for part in (progress, where, step.detail) if part)


_RAN = {StepStatus.RUNNING, StepStatus.SUCCEEDED, StepStatus.WARNINGS}
"""These say on which worker; of what failed the reason is the news, and names the machine where it matters."""


def _said(step: StepView) -> str:
    detail = _detail(step)
    return f" ({shorten(detail, _DETAIL_LIMIT)})" if detail else ""


def _task(task_id: str, title: str, status: str, detail: str = "") -> Element:
    # No `type` inside a plan's tasks would be guessed by Slack: they are task_card blocks.
    task: Element = {"type": "task_card", "task_id": task_id, "title": title, "status": status}
    if detail:
        task["details"] = rich([text(shorten(detail, _DETAIL_LIMIT))])
    return task


def _status_of_rest(steps: Sequence[StepView]) -> str:
    if any(STEP_STATUS_OF_SLACK[step.status] == "error" for step in steps):
        return "error"
    return "pending" if any(step.status is StepStatus.PENDING for step in steps) else "complete"
