"""How soon a sandbox answers: from starting its process to its first answer, p95 of 10; with and without kept state."""

from __future__ import annotations

import subprocess
import tempfile
import time
import urllib.request

from benchmarks.calibration import p95
from tests.support.sandbox import ENVIRONMENT, command

SAMPLES = 10


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        for what, arguments in (("that forgets", []), ("with its state", ["--state", folder])):
            samples = [_start(arguments) for _ in range(SAMPLES)]
            print(f"sandbox {what:<16} process → first answer p95 {p95(samples):6.0f} ms   (goal < 1000)")


def _start(arguments: list[str]) -> float:
    begun = time.perf_counter()
    with subprocess.Popen(command(*arguments), stdout=subprocess.PIPE, text=True, env=ENVIRONMENT, cwd="/") as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().split()[-1]
            with urllib.request.urlopen(f"{url}/api/api.test", data=b"") as response:
                response.read()
            return (time.perf_counter() - begun) * 1000
        finally:
            process.terminate()
