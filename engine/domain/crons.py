"""Cron expressions: when they fire next, by the clock of a time zone, right across changes of daylight-saving time.

The rules are Debian's cron's, as cronsim has them: what the clocks jump over fires once, at the first moment after;
what comes twice fires once when an hour is named, and by elapsed time when every hour is meant.
"""

from __future__ import annotations

from datetime import UTC, datetime

from cronsim import CronSim, CronSimError

from engine.domain.moments import Zone

EXAMPLE = "30 2 * * 1-5"


def flaw_of(expression: str) -> str | None:
    """Why this cannot be a schedule, as a sentence; None when it can."""
    if len(expression.split()) != 5:
        return "A schedule has five fields: minute, hour, day of the month, month, day of the week."
    try:
        next(CronSim(expression, datetime(2026, 1, 1, tzinfo=UTC)))
    except CronSimError as error:
        return f"{str(error).replace('Bad', 'This cannot be a')}."
    except StopIteration:
        return "This never comes."
    return None


def next_after(expression: str, zone: Zone, after: datetime) -> datetime:
    """The first time it fires later than this, in UTC. The expression must have no flaw."""
    found: datetime = next(CronSim(expression, after.astimezone(zone.info)))
    return found.astimezone(UTC)


def spelled(expression: str) -> str:
    """In words: `At 02:30 on Monday through Friday`."""
    return CronSim(expression, datetime(2026, 1, 1, tzinfo=UTC)).explain()
