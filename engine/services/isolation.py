"""The line for each machine, as its rows say it: who is at work there, who waits for whom, and how that is told.

The lock of a machine is no row of its own: it is the running action run with that `worker`, and ends with it, however
that ends. A lost one keeps its machine while a person is asked about it, for it may still be at work. Not before: the
question may wait for others of its step, and they for machines. Not after, nor when its task was abandoned: then nobody
could end the wait.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine.definitions import Definitions
from engine.domain import isolation, plans
from engine.domain.isolation import Holder, Isolation, Waiter
from engine.domain.states import InterruptionState, RunState
from engine.models import ActionRun, GuidedRun, Interruption, Task
from engine.services import built_in, lines, outbox
from engine.services.views import Waiting, WaitKind

_IN_LINE = (ActionRun.state == RunState.QUEUED.value, ActionRun.waits_for.is_not(None))


@dataclass(frozen=True)
class Situation:
    """Who is at work on which machine, and who waits, in order."""

    holders: tuple[Holder, ...] = ()
    line: tuple[Waiter, ...] = ()

    @property
    def turns(self) -> dict[int, str]:
        """Whose turn has come, and on which machine."""
        return isolation.turns(self.holders, self.line)


def situation(session: Session) -> Situation:
    """As it is now; of a line in which nobody stands nothing more is asked."""
    columns = select(ActionRun.id, ActionRun.waits_for, ActionRun.isolation)
    rows = session.execute(columns.where(*_IN_LINE).order_by(ActionRun.line, ActionRun.id)).all()
    if not rows:
        return Situation()
    line = tuple(Waiter(id_, tuple(machines.split()), Isolation(kind)) for id_, machines, kind in rows if machines)
    return Situation(_holders(session), line)


def _holders(session: Session) -> tuple[Holder, ...]:
    columns = select(ActionRun.id, ActionRun.worker, ActionRun.isolation).where(ActionRun.worker.is_not(None))
    running = session.execute(columns.where(ActionRun.state == RunState.RUNNING.value)).all()
    is_pending = Interruption.state == InterruptionState.PENDING.value
    asked = select(Interruption.action_run_id).where(is_pending)
    guided = select(GuidedRun.action_run_id).join(Interruption, Interruption.id == GuidedRun.interruption_id)
    lost = session.execute(
        columns.where(
            ActionRun.state == RunState.LOST.value,
            or_(ActionRun.id.in_(asked), ActionRun.id.in_(guided.where(is_pending))),
        )
    ).all()
    return tuple(Holder(id_, str(worker), Isolation(kind)) for id_, worker, kind in (*running, *lost))


def next_in_line(session: Session) -> int:
    """The place at the end of the line."""
    last = session.scalar(select(ActionRun.line).where(*_IN_LINE).order_by(ActionRun.line.desc()).limit(1))
    return (last or 0) + 1


def tell_line(session: Session, now: datetime, machines: Iterable[str]) -> None:
    """The cards of those who wait for one of these machines are out of date."""
    session.flush()
    wanted = set(machines)
    rows = session.execute(select(ActionRun.task_id, ActionRun.waits_for).where(*_IN_LINE)).all()
    concerned = {task_id for task_id, waits_for in rows if waits_for and not wanted.isdisjoint(waits_for.split())}
    for task_id in sorted(concerned):
        outbox.tell_card(session, now, session.get_one(Task, task_id))


def called(machine: str) -> str:
    """A machine in the middle of a sentence."""
    return "the built-in worker" if machine == built_in.SLUG else machine


@dataclass(frozen=True)
class Wait:
    """A run that waits for a machine, and what is in its way there."""

    machine: str  # as it is called in a sentence
    ahead: int  # the number of the task in the way
    subject: str  # what that deploys where; empty when it is the same task
    step: str  # what it does there
    is_lost: bool  # nobody knows whether it is at work
    is_in_line: bool  # it waits itself

    @property
    def where(self) -> str:
        """In the middle of a sentence, behind the name of the machine."""
        of = f"#{self.ahead} ({self.subject})" if self.subject else "this deployment"
        if self.is_lost:
            return f"where the end of {self.step} of {of} is unknown and somebody has to answer"
        if self.is_in_line:
            return f"behind {self.step} of {of}"
        return f"where {of} runs {self.step}" if self.subject else f"where {self.step} of this deployment runs"

    @property
    def brief(self) -> str:
        """In a few words, for a line of the checklist."""
        return f"waits for {f'#{self.ahead}' if self.subject else self.step}"


def waits(session: Session, runs: Iterable[ActionRun], definitions: Definitions) -> dict[int, Wait]:
    """Of those of these runs that wait for a machine: what is in the way."""
    waiting = [run for run in runs if run.state == RunState.QUEUED.value and run.waits_for]
    if not waiting:
        return {}
    found = situation(session)
    known, turns = {waiter.run: waiter for waiter in found.line}, found.turns
    result: dict[int, Wait] = {}
    told: dict[int, tuple[ActionRun, Task, str]] = {}
    for run in waiting:
        waiter = known.get(run.id)
        if waiter is None or run.id in turns:
            continue
        if blocked := isolation.in_the_way(waiter, found.holders, found.line):
            machine, ahead = blocked
            if ahead.run not in told:
                told[ahead.run] = _whose(session, ahead.run)
            result[run.id] = _wait(definitions, run.task_id, machine, *told[ahead.run])
    return result


def briefly(session: Session, definitions: Definitions) -> dict[int, str]:
    """By task: what the first of its runs that waits for a machine waits for, in a few words."""
    rows = session.scalars(
        select(ActionRun).where(*_IN_LINE).order_by(ActionRun.line.desc(), ActionRun.id.desc())
    ).all()
    found = waits(session, rows, definitions)
    return {run.task_id: f"{found[run.id].brief} on {found[run.id].machine}" for run in rows if run.id in found}


def _whose(session: Session, run_id: int) -> tuple[ActionRun, Task, str]:
    """The run, its task, and the name of what it does."""
    run = session.get_one(ActionRun, run_id)
    task = session.get_one(Task, run.task_id)
    return run, task, plans.from_json(task.plan).action(run.step, run.action).name


def _wait(definitions: Definitions, task_id: int, machine: str, ahead: ActionRun, task: Task, step: str) -> Wait:
    what = lines.subject_of(definitions, task.project, task.version, task.environment)
    subject = f"{what}, asked for by {task.requested_by}"
    return Wait(
        called(machine),
        task.id,
        subject if task.id != task_id else "",
        step,
        is_lost=ahead.state == RunState.LOST.value,
        is_in_line=ahead.state == RunState.QUEUED.value,
    )


def waiting(plan: plans.Plan, runs: Sequence[ActionRun], waits: Mapping[int, Wait]) -> Waiting | None:
    """What a task waits for when some of its runs wait for machines; None when none does."""
    first = next((run for run in runs if run.id in waits), None)
    if first is None:
        return None
    wait = waits[first.id]
    others = len(waits) - 1
    more = f" (and on {others} more)" if others else ""
    active = [run for run in runs if run.state in {RunState.QUEUED.value, RunState.RUNNING.value}]
    step = plan.action(first.step, first.action).name
    return Waiting(
        WaitKind.MACHINE,
        f"{step} waits for {wait.machine}{more}, {wait.where}",
        task=wait.ahead if wait.subject else None,
        brief=wait.brief,
        goes_on=any(run.id not in waits for run in active),
    )
