"""Break-glass: a named team deploys past the rules, sees first which, and somebody else looks at it afterwards.

It passes freezes, locks, pauses, the line, the cap and approvals. It never passes a permission to deploy, what is asked
for, a required step, a deployment that runs at the same place, or draining.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.database import Database
from engine.domain import plans
from engine.domain.grants import Permission
from engine.domain.holds import Hold, HoldKind
from engine.domain.processes import ManualIntervention
from engine.models import Emergency, Task
from engine.services import access, freezes, holds, lines, outbox, schedules
from engine.services.emergency_errors import (
    AlreadyAcknowledged,
    EmergencyIsNow,
    MayNotAcknowledge,
    NoEmergency,
    NoEmergencyTeam,
    NotInEmergencyTeam,
    RulesUnseen,
)
from engine.services.emergency_views import EmergencyView, PassedRule, unseen
from engine.services.errors import either
from engine.services.queue_errors import ReasonMissing

NAGS_HOURLY = 8
"""So often people are asked every hour, a working day long; then once a day, until somebody has acknowledged it."""


def require(found: access.Rules, *, person: str, reason: str, times: schedules.Times) -> None:
    """Raises NoEmergencyTeam, NotInEmergencyTeam, ReasonMissing, EmergencyIsNow."""
    team = found.definitions.defaults.emergency_team
    if not team:
        raise NoEmergencyTeam
    members = found.members_of([team])
    if person not in members:
        raise NotInEmergencyTeam(team=team, members=members)
    if not reason.strip():
        raise ReasonMissing
    if times.begins_at is not None:
        raise EmergencyIsNow


def require_seen(
    session: Session, now: datetime, found: access.Rules, task: Task, plan: plans.Plan, seen: Sequence[str] | None
) -> tuple[PassedRule, ...]:
    """What this task, which is not queued yet, passes over. Raises RulesUnseen unless all of it was `seen`."""
    rules = (*_held_up(session, now, found, task), *_before_it(session, found), *_approvals(plan))
    if seen is None or unseen(rules, seen):
        raise RulesUnseen(rules=rules, stays=_stays(session, task, found), has_changed=seen is not None)
    return rules


def declare(session: Session, now: datetime, task: Task, rules: Sequence[PassedRule]) -> None:
    """It is queued: write down who passes what over, and tell everybody. Owners of locks are told themselves."""
    row = Emergency(
        task_id=task.id,
        person=task.requested_by,
        reason=task.reason,
        passed=[rule.text for rule in rules],
        revision_id=task.revision_id,
        declared_at=now,
        nag_at=now + timedelta(hours=1),
        nags=0,
    )
    session.add(row)
    session.flush()
    outbox.tell_emergency(session, now, task, row.id)
    for hold in holds.in_force(session):
        if hold.kind is HoldKind.LOCK and _holds_up(hold, task):
            outbox.tell_person(session, now, hold.by, hold.id, "passed", task=task.id)


def acknowledge(db: Database, now: datetime, *, person: str, number: int, note: str = "") -> EmergencyView:
    """Somebody else has looked at it. Raises NoEmergency, AlreadyAcknowledged, MayNotAcknowledge."""
    with db.write() as session:
        found = access.rules(session, now)
        row, task = _require(session, number)
        if row.acknowledged_by:
            raise AlreadyAcknowledged(by=row.acknowledged_by, number=number)
        if reason := _why_not(found, row, task, person):
            raise MayNotAcknowledge(reason=reason, eligible=_eligible(found, row, task))
        row.acknowledged_by, row.acknowledged_at, row.note = person, now, note.strip()[:2000]
        row.nag_at = None
        session.flush()
        outbox.tell_emergency(session, now, task, row.id)
        for nag in range(1, row.nags + 1):
            outbox.tell_emergency(session, now, task, row.id, nag=nag)
        return _view(row, task, found)


def refusal(db: Database, *, person: str, number: int) -> str | None:
    """Why this person may not acknowledge it now, as a sentence; None when they may. Raises NoEmergency."""
    with db.read() as session:
        found = access.rules(session)
        row, task = _require(session, number)
        if row.acknowledged_by:
            return str(AlreadyAcknowledged(by=row.acknowledged_by, number=number))
        return _why_not(found, row, task, person)


def view(db: Database, number: int) -> EmergencyView:
    """The emergency of this deployment. Raises NoEmergency."""
    with db.read() as session:
        row, task = _require(session, number)
        return _view(row, task, access.rules(session))


def unacknowledged(db: Database, person: str) -> tuple[EmergencyView, ...]:
    """Those that wait for somebody, of what this person may see, oldest first."""
    with db.read() as session:
        found = access.rules(session)
        rows = session.scalars(select(Emergency).where(Emergency.acknowledged_at.is_(None)).order_by(Emergency.id))
        pairs = [(row, session.get_one(Task, row.task_id)) for row in rows]
        return tuple(
            _view(row, task, found)
            for row, task in pairs
            if found.may(person, Permission.DEPLOYMENT_VIEW, project=task.project, environment=task.environment)
        )


def is_due(session: Session, now: datetime) -> bool:
    """Is somebody to be asked again?"""
    return session.scalar(select(Emergency.id).where(Emergency.nag_at <= now).limit(1)) is not None


def nag(session: Session, now: datetime) -> None:
    """Ask again about each that nobody has acknowledged; what was missed while nothing ran is asked once."""
    for row in session.scalars(select(Emergency).where(Emergency.nag_at <= now)).all():
        row.nags += 1
        row.nag_at = now + (timedelta(hours=1) if row.nags < NAGS_HOURLY else timedelta(days=1))
        outbox.tell_emergency(session, now, session.get_one(Task, row.task_id), row.id, nag=row.nags)


def _held_up(session: Session, now: datetime, found: access.Rules, task: Task) -> list[PassedRule]:
    zone = schedules.of_everybody(found.definitions)
    held = []
    for hold in (*holds.in_force(session), *freezes.foreseen(session, found.definitions, now)):
        if _holds_up(hold, task):
            end = f", until {zone.spelled(hold.until)}" if hold.until else ""
            key = f"h{hold.id}" if hold.id else _key("f", hold.reason, hold.since)
            held.append(PassedRule(key, f"{holds.headline(hold, found.definitions)}{holds.because(hold.reason)}{end}"))
    return held


def _holds_up(hold: Hold, task: Task) -> bool:
    """Would it have to wait, if it were no emergency?"""
    holds_back = hold.holds_back(project=task.project, environment=task.environment, requested_by=task.requested_by)
    return holds_back and hold.kind is not HoldKind.DRAIN


def _before_it(session: Session, found: access.Rules) -> list[PassedRule]:
    passed = []
    count = session.scalar(select(func.count()).select_from(Task).where(Task.in_line)) or 0
    if count:
        who = "deployment that waits" if count == 1 else "deployments that wait"
        passed.append(PassedRule("line", f"it goes before {count} {who} in line"))
    situation = lines.situation(session, found.definitions)
    if not situation.free:
        runs = f"{situation.cap} deployments run" if situation.cap > 1 else "1 deployment runs"
        beside = "them" if situation.cap > 1 else "it"
        passed.append(PassedRule("cap", f"only {runs} at once; this one begins beside {beside}"))
    return passed


def _approvals(plan: plans.Plan) -> list[PassedRule]:
    """Nobody is asked at the manual interventions of this plan."""
    found = []
    for index, step in enumerate(plan.steps):
        for action in step.actions:
            if isinstance(action.work, ManualIntervention):
                key = _key("a", index, action.name, action.work.teams, action.work.minimum)
                of = either(action.work.teams)
                found.append(PassedRule(key, f"the approval by {of} at {action.name} is not asked for"))
    return found


def _key(kind: str, *facts: object) -> str:
    """Short, for a button carries it."""
    return f"{kind}{zlib.crc32(repr(facts).encode()):x}"


def _stays(session: Session, task: Task, found: access.Rules) -> tuple[str, ...]:
    """What it waits for all the same."""
    stays = [
        f"{holds.headline(hold, found.definitions)}: it waits for the end of that"
        for hold in holds.in_force(session)
        if hold.kind is HoldKind.DRAIN
    ]
    holder = session.scalar(select(Task.id).where(Task.place == task.place, Task.holds_place))
    if holder is not None:
        stays.append(f"#{holder} is at work there: it waits for its end, or cancel that first")
    return tuple(stays)


def _require(session: Session, number: int) -> tuple[Emergency, Task]:
    row = session.scalars(select(Emergency).where(Emergency.task_id == number)).first()
    if row is None:
        raise NoEmergency(number=number)
    return row, session.get_one(Task, number)


def _why_not(found: access.Rules, row: Emergency, task: Task, person: str) -> str | None:
    """Members of the team, and whoever may answer interruptions there, look at it; never who declared it."""
    if person == row.person:
        return "You declared this emergency, so somebody else has to acknowledge it."
    team = found.definitions.defaults.emergency_team
    if person in found.members_of([team] if team else []):
        return None
    where = {"project": task.project, "environment": task.environment}
    if found.may(person, Permission.INTERRUPTION_SUBMIT, **where):
        return None
    return f"You may not acknowledge emergencies of {task.project} to {task.environment}."


def _eligible(found: access.Rules, row: Emergency, task: Task) -> tuple[str, ...]:
    return tuple(person for person in found.definitions.people if _why_not(found, row, task, person) is None)


def _view(row: Emergency, task: Task, found: access.Rules) -> EmergencyView:
    return EmergencyView(
        task=task.id,
        project=task.project,
        version=task.version,
        environment=task.environment,
        person=row.person,
        reason=row.reason,
        passed=tuple(str(rule) for rule in row.passed),
        declared_at=row.declared_at,
        nags=row.nags,
        eligible=_eligible(found, row, task) if not row.acknowledged_by else (),
        acknowledged_by=row.acknowledged_by,
        acknowledged_at=row.acknowledged_at,
        note=row.note,
        subject=lines.subject_of(found.definitions, task.project, task.version, task.environment),
    )
