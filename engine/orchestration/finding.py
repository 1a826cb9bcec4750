"""Looks for the packages of releases in their feeds, outside any transaction, and writes down what came of it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from engine.database import Database
from engine.definitions import Definitions
from engine.definitions.secrets import SecretUnavailable, resolve
from engine.domain.packages import FeedKind, Package, package_from_json
from engine.errors import ForedeckError
from engine.models import ReleasePackage
from engine.package_contracts import Answer, Unanswered, Wanted
from engine.ports import Clock, Feeds
from engine.services import configuration, package_finds

_log = logging.getLogger(__name__)

AT_ONCE = 4
"""So many feeds are asked side by side."""

SCAN_SECONDS = 15.0
"""How often folders are looked into for what can be offered."""

BUCKET_SECONDS = 60.0
"""The same for buckets, which cost something each time."""


class Finder:
    """Start it once a process, with the dispatcher's lock held; `look` alone serves a command of the command line."""

    def __init__(self, db: Database, clock: Clock, feeds: Feeds) -> None:
        self._db, self._clock, self._feeds = db, clock, feeds
        self._wake, self._stop = threading.Event(), threading.Event()
        self._in_flight: set[int] = set()
        self._guard = threading.Lock()
        self._scanned_at = -SCAN_SECONDS
        self._listed_at: dict[tuple[str, str], float] = {}
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="packages")
        self._thread = threading.Thread(target=self._loop, name="finder", daemon=True)

    def start(self) -> None:
        """Begin; what was looked for when the last process ended is looked for again."""
        self._db.on_commit(self.wake)
        self._thread.start()
        self.wake()

    def wake(self) -> None:
        """Look again. Cheap; called after every commit and by the clock."""
        self._wake.set()

    def stop(self) -> None:
        """Let go; what is being asked is asked again after the next start."""
        self._stop.set()
        self._wake.set()
        self._thread.join(5)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def look(self, project: str, version: str) -> None:
        """Look for the packages of this release now, in this thread, once."""
        with self._db.read() as session:
            rows = package_finds.open_ones(session, self._clock(), project, version)
        for row in rows:
            self._find(row)

    def _loop(self) -> None:
        while not self._stop.is_set():
            self._wake.wait()
            self._wake.clear()
            if self._stop.is_set():
                return
            try:
                self._hand_out(self._open())
                if time.monotonic() - self._scanned_at >= SCAN_SECONDS:
                    self._scanned_at = time.monotonic()
                    self._pool.submit(self._scan)
            except Exception:
                _log.exception("packages could not be looked for; it will be tried again")
                self._stop.wait(1)

    def _open(self) -> Sequence[ReleasePackage]:
        with self._db.read() as session:
            return package_finds.open_ones(session, self._clock())

    def _hand_out(self, rows: Sequence[ReleasePackage]) -> None:
        for row in rows:
            with self._guard:
                if row.id in self._in_flight:
                    continue
                self._in_flight.add(row.id)
            self._pool.submit(self._find_quietly, row)

    def _find_quietly(self, row: ReleasePackage) -> None:
        try:
            self._find(row)
        except Exception:
            _log.exception("package %s %s could not be looked for; it will be tried again", row.package, row.version)
            self._stop.wait(1)
        finally:
            with self._guard:
                self._in_flight.discard(row.id)

    def _find(self, row: ReleasePackage) -> None:
        package = package_from_json(row.source)
        answer = self._ask(package, row.version)
        with self._db.write() as session:
            package_finds.settle(session, self._clock(), row.id, answer)

    def _ask(self, package: Package, version: str) -> Answer:
        try:
            return self._feeds.find(wanted(package, version, self._definitions()))
        except SecretUnavailable as error:
            return Unanswered(str(error).rstrip("."))

    def _definitions(self) -> Definitions:
        with self._db.read() as session:
            return configuration.current(session).definitions

    def _scan(self) -> None:
        """What folders and buckets have now, for what is offered."""
        try:
            for project in self._definitions().projects.values():
                for package in project.packages:
                    if package.kind is FeedKind.FOLDER or (package.kind is FeedKind.S3 and self._is_turn_of(package)):
                        self._note(project.slug, package)
        except ForedeckError:  # no configuration yet
            return
        except Exception:
            _log.exception("the folders of packages could not be looked into; it will be tried again")

    def _is_turn_of(self, package: Package) -> bool:
        now = time.monotonic()
        if now - self._listed_at.get((package.location, package.file), -BUCKET_SECONDS) < BUCKET_SECONDS:
            return False
        self._listed_at[package.location, package.file] = now
        return True

    def _note(self, project: str, package: Package) -> None:
        try:
            there = self._feeds.versions(wanted(package, "", self._definitions()))
        except SecretUnavailable:
            return
        if there is None:
            return
        with self._db.read() as session:
            if not package_finds.differs(session, project, package, there):
                return
        with self._db.write(quiet=True) as session:
            package_finds.seen(session, self._clock(), project, package, there)


def wanted(package: Package, version: str, definitions: Definitions) -> Wanted:
    """What a feed is asked, with its secret. Raises SecretUnavailable; may run a store's command."""
    known = package.credentials
    return Wanted(
        package=package.slug,
        version=version,
        kind=package.kind.value,
        location=package.location,
        file=package.file,
        checksum=package.checksums.get(version, ""),
        username=known.username if known else "",
        secret=resolve(known.secret, definitions.secret_stores) if known else None,
        paths=package.paths,
        region=package.region,
        on_machine=package.on_machine,
    )
