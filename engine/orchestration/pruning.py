"""Removes what is kept longer than the configuration says, when its time has come. What that is, services know."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from engine.database import Database
from engine.ports import Clock, PackageFiles
from engine.services import artifacts, package_retention

_log = logging.getLogger(__name__)

EVERY = timedelta(minutes=10)
"""How often is looked."""

_UNUSED = timedelta(days=30)
"""How long what was made of a package for sending it is kept after its last use."""

_LISTED = 20


class Pruner:
    """Called whenever the clock ticks; looks once in a while, and at a few hundred files at most."""

    def __init__(self, db: Database, clock: Clock, packages: PackageFiles) -> None:
        self._db, self._clock, self._packages = db, clock, packages
        self._looked_at: datetime | None = None

    def look(self) -> None:
        """Remove what is too old, if the last look is a while ago."""
        now = self._clock()
        if self._looked_at is not None and abs(now - self._looked_at) < EVERY:
            return
        self._looked_at = now
        if removed := artifacts.prune(self._db, now):
            _log.info("%d artifacts were older than they are kept, and removed", removed)
            self._looked_at = None  # there may be more
        if gone := package_retention.prune_by_configuration(self._db, now, self._packages):
            listed = ", ".join(f"{view.package} {view.version} of {view.project}" for view in gone[:_LISTED])
            _log.info("%d packages that no release uses were removed from the built-in feed: %s", len(gone), listed)
            self._looked_at = None
        self._packages.remove_unused(since=now - _UNUSED)
