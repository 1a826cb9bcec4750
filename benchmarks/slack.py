"""How fast the bot answers: `ack_ms`, and command sent → chat.postMessage accepted; p95 of 200 warm.

A real bot and a real sandbox, each in a process of its own. Samples are more than a second apart, so that the channel's
budget of one message a second is free each time.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.calibration import p95
from bot.sandbox.options import DEFAULT_APP_TOKEN, DEFAULT_BOT_TOKEN
from tests.support.sandbox import REPOSITORY, SandboxClient, start_sandbox_child

SAMPLES = int(os.environ.get("SAMPLES", "200"))
WARM_UP = 5

_CONFIGURATION = {
    "foredeck.yml": """foredeck: 1
people: {ana: {slack: U0ANA000000}, ben: {slack: U0BEN000000}}
teams: {devs: {people: [ana]}, managers: {people: [ben]}}
grants: [{team: devs, roles: [deployment_creator, release_creator]}]
environments: {staging: {}}
""",
    "projects/web/project.yml": "slug: web\n",
    # The first deployment keeps its place, so all others queue: each sample is one command and one new card.
    "projects/web/process.yml": """steps:
  - step: confirm
    manual_intervention: {teams: [managers], instructions: wait, block_concurrent_deployments: true}
""",
}


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder, start_sandbox_child() as sandbox:
        for name, text in _CONFIGURATION.items():
            path = Path(folder, "config", name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        env_vars = {
            **os.environ,
            "PYTHONPATH": str(REPOSITORY),
            "SLACK_API_URL": sandbox.client.api_url,
            "SLACK_BOT_TOKEN": DEFAULT_BOT_TOKEN,
            "SLACK_APP_TOKEN": DEFAULT_APP_TOKEN,
        }
        command = [sys.executable, "-P", "-m", "bot.cli", "serve", "--state", f"{folder}/state"]
        command += ["--config", f"{folder}/config", "--log-level", "warning"]
        with subprocess.Popen(command, env=env_vars) as bot:
            try:
                sandbox.client.wait_for_app()
                _measure(sandbox.client)
            finally:
                bot.terminate()


def _measure(client: SandboxClient) -> None:
    client.types("ana", "deployments", "/release create web 1.0.0")
    for _ in range(WARM_UP + SAMPLES):
        sent = client.types("ana", "deployments", "/deploy web 1.0.0 to staging")
        assert sent["ok"], sent
        time.sleep(1.25)
    state = client.state()
    deliveries = [d for d in state["deliveries"] if d["name"] == "/deploy"][WARM_UP:]
    posts = sorted(_accepted_at(call) for call in state["calls"] if call["method"] == "chat.postMessage" and call["ok"])
    acks = [d["ack_ms"] for d in deliveries]
    cards = [(min(p for p in posts if p >= d["at"]) - d["at"]) * 1000 for d in deliveries]
    print(f"ack_ms                              p95 {p95(acks):6.1f} ms   (goal < 50)")
    print(f"command sent → postMessage accepted p95 {p95(cards):6.1f} ms   (goal < 300)")


def _accepted_at(call: dict[str, Any]) -> float:
    at: float = call["at"]
    return at


if __name__ == "__main__":
    main()
