"""What a bot costs that has nothing to do: memory and CPU of `foredeck serve` after 60 s, connected to a sandbox."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from bot.sandbox.options import DEFAULT_APP_TOKEN, DEFAULT_BOT_TOKEN
from tests.support.sandbox import REPOSITORY, start_sandbox_child

SECONDS = 60


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder, start_sandbox_child() as sandbox:
        Path(folder, "foredeck.yml").write_text("foredeck: 1\nenvironments: {staging: {}}\n")
        env_vars = {
            **os.environ,
            "PYTHONPATH": str(REPOSITORY),
            "SLACK_API_URL": sandbox.client.api_url,
            "SLACK_BOT_TOKEN": DEFAULT_BOT_TOKEN,
            "SLACK_APP_TOKEN": DEFAULT_APP_TOKEN,
        }
        command = [sys.executable, "-P", "-m", "bot.cli", "serve", "--state", f"{folder}/state", "--config", folder]
        # Started once before, because the first start also makes the database.
        for seconds in (5, SECONDS):
            with subprocess.Popen([*command, "--log-level", "warning"], env=env_vars) as bot:
                sandbox.client.wait_for_app()
                watched = psutil.Process(bot.pid)
                time.sleep(5)
                before = sum(watched.cpu_times()[:2])
                time.sleep(seconds)
                cpu = (sum(watched.cpu_times()[:2]) - before) / seconds * 100
                memory = watched.memory_info().rss / 1e6
                bot.terminate()
    print(f"serve, idle for {SECONDS} s: {memory:.0f} MB (goal < 100), {cpu:.2f} % of a core (goal < 1)")


if __name__ == "__main__":
    main()
