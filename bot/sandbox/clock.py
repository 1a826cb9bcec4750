"""Time as the sandbox sees it. Tests may move it, so nothing here ever has to be waited for."""

import asyncio
import contextlib
import time
from typing import Any, TypeVar

T = TypeVar("T")


class Clock:
    """Wall time and monotonic time in seconds, both moved by the same offset. Any thread may move it."""

    def __init__(self) -> None:
        self._offset = 0.0
        self._sleepers: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()

    @property
    def moved(self) -> float:
        """By how many seconds it was moved so far."""
        return self._offset

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time() + self._offset

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return time.monotonic() + self._offset

    def move(self, seconds: float) -> None:
        """Go forward; both readings jump by as much, and who sleeps looks again."""
        self._offset += seconds
        for loop, moved in list(self._sleepers):
            with contextlib.suppress(RuntimeError):  # a loop that is closed has nobody left to wake
                loop.call_soon_threadsafe(moved.set)

    async def sleep(self, seconds: float) -> None:
        """Return when this clock is that much further, by itself or because it was moved."""
        due = self.monotonic() + seconds
        moved = asyncio.Event()
        sleeper = (asyncio.get_running_loop(), moved)
        self._sleepers.add(sleeper)
        try:
            while True:
                moved.clear()
                left = due - self.monotonic()
                if left <= 0:
                    return
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(moved.wait(), left)
        finally:
            self._sleepers.discard(sleeper)

    async def within(self, seconds: float, answer: asyncio.Future[T]) -> T:
        """What `answer` becomes within as many seconds of this clock; raises TimeoutError."""
        timer = asyncio.ensure_future(self.sleep(seconds))
        try:
            waiting: set[asyncio.Future[Any]] = {answer, timer}
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            timer.cancel()
        if not answer.done():
            raise TimeoutError
        return answer.result()
