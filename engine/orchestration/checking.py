"""Checks the health of machines when their time has come: in a bounded pool of its own, beside all deployments.

What is checked when are rows; a check that a dead process had begun is begun anew after a few minutes.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from engine.contracts import Health, HealthCheck, HealthState, Script
from engine.database import Database
from engine.definitions import Definitions, TargetDefinition
from engine.domain import templates
from engine.errors import ForedeckError
from engine.orchestration import choosing
from engine.ports import Clock, Workers
from engine.services import evaluations, health, host_keys

_log = logging.getLogger(__name__)

AT_ONCE = min(32, max(2, 2 * (os.cpu_count() or 1)))
"""So many machines are looked at at the same time (Octopus's rule)."""


class Checker:
    """Looks for what is due whenever the clock ticks; never makes it wait."""

    def __init__(self, db: Database, clock: Clock, workers: Workers) -> None:
        self._db, self._clock, self._workers = db, clock, workers
        self._stop = threading.Event()
        self._busy: set[str] = set()
        self._guard = threading.Lock()
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="health")

    def look(self) -> None:
        """Begin the checks that are due, as far as there is room. Cheap when none is."""
        with self._guard:
            room = AT_ONCE - len(self._busy)
        if room <= 0 or self._stop.is_set():
            return
        with self._db.read() as session:
            due = health.due(session, self._clock(), room + len(self._busy))
        for machine in due:
            with self._guard:
                if machine in self._busy or len(self._busy) >= AT_ONCE:
                    continue
                self._busy.add(machine)
            self._pool.submit(self._check, machine)

    def stop(self) -> None:
        """Give up what is being looked at; it is looked at again after the next start."""
        self._stop.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _check(self, machine: str) -> None:
        try:
            check(self._db, self._clock, self._workers, machine, self._stop)
        except Exception:
            _log.exception("the health of %s could not be checked; it will be tried again", machine)
        finally:
            with self._guard:
                self._busy.discard(machine)


def check(db: Database, clock: Clock, workers: Workers, machine: str, stop: threading.Event) -> None:
    """Look at this machine, if its time has come, and write down what was found."""
    with db.write(quiet=True) as session:
        if not health.begin(session, clock(), machine):
            return
        definitions = host_keys.in_force(session)
    found = look_at(definitions, machine, workers, clock, stop.is_set)
    if stop.is_set():
        return
    with db.write() as session:
        health.record(session, clock(), machine, found)


def look_at(
    definitions: Definitions,
    machine: str,
    workers: Workers,
    clock: Clock,
    stopping: Callable[[], bool],
    *,
    connection_only: bool = False,
) -> Health:
    """How this machine is, as its policy wants it to be looked at; or whether it can be logged in to."""
    known = definitions.machine(machine)
    if isinstance(known, TargetDefinition) and not known.has_machine:
        return Health(HealthState.HEALTHY, f"{machine} has no machine.")
    try:
        reached = choosing.machine_of(definitions, machine)
    except ForedeckError as error:
        return Health(HealthState.UNHEALTHY, f"{error} {error.hint}".strip())
    worker = workers.apart(reached)
    try:
        wanted, flaw = check_of(definitions, machine, clock)
        if connection_only:
            wanted, flaw = HealthCheck(connection_only=True), ""
        if flaw:
            return Health(HealthState.UNHEALTHY, flaw)
        return worker.check_health(wanted, stopping)
    finally:
        worker.close()


def check_of(definitions: Definitions, machine: str, clock: Clock) -> tuple[HealthCheck, str]:
    """How its policy wants it to be looked at; and what is wrong with the script, empty when nothing is."""
    known = definitions.machine(machine)
    if known is None:
        return HealthCheck(), ""
    policy = definitions.policy_of(known)
    if not policy.script:
        return HealthCheck(connection_only=policy.connection_only), ""
    values = {
        "Octopus.Machine.Id": known.slug,
        "Octopus.Machine.Name": known.name,
        "Octopus.Machine.Hostname": known.host,
        "Octopus.Machine.Roles": ",".join(known.tags) if isinstance(known, TargetDefinition) else "",
        "Octopus.WorkerPool.Name": "" if isinstance(known, TargetDefinition) else known.pools[0],
    }
    evaluated = templates.evaluate(policy.script, values, now=clock())
    if flaw := evaluations.flaw_of(evaluated):
        return HealthCheck(), f"The script of the policy {policy.slug} cannot be used: {flaw}."
    return HealthCheck(Script(evaluated.text or "")), ""
