"""What is live where: the last success in each environment, and what was tried there since."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from engine.database import Database
from engine.domain.grants import Permission
from engine.domain.states import TaskState
from engine.models import Task
from engine.services import access, task_views
from engine.services.views import LiveView, StepStatus, TaskView, TriedView


def of_project(db: Database, *, person: str, project: str) -> tuple[LiveView, ...]:
    """Each environment, in the order of promotion. Raises UnknownProject, NotPermitted."""
    with db.read() as session:
        found = access.rules(session)
        slug = access.require_project(found, project)
        found.require(person, Permission.RELEASE_VIEW, f"see releases of {slug}", project=slug)
        return tuple(
            _live(session, found, slug, environment.slug, environment.name)
            for environment in found.definitions.environments.values()
        )


def version_there(session: Session, project: str, environment: str) -> str | None:
    """The version that is live in this environment; None where nothing was ever deployed."""
    return session.scalar(_successes(project, environment).with_only_columns(Task.version).limit(1))


def _successes(project: str, environment: str) -> Select[Any]:
    """What succeeded there, the last to end first."""
    there = select(Task).where(Task.project == project, Task.environment == environment, Task.runbook.is_(None))
    return there.where(Task.state == TaskState.SUCCESS.value).order_by(Task.finished_at.desc(), Task.id.desc())


def _live(session: Session, found: access.Rules, project: str, environment: str, name: str) -> LiveView:
    there = select(Task).where(Task.project == project, Task.environment == environment, Task.runbook.is_(None))
    last = session.scalars(_successes(project, environment).limit(1)).first()
    since = there.where(Task.started_at.is_not(None), Task.state != TaskState.SUCCESS.value).order_by(Task.id.desc())
    if last is not None:
        since = since.where(Task.started_at > last.started_at)
    newer = session.scalars(since.limit(1)).first()
    done = targets = 0
    elsewhere: tuple[tuple[str, int], ...] = ()
    if last is not None:
        view = task_views.build(session, last, found)
        done, targets = _targets(view)
        if done < targets:
            before = there.where(Task.state == TaskState.SUCCESS.value, Task.id < last.id)
            elsewhere = _elsewhere(session, found, view, before)
    return LiveView(
        environment=environment,
        environment_name=name,
        version=last.version if last else None,
        number=last.id if last else None,
        since=last.finished_at if last else None,
        by=last.requested_by if last else "",
        tried=_tried(task_views.build(session, newer, found)) if newer else None,
        targets_done=done,
        targets=targets,
        elsewhere=elsewhere,
    )


def _tried(view: TaskView) -> TriedView:
    return TriedView(view.number, view.version, view.state, *_targets(view))


def _targets(view: TaskView) -> tuple[int, int]:
    """On how many targets all is done that was to be done there, and how many there are."""
    return len(_have_it(view)), len(_machines(view))


def _machines(view: TaskView) -> set[str]:
    return {machine.slug for step in view.steps for machine in step.machines} | _without(view)


def _have_it(view: TaskView) -> set[str]:
    behind = {m.slug for step in view.steps for m in step.machines if m.status not in _DONE}
    return _machines(view) - behind - _without(view)


def _without(view: TaskView) -> set[str]:
    """The targets that it left out."""
    return {*view.not_chosen, *(slug for slug, _ in view.unusable)}


def _elsewhere(
    session: Session, found: access.Rules, newest: TaskView, before: Select[Any]
) -> tuple[tuple[str, int], ...]:
    """What the targets have that the newest did not reach: version and on how many, the newest first."""
    missing = _machines(newest) - _have_it(newest)
    told: dict[str, int] = {}
    for task in session.scalars(before.order_by(Task.id.desc()).limit(_LOOKED_BACK)):
        view = task_views.build(session, task, found)
        if reached := missing & _have_it(view):
            told[view.version] = told.get(view.version, 0) + len(reached)
            missing -= reached
        if not missing:
            break
    return tuple(told.items())


_LOOKED_BACK = 20
"""So many earlier deployments are looked at for what targets have that the last one did not reach."""

_DONE = frozenset({StepStatus.SUCCEEDED, StepStatus.WARNINGS})
