"""Whether an approval can be met at all: enough people must be able to give it."""

from __future__ import annotations

from collections.abc import Mapping

from engine.definitions.fields import Record
from engine.definitions.values import Team
from engine.domain.processes import ManualIntervention


def check_approval(record: Record, intervention: ManualIntervention, teams: Mapping[str, Team]) -> None:
    """Note when more people are needed than the teams have. A Slack group's people are not known here."""
    reading = record.whole.reading
    named = [teams[slug] for slug in intervention.teams if slug in teams]
    if not named or len(named) < len(intervention.teams) or not (reading.knows("teams") and reading.knows("people")):
        return
    if any(team.slack_group for team in named):
        return
    people = {person for team in named for person in team.people}
    if intervention.minimum <= len(people):
        return
    needed = "1 person" if intervention.minimum == 1 else f"{intervention.minimum} people"
    available = {0: "nobody", 1: "only 1 person"}.get(len(people), f"only {len(people)} people")
    where = record.fields.get("minimum") or record.fields.get("teams") or record.whole
    message = f"This can never be met: it needs {needed}, and there is {available} in {', '.join(intervention.teams)}."
    where.wrong("never-met", message, "Lower `minimum`, or add people or a Slack group to the team.")
