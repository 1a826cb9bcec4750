"""Triggers: deployments by the clock. One transaction a fire, one row for each time, and nothing is done twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.database import Database
from engine.definitions import Definitions, Trigger
from engine.domain import crons
from engine.domain.states import TaskState
from engine.errors import ForedeckError
from engine.models import Release, Task, TriggerFire, TriggerRow
from engine.services import access, configuration, deployments, live, names, outbox, releases, runbooks
from engine.services.choices import Choices
from engine.services.trigger_rows import zone_of
from engine.services.views import TriggerFireView, TriggerView

MISSED_AFTER = timedelta(minutes=5)
"""What comes so late was missed: Foredeck did not run. Then the trigger's `missed` says what follows."""


def due(session: Session, now: datetime) -> Sequence[tuple[str, str]]:
    """The triggers whose time has come: project and slug."""
    rows = session.execute(
        select(TriggerRow.project, TriggerRow.slug)
        .where(TriggerRow.next_fire_at <= now)
        .order_by(TriggerRow.next_fire_at)
    )
    return [(row.project, row.slug) for row in rows]


def fire(session: Session, now: datetime, project: str, slug: str) -> None:
    """Fire it for the time that has come, if it still has. All of it is one transaction, or nothing happened."""
    row = session.get(TriggerRow, (project, slug), with_for_update=True)
    if row is None or row.next_fire_at > now:
        return
    definitions = configuration.current(session).definitions
    trigger = next(one for one in definitions.projects[project].triggers if one.slug == slug)
    fired = TriggerFire(project=project, slug=slug, fire_at=row.next_fire_at, fired_at=now, outcome="")
    session.add(fired)
    session.flush()  # its time is unique: what fired for it before fails here
    row.next_fire_at = crons.next_after(trigger.cron, zone_of(trigger, definitions), now)
    if now - fired.fire_at > MISSED_AFTER and trigger.missed == "skip":
        _tell(session, now, fired, definitions, "Foredeck did not run at that time")
        return
    _deploy(session, now, fired, trigger, definitions)


def view_of_fire(db: Database, fire_id: int) -> TriggerFireView:
    """What came of it."""
    with db.read() as session:
        row = session.get_one(TriggerFire, fire_id)
        definitions = configuration.current(session).definitions
        told = (row.id, row.project, row.slug, row.fire_at, row.fired_at, row.task_id, row.outcome)
        view = TriggerFireView(*told, names.of_project(definitions, row.project))
        project = definitions.projects.get(row.project)
        trigger = next((one for one in project.triggers if one.slug == row.slug), None) if project else None
        upcoming = session.get(TriggerRow, (row.project, row.slug))
        if trigger is None or upcoming is None:
            return view
        return replace(
            view,
            environment=trigger.environment,
            environment_name=names.of_environment(definitions, trigger.environment),
            runbook=trigger.runbook or "",
            next_fire_at=upcoming.next_fire_at,
        )


def upcoming(db: Database, project: str | None = None) -> tuple[TriggerView, ...]:
    """When each fires next, the soonest first; then those that wait for an event. Raises UnknownProject."""
    with db.read() as session:
        found = access.rules(session)
        slug = access.require_project(found, project) if project else None
        times = {
            (row.project, row.slug): row.next_fire_at
            for row in session.scalars(select(TriggerRow).order_by(TriggerRow.next_fire_at))
        }
        known = {(one.slug, trigger.slug): trigger for one in found.definitions.projects.values()
                 for trigger in one.triggers}  # fmt: skip
        listed = (*times, *sorted(key for key, trigger in known.items() if trigger.event))
        return tuple(
            _view(session, key[0], known[key], times.get(key), found.definitions)
            for key in listed
            if slug in {None, key[0]}
        )


def _view(
    session: Session, project: str, trigger: Trigger, next_fire_at: datetime | None, definitions: Definitions
) -> TriggerView:
    last = session.scalars(
        select(TriggerFire)
        .where(TriggerFire.project == project, TriggerFire.slug == trigger.slug)
        .order_by(TriggerFire.fire_at.desc())
        .limit(1)
    ).first()
    return TriggerView(
        project=project,
        slug=trigger.slug,
        environment=trigger.environment,
        schedule=_awaited(trigger) if trigger.event else crons.spelled(trigger.cron),
        next_fire_at=next_fire_at,
        next_spelled=zone_of(trigger, definitions).spelled(next_fire_at) if next_fire_at else "",
        last_task=last.task_id if last else None,
        last_outcome=last.outcome if last else "",
        runbook=trigger.runbook or "",
    )


def _awaited(trigger: Trigger) -> str:
    tags = f" with the tag {' or '.join(trigger.tags)}" if trigger.tags else ""
    return f"When a target{tags} can be used again, or is new"


def _run(session: Session, now: datetime, fired: TriggerFire, trigger: Trigger, definitions: Definitions) -> None:
    """Run the runbook that is published."""
    if (waiting := _still_waiting(session, fired)) is not None:
        fired.outcome = f"#{waiting} of the last time has not begun yet"
        return
    try:
        with session.begin_nested():
            fired.task_id = runbooks.run_in(
                session,
                now,
                person=trigger.person,
                name=trigger.runbook or "",
                project=fired.project,
                environment=trigger.environment,
                choices=Choices(reason=f"trigger {trigger.slug}"),
            ).id
    except ForedeckError as error:
        _tell(session, now, fired, definitions, str(error))


def _deploy(session: Session, now: datetime, fired: TriggerFire, trigger: Trigger, definitions: Definitions) -> None:
    if trigger.runbook:
        _run(session, now, fired, trigger, definitions)
        return
    version = _version(session, fired.project, trigger)
    if version is None:
        where = f"nothing was ever deployed to {trigger.origin}" if trigger.origin else "there is no release yet"
        _tell(session, now, fired, definitions, where)
        return
    if trigger.when_current == "skip" and version == live.version_there(session, fired.project, trigger.environment):
        fired.outcome = f"{version} is live already"
        return
    waiting = _still_waiting(session, fired)
    if waiting is not None:
        fired.outcome = f"#{waiting} of the last time has not begun yet"
        return
    try:
        with session.begin_nested():
            fired.task_id = deployments.request_in(
                session,
                now,
                person=trigger.person,
                project=fired.project,
                version=version,
                environment=trigger.environment,
                choices=Choices(reason=f"trigger {trigger.slug}"),
            ).id
    except ForedeckError as error:
        _tell(session, now, fired, definitions, str(error))


def _tell(session: Session, now: datetime, fired: TriggerFire, definitions: Definitions, outcome: str) -> None:
    """It deployed nothing, and somebody has to know."""
    fired.outcome = outcome
    session.flush()
    slack_channel = definitions.projects[fired.project].slack_channel or definitions.defaults.slack_channel
    outbox.tell_trigger(session, now, fired.id, slack_channel)


def _version(session: Session, project: str, trigger: Trigger) -> str | None:
    if trigger.origin:
        return live.version_there(session, project, trigger.origin)
    newest = select(Release.version).where(*releases.of_project(project)).order_by(Release.id.desc()).limit(1)
    return session.scalar(newest)


def _still_waiting(session: Session, fired: TriggerFire) -> int | None:
    """What it deployed the last time, if that has not begun: schedules must not flood the queue."""
    return session.scalar(
        select(Task.id)
        .join(TriggerFire, TriggerFire.task_id == Task.id)
        .where(
            TriggerFire.project == fired.project,
            TriggerFire.slug == fired.slug,
            Task.state == TaskState.QUEUED.value,
            Task.started_at.is_(None),
        )
        .limit(1)
    )
