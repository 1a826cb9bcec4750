"""Which machines cannot be used now, and why: disabled by somebody, or not healthy enough."""

from __future__ import annotations

import re
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


def workers_away(session: Session, definitions: Definitions) -> set[str]:
    """Those of them that nobody disabled, and that only did not answer when they were last looked at."""
    out = disabled(session, definitions)
    return {
        slug
        for slug, state, _ in _unwell(session)
        if state is HealthState.UNAVAILABLE and slug in definitions.workers and slug not in out
    }


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
        yield slug, HealthState(state), f"{state}: {_as_an_end(slug, why)}"


def _as_an_end(slug: str, why: str) -> str:
    """What a check found, behind a colon and without the name that stands before it already: whole sentences, as many
    as there is room for.
    """
    words = re.sub(rf"\A{re.escape(slug)} (?:\([^)]*\) )?", "it ", " ".join(why.split())).rstrip(".")
    if len(words) > _LONGEST_REASON:
        begin = words[:_LONGEST_REASON]
        words = begin.rpartition(". ")[0] or f"{begin.rstrip()}…"
    return re.sub(r"\A(The|It|Its) ", lambda found: found[0].lower(), words)
