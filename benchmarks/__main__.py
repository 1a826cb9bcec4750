"""`python -m benchmarks [NAME …]`: run all measurements, or the named ones."""

from __future__ import annotations

import importlib
import sys

from benchmarks.calibration import describe

NAMES = (
    "templates",
    "log_stream",
    "stored_log",
    "engine",
    "queue",
    "process",
    "ssh_step",
    "fleet",
    "packages",
    "slack",
    "sandbox_calls",
    "sandbox_start",
    "idle",
    "page",
)


def main(names: list[str]) -> None:
    """Run them one after the other."""
    print(describe())
    for name in names or NAMES:
        print(f"\n== {name}")
        importlib.import_module(f"benchmarks.{name}").main()


if __name__ == "__main__":
    main(sys.argv[1:])
