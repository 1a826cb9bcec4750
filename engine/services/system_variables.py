"""The variables that Foredeck itself sets, with their values; what there is stands in `engine.domain.system_names`."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from engine.definitions import Definitions, known_places
from engine.domain.locations import Site
from engine.domain.plans import Plan, RunKey
from engine.domain.states import RunState, TaskState
from engine.models import ActionRun, Release, Task
from engine.services import script_packages

_TEMPLATE_HASH = "Foredeck.Hash"
"""A variable that is `#`: what people type is put into templates with this in its place, so that it is no template."""


def literal(text: str) -> str:
    """A template that gives exactly this text: what somebody typed may not read other variables."""
    return text.replace("#", f"#{{{_TEMPLATE_HASH}}}") if "#{" in text else text


def of_task(session: Session, task: Task, definitions: Definitions, plan: Plan, at: RunKey | None) -> dict[str, str]:
    """Those of this deployment; `at` adds what is known of the step that runs."""
    values = {_TEMPLATE_HASH: "#"}
    values |= known_places.variables_of(definitions, project=task.project, environment=task.environment)
    values |= _of_release(session, task) if task.runbook is None else _of_runbook(task, definitions)
    values |= _of_deployment(task, definitions)
    values |= _of_earlier_steps(session, task, plan)
    if at is not None:
        values |= _of_step(plan, at, definitions)
        work = plan.action(at.step, at.action).work
        values |= script_packages.variables_of(script_packages.of_task(session, task, work))
    return values


def before_it_begins(definitions: Definitions, *, project: str, environment: str) -> dict[str, str]:
    """Those that are known already when a deployment is planned."""
    return {_TEMPLATE_HASH: "#"} | known_places.variables_of(definitions, project=project, environment=environment)


def _of_release(session: Session, task: Task) -> dict[str, str]:
    release = session.get_one(Release, task.release_id)
    values = {
        "Octopus.Release.Id": str(release.id),
        "Octopus.Release.Number": release.version,
        "Octopus.Release.Created": release.created_at.isoformat(),
    }
    created_before = select(Release.id, Release.version).where(
        Release.project == release.project, Release.runbook.is_(None), Release.id < release.id
    )
    at = (Task.project == task.project, Task.environment == task.environment)
    there = (*at, Task.runbook.is_(None), Task.id < task.id)
    others = {
        "Previous": session.execute(created_before.order_by(Release.id.desc()).limit(1)).first(),
        "PreviousForEnvironment": _latest_release(session, *there),
        "CurrentForEnvironment": _latest_release(session, *there, Task.state == TaskState.SUCCESS.value),
    }
    for which, found in others.items():
        if found is not None:
            values[f"Octopus.Release.{which}.Id"] = str(found[0])
            values[f"Octopus.Release.{which}.Number"] = found[1]
    successful = session.scalar(
        select(Task.id).where(*there, Task.state == TaskState.SUCCESS.value).order_by(Task.id.desc()).limit(1)
    )
    if successful is not None:
        values["Octopus.Deployment.PreviousSuccessful.Id"] = str(successful)
    return values


def _of_runbook(task: Task, definitions: Definitions) -> dict[str, str]:
    project = definitions.projects.get(task.project)
    runbook = next((r for r in project.runbooks if r.slug == task.runbook), None) if project else None
    return {
        "Octopus.Runbook.Id": task.runbook or "",
        "Octopus.Runbook.Name": runbook.name if runbook else task.runbook or "",
        "Octopus.RunbookSnapshot.Name": task.version,
        "Octopus.RunbookRun.Id": str(task.id),
    }


def _latest_release(session: Session, *conditions: ColumnElement[bool]) -> tuple[int, str] | None:
    query = select(Task.release_id, Task.version).where(*conditions).order_by(Task.id.desc()).limit(1)
    found = session.execute(query).first()
    return None if found is None else (found[0], found[1])


def _of_deployment(task: Task, definitions: Definitions) -> dict[str, str]:
    person = definitions.people.get(task.requested_by)
    project = definitions.projects.get(task.project)
    environment = definitions.environments.get(task.environment)
    where = environment.name if environment else task.environment
    name = project.name if project else task.project
    values = {
        "Octopus.Deployment.Id": str(task.id),
        "Octopus.Deployment.Name": f"Deploy to {where}" if task.runbook is None else f"Run {task.runbook} in {where}",
        "Octopus.Deployment.Created": task.queued_at.isoformat(),
        "Octopus.Deployment.CreatedBy.Id": task.requested_by,
        "Octopus.Deployment.CreatedBy.Username": task.requested_by,
        "Octopus.Deployment.CreatedBy.DisplayName": person.name if person else task.requested_by,
        "Octopus.Task.Id": str(task.id),
        "Octopus.Task.Name": f"Deploy {name} release {task.version} to {where}"
        if task.runbook is None
        else f"Run {task.runbook} of {name} in {where}",
        "Octopus.Task.QueueTime": task.queued_at.isoformat(),
    }
    if person and person.slack:
        values["Foredeck.Slack.UserId"] = person.slack
    if task.typed_in:
        values["Foredeck.Slack.ChannelId"] = task.typed_in
    return values


def _of_earlier_steps(session: Session, task: Task, plan: Plan) -> dict[str, str]:
    """How the steps stand that have begun, and the first failure."""
    values: dict[str, str] = {}
    latest: dict[RunKey, ActionRun] = {}
    for run in session.scalars(select(ActionRun).where(ActionRun.task_id == task.id).order_by(ActionRun.id)):
        latest[RunKey(run.step, run.action, run.machine)] = run
    for index, step in enumerate(plan.steps):
        runs = [run for key, run in latest.items() if key.step == index]
        if not runs:
            continue
        values[f"Octopus.Step[{step.name}].Status.Code"] = _status([RunState(run.state) for run in runs])
        failed = next((run for run in runs if RunState(run.state).is_failure), None)
        if failed is not None:
            reason = literal(failed.reason) or "a step failed"  # it may repeat a note that somebody typed
            values[f"Octopus.Step[{step.name}].Status.Error"] = reason
            values.setdefault("Octopus.Deployment.Error", reason)
            detail = f"{step.name}: {reason} {literal(failed.hint)}".strip()
            values.setdefault("Octopus.Deployment.ErrorDetail", detail)
        for run in runs:
            name = step.actions[run.action].name
            if run.state == RunState.SKIPPED.value:
                values[f"Octopus.Action[{name}].IsSkipped"] = "True"
            elif RunState(run.state).is_failure:
                values[f"Octopus.Action[{name}].Status.Error"] = literal(run.reason) or "it failed"
    return values


def _status(states: list[RunState]) -> str:
    if any(state.is_failure and state is not RunState.CANCELED for state in states):
        return "Failed"
    if RunState.CANCELED in states:
        return "Canceled"
    if any(state.is_active or state is RunState.LOST for state in states):
        return "Running"
    return "Skipped" if all(state is RunState.SKIPPED for state in states) else "Succeeded"


def _of_step(plan: Plan, at: RunKey, definitions: Definitions) -> dict[str, str]:
    step, action = plan.steps[at.step], plan.action(at.step, at.action)
    before = sum(len(earlier.actions) for earlier in plan.steps[: at.step])
    values = {
        "Octopus.Step.Id": step.slug,
        "Octopus.Step.Name": step.name,
        "Octopus.Step.Number": str(at.step + 1),
        "Octopus.Action.Id": action.slug,
        "Octopus.Action.Name": action.name,
        "Octopus.Action.Number": str(before + at.action + 1),
    }
    if action.site(at.machine) is Site.WORKER and (slug := action.pool_for(at.machine) or definitions.default_pool):
        pool = definitions.worker_pools.get(slug)
        values["Octopus.WorkerPool.Id"] = slug
        values["Octopus.WorkerPool.Name"] = pool.name if pool else slug
    if at.machine:
        values["Octopus.Machine.Id"] = values["Octopus.Machine.Name"] = at.machine
    if target := definitions.targets.get(at.machine):
        if target.has_machine:
            values["Octopus.Machine.Hostname"] = target.host
        values["Octopus.Machine.Roles"] = ",".join(target.tags)
    return values
