"""Keeps a row for each trigger of the configuration in force, with the time of its next fire."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.definitions import Definitions, Trigger
from engine.domain import crons
from engine.domain.moments import Zone
from engine.models import TriggerRow


def follow(session: Session, now: datetime, definitions: Definitions) -> None:
    """After a change: new and changed triggers begin from now on, removed ones end, the others keep their time."""
    wanted = {
        (project.slug, trigger.slug): trigger
        for project in definitions.projects.values()
        for trigger in project.triggers
        if trigger.cron
    }
    rows = {(row.project, row.slug): row for row in session.scalars(select(TriggerRow))}
    for key in rows.keys() - wanted.keys():
        session.delete(rows[key])
    for key, trigger in wanted.items():
        zone = zone_of(trigger, definitions)
        row = rows.get(key)
        if row is not None and (row.cron, row.time_zone) == (trigger.cron, zone.name):
            continue
        row = row or TriggerRow(project=key[0], slug=key[1])
        row.cron, row.time_zone = trigger.cron, zone.name
        row.next_fire_at = crons.next_after(trigger.cron, zone, now)
        session.add(row)


def zone_of(trigger: Trigger, definitions: Definitions) -> Zone:
    """By which clock it fires."""
    name = trigger.time_zone or definitions.defaults.time_zone
    return Zone(name, ZoneInfo(name))
