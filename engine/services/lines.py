"""The line of tasks that wait for their turn: who could begin, where somebody stands, and whom they stand behind.

Reads columns only: a line may have ten thousand tasks, and each carries a plan. It starts nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import takewhile

from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import Session

from engine.definitions import Definitions
from engine.domain.holds import Hold, HoldKind
from engine.domain.processes import AD_HOC
from engine.domain.queueing import Rank, Situation, Waiter
from engine.domain.states import InterruptionKind, InterruptionState, TaskState
from engine.models import Interruption, Task
from engine.services import holds, names, packages, schedules
from engine.services.views import Waiting, WaitKind

RUNNING = (TaskState.EXECUTING.value, TaskState.CANCELLING.value)
"""Counted by the cap. One that waits for a person is Queued and counts no more."""

ABANDONED_AFTER = timedelta(minutes=10)
"""How long a cancel may take before it can be abandoned (Octopus's ten minutes)."""

_TOLD = 20
"""So many of those who wait for the cap have their cards brought up to date; who stands far behind moves too often."""

_HOLDS_PLACE = text("tasks.holds_place")
"""In the words of the partial index: with `= 1` behind it, SQLite would read through all that is over."""

_ORDER_FACTOR = 10**12
_ORDER = Task.rank * _ORDER_FACTOR + Task.line


def subject_of(definitions: Definitions, project: str, version: str, environment: str) -> str:
    """What goes where, or what runs there, by name."""
    project, environment = names.of_project(definitions, project), names.of_environment(definitions, environment)
    return subject_by_names(project, version, environment)


def subject_by_names(project: str, version: str, environment: str) -> str:
    """The same of names. A runbook's version, `restart@3`, is none that a release can have."""
    if project == AD_HOC:
        return f"a script {environment}"
    return f"{version} of {project} in {environment}" if "@" in version else f"{project} {version} to {environment}"


@dataclass(frozen=True)
class Standing:
    """A task as the line sees it."""

    number: int
    project: str
    version: str
    environment: str
    requested_by: str


def situation(session: Session, definitions: Definitions) -> Situation:
    """How many run, and which places are taken."""
    running = session.execute(select(Task.project, func.count()).where(Task.state.in_(RUNNING)).group_by(Task.project))
    taken = session.scalars(select(Task.place).where(_HOLDS_PLACE))
    return Situation(
        definitions.defaults.task_cap, {row[0]: row[1] for row in running}, frozenset(taken), holds.in_force(session)
    )


def heads(session: Session, in_force: Sequence[Hold]) -> list[Waiter]:
    """Whoever is first in line for their place; of each person, too, while something holds some of them back only."""
    firsts = select(func.min(_ORDER)).where(Task.in_line).group_by(Task.place)
    if any(hold.kind in {HoldKind.LOCK, HoldKind.FREEZE} for hold in in_force):
        firsts = firsts.group_by(Task.requested_by, Task.overrides)
    rows = session.execute(
        select(
            Task.id,
            Task.project,
            Task.environment,
            Task.place,
            Task.rank,
            Task.line,
            Task.requested_by,
            Task.overrides,
        ).where(Task.in_line, _ORDER.in_(firsts))
    )
    return [
        Waiter(r.id, r.project, r.environment, r.place, Rank(r.rank), r.line, r.requested_by, r.overrides) for r in rows
    ]


def has_anybody(session: Session) -> bool:
    """Does anybody stand in line?"""
    return session.scalar(select(Task.id).where(Task.in_line).limit(1)) is not None


def has_emergency(session: Session) -> bool:
    """Does an emergency stand in line? It begins above the cap, too."""
    first = select(Task.rank).where(Task.in_line).order_by(Task.rank, Task.line).limit(1)
    return session.scalar(first) == int(Rank.EMERGENCY)


def waiting(session: Session, task: Task, definitions: Definitions) -> Waiting | None:
    """Why this task, which is queued and asks nobody, does not run yet; None when its turn has come."""
    if task.awaits_packages:
        return replace(packages.waiting(session, task), not_after=task.expires_at)
    if task.due_at is not None:
        return _until_its_time(task, task.due_at, definitions)
    if not task.in_line:
        return None
    found = _held_back(session, task, definitions) or _behind_its_place(session, task, definitions)
    if found is None and not task.is_emergency:
        found = _behind_the_cap(session, task, definitions)
    return replace(found, not_after=task.expires_at) if found else None


def before(session: Session, task: Task, *, same_place: bool) -> int:
    """How many stand in line before this one."""
    order = task.rank * _ORDER_FACTOR + task.line
    count = select(func.count()).select_from(Task).where(Task.in_line, order > _ORDER)
    return session.scalar(count.where(Task.place == task.place) if same_place else count) or 0


def touched(session: Session, place: str) -> Sequence[Task]:
    """Those whose place in line is shown and changes when somebody of this place comes or goes."""
    line = select(Task).where(Task.in_line).order_by(Task.rank, Task.line)
    same = session.scalars(line.where(Task.place == place).limit(_TOLD))
    others = session.scalars(line.limit(_TOLD))
    return list(dict.fromkeys((*same, *others)))


def superseded_by(session: Session, task: Task) -> Sequence[Task]:
    """The tasks that this newer one supersedes: of the same project and environment, in line and not begun.

    Only what runs the whole process counts: behind one with steps left out, all keeps its order (Octopus's rule).
    """
    if task.is_partial:
        return ()
    older = session.scalars(
        select(Task)
        .where(
            Task.in_line,
            Task.place == task.place,
            Task.project == task.project,
            Task.environment == task.environment,
            Task.runbook.is_(None),
            Task.rank > int(Rank.BEGUN),
            Task.id < task.id,
        )
        .order_by(Task.id.desc())
    )
    return list(takewhile(lambda other: not other.is_partial, older))


def paused_before(session: Session, task: Task) -> Sequence[Task]:
    """The older tasks of the same project and environment that began and wait for an approval, without their place.

    None with steps left out is among them, and none for one of those (Octopus's rule); runs of runbooks neither.
    """
    if task.is_partial or task.runbook is not None:
        return ()
    asked = select(Interruption.task_id).where(
        Interruption.kind == InterruptionKind.MANUAL.value, Interruption.state == InterruptionState.PENDING.value
    )
    return session.scalars(
        select(Task).where(
            Task.id < task.id,
            Task.id.in_(asked),
            Task.state == TaskState.QUEUED.value,
            Task.project == task.project,
            Task.environment == task.environment,
            Task.runbook.is_(None),
            Task.started_at.is_not(None),
            Task.holds_place.is_(False),
            Task.is_partial.is_(False),
        )
    ).all()


def move_first(session: Session, task: Task) -> None:
    """To the front: after those who were moved there before it and began no earlier."""
    last = session.scalar(select(func.max(Task.line)).where(Task.in_line, Task.rank == int(Rank.FIRST)))
    task.rank, task.line = int(Rank.FIRST), max(task.id, (last or 0) + 1)


def position(ahead: int) -> str:
    """`Next in line`, `2nd in line`, …"""
    if ahead == 0:
        return "Next in line"
    number = ahead + 1
    suffix = "th" if number % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{suffix} in line"


def _until_its_time(task: Task, due_at: datetime, definitions: Definitions) -> Waiting:
    words = f"begins {schedules.of_everybody(definitions).spelled(due_at)}"
    return Waiting(WaitKind.TIME, words, brief=words, until=due_at, not_after=task.expires_at)


def _held_back(session: Session, task: Task, definitions: Definitions) -> Waiting | None:
    hold = next((hold for hold in holds.in_force(session) if holds.holds_back(hold, task)), None)
    if hold is None:
        return None
    headline = holds.headline(hold, definitions)
    words = f"{headline}{holds.because(hold.reason)}"
    return Waiting(WaitKind.HOLD, words, (hold.by,), None, headline, hold.since, until=hold.until, hold=hold.id)


def _behind_its_place(session: Session, task: Task, definitions: Definitions) -> Waiting | None:
    ahead = before(session, task, same_place=True)
    holder = _standing(session, _ONE.where(Task.place == task.place, _HOLDS_PLACE, Task.id != task.id))
    if holder is None and not ahead:
        return None
    if holder is None:
        holder = _standing(session, _ONE.where(Task.in_line, Task.place == task.place).order_by(Task.rank, Task.line))
        ahead -= 1
    if holder is None:
        return None
    subject = subject_of(definitions, holder.project, holder.version, holder.environment)
    words = f"{position(ahead)} behind #{holder.number} ({subject}, asked for by {holder.requested_by})"
    return Waiting(WaitKind.PLACE, words, (holder.requested_by,), holder.number, f"behind #{holder.number}")


def _behind_the_cap(session: Session, task: Task, definitions: Definitions) -> Waiting | None:
    cap = definitions.defaults.task_cap
    running = session.execute(
        _ONE.where(Task.state.in_(RUNNING), Task.id != task.id).order_by(Task.started_at, Task.id).limit(cap)
    ).all()
    if len(running) < cap:
        return None
    numbers = [f"#{row.id}" for row in running[:3]]
    more = f" and {len(running) - 3} more" if len(running) > 3 else ""
    limit = "1 deployment runs" if cap == 1 else f"{cap} deployments run"
    words = f"{position(before(session, task, same_place=False))}: {limit} at once, now {', '.join(numbers)}{more}"
    return Waiting(WaitKind.CAP, words, (), running[0].id, f"{cap} run at once")


_ONE: Select[int, str, str, str, str] = select(Task.id, Task.project, Task.version, Task.environment, Task.requested_by)


def _standing(session: Session, wanted: Select[int, str, str, str, str]) -> Standing | None:
    row = session.execute(wanted.limit(1)).first()
    return None if row is None else Standing(row.id, row.project, row.version, row.environment, row.requested_by)
