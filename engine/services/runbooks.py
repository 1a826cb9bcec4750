"""Runbooks: processes without a release. Publishing freezes one under a revision; running queues a task like a
deployment, that nothing counts as one.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.database import Database
from engine.definitions import Definitions, Project, Runbook
from engine.domain.grants import Permission
from engine.domain.processes import process_to_json
from engine.domain.variables import variables_to_json
from engine.models import Release, Task
from engine.services import access, deployments, task_views
from engine.services import choices as choosing
from engine.services.choices import Choices
from engine.services.errors import UnknownName
from engine.services.runbook_errors import AlreadyPublished, NotForThere, NotPublished, SeveralProjects
from engine.services.views import RunbookView, TaskView


def listed(db: Database, *, person: str) -> tuple[RunbookView, ...]:
    """All that this person may see, by project."""
    with db.read() as session:
        found = access.rules(session)
        return tuple(
            _view(session, found.definitions, project, runbook)
            for project in found.definitions.projects.values()
            if found.may(person, Permission.RUNBOOK_VIEW, project=project.slug)
            for runbook in project.runbooks
        )


def publish(db: Database, now: datetime, *, person: str, name: str, project: str = "") -> RunbookView:
    """Freeze it as it is now; from then on that is what runs. Raises UnknownName, UnknownProject, SeveralProjects,
    NotPermitted, AlreadyPublished.
    """
    with db.write() as session:
        found = access.rules(session, now)
        of, runbook = _find(found, person, name, project)
        found.require(person, Permission.RUNBOOK_EDIT, f"publish runbooks of {of.slug}", project=of.slug)
        latest = _published(session, of.slug, runbook.slug)
        frozen = _snapshot(session, now, found, person, of, runbook, is_draft=False)
        if latest and (latest.process, latest.variables) == (frozen.process, frozen.variables):
            raise AlreadyPublished(name=runbook.slug, version=latest.version)
        session.add(frozen)
        session.flush()
        return _view(session, found.definitions, of, runbook)


def run(
    db: Database,
    now: datetime,
    *,
    person: str,
    name: str,
    environment: str,
    project: str = "",
    choices: Choices = choosing.NONE,
    is_draft: bool = False,
    slack_channel_typed: str | None = None,
    request_key: str | None = None,
) -> TaskView:
    """Queue a run of what is published; of what it is now, where `is_draft` and the person may edit it. With the same
    `request_key` it is the same run.

    Raises UnknownName, UnknownProject, UnknownEnvironment, SeveralProjects, NotPermitted, NotPublished, NotForThere;
    and what asking for a deployment raises of times, steps, targets, answers and locks.
    """
    with db.write() as session:
        task = run_in(
            session,
            now,
            person=person,
            name=name,
            environment=environment,
            project=project,
            choices=choices,
            is_draft=is_draft,
            slack_channel_typed=slack_channel_typed,
            request_key=request_key,
        )
        return task_views.build(session, task, access.rules(session, now))


def run_in(
    session: Session,
    now: datetime,
    *,
    person: str,
    name: str,
    environment: str,
    project: str = "",
    choices: Choices = choosing.NONE,
    is_draft: bool = False,
    slack_channel_typed: str | None = None,
    request_key: str | None = None,
) -> Task:
    """The same within a transaction."""
    found = access.rules(session, now)
    of, runbook = _find(found, person, name, project)
    where = access.require_environment(found, environment)
    what = f"run runbooks of {of.slug} in {where}"
    found.require(person, Permission.RUNBOOK_RUN_CREATE, what, project=of.slug, environment=where)
    if runbook.environments and where not in runbook.environments:
        raise NotForThere(name=runbook.slug, environment=where, environments=" or ".join(runbook.environments))
    if is_draft:
        found.require(person, Permission.RUNBOOK_EDIT, f"run drafts of {of.slug}", project=of.slug)
    if request_key and (before := deployments.asked_before(session, request_key)):
        return before
    frozen = None if is_draft else _published(session, of.slug, runbook.slug)
    if frozen is None and not is_draft:
        raise NotPublished(name=runbook.slug, project=of.slug)
    if frozen is None:
        frozen = _snapshot(session, now, found, person, of, runbook, is_draft=True)
        session.add(frozen)
        session.flush()
    return deployments.enter(
        session,
        now,
        found,
        frozen,
        where,
        person=person,
        choices=choices,
        slack_channel_typed=slack_channel_typed,
        request_key=request_key,
        runbook=runbook,
    )


def _find(found: access.Rules, person: str, name: str, project: str) -> tuple[Project, Runbook]:
    """By slug or name, in any case; of this project, else of the only one that has it and that this person may see."""
    if project:
        projects = [found.definitions.projects[access.require_project(found, project)]]
    else:
        everything = found.definitions.projects.values()
        projects = [p for p in everything if found.may(person, Permission.RUNBOOK_VIEW, project=p.slug)]
    meant = [
        (p, runbook)
        for p in projects
        for runbook in p.runbooks
        if name.casefold() in {runbook.slug.casefold(), runbook.name.casefold()}
    ]
    if not meant:
        known = tuple(runbook.slug for p in projects for runbook in p.runbooks)
        raise UnknownName(kind="runbook", name=name, known=known)
    if len(meant) > 1:
        raise SeveralProjects(name=name, projects=" and ".join(p.slug for p, _ in meant), project=meant[0][0].slug)
    return meant[0]


def _published(session: Session, project: str, runbook: str) -> Release | None:
    return session.scalars(
        select(Release)
        .where(Release.project == project, Release.runbook == runbook, Release.is_draft.is_(False))
        .order_by(Release.id.desc())
        .limit(1)
    ).first()


def _snapshot(
    session: Session,
    now: datetime,
    found: access.Rules,
    person: str,
    project: Project,
    runbook: Runbook,
    *,
    is_draft: bool,
) -> Release:
    """`restart@3`, or `restart@draft-1`: no version of a release can look like that."""
    same = (Release.project == project.slug, Release.runbook == runbook.slug, Release.is_draft.is_(is_draft))
    number = (session.scalar(select(func.count()).select_from(Release).where(*same)) or 0) + 1
    return Release(
        project=project.slug,
        version=f"{runbook.slug}@{'draft-' if is_draft else ''}{number}",
        runbook=runbook.slug,
        is_draft=is_draft,
        revision_id=found.revision,
        process=process_to_json(runbook.process),
        variables=variables_to_json(found.definitions.variables_of(project.slug)),
        created_at=now,
        created_by=person,
    )


def _view(session: Session, definitions: Definitions, project: Project, runbook: Runbook) -> RunbookView:
    published = _published(session, project.slug, runbook.slug)
    now = (process_to_json(runbook.process), variables_to_json(definitions.variables_of(project.slug)))
    return RunbookView(
        project=project.slug,
        slug=runbook.slug,
        name=runbook.name,
        environments=runbook.environments,
        version=published.version if published else None,
        published_at=published.created_at if published else None,
        published_by=published.created_by if published else "",
        is_changed=published is not None and (published.process, published.variables) != now,
    )
