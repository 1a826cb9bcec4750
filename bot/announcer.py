"""The announcer: takes what the outbox holds and has it delivered, at Slack's pace. It waits; listeners never do."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from bot.announcing.couriers import Courier
from bot.announcing.paces import Pace
from engine.services import Database, log_telling, outbox
from engine.services.outbox import CARD, Parcel

SENDERS = 4
"""Threads that talk to Slack: one slow channel holds up nobody else."""

LOG_SECONDS = 4.0
"""How often new log is told."""

_LONGEST_WAIT = 2.0  # other processes write rows, too, and nobody wakes us for those

_log = logging.getLogger("foredeck.slack")


class Announcer:
    """One thread that chooses, a few that send. `wake` is called after commits."""

    def __init__(self, db: Database, clock: Callable[[], datetime], courier: Courier, pace: Pace) -> None:
        self._db = db
        self._clock = clock
        self._courier = courier
        self._pace = pace
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._in_hand = 0
        self._lock = threading.Lock()
        self._senders = ThreadPoolExecutor(SENDERS, thread_name_prefix="foredeck-sender")
        self._thread = threading.Thread(target=self._run, name="foredeck-announcer", daemon=True)
        self._told_logs_at = time.monotonic()

    def start(self) -> None:
        """First look for what a dead process was sending, then go on as usual."""
        for parcel in outbox.unfinished(self._db):
            self._hand_over(parcel)
        self._db.on_commit(self.wake)
        self._thread.start()

    def stop(self) -> None:
        """Stop; what is being sent is finished first, the rest stays in its rows."""
        self._stopping.set()
        self._wake.set()
        self._thread.join(timeout=15)
        self._senders.shutdown(wait=True, cancel_futures=True)

    def wake(self) -> None:
        """Something was committed: look at once."""
        self._wake.set()

    def invited_to(self, slack_channel: str) -> None:
        """The bot was invited: what waits for that goes now."""
        self._pace.resume_posts()
        _log.info("invited to %s", slack_channel)
        self._wake.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                self._tell_logs()
                wait = self._round()
            except Exception:
                _log.exception("the announcer stumbled; it goes on")
                wait = _LONGEST_WAIT
            self._wake.wait(wait)

    def _round(self) -> float:
        """Hand out what may be sent now; returns the seconds until it is worth looking again."""
        free = self._free_hands()
        if not free:
            return _LONGEST_WAIT  # a sender that is done wakes us
        self._pace.begin_round()
        for parcel in outbox.claim(self._db, self._clock(), limit=free, may_send=self._may_send):
            self._hand_over(parcel)
        until = self._pace.seconds_to_next()
        return _LONGEST_WAIT if until is None else min(until, _LONGEST_WAIT)

    def _may_send(self, parcel: Parcel, stands: bool) -> bool:
        if stands:
            return self._pace.take_edit(parcel.key, parcel.slack_channel, is_card=parcel.kind == CARD)
        return self._pace.take_post(parcel.slack_channel)

    def _tell_logs(self) -> None:
        now = time.monotonic()
        if now - self._told_logs_at >= LOG_SECONDS:
            self._told_logs_at = now
            log_telling.tell_new(self._db, self._clock())

    def _free_hands(self) -> int:
        with self._lock:
            return max(0, SENDERS - self._in_hand)

    def _hand_over(self, parcel: Parcel) -> None:
        with self._lock:
            self._in_hand += 1
        self._senders.submit(self._deliver, parcel)

    def _deliver(self, parcel: Parcel) -> None:
        try:
            self._courier.deliver(parcel)
        except Exception:
            _log.exception("message %s was not settled", parcel.key)
        finally:
            with self._lock:
                self._in_hand -= 1
            self._wake.set()
