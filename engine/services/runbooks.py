"""Runbooks: processes without a release. Publishing freezes one under a revision; running queues a task like a
deployment, that nothing counts as one.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from engine.database import Database
from engine.definitions import Definitions, Project, Runbook
from engine.domain.grants import Permission
from engine.domain.variables import variables_from_json
from engine.models import Task
from engine.services import access, deployments, judgements, previews, repositories, task_views
from engine.services import choices as choosing
from engine.services import runbook_snapshots as snapshots
from engine.services.choices import Choices
from engine.services.errors import UnknownName
from engine.services.runbook_errors import AlreadyPublished, NotForThere, NotPublished, SeveralProjects
from engine.services.views import PlanView, RunbookView, TaskView


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
        of, runbook = find(found, person, name, project)
        found.require(person, Permission.RUNBOOK_EDIT, f"publish runbooks of {of.slug}", project=of.slug)
        known = snapshots.published(session, of.slug, runbook.slug)
        is_changed = not known or snapshots.is_changed(known[0], found.definitions, of, runbook)
        if not is_changed and not repositories.has_any(runbook.process):  # a branch may be another commit now
            raise AlreadyPublished(name=runbook.slug, version=known[0].version)
        made = snapshots.make(session, now, found, person, of, runbook, is_draft=False)
        session.add(made)
        session.flush()
        repositories.freeze(session, made, runbook.process)
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
    """Queue a run of what is published (`restart`), or was before (`restart@2`); of what it is now, where `is_draft`
    and the person may edit it. With the same `request_key` it is the same run.

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
    name, number = snapshots.numbered(name)
    of, runbook = find(found, person, name, project)
    where = access.require_environment(found, environment)
    permission, what = may_run(of, where)
    found.require(person, permission, what, project=of.slug, environment=where)
    if is_draft:
        found.require(person, Permission.RUNBOOK_EDIT, f"run drafts of {of.slug}", project=of.slug)
    if request_key and (before := deployments.asked_before(session, request_key)):
        return before
    if is_draft:
        frozen = snapshots.make(session, now, found, person, of, runbook, is_draft=True)
    else:
        frozen = snapshots.require(session, of.slug, runbook.slug, number)
        runbook = snapshots.as_frozen(runbook, frozen)
    require_for_there(runbook, where)
    session.add(frozen)
    session.flush()
    if is_draft:
        repositories.freeze(session, frozen, runbook.process)
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


def preview(
    db: Database,
    now: datetime,
    *,
    person: str | None,
    name: str,
    environment: str,
    project: str = "",
    choices: Choices = choosing.NONE,
    is_draft: bool = False,
) -> PlanView:
    """What a run would do now, and what it would be refused for; with a `person`, what that person would be, too. What
    is not published is planned as it is now.

    Raises UnknownName, UnknownProject, UnknownEnvironment, SeveralProjects, StepNotSkipped, NothingThere.
    """
    with db.read() as session:
        found = access.rules(session)
        name, number = snapshots.numbered(name)
        of, runbook = find(found, person, name, project)
        where = access.require_environment(found, environment)
        refusals: list[str] = []
        try:
            frozen = None if is_draft else snapshots.require(session, of.slug, runbook.slug, number)
        except NotPublished as error:
            frozen = None
            refusals.append(str(error))
        if frozen is not None:
            runbook, variables = snapshots.as_frozen(runbook, frozen), variables_from_json(frozen.variables)
        else:
            variables = found.definitions.variables_of(of.slug)
        version = frozen.version if frozen else f"{runbook.slug}@draft"
        view = previews.make(
            session,
            found,
            runbook.process,
            variables,
            choices,
            project=of.slug,
            version=version,
            environment=where,
            runbook=runbook,
        )
        checks = [partial(require_for_there, runbook, where)]
        if person is not None:
            may = may_run(of, where)
            view = previews.judged_for(session, now, found, view, choices, person=person, may=may, deploys=False)
            edit = partial(found.require, person, Permission.RUNBOOK_EDIT, f"run drafts of {of.slug}", project=of.slug)
            checks += [edit] if is_draft else []
        refusals += judgements.raised(checks)
        note = "" if frozen else f"{runbook.name} is planned as it is now, not as it was published."
        return replace(view, note=note, refusals=(*refusals, *view.refusals))


def may_run(project: Project, environment: str) -> tuple[Permission, str]:
    """The permission that it takes, and for what, in words."""
    return Permission.RUNBOOK_RUN_CREATE, f"run runbooks of {project.slug} in {environment}"


def require_for_there(runbook: Runbook, environment: str) -> None:
    """Raises NotForThere."""
    if runbook.environments and environment not in runbook.environments:
        raise NotForThere(name=runbook.slug, environment=environment, environments=" or ".join(runbook.environments))


def find(found: access.Rules, person: str | None, name: str, project: str) -> tuple[Project, Runbook]:
    """By slug or name, in any case; of this project, else of the only one that has it and that this person may see, if
    it is asked for one. Raises UnknownName, UnknownProject, SeveralProjects.
    """
    if project:
        projects = [found.definitions.projects[access.require_project(found, project)]]
    else:
        everything = found.definitions.projects.values()
        see = Permission.RUNBOOK_VIEW
        projects = [p for p in everything if person is None or found.may(person, see, project=p.slug)]
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


def _view(session: Session, definitions: Definitions, project: Project, runbook: Runbook) -> RunbookView:
    known = snapshots.published(session, project.slug, runbook.slug)
    latest = known[0] if known else None
    return RunbookView(
        project=project.slug,
        slug=runbook.slug,
        name=runbook.name,
        environments=(snapshots.as_frozen(runbook, latest) if latest else runbook).environments,
        version=latest.version if latest else None,
        published_at=latest.created_at if latest else None,
        published_by=latest.created_by if latest else "",
        is_changed=latest is not None and snapshots.is_changed(latest, definitions, project, runbook),
        earlier=tuple(release.version for release in known[1:]),
    )
