"""Time as the sandbox sees it. Tests may move it, so nothing here ever has to be waited for."""

import time


class Clock:
    """Wall time and monotonic time in seconds, both moved by the same offset."""

    def __init__(self) -> None:
        self._offset = 0.0

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time() + self._offset

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return time.monotonic() + self._offset

    def move(self, seconds: float) -> None:
        """Go forward; both readings jump by as much."""
        self._offset += seconds
