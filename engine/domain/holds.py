"""What holds deployments up although their turn has come: pauses, draining. Pure: whom it holds, not what follows."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime


class HoldKind(enum.StrEnum):
    """Why nothing begins."""

    PAUSE = "pause"  # somebody paused the queue, or one project
    DRAIN = "drain"  # Foredeck is about to be stopped


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

    def covers(self, *, project: str, environment: str) -> bool:
        """Is it about this project and environment?"""
        return self.project in {None, project} and self.environment in {None, environment}

    def holds_back(self, *, project: str, environment: str) -> bool:
        """Does a deployment of this project to this environment have to wait for its end?"""
        return self.covers(project=project, environment=environment)
