"""Pools, workers and targets as people see them: health, load, last error, and who disabled them. A page at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.contracts import HealthState
from engine.database import Database
from engine.definitions import Machine, TargetDefinition
from engine.domain.grants import Permission
from engine.domain.states import RunState
from engine.models import ActionRun, DisabledMachine, MachineHealth
from engine.services import access, host_keys, machine_use, pools, schedules
from engine.services.errors import UnknownName
from engine.services.host_keys import Trust

DISABLED = "disabled"
"""What people type, beside the states, to see those that are out of use."""

_BY_URGENCY = (HealthState.UNAVAILABLE, HealthState.UNHEALTHY, HealthState.HAS_WARNINGS, HealthState.UNKNOWN,
               HealthState.HEALTHY)  # fmt: skip


@dataclass(frozen=True)
class OutOfUse:
    """Who disabled it."""

    by: str
    reason: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True)
class PoolStanding:
    """A worker pool: how many are in it, how many of them can be used, how many steps run there."""

    slug: str
    is_default: bool
    workers: int
    usable: int
    load: int


@dataclass(frozen=True)
class MachineStanding:
    """A worker or a target as it is now. A cloud region has no health: nobody looks at it."""

    slug: str
    is_worker: bool
    address: str
    pools: tuple[str, ...]
    environments: tuple[str, ...]
    tags: tuple[str, ...]
    policy: str
    state: HealthState
    since: datetime | None
    checked_at: datetime | None
    next_check_at: datetime | None
    why: str
    facts: Mapping[str, str]
    last_error: str
    last_error_at: datetime | None
    load: int  # steps that run there now, or for it
    disabled: OutOfUse | None
    is_region: bool = False
    pool: PoolStanding | None = None  # of a region: where its steps run; None: on the built-in worker
    trusted: Trust | None = None  # somebody trusts another host key than the configuration pins
    may_edit: bool = False  # whoever looks may disable, enable and check it
    may_run: bool = False  # and run scripts there

    @property
    def is_usable(self) -> bool:
        """Would a worker be chosen?"""
        return self.disabled is None and self.state not in {HealthState.UNHEALTHY, HealthState.UNAVAILABLE}


@dataclass(frozen=True)
class Overview:
    """A page of what somebody asked for; `counts` are of all that was asked for."""

    pools: tuple[PoolStanding, ...]
    built_in: str  # what the built-in worker does, as a sentence
    counts: Mapping[HealthState, int]  # of those that are in use
    disabled: int
    regions: int  # of those that are in use
    machines: tuple[MachineStanding, ...]
    page: int  # from 1
    pages: int
    total: int
    asked: tuple[str, ...]
    now: datetime
    time_zone: str  # of who looks


def overview(
    db: Database, now: datetime, *, person: str, names: Sequence[str] = (), page: int = 1, size: int = 10
) -> Overview:
    """Those that this person may see, the worst first. `names`: slugs, patterns, ranges, tags, pools, environments,
    states or `disabled`; all of them when there is none. Raises UnknownName, NoMachines.
    """
    with db.read() as session:
        found = access.rules(session, now)
        everything = _everything(session, found, person)
        meant = _meant(found, everything, names)
        meant.sort(key=lambda one: (one.disabled is not None, _BY_URGENCY.index(one.state), one.slug))
        pages = max(1, -(-len(meant) // size))
        page = min(max(1, page), pages)
        shown = meant[(page - 1) * size : page * size]
        return Overview(
            pools=() if names else _pools(found, everything),
            built_in="" if names else _built_in(found),
            counts=Counter(one.state for one in meant if one.disabled is None and not one.is_region),
            disabled=sum(one.disabled is not None for one in meant),
            regions=sum(one.disabled is None and one.is_region for one in meant),
            machines=tuple(_with_rights(found, person, one) for one in shown),
            page=page,
            pages=pages,
            total=len(meant),
            asked=tuple(names),
            now=now,
            time_zone=schedules.zone_of(session, found.definitions, person).name,
        )


def one(db: Database, now: datetime, *, person: str, slug: str) -> MachineStanding:
    """This machine. Raises UnknownName."""
    with db.read() as session:
        found = access.rules(session, now)
        everything = {machine.slug: machine for machine in _everything(session, found, person)}
        if slug not in everything:
            raise UnknownName(kind="worker or target", name=slug, known=everything)
        return _with_rights(found, person, everything[slug])


def _everything(session: Session, found: access.Rules, person: str) -> list[MachineStanding]:
    rows = {row.slug: row for row in session.scalars(select(MachineHealth))}
    disabled = {
        row.machine: OutOfUse(row.by, row.reason, row.since, row.until)
        for row in session.scalars(select(DisabledMachine).where(DisabledMachine.ended_at.is_(None)))
    }
    load = _load(session)
    trusted = host_keys.trusted_now(session, found.definitions)
    visible = _visible_environments(found, person)
    shown = [
        _standing(
            machine,
            rows.get(machine.slug),
            load.get(machine.slug, 0),
            disabled.get(machine.slug),
            trusted.get(machine.slug),
        )
        for machine in found.definitions.places
        if visible and (not isinstance(machine, TargetDefinition) or visible.intersection(machine.environments))
    ]
    return [replace(one, pool=_pool_of(found, shown, one)) if one.is_region else one for one in shown]


def _pool_of(found: access.Rules, shown: Sequence[MachineStanding], region: MachineStanding) -> PoolStanding | None:
    slug, _ = pools.pool_and_workers(found.definitions, next(iter(region.pools), None))
    if pools.falls_to_built_in(found.definitions, slug):
        return None
    return next((pool for pool in _pools(found, shown) if pool.slug == slug), None)


def _load(session: Session) -> dict[str, int]:
    """How many runs each machine has, and how many are for it while a worker has them."""
    load: Counter[str] = Counter()
    running = select(ActionRun.worker, ActionRun.machine).where(ActionRun.state == RunState.RUNNING.value)
    for worker, machine in session.execute(running):
        load.update({slug for slug in (worker, machine) if slug})
    return load


def _visible_environments(found: access.Rules, person: str) -> frozenset[str]:
    """Where this person may see deployments of any project; who may see none sees no machine either."""
    projects = (None, *found.definitions.projects)
    return frozenset(
        environment
        for environment in found.definitions.environments
        if any(
            found.may(person, Permission.DEPLOYMENT_VIEW, project=project, environment=environment)
            for project in projects
        )
    )


def _standing(
    machine: Machine, row: MachineHealth | None, load: int, disabled: OutOfUse | None, trusted: Trust | None
) -> MachineStanding:
    is_target = isinstance(machine, TargetDefinition)
    is_region = isinstance(machine, TargetDefinition) and not machine.has_machine
    host = f"[{machine.host}]" if ":" in machine.host else machine.host
    return MachineStanding(
        slug=machine.slug,
        is_worker=not is_target,
        address="" if is_region else f"{host}:{machine.port}",
        pools=(*filter(None, [machine.worker_pool]),) if isinstance(machine, TargetDefinition) else machine.pools,
        environments=machine.environments if isinstance(machine, TargetDefinition) else (),
        tags=machine.tags if isinstance(machine, TargetDefinition) else (),
        policy=machine.policy,
        state=HealthState(row.state) if row else HealthState.HEALTHY if is_region else HealthState.UNKNOWN,
        since=row.since if row else None,
        checked_at=row.checked_at if row else None,
        next_check_at=row.next_check_at if row else None,
        why=row.why if row else "",
        facts=row.facts if row else {},
        last_error=row.last_error if row else "",
        last_error_at=row.last_error_at if row else None,
        load=load,
        disabled=disabled,
        is_region=is_region,
        trusted=trusted,
    )


def _meant(found: access.Rules, everything: list[MachineStanding], names: Sequence[str]) -> list[MachineStanding]:
    if not names:
        return list(everything)
    meant: dict[str, MachineStanding] = {}
    for name in names:
        word = name.lower().replace("-", "_")
        if word == DISABLED:
            some = [one for one in everything if one.disabled]
        elif word in set(HealthState):
            some = [one for one in everything if one.state == word and not one.disabled and not one.is_region]
        elif name in found.definitions.environments:
            some = [one for one in everything if name in one.environments]
        else:
            slugs = {machine.slug for machine in machine_use.find(found, [name], with_regions=True)}
            some = [one for one in everything if one.slug in slugs]
            if not some:
                raise UnknownName(kind="worker or target", name=name, known=[one.slug for one in everything])
        meant.update({one.slug: one for one in some})
    return list(meant.values())


def _pools(found: access.Rules, everything: Sequence[MachineStanding]) -> tuple[PoolStanding, ...]:
    workers = [one for one in everything if one.is_worker]
    return tuple(
        PoolStanding(
            pool.slug,
            pool.default,
            sum(pool.slug in one.pools for one in workers),
            sum(pool.slug in one.pools and one.is_usable for one in workers),
            sum(one.load for one in workers if pool.slug in one.pools),
        )
        for pool in found.definitions.worker_pools.values()
    )


def _built_in(found: access.Rules) -> str:
    definitions = found.definitions
    if not definitions.built_in_worker.enabled:
        return "The built-in worker is switched off."
    if pools.falls_to_built_in(definitions, None):
        return "The built-in worker runs what names no pool."
    return "The built-in worker rests: the default pool has workers."


def _with_rights(found: access.Rules, person: str, one: MachineStanding) -> MachineStanding:
    """The same with what this person may do there."""
    where = (None,) if one.is_worker else one.environments

    def may(permission: Permission) -> bool:
        return all(found.may(person, permission, project=None, environment=environment) for environment in where)

    may_run = not one.is_region and may(Permission.SCRIPT_RUN)
    return replace(one, may_edit=may(Permission.MACHINE_EDIT), may_run=may_run)
