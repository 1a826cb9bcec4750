"""When a deployment is to begin, and until when it may: read from people's words, in their time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from engine.database import Database
from engine.definitions import Definitions
from engine.domain import moments
from engine.domain.moments import Unclear, Zone
from engine.models import TimeZone
from engine.services import configuration
from engine.services.queue_errors import EndsBeforeItBegins, TooFarAway, UnclearTime

FARTHEST = timedelta(days=30)
"""Nothing is scheduled farther ahead (Octopus's limit)."""

EXPIRES_AFTER = timedelta(hours=24)
"""What was scheduled and could not begin for so long does not run any more, unless somebody said until when it may."""


@dataclass(frozen=True)
class Times:
    """When it is to begin and until when it may; None where nothing was said about that."""

    begins_at: datetime | None = None
    expires_at: datetime | None = None


def read(session: Session, now: datetime, definitions: Definitions, person: str, *, at: str, until: str) -> Times:
    """Both as words, empty where nothing was said. Raises UnclearTime, TooFarAway, EndsBeforeItBegins."""
    zone = zone_of(session, definitions, person)
    begins_at = moment(at, now, zone, "at") if at else None
    if begins_at is not None and begins_at - now > FARTHEST:
        raise TooFarAway(at=zone.spelled(begins_at), latest=zone.spelled(now + FARTHEST))
    expires_at = moment(until, begins_at or now, zone, "until") if until else None
    if begins_at is None:
        return Times(None, expires_at)
    if expires_at is not None and expires_at < begins_at + timedelta(minutes=5):
        raise EndsBeforeItBegins(at=zone.spelled(begins_at), until=zone.spelled(expires_at))
    return Times(begins_at, expires_at or begins_at + EXPIRES_AFTER)


def moment(words: str, now: datetime, zone: Zone, clause: str) -> datetime:
    """The point in time that is meant. Raises UnclearTime, which says what may be meant behind `clause`."""
    found = moments.read(words, now, zone)
    if isinstance(found, Unclear):
        raise UnclearTime(sentence=found.sentence, ways=found.ways, clause=clause, words=words)
    return found


def zone_of(session: Session, definitions: Definitions, person: str) -> Zone:
    """The time zone of this person, as Slack told it; else the configuration's."""
    known = definitions.people.get(person)
    row = session.get(TimeZone, known.slack) if known and known.slack else None
    return _zone(row.name) if row else of_everybody(definitions)


def of_everybody(definitions: Definitions) -> Zone:
    """The configuration's time zone, for what several people read where no clock of theirs is known."""
    return _zone(definitions.defaults.time_zone)


def _zone(name: str) -> Zone:
    return Zone(name, ZoneInfo(name))


def zone_name(db: Database, person: str) -> str:
    """The name of that time zone."""
    with db.read() as session:
        return zone_of(session, configuration.current(session).definitions, person).name


def store_zone(db: Database, slack_user_id: str, name: str, now: datetime) -> None:
    """Remember the time zone that Slack tells of somebody; one that this machine does not know is left out."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return
    with db.write(quiet=True) as session:
        row = session.get(TimeZone, slack_user_id) or TimeZone(slack_user_id=slack_user_id)
        row.name, row.told_at = name, now
        session.add(row)


def stale_zones(db: Database, now: datetime, lifetime: timedelta) -> tuple[str, ...]:
    """The Slack ids of people whose time zone is not known, or was told longer ago than this."""
    with db.read() as session:
        people = configuration.current(session).definitions.people.values()
        slack_ids = [person.slack for person in people if person.slack]
        rows = {slack_id: session.get(TimeZone, slack_id) for slack_id in slack_ids}
        return tuple(slack_id for slack_id, row in rows.items() if row is None or now - row.told_at > lifetime)
