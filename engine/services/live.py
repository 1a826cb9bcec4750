"""What is live where: the last success in each environment, and what was tried there since."""

from __future__ import annotations

from sqlalchemy import select
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


def _live(session: Session, found: access.Rules, project: str, environment: str, name: str) -> LiveView:
    there = select(Task).where(Task.project == project, Task.environment == environment)
    last = session.scalars(
        there.where(Task.state == TaskState.SUCCESS.value).order_by(Task.finished_at.desc(), Task.id.desc()).limit(1)
    ).first()
    since = there.where(Task.started_at.is_not(None), Task.state != TaskState.SUCCESS.value).order_by(Task.id.desc())
    if last is not None:
        since = since.where(Task.started_at > last.started_at)
    newer = session.scalars(since.limit(1)).first()
    done, targets = _targets(task_views.build(session, last, found)) if last else (0, 0)
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
    )


def _tried(view: TaskView) -> TriedView:
    return TriedView(view.number, view.version, view.state, *_targets(view))


def _targets(view: TaskView) -> tuple[int, int]:
    """On how many targets all is done that was to be done there, and how many there are."""
    on_targets = [step for step in view.steps if step.machines]
    machines = dict.fromkeys(machine.slug for step in on_targets for machine in step.machines)
    behind = {m.slug for step in on_targets for m in step.machines if m.status not in _DONE}
    return len(machines) - len(behind), len(machines)


_DONE = frozenset({StepStatus.SUCCEEDED, StepStatus.WARNINGS})
