"""Which machines cannot be used now, and why: disabled by somebody, or not healthy enough."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.contracts import HealthState
from engine.definitions import Definitions, TargetDefinition, TargetRules
from engine.domain.moments import Zone
from engine.models import DisabledMachine, MachineHealth
from engine.services import holds

_BAD = (HealthState.UNHEALTHY.value, HealthState.UNAVAILABLE.value)
_LONGEST_REASON = 200


def unusable_workers(session: Session, definitions: Definitions) -> dict[str, str]:
    """By slug, why a worker is not chosen, as a sentence."""
    whys = {**{slug: why for slug, _, why in _unwell(session)}, **disabled(session, definitions)}
    return {slug: f"{slug} is {why}." for slug, why in whys.items() if slug in definitions.workers}


def unusable_targets(session: Session, definitions: Definitions, project: str) -> dict[str, str]:
    """By slug, why a target is left out of this project's deployments, as the end of a sentence: it is disabled, or its
    policy or the project says so of its state.
    """
    known = definitions.projects.get(project)
    rules = known.targets if known else TargetRules()
    found = {
        slug: why
        for slug, state, why in _unwell(session)
        if (target := definitions.targets.get(slug)) is not None and _is_left_out(definitions, target, state, rules)
    }
    return {**found, **disabled(session, definitions)}


def _is_left_out(definitions: Definitions, target: TargetDefinition, state: HealthState, rules: TargetRules) -> bool:
    if state is HealthState.UNHEALTHY:
        return rules.exclude_unhealthy
    tags = rules.skip_unavailable_tags
    skips = rules.skip_unavailable and (not tags or bool(set(tags) & set(target.tags)))
    return skips or definitions.policy_of(target).skips_unavailable


def disabled(session: Session, definitions: Definitions) -> dict[str, str]:
    """By slug, who disabled it and why, as the end of a sentence."""
    name = definitions.defaults.time_zone
    zone = Zone(name, ZoneInfo(name))
    found = {}
    for row in session.scalars(select(DisabledMachine).where(DisabledMachine.ended_at.is_(None))):
        until = f", until {zone.spelled(row.until)}" if row.until else ""
        found[row.machine] = f"disabled by {row.by}{holds.because(row.reason)[:_LONGEST_REASON]}{until}"
    return found


def _unwell(session: Session) -> Iterator[tuple[str, HealthState, str]]:
    """The machines that are unhealthy or do not answer: slug, state, and the end of a sentence."""
    rows = session.execute(
        select(MachineHealth.slug, MachineHealth.state, MachineHealth.why).where(MachineHealth.state.in_(_BAD))
    )
    for slug, state, why in rows:
        reason = " ".join(why.split()).rstrip(".")
        shown = reason if len(reason) <= _LONGEST_REASON else f"{reason[:_LONGEST_REASON].rstrip()}…"
        yield slug, HealthState(state), f"{state}: {shown}"
