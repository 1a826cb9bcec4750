"""Scripts that somebody runs by hand on machines of their choice: a task like any other, of no project and no release.

It is kept as what it was: who, when, where, the script, and all that it printed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.database import Database
from engine.definitions import Machine
from engine.definitions.secret_references import holds_a_secret
from engine.domain import plans
from engine.domain.grants import Permission
from engine.domain.locations import RunsOn
from engine.domain.processes import AD_HOC, Action, Process, RunCondition, RunScript, Step, process_to_json
from engine.domain.scopes import EVERYWHERE
from engine.domain.states import TaskState
from engine.errors import ForedeckError
from engine.models import Release, Task
from engine.services import access, deployments, health, machine_use, queues, task_views
from engine.services.machine_errors import NothingToRun, SecretInScript
from engine.services.views import TaskView

TAKES = timedelta(hours=1)
"""The time limit of such a script."""

LONGEST = 50_000
"""Characters of a script."""

_NAME = "script"
_NOTES = 300
_NAMED = 3
_WHERE = 255


@dataclass(frozen=True)
class Offer:
    """What a form begins with: the names that were typed, and what they mean now."""

    names: str
    machines: tuple[str, ...]


def run(
    db: Database,
    now: datetime,
    *,
    person: str,
    names: Sequence[str],
    script: str,
    reason: str = "",
    slack_channel_typed: str | None = None,
    request_key: str | None = None,
) -> TaskView:
    """Run this Bash script on these machines, ten at once; also on disabled ones: perhaps it mends them. With the same
    `request_key` it is the same run.

    `names`: slugs, patterns, ranges, tags or pools. Raises UnknownName, NoMachines, NotPermitted, NothingToRun,
    SecretInScript.
    """
    with db.write() as session:
        found = access.rules(session, now)
        machines = machine_use.find(found, names)
        machine_use.require(found, person, Permission.SCRIPT_RUN, "run scripts on", machines)
        if request_key and (before := deployments.asked_before(session, request_key)):
            return task_views.build(session, before, found)
        body = script.strip("\n")
        if not body.strip() or not machines or len(body) > LONGEST:
            raise NothingToRun
        if holds_a_secret(body):
            raise SecretInScript
        task = _queue(session, now, found, person, machines, body)
        task.reason, task.request_key = reason[: deployments.REASON_LIMIT], request_key
        task.slack_channel = health.slack_channel_of(found.definitions, machines[0]) or slack_channel_typed
        task.typed_in = slack_channel_typed
        session.add(task)
        session.flush()
        task.place = f"{AD_HOC}/{task.id}"  # beside everything else
        queues.enter(session, now, task, found)
        return task_views.build(session, task, found)


def offer(db: Database, now: datetime, *, person: str, names: Sequence[str]) -> Offer | ForedeckError:
    """What a form begins with, or why there is none for this person: an error to be shown."""
    with db.read() as session:
        found = access.rules(session, now)
        try:
            machines = machine_use.find(found, names)
            machine_use.require(found, person, Permission.SCRIPT_RUN, "run scripts on", machines)
            if not machines and not may_somewhere(found, person):
                found.require(person, Permission.SCRIPT_RUN, "run scripts on machines", project=None)
        except ForedeckError as error:
            return error
        return Offer(", ".join(names), tuple(machine.slug for machine in machines))


def may_somewhere(found: access.Rules, person: str) -> bool:
    """May this person run scripts on any machine?"""
    environments = (None, *found.definitions.environments)
    return any(found.may(person, Permission.SCRIPT_RUN, project=None, environment=one) for one in environments)


def _queue(
    session: Session, now: datetime, found: access.Rules, person: str, machines: Sequence[Machine], body: str
) -> Task:
    work = RunScript(body, source="inline")
    slugs = tuple(machine.slug for machine in machines)
    kept = _kept(session, now, found, person, work)
    session.add(kept)
    session.flush()
    return Task(
        state=TaskState.QUEUED.value,
        release_id=kept.id,
        revision_id=found.revision,
        project=AD_HOC,
        version=kept.version,
        environment=f"on {_few(slugs)}"[:_WHERE],
        runbook=_NAME,
        plan=plans.to_json(_plan(work, slugs)),
        place="",
        advance_due=False,
        requested_by=person,
        overrides=True,  # a freeze is about what is deployed
        queued_at=now,
        changed_at=now,
    )


def _plan(work: RunScript, slugs: tuple[str, ...]) -> plans.Plan:
    action = plans.PlannedAction(
        slug=_NAME, name=_NAME, work=work, machines=slugs, time_limit=TAKES, runs_on=RunsOn.TARGETS
    )
    words = " ".join(work.body.split())
    notes = words if len(words) <= _NOTES else f"{words[:_NOTES]}…"
    return plans.Plan((plans.PlannedStep(_NAME, _NAME, RunCondition.SUCCESS, (action,), notes=notes),))


def _kept(session: Session, now: datetime, found: access.Rules, person: str, work: RunScript) -> Release:
    """What ran, kept beside the releases like a runbook's draft."""
    step = Step(_NAME, _NAME, RunCondition.SUCCESS, EVERYWHERE, (Action(_NAME, _NAME, work, EVERYWHERE),))
    number = session.scalar(select(func.count()).select_from(Release).where(Release.project == AD_HOC)) or 0
    return Release(
        project=AD_HOC,
        version=f"{_NAME}@{number + 1}",
        runbook=_NAME,
        is_draft=True,
        revision_id=found.revision,
        process=process_to_json(Process((step,))),
        variables=[],
        created_at=now,
        created_by=person,
    )


def _few(slugs: Sequence[str]) -> str:
    more = len(slugs) - _NAMED
    return ", ".join(slugs[:_NAMED]) + (f" and {more} more" if more > 0 else "")
