"""What holds deployments up although their turn has come: pauses, draining, locks, freezes. Pure."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime


class HoldKind(enum.StrEnum):
    """Why nothing begins."""

    PAUSE = "pause"  # somebody paused the queue, or one project
    DRAIN = "drain"  # Foredeck is about to be stopped
    LOCK = "lock"  # somebody keeps a place for themselves
    FREEZE = "freeze"  # nothing goes there for a while


@dataclass(frozen=True)
class Hold:
    """While it lasts, nothing that it covers begins. What has its place goes on: it is in the middle of something."""

    id: int
    kind: HoldKind
    by: str
    since: datetime
    reason: str = ""
    project: str | None = None  # None: every project
    environment: str | None = None  # None: every environment
    until: datetime | None = None  # None: until somebody ends it
    is_lenient: bool = False  # a freeze that lets what is asked for wait instead of refusing it

    def covers(self, *, project: str, environment: str) -> bool:
        """Is it about this project and environment?"""
        return self.project in {None, project} and self.environment in {None, environment}

    def overlaps(self, *, project: str | None, environment: str | None) -> bool:
        """Is there anything that both this and such a scope cover? None is everything."""
        return (self.project is None or project in {None, self.project}) and (
            self.environment is None or environment in {None, self.environment}
        )

    def holds_back(
        self,
        *,
        project: str,
        environment: str,
        requested_by: str,
        overrides: bool = False,
        is_emergency: bool = False,
    ) -> bool:
        """Does this person's deployment have to wait for its end? Owners pass locks, overrides freezes, an emergency
        everything but draining: Foredeck itself is about to be stopped.
        """
        if not self.covers(project=project, environment=environment):
            return False
        if is_emergency:
            return self.kind is HoldKind.DRAIN
        if self.kind is HoldKind.LOCK:
            return requested_by != self.by
        return not (self.kind is HoldKind.FREEZE and overrides)

    def refuses(
        self, *, project: str, environment: str, requested_by: str, at: datetime, overrides: bool = False
    ) -> bool:
        """Is such a deployment, that would begin then, refused rather than held? Pauses only hold."""
        if self.kind not in {HoldKind.LOCK, HoldKind.FREEZE} or self.is_lenient:
            return False
        if self.until is not None and at >= self.until:
            return False
        return self.holds_back(project=project, environment=environment, requested_by=requested_by, overrides=overrides)
