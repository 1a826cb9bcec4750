"""Builds the read model of a task from its plan and its rows. Reads columns, writes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.contracts import LogLevel
from engine.definitions import Environment, Project
from engine.domain import plans
from engine.domain.approvals import Policy, refusal
from engine.domain.grants import Permission
from engine.domain.guidance import resolve
from engine.domain.processes import AD_HOC, ManualIntervention, RunScript
from engine.domain.states import InterruptionKind, InterruptionState, TaskState, Verdict
from engine.models import ActionRun, Decision, Interruption, Task, TaskLink
from engine.services import access, forecasts, guidance, isolation, lines, prompts, step_views
from engine.services.views import (
    DecisionView,
    InterruptionView,
    LinkView,
    TaskView,
    Waiting,
    WaitKind,
)

_WARNING_LEVELS = frozenset({LogLevel.WARNING, LogLevel.ERROR})


def build(session: Session, task: Task, found: access.Rules) -> TaskView:
    """The view of this task."""
    plan = plans.from_json(task.plan)
    runs = session.scalars(select(ActionRun).where(ActionRun.task_id == task.id).order_by(ActionRun.id)).all()
    interruptions = tuple(
        interruption_view(session, row, task, plan, found)
        for row in session.scalars(
            select(Interruption).where(Interruption.task_id == task.id).order_by(Interruption.id)
        )
    )
    waits = isolation.waits(session, runs, found.definitions)
    links = session.scalars(select(TaskLink).where(TaskLink.task_id == task.id).order_by(TaskLink.id))
    project = found.definitions.projects.get(task.project)
    environment = found.definitions.environments.get(task.environment)
    return TaskView(
        number=task.id,
        state=TaskState(task.state),
        project=task.project,
        project_name=project.name if project else task.project,
        version=task.version,
        environment=task.environment,
        environment_name=environment.name if environment else task.environment,
        requested_by=task.requested_by,
        queued_at=task.queued_at,
        started_at=task.started_at,
        finished_at=task.finished_at,
        cancel_requested_by=task.cancel_requested_by,
        steps=step_views.of_task(task, plan, runs, waits),
        left_out=tuple((entry.name, entry.reason) for entry in plan.left_out if entry.is_step),
        waiting=_waiting(session, task, interruptions, found) or isolation.waiting(plan, runs, waits),
        interruptions=interruptions,
        links=tuple(LinkView(link.url, link.label) for link in links),
        skipped=tuple(entry.slug for entry in plan.left_out if entry.reason == plans.SKIPPED),
        not_chosen=plan.not_chosen,
        unusable=plan.unusable,
        added=plan.added,
        guided=_guided(task, plan, project, environment),
        warnings=forecasts.of_task(session, task, plan, found.definitions),
        runbook=_runbook_name(task, found),
        slack_channel=task.slack_channel,
        typed_in=task.typed_in,
        reason=task.reason,
        overrides=task.overrides,
        is_emergency=task.is_emergency,
        may_be_abandoned_at=_may_be_abandoned_at(task),
        ended_because=task.ended_because,
        answers=prompts.told(task),
        script=_script_of(task, plan),
    )


def _guided(task: Task, plan: plans.Plan, project: Project | None, environment: Environment | None) -> bool | None:
    if task.runbook is not None or environment is None or project is None:
        return None
    is_usual = resolve(None, project.guided_failure, environment.guided_failure) == plan.guided_failure
    return None if is_usual else plan.guided_failure


def _script_of(task: Task, plan: plans.Plan) -> str:
    """The text of a script that somebody runs on machines, of no project."""
    work = plan.action(0, 0).work if task.project == AD_HOC else None
    return work.body if isinstance(work, RunScript) else ""


def _runbook_name(task: Task, found: access.Rules) -> str:
    if task.runbook is None:
        return ""
    project = found.definitions.projects.get(task.project)
    runbooks = project.runbooks if project else ()
    return next((runbook.name for runbook in runbooks if runbook.slug == task.runbook), task.runbook)


def _may_be_abandoned_at(task: Task) -> datetime | None:
    if task.state != TaskState.CANCELLING.value or task.cancel_requested_at is None or task.started_at is None:
        return None
    return task.cancel_requested_at + lines.ABANDONED_AFTER


def interruption_view(
    session: Session, row: Interruption, task: Task, plan: plans.Plan, found: access.Rules
) -> InterruptionView:
    """The view of this interruption, with who may answer it now."""
    is_guided = row.kind == InterruptionKind.GUIDED.value
    decisions = guidance.decisions(session, row) if is_guided else _decisions(session, row)
    run = session.get_one(ActionRun, row.action_run_id)
    work = plan.action(run.step, run.action).work
    state = InterruptionState(row.state)
    decided = set() if is_guided else {d.person for d in decisions}
    return InterruptionView(
        id=row.id,
        task=task.id,
        kind=InterruptionKind(row.kind),
        state=state,
        step_name=row.step_name,
        step_slug=plan.steps[run.step].slug,
        instructions=row.instructions,
        teams=tuple(row.teams),
        minimum=row.minimum,
        requester_may=row.requester_may,
        eligible=tuple(p for p in may_decide(row, task, found) if p not in decided)
        if state is InterruptionState.PENDING
        else (),
        decisions=decisions,
        raised_at=row.raised_at,
        settled_at=row.settled_at,
        blocks_place=not isinstance(work, ManualIntervention) or work.block_concurrent_deployments,
        failed=guidance.failed_runs(session, row, plan) if is_guided else (),
        taken_by=row.taken_by,
        taken_at=row.taken_at,
        machine=run.machine,
        worker=run.worker or "",
    )


def _decisions(session: Session, row: Interruption) -> tuple[DecisionView, ...]:
    found = session.scalars(select(Decision).where(Decision.interruption_id == row.id).order_by(Decision.number))
    return tuple(DecisionView(d.number, d.person, Verdict(d.verdict), d.note, d.decided_at) for d in found)


def policy_of(row: Interruption) -> Policy:
    """Its policy, as it was frozen when the interruption was raised."""
    return Policy(tuple(row.teams), row.minimum, row.requester_may)


def may_decide(row: Interruption, task: Task, found: access.Rules) -> tuple[str, ...]:
    """Everybody who may answer it now."""
    return tuple(p for p in found.definitions.people if why_not(row, task, found, p) is None)


def why_not(row: Interruption, task: Task, found: access.Rules, person: str) -> str | None:
    """Why this person may not answer it, as a sentence; None when they may.

    A manual intervention asks the members of its teams. A lost or failed step asks those who may answer any
    interruption there, and the person who asked for the deployment: they know best whether running it again is safe.
    """
    if InterruptionKind(row.kind) is InterruptionKind.MANUAL:
        members = found.members_of(row.teams)
        return refusal(policy_of(row), person=person, requester=task.requested_by, members=members)
    where = {"project": task.project, "environment": task.environment}
    may_submit = found.may(person, Permission.INTERRUPTION_SUBMIT, **where)
    asking = Permission.DEPLOYMENT_CREATE if task.runbook is None else Permission.RUNBOOK_RUN_CREATE
    is_requester = person == task.requested_by and found.may(person, asking, **where)
    if may_submit or is_requester:
        return None
    return f"Only {task.requested_by} or somebody who may answer interruptions of {task.project} can decide this."


def _waiting(
    session: Session, task: Task, interruptions: Iterable[InterruptionView], found: access.Rules
) -> Waiting | None:
    if TaskState(task.state).is_final:
        return None
    pending = next((i for i in interruptions if i.is_pending), None)
    if pending is not None and pending.kind is InterruptionKind.MANUAL:
        teams = " or ".join(pending.teams)
        agreed = pending.minimum - pending.missing
        text = f"{pending.step_name} waits for {teams}"
        if pending.minimum > 1:
            text = f"{pending.step_name}: {agreed} of {pending.minimum}, waits for {teams}"
        return Waiting(WaitKind.APPROVAL, text, pending.eligible)
    if pending is not None and pending.kind is InterruptionKind.GUIDED:
        return Waiting(WaitKind.GUIDANCE, _failed_where(pending), pending.eligible)
    if pending is not None:
        text = f"The end of {pending.step_name} is unknown; somebody has to choose Run again or Fail"
        return Waiting(WaitKind.LOST, text, pending.eligible)
    if task.state == TaskState.QUEUED.value:
        return lines.waiting(session, task, found.definitions)
    return None


_NAMED = 3


def _failed_where(pending: InterruptionView) -> str:
    machines = [run.machine for run in pending.still_open if run.machine]
    more = f" and {len(machines) - _NAMED} more" if len(machines) > _NAMED else ""
    where = f" on {', '.join(machines[:_NAMED])}{more}" if machines else ""
    who = f"{pending.taken_by} is on it" if pending.taken_by else "somebody has to say how to go on"
    return f"{pending.step_name} failed{where}; {who}"
