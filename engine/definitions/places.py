"""Reads where things go: defaults, environments and Slack channels."""

from __future__ import annotations

import re
import zoneinfo

from engine.definitions.fields import Field, Record
from engine.definitions.nodes import shown
from engine.definitions.readings import close_to
from engine.definitions.values import Defaults, Environment


def read_defaults(section: Field) -> Defaults:
    """`defaults:` — what holds where nothing more specific is said."""
    record = section.table(["slack_channel", "time_zone", "task_cap", "emergency_team"])
    zone, cap, team = record.get("time_zone"), record.get("task_cap"), record.get("emergency_team")
    return Defaults(
        read_slack_channel(record),
        read_time_zone(zone) if zone else "UTC",
        cap.whole_number() if cap else Defaults().task_cap,
        team.reference("teams") if team else "",
    )


def read_environments(section: Field) -> list[Environment]:
    """`environments:` — slug to environment; their order is the default lifecycle."""
    environments = []
    for slug, field in section.named("environments"):
        record = field.table(["name", "slack_channel", "protected", "guided_failure"])
        environments.append(
            Environment(
                slug,
                record.line("name", slug),
                read_slack_channel(record),
                protected=record.flag("protected", default=False),
                guided_failure=record.flag("guided_failure", default=False),
            )
        )
    return environments


def read_slack_channel(record: Record) -> str | None:
    """`slack_channel` — the name of a channel without `#`, or its id."""
    field = record.get("slack_channel")
    if field is None:
        return None
    text = field.line("deployments", longest=80)
    is_id = re.fullmatch(r"[CG][A-Z0-9]{7,}", text, re.ASCII)
    if text and not is_id and (text != text.lower() or re.search(r"[^\w-]", text)):
        hint = f"Write {shown(name)}." if (name := re.sub(r"[^\w-]", "", text.lower())) else "For example deployments."
        field.wrong("slack-channel", "A Slack channel's name has lower-case letters, digits, hyphens and no #.", hint)
    return text or None


def read_time_zone(field: Field) -> str:
    """The name of a time zone of the IANA database."""
    name = field.line("Europe/Vienna")
    known = zoneinfo.available_timezones()
    if name and known and name not in known:
        near = close_to(name, known) or _by_city(name, known)
        hint = f'Did you mean "{near}"?' if near else "Write its IANA name, for example Europe/Vienna."
        field.wrong("time-zone", f"There is no time zone {shown(name)}.", hint)
    return name or "UTC"


def _by_city(name: str, known: set[str]) -> str | None:
    city = name.rpartition("/")[2].replace(" ", "_").lower()
    return next((zone for zone in sorted(known) if zone.rpartition("/")[2].lower() == city), None)
