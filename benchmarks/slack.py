"""How fast the bot answers: `ack_ms`, and command sent → chat.postMessage accepted; p95 of 200 warm.

A real bot and a real sandbox, each in a process of its own. Samples go through channels in turn, and those of one
channel are more than a second apart: so its budget of one message a second is free each time. Takes a
minute and a half.
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
CHANNELS = [f"deployments-{number}" for number in range(5)]
APART = 1.25
"""Seconds between two samples of one channel."""

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
    state = client.state()
    app = next(user["name"] for user in state["users"] if user["id"] == state["app"]["bot_user_id"])
    for channel in CHANNELS:
        made = client.post("channels", name=channel, members=["ana", app])
        assert made["ok"], made
    client.types("ana", CHANNELS[0], "/release create web 1.0.0")
    for number in range(WARM_UP + SAMPLES):
        sent = client.types("ana", CHANNELS[number % len(CHANNELS)], "/deploy web 1.0.0 to staging")
        assert sent["ok"], sent
        time.sleep(APART / len(CHANNELS))
    client.wait_for(lambda state: len(_cards(state)) >= WARM_UP + SAMPLES)
    state = client.state()
    deliveries = [d for d in state["deliveries"] if d["name"] == "/deploy"][WARM_UP:]
    acks = [d["ack_ms"] for d in deliveries]
    posted = _cards(state)[WARM_UP:]
    cards = [(float(card["ts"]) - d["at"]) * 1000 for d, card in zip(deliveries, posted, strict=True)]
    print(f"ack_ms                              p95 {p95(acks):6.1f} ms   (goal < 50)")
    print(f"command sent → postMessage accepted p95 {p95(cards):6.1f} ms   (goal < 300)")


def _cards(state: dict[str, Any]) -> list[dict[str, Any]]:
    """What the bot has posted about a deployment in the order of the commands: by channel in turn."""
    ids = {channel["id"]: channel["name"] for channel in state["channels"]}
    by_channel: dict[str, list[dict[str, Any]]] = {name: [] for name in CHANNELS}
    for message in sorted(state["messages"], key=lambda message: float(message["ts"])):
        name = ids[message["channel"]]
        is_card = not message.get("thread_ts") or message["thread_ts"] == message["ts"]
        if name in by_channel and is_card and not message.get("visible_to"):
            by_channel[name].append(message)
    rounds = max(map(len, by_channel.values()))
    return [cards[at] for at in range(rounds) for cards in by_channel.values() if at < len(cards)]


if __name__ == "__main__":
    main()
