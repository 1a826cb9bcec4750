"""Deploys what is live to targets that can be used again, or that are new, for the triggers that wait for that."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.definitions import Definitions, TargetDefinition, Trigger
from engine.domain.processes import process_from_json
from engine.domain.states import RunState, TaskState
from engine.errors import ForedeckError
from engine.models import ActionRun, MachineReturn, Release, Task, TriggerFire
from engine.services import configuration, deployments, live, outbox, runbooks, usability
from engine.services.choices import Choices

GATHERS = timedelta(seconds=30)
"""Those that come back within this time are deployed to together."""

_OVER = tuple(state.value for state in TaskState if state.is_final)
_NAMED = 5


def note(session: Session, now: datetime, definitions: Definitions, target: TargetDefinition) -> None:
    """This target can be used from now on: remember it for each trigger that waits for such."""
    for project in definitions.projects.values():
        for trigger in project.triggers:
            if _is_meant(trigger, target):
                row = MachineReturn(
                    project=project.slug, trigger=trigger.slug, machine=target.slug, due_at=now + GATHERS
                )
                session.add(row)


def is_due(session: Session, now: datetime) -> bool:
    """Has any waited long enough for others?"""
    return session.scalar(select(MachineReturn.id).where(MachineReturn.due_at <= now).limit(1)) is not None


def follow(session: Session, now: datetime) -> None:
    """Fire the triggers whose targets have come. While something is deployed there they wait: it may bring another
    version, or bring it to them, too.
    """
    if not is_due(session, now):
        return
    definitions = configuration.current(session).definitions
    due = session.scalars(select(MachineReturn).where(MachineReturn.due_at <= now)).all()
    for key in sorted({(row.project, row.trigger) for row in due}):
        waiting = select(MachineReturn).where(MachineReturn.project == key[0], MachineReturn.trigger == key[1])
        rows = session.scalars(waiting.order_by(MachineReturn.id)).all()
        trigger = _trigger(definitions, *key)
        if trigger is not None and _is_busy(session, key[0], trigger.environment):
            for row in rows:
                row.due_at = now + GATHERS
            continue
        for row in rows:
            session.delete(row)
        if trigger is not None:
            _fire(session, now, definitions, key[0], trigger, dict.fromkeys(row.machine for row in rows))


def _trigger(definitions: Definitions, project: str, slug: str) -> Trigger | None:
    known = definitions.projects.get(project)
    return next((one for one in known.triggers if one.slug == slug and one.event), None) if known else None


def _is_meant(trigger: Trigger, target: TargetDefinition) -> bool:
    return (
        bool(trigger.event)
        and trigger.environment in target.environments
        and (not trigger.tags or bool(set(trigger.tags) & set(target.tags)))
    )


def _is_busy(session: Session, project: str, environment: str) -> bool:
    """Is anything deployed there, or about to be?"""
    there = (Task.project == project, Task.environment == environment, Task.runbook.is_(None))
    return session.scalar(select(Task.id).where(*there, Task.state.not_in(_OVER)).limit(1)) is not None


def _fire(
    session: Session, now: datetime, definitions: Definitions, project: str, trigger: Trigger, machines: Iterable[str]
) -> None:
    unusable = usability.unusable_targets(session, definitions, project)
    found = [definitions.targets[slug] for slug in machines if slug in definitions.targets and slug not in unusable]
    targets = [target for target in found if _is_meant(trigger, target)]
    version = None if trigger.runbook else live.version_there(session, project, trigger.environment)
    if not trigger.runbook:
        targets = _lacking(session, project, trigger.environment, version, targets) if version else []
    if not targets:
        return
    slugs = tuple(target.slug for target in targets)
    fired = TriggerFire(project=project, slug=trigger.slug, fire_at=now, fired_at=now, outcome="")
    session.add(fired)
    choices = Choices(reason=f"trigger {trigger.slug}: {_few(slugs)} can be used again", on=slugs)
    where = {"person": trigger.person, "project": project, "environment": trigger.environment, "choices": choices}
    try:
        with session.begin_nested():
            if trigger.runbook:
                fired.task_id = runbooks.run_in(session, now, name=trigger.runbook, **where).id  # type: ignore[arg-type]
            else:
                fired.task_id = deployments.request_in(session, now, version=version or "", **where).id  # type: ignore[arg-type]
    except ForedeckError as error:
        fired.outcome = str(error)
        session.flush()
        slack_channel = definitions.projects[project].slack_channel or definitions.defaults.slack_channel
        outbox.tell_trigger(session, now, fired.id, slack_channel)


def _lacking(
    session: Session, project: str, environment: str, version: str, targets: Sequence[TargetDefinition]
) -> list[TargetDefinition]:
    """Those that the process of this version deploys to, and to which something else was brought last, or nothing."""
    release = session.scalars(select(Release).where(Release.project == project, Release.version == version)).one()
    tags = {tag for step in process_from_json(release.process).steps for tag in step.target_tags}
    return [
        target
        for target in targets
        if tags & set(target.tags) and _last_on(session, project, environment, target.slug) != version
    ]


def _last_on(session: Session, project: str, environment: str, machine: str) -> str | None:
    """The version of the last deployment there that went well and did something on this machine."""
    return session.scalar(
        select(Task.version)
        .join(ActionRun, ActionRun.task_id == Task.id)
        .where(
            Task.project == project,
            Task.environment == environment,
            Task.runbook.is_(None),
            Task.state == TaskState.SUCCESS.value,
            ActionRun.machine == machine,
            ActionRun.state == RunState.SUCCEEDED.value,
        )
        .order_by(Task.id.desc())
        .limit(1)
    )


def _few(slugs: Sequence[str]) -> str:
    more = len(slugs) - _NAMED
    return ", ".join(slugs[:_NAMED]) + (f" and {more} more" if more > 0 else "")
