"""Tells who asked for a check what it found, as soon as it has ended: in place of the answer whose button was pressed,
or as another private one. Only in memory, as the way to a private answer is: after a restart there is *Refresh*.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime

from bot.listeners.requests import AskedCheck
from bot.messages import machines as told
from bot.messages.blocks import Message
from bot.replies import reply
from engine.errors import ForedeckError
from engine.services import Database, machine_views
from engine.services.machine_views import MachineStanding

LOOK_SECONDS = 0.25
PATIENCE_SECONDS = 180.0
"""After that nothing is said any more; a check itself gives up earlier."""

_MOST = 100  # at once; whoever asks beyond that has *Refresh*

_log = logging.getLogger("foredeck.slack")


class CheckAnswers:
    """One thread for all who wait; it looks at rows only while somebody does."""

    def __init__(self, db: Database, clock: Callable[[], datetime], *, api_url: str, command: str) -> None:
        self._db, self._clock, self._api_url, self._command = db, clock, api_url, command
        self._waiting: list[tuple[float, AskedCheck]] = []
        self._guard = threading.Lock()
        self._somebody_waits = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="foredeck-checks", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Whoever waits still is told nothing."""
        self._stop.set()
        self._somebody_waits.set()
        self._thread.join(timeout=2)

    def asked(self, asked: AskedCheck) -> None:
        """Somebody waits for this."""
        with self._guard:
            if len(self._waiting) < _MOST:
                self._waiting.append((time.monotonic(), asked))
        self._somebody_waits.set()

    def _run(self) -> None:
        while not self._stop.is_set():
            self._somebody_waits.wait()
            try:
                self._look()
            except Exception:
                _log.exception("what a check found could not be told")
            self._stop.wait(LOOK_SECONDS)

    def _look(self) -> None:
        with self._guard:
            waiting = list(self._waiting)
        over = []
        for entry in waiting:
            since, asked = entry
            message = self._found(asked)
            if message is not None and not self._stop.is_set():
                reply(asked.response_url, self._api_url, message, replaces=asked.replaces)
            if message is not None or time.monotonic() - since > PATIENCE_SECONDS:
                over.append(entry)
        with self._guard:
            self._waiting = [entry for entry in self._waiting if entry not in over]
            if not self._waiting and not self._stop.is_set():
                self._somebody_waits.clear()

    def _found(self, asked: AskedCheck) -> Message | None:
        """What to say; None while one of them is still being looked at."""
        now = self._clock()
        try:
            view = machine_views.overview(
                self._db, now, person=asked.person, names=asked.machines, size=max(1, len(asked.machines))
            )
        except ForedeckError as error:  # they are gone from the configuration, or the person's grant is
            return told.check_not_told(error)
        if not all(_is_checked(machine, asked.at) for machine in view.machines):
            return None
        if view.total == 1:
            return told.details(view.machines[0], said="It was looked at just now:")
        paged = machine_views.overview(self._db, now, person=asked.person, names=asked.machines, size=told.PAGE)
        return told.overview(paged, self._command)


def _is_checked(machine: MachineStanding, asked_at: datetime) -> bool:
    """Was it looked at since, and is nobody about to look again?"""
    if machine.disabled or machine.checked_at is None:
        return bool(machine.disabled)
    is_due_again = machine.next_check_at is not None and machine.next_check_at <= machine.checked_at
    return machine.checked_at >= asked_at and not is_due_again
