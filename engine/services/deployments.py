"""Deployments: asking for one, and seeing what it would do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.database import Database
from engine.definitions import Definitions, Runbook
from engine.domain import plans, templates
from engine.domain.grants import Permission
from engine.domain.processes import process_from_json
from engine.domain.states import TaskState
from engine.domain.variables import variables_from_json
from engine.models import Release, Task
from engine.services import (
    access,
    built_in,
    emergencies,
    gates,
    packages,
    planned,
    planning,
    pools,
    previews,
    prompts,
    queues,
    releases,
    schedules,
    task_views,
)
from engine.services import choices as choosing
from engine.services.choices import Choices
from engine.services.gates import Way
from engine.services.views import PlanView, TaskView

REASON_LIMIT = 500
"""Characters of a reason that are kept."""


def request(
    db: Database,
    now: datetime,
    *,
    person: str,
    project: str,
    version: str,
    environment: str,
    choices: Choices = choosing.NONE,
    slack_channel_typed: str | None = None,
    request_key: str | None = None,
    create_release: bool = False,
) -> TaskView:
    """Queue a deployment. With the same `request_key` it is the same deployment, however often and by whom it is asked
    for; another person must be allowed to ask for it, too.

    Raises UnknownProject, UnknownEnvironment, NotPermitted, InvalidVersion, ReleaseNotFound, StepNotSkipped,
    UnclearTime, TooFarAway, EndsBeforeItBegins, Held, ReasonMissing, UnknownAnswer, WrongAnswer, AnswersMissing,
    NoTargets, UnknownName, NothingThere, PoolUnsettled, PoolGone, NobodyInPool, BuiltInDisabled, EnvironmentProtected;
    of an emergency NoEmergencyTeam, NotInEmergencyTeam, EmergencyIsNow, RulesUnseen. With `create_release` a release
    that does not exist is created, frozen as the project is now: PackageMissing where no feed has its packages.
    """
    with db.write() as session:
        task = request_in(
            session,
            now,
            person=person,
            project=project,
            version=version,
            environment=environment,
            choices=choices,
            slack_channel_typed=slack_channel_typed,
            request_key=request_key,
            create_release=create_release,
        )
        return task_views.build(session, task, access.rules(session, now))


def request_in(
    session: Session,
    now: datetime,
    *,
    person: str,
    project: str,
    version: str,
    environment: str,
    choices: Choices = choosing.NONE,
    slack_channel_typed: str | None = None,
    request_key: str | None = None,
    create_release: bool = False,
) -> Task:
    """The same within a transaction."""
    found = access.rules(session, now)
    if request_key and (task := asked_before(session, request_key)):
        if person != task.requested_by:
            _require_may_deploy(found, person, task.project, task.environment)
        return task
    release, environment = _resolve(
        session,
        now,
        found,
        person=person,
        project=project,
        version=version,
        environment=environment,
        create_release=create_release,
    )
    return enter(
        session,
        now,
        found,
        release,
        environment,
        person=person,
        choices=choices,
        slack_channel_typed=slack_channel_typed,
        request_key=request_key,
    )


def enter(
    session: Session,
    now: datetime,
    found: access.Rules,
    release: Release,
    environment: str,
    *,
    person: str,
    choices: Choices,
    slack_channel_typed: str | None,
    request_key: str | None,
    runbook: Runbook | None = None,
) -> Task:
    """Plan what was frozen and put it in line; who asks may do so. A `runbook` passes freezes, which are about what is
    deployed, and has a place of its own.
    """
    reason, way = choices.reason, choices.way
    times = schedules.read(session, now, found.definitions, person, at=choices.at, until=choices.until)
    where = {"project": release.project, "environment": environment}
    is_emergency = way is Way.EMERGENCY and runbook is None
    if is_emergency:
        emergencies.require(found, person=person, reason=reason, times=times)
    begins = times.begins_at or now
    gates.check(session, found, person=person, at=begins, way=way, reason=reason, deploys=runbook is None, **where)
    process = process_from_json(release.process)
    fetched = packages.fetched(session, release)
    plan = planning.make(session, found.definitions, process, release.project, environment, choices, runbook, fetched)
    planned.require_targets(plan, may_have_none=runbook is not None)
    plan = _settled(found.definitions, release, plan, environment)  # refused before anybody fills in a form
    answers = prompts.accept(found.definitions, release, plan, environment, choices.answers)
    plan = _settled(found.definitions, release, plan, environment, answers)
    task = _queued(found, release, environment, plan, times)
    if runbook is not None:
        task.runbook, task.place = runbook.slug, f"{release.project}/{environment}/{runbook.slug}"
    task.form_values = answers
    task.requested_by, task.request_key, task.reason = person, request_key, reason[:REASON_LIMIT]
    task.slack_channel = _slack_channel(found, release.project, environment, slack_channel_typed)
    task.typed_in = slack_channel_typed
    task.is_partial = bool(choices.skip or choices.on or choices.without)
    task.overrides = way.overrides or runbook is not None
    task.is_emergency = is_emergency
    passed = emergencies.require_seen(session, now, found, task, plan, choices.seen) if is_emergency else ()
    task.awaits_packages = not packages.is_complete(session, release.id)
    task.queued_at = task.changed_at = now
    session.add(task)
    session.flush()
    queues.enter(session, now, task, found)
    if is_emergency:
        emergencies.declare(session, now, task, passed)
    return task


def _settled(
    definitions: Definitions,
    release: Release,
    plan: plans.Plan,
    environment: str,
    answers: Mapping[str, Any] | None = None,
) -> plans.Plan:
    """The plan with its worker pools, where somebody can run it. `answers`: as the task keeps them; None where they are
    still to come. Raises PoolUnsettled, PoolGone, NobodyInPool, BuiltInDisabled, EnvironmentProtected.
    """
    plan, unsettled = pools.settle(
        plan,
        definitions,
        variables_from_json(release.variables),
        project=release.project,
        environment=environment,
        is_runbook=release.runbook is not None,
        answers={name: str(answer["value"]) for name, answer in (answers or {}).items()},
        are_all=answers is not None,
    )
    pools.require_settled(unsettled, definitions)
    pools.require_for(plan, definitions)
    built_in.require_for(plan, definitions, environment)
    return plan


def _queued(found: access.Rules, release: Release, environment: str, plan: plans.Plan, times: schedules.Times) -> Task:
    return Task(
        state=TaskState.QUEUED.value,
        release_id=release.id,
        revision_id=found.revision,
        project=release.project,
        version=release.version,
        environment=environment,
        plan=plans.to_json(plan),
        place=_place(found, release.project, environment),
        advance_due=False,  # it begins when its turn comes
        scheduled_for=times.begins_at,
        due_at=times.begins_at,
        expires_at=times.expires_at,
    )


def preview(
    db: Database,
    *,
    project: str,
    version: str,
    environment: str,
    choices: Choices = choosing.NONE,
    person: str | None = None,
    now: datetime | None = None,
) -> PlanView:
    """What a deployment would do now, and what it would be refused for. A version that does not exist yet is planned as
    the project is now. With `person` and `now` their permission, times, locks and freezes are judged, too.

    Raises UnknownProject, UnknownEnvironment, StepNotSkipped, UnknownName, NothingThere; NotPermitted where it is shown
    to a `person` who may not see the project.
    """
    with db.read() as session:
        found = access.rules(session)
        slug = access.require_project(found, project)
        target = access.require_environment(found, environment)
        if person is not None:
            found.require(person, Permission.RELEASE_VIEW, f"see releases of {slug}", project=slug)
        release = releases.find(session, slug, version)
        process, variables = prompts.frozen(session, found, project=slug, version=version)
        view = previews.make(
            session,
            found,
            process,
            variables,
            choices,
            project=slug,
            version=version,
            environment=target,
            fetched=packages.fetched(session, release, found.definitions.projects[slug]),
        )
        if person is not None and now is not None:
            may = (Permission.DEPLOYMENT_CREATE, f"deploy {slug} to {target}")
            view = previews.judged_for(session, now, found, view, choices, person=person, may=may)
        note = "" if release else f"{slug} has no release {version} yet: this is planned as the project is now."
        return replace(view, note=note)


def asked_before(session: Session, request_key: str) -> Task | None:
    """What was asked for with this key."""
    return session.scalars(select(Task).where(Task.request_key == request_key)).first()


def _resolve(
    session: Session,
    now: datetime,
    found: access.Rules,
    *,
    person: str,
    project: str,
    version: str,
    environment: str,
    create_release: bool,
) -> tuple[Release, str]:
    slug = access.require_project(found, project)
    target = access.require_environment(found, environment)
    _require_may_deploy(found, person, slug, target)
    if create_release and releases.find(session, slug, version) is None:
        return releases.create_in(session, now, found=found, person=person, project=slug, version=version), target
    return releases.require(session, found, person=person, project=slug, version=version), target


def _require_may_deploy(found: access.Rules, person: str, project: str, environment: str) -> None:
    what = f"deploy {project} to {environment}"
    found.require(person, Permission.DEPLOYMENT_CREATE, what, project=project, environment=environment)


def _place(found: access.Rules, project: str, environment: str) -> str:
    """What only one task holds at a time: the project's `concurrency_tag`, else project and environment."""
    tag = found.definitions.projects[project].queue.concurrency_tag
    if not tag:
        return f"{project}/{environment}"
    known = {"Octopus.Project.Id": project, "Octopus.Environment.Id": environment}
    return templates.evaluate(tag, known).text or tag


def _slack_channel(found: access.Rules, project: str, environment: str, typed: str | None) -> str | None:
    definitions = found.definitions
    return (
        definitions.environments[environment].slack_channel
        or definitions.projects[project].slack_channel
        or typed
        or definitions.defaults.slack_channel
    )
