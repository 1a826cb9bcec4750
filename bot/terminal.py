"""How the command line shows things: plain text, no Slack."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterable
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from bot.messages.guidance import said
from bot.messages.live import on_how_many, tried
from bot.messages.wording import step_of_run
from engine.errors import AlreadyServing
from engine.services import holds, tasks
from engine.services.lines import subject_by_names
from engine.services.views import (
    ExplanationView,
    HoldView,
    InterruptionKind,
    InterruptionView,
    LiveView,
    LogPage,
    PlanView,
    Question,
    QueueView,
    ReleaseView,
    Standing,
    StepStatus,
    StepView,
    TaskState,
    TaskView,
)

_MARKS = {
    StepStatus.PENDING: "·",
    StepStatus.RUNNING: "▶",
    StepStatus.WAITING: "⏸",
    StepStatus.LOST: "?",
    StepStatus.SUCCEEDED: "✓",
    StepStatus.WARNINGS: "!",
    StepStatus.FAILED: "✗",
    StepStatus.SKIPPED: "-",
    StepStatus.CANCELED: "-",
}


def plan(view: PlanView) -> str:
    """What would run where, and what is left out."""
    lines = [f"{view.project} {view.version} to {view.environment}"]
    for step in view.steps:
        condition = f" ({step.condition})" if step.condition else ""
        notes = f" “{step.notes}”" if step.notes else ""
        lines.append(f"  {step.number}. {step.name}: {step.what}, {step.where}{condition}{notes}")
    lines += [f"  left out: {name}, {reason}" for name, reason in view.left_out]
    lines += [f"  not chosen: {', '.join(view.not_chosen)}"] if view.not_chosen else []
    lines += [f"  not on {slug}: it is {why}" for slug, why in view.unusable]
    lines += [f"  asks for: {_question(question)}" for question in view.questions]
    lines += [f"  would be refused: {words}" for words in view.refusals]
    lines += [f"  warning: {words}" for words in view.warnings]
    lines += ["When a step fails somebody is asked how to go on."] if view.guided else []
    lines += [view.note] if view.note else []
    return "\n".join(lines)


def _question(question: Question) -> str:
    """Its name, as it is typed, with what else is to be known of it."""
    prompt = question.prompt
    facts = [question.label] if question.label != question.name else []
    facts += ["required"] if prompt.required else []
    facts += [f"one of {', '.join(option.value for option in prompt.options)}"] if prompt.options else []
    facts += [f"otherwise {question.default}"] if question.default else []
    return f"{question.name} ({'; '.join(facts)})" if facts else question.name


def explanation(view: ExplanationView) -> str:
    """Every value of a variable, where it is written, and how it stands."""
    if not view.values:
        return f"{view.name} is set by Foredeck itself when a step runs; nothing in the configuration can change it."
    lines = [f"{view.name} for {view.where}"]
    if view.values[0].standing is not Standing.WINS:
        lines.append("  No value applies there.")
    for value in view.values:
        source = f" ({value.source})" if value.source else ""
        lines.append(f"  {value.standing.value}: {value.value} in {value.place}{source}")
        lines.append(f"    {value.why}")
    return "\n".join(lines)


def releases(found: Iterable[ReleaseView]) -> str:
    """One line a release."""
    lines = [
        f"{r.version}  created {_moment(r.created_at)} by {r.created_by}"
        + (f"  last success on {', '.join(r.deployed_to)}" if r.deployed_to else "")
        for r in found
    ]
    return "\n".join(lines) or "No releases yet."


def task(view: TaskView) -> str:
    """A deployment with its steps."""
    lines = [
        f"#{view.number} {view.project} {view.version} to {view.environment}: {_state(view)}",
        f"  asked for by {view.requested_by} at {_moment(view.queued_at)}",
    ]
    if view.is_emergency:
        lines.append("  an emergency: it passes what holds others up, and approvals")
    lines += [f"  because {view.reason}"] if view.reason else []
    lines += [f"  {label}: {value}" for label, value in view.answers]
    lines += [f"  {_step(step)}" for step in view.steps]
    if view.waiting:
        people = f" ({', '.join(view.waiting.people)})" if view.waiting.people else ""
        lines.append(f"  {view.waiting.text}{people}")
    lines += [f"  warning: {words}" for words in view.warnings]
    lines += [f"  {link.label or 'see'}: {link.url}" for link in view.links]
    return "\n".join(lines)


def overview(active: Iterable[TaskView], recent: Iterable[TaskView]) -> str:
    """What runs and waits, and what is over."""
    running = [task(view) for view in active]
    over = [f"#{v.number} {v.project} {v.version} to {v.environment}: {_state(v)}" for v in recent]
    parts = ["\n".join(running) if running else "Nothing runs."]
    if over:
        parts.append("Lately:\n  " + "\n  ".join(over))
    return "\n".join(parts)


def queue(view: QueueView) -> str:
    """What runs, what waits for people, what stands in line and why."""
    lines = [_hold(hold) for hold in view.holds]
    if view.is_empty:
        return "\n".join([*lines, "The queue is empty: nothing runs or waits."])
    for title, entries, count in (
        (f"Running ({view.running_count}, at most {view.cap} at once)", view.running, view.running_count),
        (f"Waiting for people ({view.asking_count})", view.asking, view.asking_count),
        (f"In line ({view.in_line_count})", view.in_line, view.in_line_count),
        (f"Looking for packages ({view.looking_count})", view.looking, view.looking_count),
        (f"Scheduled ({view.scheduled_count})", view.scheduled, view.scheduled_count),
    ):
        if not count:
            continue
        lines.append(title)
        for entry in entries:
            why = f", {entry.why}" if entry.why else ""
            subject = subject_by_names(entry.project, entry.version, entry.environment)
            when = "begins" if entries is view.scheduled else "since"
            lines.append(f"  #{entry.number} {subject}: {entry.requested_by}, {when} {_moment(entry.since)}{why}")
        if count > len(entries):
            lines.append(f"  … and {count - len(entries)} more")
    return "\n".join(lines)


def _hold(hold: HoldView) -> str:
    end = f", until {_moment(hold.until)}" if hold.until else ""
    return f"{holds.headline_of(hold)}{holds.because(hold.reason)}, since {_moment(hold.since)}{end}"


def decision(view: InterruptionView) -> str:
    """What an answer did."""
    last = view.decisions[-1]
    if view.kind is InterruptionKind.GUIDED:
        left = f" {len(view.still_open)} still to be answered." if view.still_open else ""
        return f"{view.step_name}: {last.person} {said(last)}.{left}"
    if view.is_pending:
        return f"Noted: {last.person}, {last.verdict.value}. {view.missing} more needed."
    return f"{view.step_name}: {view.state.value.replace('_', ' ')} by {last.person}."


def follow(db: Any, state: Path, number: int, *, from_now: bool = False) -> int:
    """Show a deployment until it is over; 0 when it succeeded, 1 when not, 130 after Ctrl-C.

    `from_now` leaves out what has happened before. Whenever nobody serves this state folder, this process does the work
    meanwhile.
    """
    from bot import main as root

    changed = threading.Event()
    db.on_commit(changed.set)
    shown = _Shown(db)
    if from_now:
        shown.pass_over(tasks.view(db, number))
    with ExitStack() as stack:
        works = False
        try:
            while True:
                if not works and not root.is_served(state):
                    with contextlib.suppress(AlreadyServing):  # somebody else was quicker
                        stack.enter_context(root.dispatching(state, db))
                        works = True
                changed.clear()
                view = tasks.view(db, number)
                shown.update(view)
                if view.state.is_final:
                    click.echo(f"#{number} {_state(view)}")
                    return 0 if view.state is TaskState.SUCCESS else 1
                changed.wait(0.5)
        except KeyboardInterrupt:
            click.echo(f"\nNot followed any more; #{number} goes on while `foredeck serve` runs.", err=True)
            return 130


def wait_until_nothing_runs(db: Any) -> None:
    """Say how many deployments run whenever that changes, until none does."""
    told = -1
    while (count := tasks.running_count(db)) > 0:
        if count != told:
            click.echo(f"{count} still run{'s' if count == 1 else ''}.")
            told = count
        time.sleep(0.5)
    click.echo("Nothing runs.")


def live(environments: Iterable[LiveView]) -> str:
    """What is live where."""
    lines: list[str] = []
    for e in environments:
        found = (
            f"{e.version}{on_how_many(e)} since {_moment(e.since)} (#{e.number}, {e.by})" if e.since else "nothing yet"
        )
        lines.append(f"{e.environment}: {found}")
        lines += [f"  {tried(e.tried)}"] if e.tried else []
    return "\n".join(lines)


def print_logs(db: Any, view: TaskView) -> None:
    """The whole log, step by step."""
    for step in view.steps:
        for run_id in step.run_ids:
            told = step_of_run(view, run_id) or step
            click.echo(f"== {told.name} ==")
            for piece in tasks.whole_log(db, run_id):
                click.echo(piece, nl=False)
            click.echo()


class _Shown:
    """What was printed already."""

    def __init__(self, db: Any) -> None:
        self._db = db
        self._positions: dict[int, int] = {}
        self._statuses: dict[int, StepStatus] = {}
        self._waiting = ""

    def pass_over(self, view: TaskView) -> None:
        """Take what has happened so far as printed."""
        for step in view.steps:
            if step.finished_at:
                self._statuses[step.number] = step.status
                for run_id in step.run_ids:
                    self._positions[run_id] = tasks.log_end(self._db, run_id)

    def update(self, view: TaskView) -> None:
        """Print what is new."""
        for step in view.steps:
            for run_id in step.run_ids:
                self._print_log(run_id)
            if self._statuses.get(step.number) is not step.status and step.status is not StepStatus.PENDING:
                self._statuses[step.number] = step.status
                click.echo(_step(step))
        waiting = view.waiting.text if view.waiting else ""
        if waiting != self._waiting:
            self._waiting = waiting
            if waiting:
                click.echo(f"⏳ {waiting}")
            if view.pending:
                _explain(view.pending)

    def _print_log(self, run_id: int) -> None:
        while True:
            page: LogPage = tasks.read_log(self._db, run_id, self._positions.get(run_id, 0))
            if not page.segments:
                return
            click.echo("".join(segment.text for segment in page.segments), nl=False)
            self._positions[run_id] = page.end


def _explain(pending: InterruptionView) -> None:
    if pending.instructions:
        click.echo(pending.instructions)
    choices = "proceed|abort" if pending.kind is InterruptionKind.MANUAL else "run-again|fail"
    people = ", ".join(pending.eligible) or "nobody"
    click.echo(f"Decide with: foredeck decide {pending.task} {choices} --as PERSON   ({people})")


def _step(step: StepView) -> str:
    detail = f" – {step.detail}" if step.detail else ""
    where = f" [{step.worker}]" if step.worker else ""
    hint = f"\n    {step.hint}" if step.hint and step.status in {StepStatus.FAILED, StepStatus.LOST} else ""
    return f"{_MARKS[step.status]} {step.name}: {step.status.value}{where}{detail}{hint}"


def _state(view: TaskView) -> str:
    if view.state is TaskState.QUEUED and view.waiting:
        return "waiting"
    if view.state is TaskState.CANCELED and view.ended_because:
        return view.ended_because
    return {
        TaskState.SUCCESS: "succeeded",
        TaskState.TIMED_OUT: "timed out",
    }.get(view.state, view.state.value.lower())


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M:%S %Z}"
