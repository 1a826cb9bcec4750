"""What a request meets before it is queued: locks and freezes in force when it would begin, and ways through."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy.orm import Session

from engine.domain.grants import Permission
from engine.domain.holds import Hold, HoldKind
from engine.domain.moments import minute_from
from engine.services import access, freezes, holds, schedules
from engine.services.queue_errors import Held, ReasonMissing


class Way(enum.StrEnum):
    """How somebody wants to pass what is in the way."""

    NONE = ""  # not at all: be refused and say so
    QUEUE = "queue"  # wait behind a lock
    OVERRIDE = "override"  # pass a freeze; needs a permission and a reason
    QUEUE_OVERRIDING = "queue override"  # both
    EMERGENCY = "emergency"  # pass all that an emergency may; see `emergencies`

    @property
    def queues(self) -> bool:
        """Does it wait behind a lock?"""
        return self in {Way.QUEUE, Way.QUEUE_OVERRIDING}

    @property
    def overrides(self) -> bool:
        """Does it pass a freeze?"""
        return self in {Way.OVERRIDE, Way.QUEUE_OVERRIDING}

    @property
    def queueing(self) -> Way:
        """The same, and it waits behind a lock. An emergency waits for none."""
        if self is Way.EMERGENCY:
            return self
        return Way.QUEUE_OVERRIDING if self.overrides else Way.QUEUE

    @property
    def overriding(self) -> Way:
        """The same, and it passes a freeze. An emergency does."""
        if self is Way.EMERGENCY:
            return self
        return Way.QUEUE_OVERRIDING if self.queues else Way.OVERRIDE


def check(
    session: Session,
    found: access.Rules,
    *,
    person: str,
    project: str,
    environment: str,
    at: datetime,
    way: Way,
    reason: str,
    deploys: bool = True,
) -> None:
    """Raises Held when something refuses a deployment that would begin at this time; NotPermitted and ReasonMissing
    when somebody may not override, or does not say why. What does not deploy is refused by locks only.
    """
    if way is Way.EMERGENCY:
        return  # judged elsewhere
    where = {"project": project, "environment": environment}
    if way.overrides:
        found.require(person, Permission.FREEZE_ADMINISTER, f"let deployments to {environment} pass a freeze", **where)
        if not reason.strip():
            raise ReasonMissing
    for hold in (*holds.in_force(session), *freezes.foreseen(session, found.definitions, at)):
        is_queued = way.queues and hold.kind is HoldKind.LOCK
        if hold.kind is HoldKind.FREEZE and not deploys:
            continue
        if not is_queued and hold.refuses(**where, requested_by=person, at=at, overrides=way.overrides):
            raise _held(session, found, hold, person, where)


def _held(session: Session, found: access.Rules, hold: Hold, person: str, where: dict[str, str]) -> Held:
    permission = Permission.LOCK_TAKE if hold.kind is HoldKind.LOCK else Permission.FREEZE_ADMINISTER
    zone = schedules.zone_of(session, found.definitions, person)
    opens = minute_from(hold.until) if hold.until else None
    return Held(
        hold=hold.id,
        is_lock=hold.kind is HoldKind.LOCK,
        headline=holds.headline(hold, found.definitions),
        why=holds.because(hold.reason),
        since=zone.spelled(hold.since),
        opens=opens,
        opens_typed=zone.typed(opens) if opens else "",
        ends=zone.spelled(hold.until) if hold.until else "",
        may_pass=found.may(person, permission, **where),
        allowed=found.people_who_may(permission, **where),
    )
