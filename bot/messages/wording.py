"""How states, steps, times and people are put into words and signs. No block is made here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from engine.services.views import (
    InterruptionView,
    QueueEntryView,
    StepStatus,
    StepView,
    TaskState,
    TaskView,
    Verdict,
    WaitKind,
)

STEP_STATUS_OF_SLACK: Mapping[StepStatus, str] = {
    StepStatus.PENDING: "pending",
    StepStatus.RUNNING: "in_progress",
    StepStatus.WAITING: "in_progress",
    StepStatus.LOST: "error",
    StepStatus.SUCCEEDED: "complete",
    StepStatus.WARNINGS: "complete",
    StepStatus.FAILED: "error",
    StepStatus.SKIPPED: "pending",  # grey: nothing was done, and nothing is wrong
    StepStatus.CANCELED: "error",
}
"""Slack's tasks know four states only; `STEP_WORD` says the rest in the title."""

STEP_WORD: Mapping[StepStatus, str] = {
    StepStatus.PENDING: "",
    StepStatus.RUNNING: "",
    StepStatus.WAITING: "waiting for a person",
    StepStatus.LOST: "end unknown",
    StepStatus.SUCCEEDED: "",
    StepStatus.WARNINGS: "with warnings",
    StepStatus.FAILED: "failed",
    StepStatus.SKIPPED: "skipped",
    StepStatus.CANCELED: "canceled",
}
"""Said behind the name of a step where Slack's sign does not say it."""

STEP_SIGN: Mapping[StepStatus, str] = {
    StepStatus.PENDING: "▫️",
    StepStatus.RUNNING: "▶️",
    StepStatus.WAITING: "✋",
    StepStatus.LOST: "❓",
    StepStatus.SUCCEEDED: "✅",
    StepStatus.WARNINGS: "⚠️",
    StepStatus.FAILED: "❌",
    StepStatus.SKIPPED: "⏭️",
    StepStatus.CANCELED: "🚫",
}
"""For places where a plan block is not allowed."""

_OVER_SIGN = {
    TaskState.SUCCESS: "✅",
    TaskState.FAILED: "❌",
    TaskState.CANCELED: "🚫",
    TaskState.TIMED_OUT: "⌛",
    TaskState.CANCELLING: "🚫",
    TaskState.EXECUTING: "🚀",
}
_WAIT_SIGN = {
    WaitKind.APPROVAL: "✋",
    WaitKind.LOST: "❓",
    WaitKind.GUIDANCE: "🧭",
    WaitKind.PLACE: "⏳",
    WaitKind.CAP: "⏳",
    WaitKind.HOLD: "⏸️",
    WaitKind.TIME: "🕙",
    WaitKind.MACHINE: "⏳",
    WaitKind.PACKAGES: "📦",
}


INSTANT = "under 1 s"


def sign(view: TaskView) -> str:
    """One sign for how a deployment stands; never the only thing that says so."""
    if view.waiting is not None and not view.waiting.goes_on and not view.state.is_final:
        return _WAIT_SIGN[view.waiting.kind]
    return _OVER_SIGN.get(view.state, "⏳")


def title(view: TaskView) -> str:
    """What goes where, or what runs there."""
    if view.is_script:
        return f"Script {view.environment}"
    if view.runbook:
        return f"{view.runbook} of {view.project_name} → {view.environment_name}"
    return f"{view.project_name} {view.version} → {view.environment_name}"


def subject(view: TaskView) -> str:
    """What goes where, in a sentence."""
    if view.is_script:
        return f"a script {view.environment}"
    if view.runbook:
        return f"{view.version} of {view.project_name} in {view.environment_name}"
    return f"{view.project_name} {view.version} to {view.environment_name}"


def entry_subject(entry: QueueEntryView) -> str:
    """What goes where, on a line of the queue."""
    if entry.is_script:
        return f"script {entry.environment}"
    return f"{entry.project} {entry.version} → {entry.environment}"


def state(view: TaskView) -> str:  # noqa: PLR0911 - one line for each state
    """How it stands, in a few words."""
    match view.state:
        case TaskState.SUCCESS:
            return f"Done{_after(view)}"
        case TaskState.FAILED:
            return _failed(view)
        case TaskState.CANCELED if view.ended_because:
            return capitalised(view.ended_because)
        case TaskState.CANCELED:
            return f"Canceled by {view.cancel_requested_by}" if view.cancel_requested_by else "Canceled"
        case TaskState.TIMED_OUT:
            return "Expired before it could start" + (f": {view.ended_because}" if view.ended_because else "")
        case TaskState.CANCELLING:
            if view.ended_because:
                return capitalised(view.ended_because)
            by = f", asked for by {view.cancel_requested_by}" if view.cancel_requested_by else ""
            return f"Canceling{by}: what runs is being ended"
    if view.waiting is not None and not view.waiting.goes_on:
        return capitalised(view.waiting.text)
    running = running_step(view)
    if running is not None:
        return f"Running {running.name} ({running.number} of {len(view.steps)})"
    if view.state is TaskState.EXECUTING:
        return "Running"
    return "Going on" if view.started_at else "Queued"  # answered just now: the next step is about to start


def aborted_by(view: TaskView) -> str | None:
    """Who aborted a manual intervention, if that is why it failed: told apart from a failure."""
    for asked in reversed(view.interruptions):
        if asked.state == "aborted" and asked.decisions:
            return asked.decisions[-1].person
    return None


def note_of_abort(view: TaskView) -> str:
    """What whoever aborted it said to that."""
    return next((i.decisions[-1].note for i in reversed(view.interruptions) if i.state == "aborted"), "")


def told_apart(asked: InterruptionView, view: TaskView) -> str:
    """` on STEP`, to be added to what is typed as an answer, while steps beside it wait for one too; else empty."""
    pending = {other.step_slug for other in view.interruptions if other.is_pending}
    return f" on {asked.step_slug}" if len(pending) > 1 else ""


def let_pass(view: TaskView) -> str:
    """Which failures people excluded or ignored, as a sentence; empty when there are none."""
    told = [
        f"{decision.person} {'excluded' if decision.verdict is Verdict.EXCLUDE else 'ignored'} "
        f"{either(decision.machines, 'and') or 'it'} after {asked.step_name} failed"
        for asked in view.interruptions
        for decision in asked.decisions
        if decision.verdict in {Verdict.EXCLUDE, Verdict.IGNORE}
    ]
    return f"{'; '.join(told)}." if told else ""


def running_step(view: TaskView) -> StepView | None:
    """The step that runs now."""
    return next((step for step in view.steps if step.status is StepStatus.RUNNING), None)


def kind_of_machine(view: TaskView) -> str:
    """What its steps run on: targets, or whatever machines somebody named for a script."""
    return "machine" if view.is_script else "target"


def worker_of(step: StepView) -> str:
    """The slug of the worker that it runs or ran on; empty of the built-in one, and where it runs for targets."""
    return step.worker if step.worker and step.worker != "built-in" and not step.machines else ""


def step_of_run(view: TaskView, run_id: int) -> StepView | None:
    """The step that this action run belongs to; its name says on which target it ran, or on which worker."""
    for step in view.steps:
        if run_id in step.run_ids:
            machine = step.run_machines[step.run_ids.index(run_id)] if step.run_machines else ""
            where = machine or (worker_of(step) if len(step.run_ids) == 1 else "")
            return replace(step, name=f"{step.name} on {where}") if where else step
    return None


def told_run(view: TaskView, machine: str) -> tuple[StepView | None, int | None]:
    """What somebody who asks for logs wants to see: of the step that failed, else of the last one that ran; there the
    run on this machine, else the one that decided how the step stands.
    """
    ran = [step for step in view.steps if step.run_ids and not step.is_intervention]
    if machine:
        ran = [step for step in ran if machine in step.run_machines]
    failed = [step for step in ran if step in view.failed_steps]
    step = failed[0] if failed else (ran[-1] if ran else None)
    if step is None:
        return None, None
    run = step.decisive_run or step.run_ids[-1]
    if machine:
        run = max(run for run, on in zip(step.run_ids, step.run_machines, strict=True) if on == machine)
    return step_of_run(view, run), run


def duration(start: datetime | None, end: datetime | None) -> str:
    """A length of time in the two largest units that matter; empty when it is not known."""
    if start is None or end is None:
        return ""
    seconds = max(0, round((end - start).total_seconds()))
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    units = [(days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s")]
    first = next((index for index, (amount, _) in enumerate(units) if amount), 3)
    shown = [f"{amount} {unit}" for amount, unit in units[first : first + 2] if amount]
    return " ".join(shown) or INSTANT


def plural(count: int, noun: str) -> str:
    """`1 step`, `2 steps`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def either(names: Sequence[str], word: str = "or") -> str:
    """`a`, `a or b`, `a, b or c`."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {word} {names[-1]}"


def few(names: Sequence[str], most: int = 5) -> str:
    """A few by name, the others counted."""
    if len(names) <= most:
        return either(names, "and")
    return f"{', '.join(names[:most])} and {len(names) - most} more"


def place_of(machine: str) -> str:
    """The machine to look at, in the middle of a sentence."""
    return {"": "the machine", "built-in": "the machine of Foredeck itself"}.get(machine, machine)


def capitalised(words: str) -> str:
    """With a capital letter at its start."""
    return words[:1].upper() + words[1:]


def _after(view: TaskView) -> str:
    took = duration(view.started_at or view.queued_at, view.finished_at)
    return f" in {took}" if took else ""


def _failed(view: TaskView) -> str:
    if person := aborted_by(view):
        return f"Aborted by {person}"
    names = [step.name for step in view.failed_steps]
    took = duration(view.started_at or view.queued_at, view.finished_at)
    where = f" at {either(names, 'and')}" if names else ": every target was excluded" if let_pass(view) else ""
    return f"Failed{where}" + (f" after {took}" if took not in {"", INSTANT} else "")
