"""The stream of what changed, for pages and tests that look on. It decides nothing and keeps only the latest."""

import asyncio
import json
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from itertools import islice
from typing import Any

KEPT = 2_000


class Changes:
    """Numbered changes, the newest `KEPT` of them as ready-made JSON."""

    def __init__(self) -> None:
        # Begins with the microseconds of now: after a restart every number is higher than any before it.
        self.seq = time.time_ns() // 1_000
        self._kept: deque[tuple[int, str]] = deque(maxlen=KEPT)
        self._news = asyncio.Event()
        self.closed = False
        self._listeners: list[Callable[[str, dict[str, Any]], None]] = []

    def hear(self, listener: Callable[[str, dict[str, Any]], None]) -> None:
        """Call this at every change, with its kind and fields, before it goes out."""
        self._listeners.append(listener)

    def publish(self, kind: str, **fields: object) -> None:
        """Tell everybody who looks on."""
        for listener in self._listeners:
            listener(kind, fields)
        self.seq += 1
        self._kept.append((self.seq, json.dumps({"seq": self.seq, "kind": kind, **fields})))
        self._wake()

    def close(self) -> None:
        """End every stream; the server is going."""
        self.closed = True
        self._wake()

    async def after(self, seq: int | None) -> AsyncIterator[tuple[int, str] | None]:
        """Everything after `seq`, then what comes; (0, "") when something was missed, None as a sign of life."""
        position = self.seq if seq is None else seq
        while not self.closed:
            news = self._news
            if self._missed(position):
                position = self.seq
                yield 0, ""
            for number, change in list(islice(self._kept, max(0, len(self._kept) - (self.seq - position)), None)):
                position = number
                yield number, change
            try:
                await asyncio.wait_for(news.wait(), timeout=15)
            except TimeoutError:
                yield None

    def _missed(self, position: int) -> bool:
        if position > self.seq:
            return True
        oldest = self._kept[0][0] if self._kept else self.seq + 1
        return position < oldest - 1

    def _wake(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()
