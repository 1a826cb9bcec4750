"""What a deployment or a run would do now, shown before it is asked for: its plan, its questions, what refuses it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from engine.definitions import Runbook
from engine.domain.grants import Permission
from engine.domain.precedence import DEPLOYMENT, RUNBOOK
from engine.domain.processes import Process
from engine.domain.prompts import asked as questions_of
from engine.domain.variables import Variable
from engine.services import access, forecasts, judgements, packages, planned, planning, pools, prompts, repositories
from engine.services.choices import Choices
from engine.services.views import PlanView


def make(
    session: Session,
    found: access.Rules,
    process: Process,
    variables: Sequence[Variable],
    choices: Choices,
    *,
    project: str,
    version: str,
    environment: str,
    runbook: Runbook | None = None,
    fetched: Collection[str] = (),
) -> PlanView:
    """Whoever asks; of a `runbook`, where it is one. `fetched`: the packages that come from elsewhere.

    Raises StepNotSkipped, UnknownName, NothingThere.
    """
    is_runbook = runbook is not None
    plan = planning.make(session, found.definitions, process, project, environment, choices, runbook, fetched)
    of_process = RUNBOOK if is_runbook else DEPLOYMENT
    tags = planned.tags_of(found.definitions)
    asked = questions_of(variables, plan, project=project, environment=environment, process=of_process, tags=tags)
    plan, unsettled = pools.settle(
        plan,
        found.definitions,
        variables,
        project=project,
        environment=environment,
        is_runbook=is_runbook,
        answers={name.casefold(): value for name, value in prompts.understood(asked, choices.answers).items()},
    )
    refusals = judgements.of_plan(
        found,
        plan,
        asked,
        choices,
        project=project,
        version=version,
        environment=environment,
        unsettled=unsettled,
        deploys=not is_runbook,
    )
    view = planned.describe(
        plan,
        found.definitions,
        project=project,
        version=version,
        environment=environment,
        commits=repositories.commits_of(session, project, version),
        versions=packages.other_versions(session, project, version),
    )
    if refusals:
        return replace(view, questions=asked, refusals=refusals)
    warnings = forecasts.unserved(session, plan, found.definitions, environment=environment)
    return replace(view, questions=asked, warnings=warnings)


def judged_for(
    session: Session,
    now: datetime,
    found: access.Rules,
    view: PlanView,
    choices: Choices,
    *,
    person: str,
    may: tuple[Permission, str],
    deploys: bool = True,
) -> PlanView:
    """The same with what this person would be refused for. `may`: the permission it takes, and for what, in words."""
    theirs = judgements.of_person(
        session,
        now,
        found,
        choices,
        person=person,
        may=may,
        project=view.project,
        environment=view.environment,
        deploys=deploys,
    )
    return replace(view, refusals=(*theirs, *view.refusals))
