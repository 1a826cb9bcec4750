"""Reads who there is and who may do what: people, teams, grants."""

from __future__ import annotations

import re

from engine.definitions.documents import Definitions
from engine.definitions.fields import Field, Record
from engine.definitions.nodes import shown
from engine.definitions.readings import Reading, suggest
from engine.definitions.scopes import read_scope
from engine.definitions.values import Person, Team
from engine.domain.grants import ROLES, Grant, Permission


def read_people(section: Field) -> list[Person]:
    """`people:` — slug to person."""
    people = []
    first_by_slack: dict[str, str] = {}
    for slug, field in section.named("people"):
        record = field.table(["name", "slack"])
        slack = _slack_id(record, "slack", "UW", "a member id of Slack", "U01ANA")
        if slack and (first := first_by_slack.setdefault(slack, slug)) != slug:
            message = f"{first} and {slug} have the same Slack member id."
            record.fields["slack"].wrong("duplicate-slack-id", message, "One person is declared once.")
        people.append(Person(slug, record.line("name", slug), slack))
    return people


def read_teams(section: Field) -> list[Team]:
    """`teams:` — slug to team."""
    teams = []
    for slug, field in section.named("teams"):
        record = field.table(["name", "people", "slack_group"])
        people = record.fields["people"].references("people") if "people" in record.fields else ()
        group = _slack_id(record, "slack_group", "S", "an id of a Slack user group", "S07RM")
        if not people and not record.get("slack_group") and not record.get("people"):
            message = f"The team {slug} has neither people nor a Slack group."
            hint = "Add `people: […]` or `slack_group: S…`."
            field.wrong("empty-team", message, hint, severity="warning")
        teams.append(Team(slug, record.line("name", slug), people, group))
    return teams


def check_emergency_team(definitions: Definitions, reading: Reading) -> None:
    """Somebody else has to acknowledge an emergency: a team of one, with nobody beside it, never gets rid of one."""
    team = definitions.teams.get(definitions.defaults.emergency_team)
    if team is None or team.slack_group or len(team.people) > 1:
        return
    may_answer = (g for g in definitions.grants if any(_answers_any(role) for role in g.roles))
    teams = [definitions.teams[grant.team] for grant in may_answer if grant.team in definitions.teams]
    if any(other.slack_group or set(other.people) - set(team.people) for other in teams):
        return
    message = f"Nobody else could acknowledge an emergency that {team.slug} declares."
    hint = "Add a second person to the team, or let others answer interruptions, for example as project_deployer."
    place, path = reading.place_of("teams", team.slug), f"teams.{team.slug}"
    reading.note(place, path, "lonely-team", message, hint, severity="warning")


def _answers_any(role: str) -> bool:
    return Permission.INTERRUPTION_SUBMIT in ROLES.get(role, frozenset())


def read_grants(section: Field) -> list[Grant]:
    """`grants:` — a list: this team has these roles, there."""
    example = "`- {team: web-devs, roles: [deployment_creator]}`"
    return [_read_grant(item) for item in section.items(example)]


def _read_grant(item: Field) -> Grant:
    record = item.table(["team", "roles", "when"])
    team = record.need("team", "web-devs")
    roles = record.need("roles", "[deployment_creator]")
    return Grant(
        team.reference("teams") if team else "",
        tuple(_read_role(role) for role in roles.items("`[deployment_creator]`")) if roles else (),
        read_scope(record, by_project=True),
    )


def _read_role(field: Field) -> str:
    role = field.text()
    if role and role not in ROLES:
        field.wrong("unknown-role", f"There is no role {shown(role)}.", suggest(role, ROLES, "roles"))
    return role


def _slack_id(record: Record, key: str, initials: str, what: str, example: str) -> str | None:
    field = record.get(key)
    if field is None:
        return None
    text = field.text(example)
    if text and not re.fullmatch(rf"[{initials}][A-Z0-9]{{1,30}}", text, re.ASCII):
        field.wrong("slack-id", f"This is not {what}.", f"It looks like {example}; Slack shows it in the profile.")
    return text or None
