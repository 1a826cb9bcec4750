"""Keeps a row for each machine of the configuration in force, with the time of its next check."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.contracts import HealthState
from engine.definitions import Definitions, Machine, MachinePolicy
from engine.domain import crons
from engine.domain.moments import Zone
from engine.models import MachineHealth

SOONER = timedelta(minutes=5)
"""A machine that cannot be used is looked at so often, whatever its policy says: it may be well again."""


def follow(session: Session, now: datetime, definitions: Definitions) -> None:
    """After a change: machines that are new or reached in another way are not known and checked at once, removed ones
    are forgotten, the others are checked when their policy says.
    """
    wanted = {machine.slug: machine for machine in definitions.machines}
    rows = {row.slug: row for row in session.scalars(select(MachineHealth))}
    for slug in rows.keys() - wanted.keys():
        session.delete(rows[slug])
    accounts = {account.slug: str(account) for account in definitions.accounts.values()}
    for slug, machine in wanted.items():
        described = _described(machine, accounts, definitions.policy_of(machine))
        row = rows.get(slug)
        if row is None:
            row = MachineHealth(slug=slug, last_error="")
            session.add(row)
        elif row.described == described:
            row.next_check_at = min(row.next_check_at, next_check_at(definitions, machine, HealthState(row.state), now))
            continue
        row.described, row.state, row.since = described, HealthState.UNKNOWN.value, now
        row.checked_at, row.why, row.facts, row.next_check_at = None, "", {}, now


def next_check_at(definitions: Definitions, machine: Machine, state: HealthState, now: datetime) -> datetime:
    """When it is to be looked at again after a check that came to this state."""
    policy = definitions.policy_of(machine)
    if policy.cron:
        name = policy.time_zone or definitions.defaults.time_zone
        at = crons.next_after(policy.cron, Zone(name, ZoneInfo(name)), now)
    else:
        at = now + policy.every
    if state in {HealthState.UNHEALTHY, HealthState.UNAVAILABLE}:
        return min(at, now + SOONER)
    return at


def _described(machine: Machine, accounts: Mapping[str, str], policy: MachinePolicy) -> str:
    """What makes it another machine, or its check another check."""
    reached = (machine.host, machine.port, machine.host_key, accounts.get(machine.account), machine.via)
    check = {name: value for name, value in asdict(policy).items() if name in {"connection_only", "script"}}
    return hashlib.sha256(repr((reached, check)).encode()).hexdigest()
