"""What a call of the Web API costs the sandbox: CPU of its process, with 10,000 messages in the channel.

The sandbox runs in a process of its own and keeps its state in a folder; Slack's client opens a connection for each
call, as it does in a bot. A card is 2.6 kB of JSON.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from itertools import count
from pathlib import Path

import psutil
from slack_sdk import WebClient

from bot.sandbox import messages
from bot.sandbox.options import SandboxOptions
from bot.sandbox.sandbox import Sandbox
from tests.support.sandbox import EVERYTHING, start_sandbox_child

MESSAGES = int(os.environ.get("MESSAGES", "10000"))
CALLS = int(os.environ.get("CALLS", "300"))
CHANNEL = "C0DEPLOYMEN"
THREAD = 5_000

Json = dict[str, object]
SECTION: Json = {"type": "section", "text": {"type": "mrkdwn", "text": "*web* 1.4.0 is on its way to production"}}
BUTTON: Json = {"type": "button", "action_id": "cancel", "text": {"type": "plain_text", "text": "Cancel"}}
TASKS = [{"type": "task_card", "task_id": str(n), "title": f"Step {n}", "status": "complete"} for n in range(10)]
CARD: list[Json] = [
    SECTION,
    {"type": "plan", "title": "Steps", "tasks": TASKS},
    {"type": "actions", "elements": [BUTTON]},
]


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        parent, newest = _filled(Path(folder))
        arguments = ["--state", folder, "--manifest", str(EVERYTHING), "--no-rate-limits"]
        with start_sandbox_child(*arguments) as child:
            client = WebClient(token=child.client.bot_token, base_url=child.client.api_url)
            process = psutil.Process(child.process.pid)
            for name, call in _calls(client, parent, newest).items():
                print(f"{name:38} {_milliseconds(process, call):5.2f} ms CPU a call   (goal ≤ 2)")


def _filled(folder: Path) -> tuple[str, str]:
    """A channel with all the messages; returns the ts of one with a long thread, and of the last card."""
    sandbox = Sandbox(SandboxOptions(state_dir=folder, manifest=EVERYTHING), "http://127.0.0.1:1")
    workspace = sandbox.workspace
    channel, author = workspace.channels[CHANNEL], messages.by_app(sandbox.workspace)
    content: Json = {"text": "Deploying", "blocks": CARD}
    parent = messages.post(workspace, channel, author, content)["ts"]
    for _ in range(THREAD):
        messages.post(workspace, channel, author, {"text": "a line of a log"}, parent)
    for _ in range(MESSAGES - THREAD - 1):
        newest = messages.post(workspace, channel, author, content)["ts"]
    sandbox.close()
    return parent, newest


def _calls(client: WebClient, parent: str, newest: str) -> dict[str, Callable[[], object]]:
    numbers = count()
    home = {"type": "home", "blocks": [SECTION] * 20}
    return {
        "auth.test": client.auth_test,
        "chat.postMessage, a card": lambda: client.chat_postMessage(channel=CHANNEL, text="x", blocks=CARD),
        f"chat.postMessage, in a thread of {THREAD:,}": lambda: client.chat_postMessage(
            channel=CHANNEL, text="x", thread_ts=parent
        ),
        "chat.update, a card": lambda: client.chat_update(
            channel=CHANNEL, ts=newest, text=str(next(numbers)), blocks=CARD
        ),
        "chat.getPermalink": lambda: client.chat_getPermalink(channel=CHANNEL, message_ts=newest),
        "conversations.history, 15 cards": lambda: client.conversations_history(channel=CHANNEL, limit=15),
        "conversations.replies, 15 of them": lambda: client.conversations_replies(channel=CHANNEL, ts=parent, limit=15),
        "conversations.history, 100 cards": lambda: client.conversations_history(channel=CHANNEL, limit=100),
        "conversations.mark": lambda: client.conversations_mark(channel=CHANNEL, ts=newest),
        "conversations.list": client.conversations_list,
        "users.info": lambda: client.users_info(user="U0ANA000000"),
        "reactions.add, reactions.remove": lambda: _react(client, newest),
        "reactions.list": client.reactions_list,
        "views.publish": lambda: client.views_publish(user_id="U0ANA000000", view=home),
    }


def _react(client: WebClient, ts: str) -> None:
    client.reactions_add(channel=CHANNEL, timestamp=ts, name="tada")
    client.reactions_remove(channel=CHANNEL, timestamp=ts, name="tada")


def _milliseconds(process: psutil.Process, call: Callable[[], object]) -> float:
    for _ in range(10):
        call()
    before = process.cpu_times()
    for _ in range(CALLS):
        call()
    after = process.cpu_times()
    return (after.user + after.system - before.user - before.system) * 1000 / CALLS


if __name__ == "__main__":
    main()
