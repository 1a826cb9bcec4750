"""Finds the machine of an action run: its target, or a worker of its pool; and lets it wait for its turn there.

A **lease** is the row of a run that a worker has: `running`, with the worker's slug. There is no other table of them:
a lease ends with its run, and a crash, a failure or a cancel leaves none behind. The lock of a machine is the same row
(`engine.services.isolation`). Whoever waits for it is a queued row with a place in line, and holds no thread.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from engine import logs
from engine.contracts import LogLevel, LogSegment
from engine.definitions import Definitions
from engine.domain import plans
from engine.domain.isolation import wanted
from engine.domain.locations import Site
from engine.domain.processes import RunScript
from engine.domain.states import RunState
from engine.domain.variables import BYPASS, LEASE_CAP
from engine.models import ActionRun, Task
from engine.orchestration import choosing
from engine.services import evaluations, health, isolation, pools, usability, variables

_RUNNING = ActionRun.state == RunState.RUNNING.value


def place(
    session: Session,
    now: datetime,
    folder: Path,
    definitions: Definitions,
    run: ActionRun,
    action: plans.PlannedAction,
    values: Mapping[str, variables.Value],
    tried: Mapping[str, str] | None = None,
) -> str | None:
    """The machine on which this queued run may begin now; None when it has to wait: then it stands in line.

    `folder`: the state folder, where its log is. `tried`: whom it could not be begun on, with the sentence that says
    why. Raises NoWorker, PoolGone, WorkerGone.
    """
    where = candidates(session, definitions, run, action, lease_cap=_lease_cap(values, now), unusable=tried)
    if action.site(run.machine) is Site.FOREDECK:
        return where[0]  # it changes nothing on a machine, so it waits for nobody
    before = (run.waits_for or "").split()  # those whose turn it is, before others that might do
    where = tuple(sorted(where, key=lambda machine: machine not in before))
    bypass = evaluations.setting(BYPASS, values, now)
    run.isolation = wanted(
        bypass, action.isolation, on_target=run.machine in definitions.targets and where == (run.machine,)
    ).value
    run.waits_for = " ".join(where)
    run.line = run.line if before and run.line else isolation.next_in_line(session)
    session.flush()
    machine = isolation.situation(session).turns.get(run.id)
    if machine is None:
        if not before and (wait := isolation.waits(session, [run], definitions).get(run.id)):
            away = "".join(f"{slug} could not be reached. {why}\n" for slug, why in (tried or {}).items())
            _note(folder, now, run, f"{away}Waits for {wait.machine}, {wait.where}.\n")
        return None
    run.waits_for = run.line = None
    if machine in usability.workers_away(session, definitions):
        health.look_soon(session, now, machine)  # nobody else is left, and it may be back
    if before:
        _note(folder, now, run, f"It is its turn on {isolation.called(machine)}.\n")
        isolation.tell_line(session, now, where)
    return machine


def _note(folder: Path, now: datetime, run: ActionRun, text: str) -> None:
    """Say it in the log of the run. When the transaction fails the log has more than the row says, and is cut."""
    writer = logs.LogWriter(logs.path_of(folder, run.task_id, run.id), run.log_length)
    run.log_length = writer.append([LogSegment(now, LogLevel.WAIT, "foredeck", text)])
    writer.close()


def candidates(
    session: Session,
    definitions: Definitions,
    run: ActionRun,
    action: plans.PlannedAction,
    *,
    lease_cap: int = 0,
    unusable: Mapping[str, str] | None = None,
) -> tuple[str, ...]:
    """Where it may run, the best first. Raises NoWorker, PoolGone, WorkerGone.

    `lease_cap`: a worker that this deployment keeps to is passed over while so many of its steps run there; 0: never.
    `unusable`: by slug, why a worker was tried and is out of the question, as a sentence, beside those that are
    disabled or unwell.
    """
    if action.site(run.machine) is not Site.WORKER:
        return (run.machine,)
    if (
        run.machine and run.machine not in definitions.targets
    ):  # without it the script would get the values of no target
        raise choosing.WorkerGone(worker=run.machine)
    pool = action.pool_for(run.machine)
    kept = _kept(session, run, lease_cap, like=_those_that_keep_together(session, definitions, run, action))
    tried = unusable or {}
    out = {**usability.unusable_workers(session, definitions), **tried}
    away = usability.workers_away(session, definitions).difference(tried)
    return choosing.candidates(definitions, pool, _leases(session), unusable=out, away=away, kept=kept)


def _lease_cap(values: Mapping[str, variables.Value], now: datetime) -> int:
    """What the variable LEASE_CAP says; 0 where it says no number."""
    text = evaluations.setting(LEASE_CAP, values, now)
    return int(text) if text.isascii() and text.isdigit() else 0


def _leases(session: Session) -> dict[str, int]:
    """How many runs each worker has."""
    rows = session.execute(select(ActionRun.worker, func.count()).where(_RUNNING).group_by(ActionRun.worker))
    return {worker: count for worker, count in rows if worker}


def _those_that_keep_together(
    session: Session, definitions: Definitions, run: ActionRun, action: plans.PlannedAction
) -> frozenset[tuple[int, int]] | None:
    """The actions, by step and number, on whose worker it belongs, as the affinity of its pool says; None: on those of
    all.
    """
    slug, _ = pools.pool_and_workers(definitions, action.pool_for(run.machine))
    found = definitions.worker_pools.get(slug or "")
    affinity = found.affinity if found else ""
    if affinity == pools.BY_DEPLOYMENT:
        return None
    wants = _packages(action)
    if affinity != pools.BY_PACKAGE or not wants:
        return frozenset()
    steps = plans.from_json(session.get_one(Task, run.task_id).plan).steps
    return frozenset(
        (number, index)
        for number, step in enumerate(steps)
        for index, other in enumerate(step.actions)
        if wants & _packages(other)
    )


def _packages(action: plans.PlannedAction) -> frozenset[str]:
    return action.work.package_names if isinstance(action.work, RunScript) else frozenset()


def _kept(session: Session, run: ActionRun, lease_cap: int, like: frozenset[tuple[int, int]] | None) -> Sequence[str]:
    """The workers that this deployment has used for actions `like` this one (None: for any), in that order, without
    those that have enough of it now.
    """
    if like is not None and not like:
        return ()
    rows = session.execute(
        select(ActionRun.worker, func.count().filter(_RUNNING))
        .where(
            ActionRun.task_id == run.task_id,
            ActionRun.worker.is_not(None),
            ActionRun.worker != ActionRun.machine,
            ActionRun.started_at.is_not(None),
            *(() if like is None else (tuple_(ActionRun.step, ActionRun.action).in_(sorted(like)),)),
        )
        .group_by(ActionRun.worker)
        .order_by(func.min(ActionRun.started_at), func.min(ActionRun.id))
    )
    return [str(worker) for worker, leases in rows if not lease_cap or leases < lease_cap]
