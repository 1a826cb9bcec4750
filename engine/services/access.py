"""Who is who and who may do what, from the revision in force. Deny by default; uncertain identity is nobody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.database import Database
from engine.definitions import Definitions, Person
from engine.domain.grants import Permission, permissions_of
from engine.models import GroupMembers
from engine.services import configuration
from engine.services.errors import NotPermitted, UnknownEnvironment, UnknownPerson, UnknownProject
from engine.times import utc_now

GROUP_MEMBERS_LIVE = timedelta(hours=24)
"""How long the members of a Slack group count without being told again; then only the listed people do."""


@dataclass(frozen=True)
class Choice:
    """Something a person can choose."""

    slug: str
    name: str


@dataclass(frozen=True)
class Rules:
    """The definitions in force with the members of every team: enough to answer *who may?*"""

    revision: int
    definitions: Definitions
    members: Mapping[str, frozenset[str]]

    def permissions(self, person: str, *, project: str | None, environment: str | None = None) -> frozenset[Permission]:
        """What this person may do there."""
        return permissions_of(person, self.definitions.grants, self.members, project=project, environment=environment)

    def may(self, person: str, permission: Permission, *, project: str | None, environment: str | None = None) -> bool:
        """May they?"""
        return permission in self.permissions(person, project=project, environment=environment)

    def people_who_may(
        self, permission: Permission, *, project: str | None, environment: str | None = None
    ) -> tuple[str, ...]:
        """Everybody who may, in the order of the configuration."""
        return tuple(
            slug
            for slug in self.definitions.people
            if self.may(slug, permission, project=project, environment=environment)
        )

    def members_of(self, teams: Iterable[str]) -> tuple[str, ...]:
        """The members of these teams, each once, in the order of the configuration."""
        wanted = frozenset[str]().union(*(self.members.get(team, frozenset()) for team in teams))
        return tuple(slug for slug in self.definitions.people if slug in wanted)

    def require(
        self, person: str, permission: Permission, what: str, *, project: str | None, environment: str | None = None
    ) -> None:
        """Raise NotPermitted unless they may; it names whom to ask."""
        if not self.may(person, permission, project=project, environment=environment):
            allowed = self.people_who_may(permission, project=project, environment=environment)
            raise NotPermitted(person=person, what=what, allowed=allowed)


def rules(session: Session, now: datetime | None = None) -> Rules:
    """The rules in force. A team that names a Slack group has the members that Slack told within the last day; its list
    counts only where Slack told nothing (a plan without groups never does).

    Without `now`, for those who only look, the group's age is judged by the machine's own time.
    """
    now = now or utc_now()
    found = configuration.current(session)
    slugs = {person.slack: person.slug for person in found.definitions.people.values() if person.slack}
    told: dict[str, frozenset[str]] = {}
    for row in session.scalars(select(GroupMembers)):
        if now - row.fetched_at <= GROUP_MEMBERS_LIVE:
            told[row.slack_group] = frozenset(slugs[member] for member in row.members if member in slugs)
    members = {
        team.slug: told.get(team.slack_group or "", frozenset(team.people)) for team in found.definitions.teams.values()
    }
    return Rules(found.revision, found.definitions, members)


def person_by_slack(db: Database, slack_user_id: str) -> Person | None:
    """The person with this Slack id; None when the configuration names none."""
    with db.read() as session:
        people = configuration.current(session).definitions.people.values()
    return next((person for person in people if person.slack and person.slack == slack_user_id), None)


def person_by_slug(db: Database, slug: str) -> Person:
    """The person with this slug. Raises UnknownPerson."""
    with db.read() as session:
        people = configuration.current(session).definitions.people
    if slug not in people:
        raise UnknownPerson(name=slug, known=people)
    return people[slug]


def slack_ids(db: Database, people: Iterable[str]) -> dict[str, str]:
    """The Slack id of each of these people, where it is known."""
    with db.read() as session:
        known = configuration.current(session).definitions.people
    return {slug: slack for slug in people if slug in known and (slack := known[slug].slack)}


def slack_groups(db: Database) -> tuple[str, ...]:
    """The Slack groups that teams name."""
    with db.read() as session:
        teams = configuration.current(session).definitions.teams.values()
    return tuple(dict.fromkeys(team.slack_group for team in teams if team.slack_group))


def store_group(db: Database, slack_group: str, slack_user_ids: Iterable[str], now: datetime) -> None:
    """Remember who is in a Slack group, as Slack told just now."""
    with db.write() as session:
        row = session.get(GroupMembers, slack_group) or GroupMembers(slack_group=slack_group)
        row.members = sorted(slack_user_ids)
        row.fetched_at = now
        session.add(row)


def projects_for(db: Database, person: str) -> tuple[Choice, ...]:
    """The projects that this person may deploy somewhere."""
    with db.read() as session:
        found = rules(session)
    return tuple(
        Choice(project.slug, project.name)
        for project in found.definitions.projects.values()
        if _environments(found, person, project.slug)
    )


def environments_for(db: Database, person: str, project: str) -> tuple[Choice, ...]:
    """The environments that this person may deploy this project to, in the configuration's order."""
    with db.read() as session:
        found = rules(session)
    return _environments(found, person, project)


def may_create_release(db: Database, person: str, project: str) -> bool:
    """May this person create releases of the project?"""
    with db.read() as session:
        return rules(session).may(person, Permission.RELEASE_CREATE, project=project)


def _environments(found: Rules, person: str, project: str) -> tuple[Choice, ...]:
    return tuple(
        Choice(environment.slug, environment.name)
        for environment in found.definitions.environments.values()
        if found.may(person, Permission.DEPLOYMENT_CREATE, project=project, environment=environment.slug)
    )


def require_project(found: Rules, name: str) -> str:
    """The slug of this project (case does not matter). Raises UnknownProject."""
    slug = name.strip().lower()
    if slug not in found.definitions.projects:
        raise UnknownProject(name=name, known=found.definitions.projects)
    return slug


def require_environment(found: Rules, name: str) -> str:
    """The slug of this environment (case does not matter). Raises UnknownEnvironment."""
    slug = name.strip().lower()
    if slug not in found.definitions.environments:
        raise UnknownEnvironment(name=name, known=found.definitions.environments)
    return slug
