"""Acks a payload exactly once, in time: with the answer when it is there within two seconds, else with words."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

PATIENCE_SECONDS = 2.0
"""Slack waits three; what takes longer than this is acked with words and answered later."""


class Acknowledgement:
    """Slack's `ack`, usable once. `late` is what it says when the work takes too long."""

    def __init__(self, ack: Callable[..., Any], late: Mapping[str, Any], patience: float = PATIENCE_SECONDS) -> None:
        self._ack = ack
        self._late = late
        self._lock = threading.Lock()
        self._is_given = False
        self._timer = threading.Timer(patience, self._give_late)
        self._timer.daemon = True
        self._timer.name = "foredeck-late-ack"

    def __enter__(self) -> Acknowledgement:
        self._timer.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._timer.cancel()

    def give(self, **payload: Any) -> bool:
        """Ack with this; False when it was given already, so the answer has to go another way."""
        with self._lock:
            if self._is_given:
                return False
            self._is_given = True
            self._ack(**payload)
        self._timer.cancel()
        return True

    def _give_late(self) -> None:
        self.give(**self._late)
