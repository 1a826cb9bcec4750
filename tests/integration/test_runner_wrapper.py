"""The wrapper that runs a script, alone: it needs nobody who listens."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from workers.runner.protocol import RUNNER


@pytest.mark.parametrize("shell", ["dash", "busybox sh", "bash"])
def test_what_is_claimed_runs_though_nobody_hears_of_the_claim_any_more(tmp_path: Path, shell: str) -> None:
    home, runner = tmp_path / "ticket", tmp_path / "runner.sh"
    (home / "try.1/work").mkdir(parents=True)
    (home / "try.1/command").write_text("exec bash -c 'yes | head -n 1; exit ${PIPESTATUS[0]}'")
    runner.write_bytes(RUNNER)
    reading, writing = os.pipe()
    os.close(reading)
    wrapper = ["setsid", *shell.split(), str(runner), "wrap", str(home), str(home / "try.1")]
    subprocess.run(wrapper, stdout=writing, stderr=writing, timeout=60, check=False)
    os.close(writing)
    assert (home / "stdout").read_text() == "y\n"
    assert (home / "exit.141").exists(), "for the script a broken pipe is what it always is"
