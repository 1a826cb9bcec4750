"""The clock: one interval job that ticks. A monotonic thread wakes it, so a wall clock set back stops nothing."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from datetime import UTC

from apscheduler.executors.pool import ThreadPoolExecutor as SchedulerPool
from apscheduler.schedulers.background import BackgroundScheduler

_log = logging.getLogger(__name__)

TICK_SECONDS = 1.0


class Ticker:
    """Calls each of `listeners` every second: the net beneath the wake-ups after commits, and how other processes'
    writes are seen.
    """

    def __init__(self, listeners: Iterable[Callable[[], None]]) -> None:
        self._listeners = tuple(listeners)
        self._stop = threading.Event()
        self._scheduler = BackgroundScheduler(timezone=UTC, executors={"default": SchedulerPool(1)})
        self._scheduler.add_job(
            self._tick, "interval", seconds=TICK_SECONDS, max_instances=1, coalesce=True, misfire_grace_time=None
        )
        self._waker = threading.Thread(target=self._keep_awake, name="clock", daemon=True)

    def start(self) -> None:
        """Begin to tick."""
        logging.getLogger("apscheduler").setLevel(logging.WARNING)
        self._scheduler.start()
        self._waker.start()

    def stop(self) -> None:
        """Stop ticking."""
        self._stop.set()
        self._scheduler.shutdown(wait=False)
        self._waker.join(TICK_SECONDS * 2)

    def _tick(self) -> None:
        for listener in self._listeners:
            try:
                listener()
            except Exception:
                _log.exception("something that the clock calls broke")

    def _keep_awake(self) -> None:
        while not self._stop.wait(TICK_SECONDS * 5):
            self._scheduler.wakeup()
