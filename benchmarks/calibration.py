"""What this machine can do, so that figures of two machines can be compared."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable


def p95(values: list[float]) -> float:
    """The 95th percentile, in the unit of the values."""
    return statistics.quantiles(values, n=20)[-1]


def milliseconds(run: Callable[[], object]) -> float:
    """How long it takes, once."""
    begin = time.perf_counter()
    run()
    return (time.perf_counter() - begin) * 1000


def calibrate() -> dict[str, float]:
    """p95 of 100 each, in ms: a pure Python loop, starting `true`, writing and syncing 4 KiB."""

    def loop() -> None:
        sum(number * number for number in range(20_000))

    def spawn() -> None:
        subprocess.run(["true"], check=True)

    with tempfile.NamedTemporaryFile() as file:

        def sync() -> None:
            file.write(b"x" * 4096)
            file.flush()
            os.fsync(file.fileno())

        return {
            name: p95([milliseconds(run) for _ in range(100)])
            for name, run in (("python loop", loop), ("start true", spawn), ("fsync 4 KiB", sync))
        }


def describe() -> str:
    """One line about the machine."""
    figures = ", ".join(f"{name} {value:.2f} ms" for name, value in calibrate().items())
    return f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}; p95: {figures}"
