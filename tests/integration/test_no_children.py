"""With the built-in worker switched off the bot runs nothing that users wrote: /proc shows it never had a child."""

from __future__ import annotations

import getpass
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.orchestration.exclusive import DispatcherLock
from engine.services.views import TaskState
from tests.support.engine import MAIN, Deck, a_deck, until
from tests.support.openssh import OpenSshServer

REPOSITORY = Path(__file__).parents[2]
DEPLOYMENTS = 100
PROJECTS = 10
PROCESS = """\
steps:
  - step: build
    run_script: {inline: "echo built by $PPID"}
"""


@contextmanager
def a_bot(deck: Deck, **environ: str) -> Iterator[int]:
    """`foredeck serve`, as everybody starts it; its process id."""
    options = ["serve", "--no-slack", "--state", str(deck.state), "--config", str(deck.config)]
    bot = subprocess.Popen(
        [sys.executable, "-P", "-m", "bot.cli", *options],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), **environ},
        cwd="/",
        stderr=subprocess.DEVNULL,
    )
    try:
        until(lambda: DispatcherLock(deck.state).holder() == bot.pid, "the bot to be at work")
        yield bot.pid
    finally:
        bot.terminate()
        bot.wait(10)


def traces_of_children(pid: int) -> dict[str, int]:
    """What the kernel adds up of the children that ended, see proc(5): any that ever ran has had page faults. And those
    that are there now.
    """
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    alive = [child for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]
    return {"minor faults": int(after_name[8]), "major faults": int(after_name[10]), "alive": len(alive)}


def configured(deck: Deck, **sections: str) -> None:
    projects = {
        f"projects/p{number}/{name}.yml": content
        for number in range(PROJECTS)
        for name, content in (("project", f"slug: p{number}\n"), ("process", PROCESS))
    }
    deck.configured(PROCESS, files={**projects, **{f"{name}.yml": text for name, text in sections.items()}})


def test_over_a_hundred_deployments_the_bot_has_no_child(tmp_path: Path, own_ssh_server: OpenSshServer) -> None:
    server = own_ssh_server
    with a_deck(tmp_path / "deck", real_time=True) as deck:
        (deck.config).mkdir(parents=True, exist_ok=True)
        configured(
            deck,
            built_in_worker="enabled: false\n",
            foredeck=MAIN.replace("slack_channel: deployments", "slack_channel: deployments, task_cap: 10"),
            worker_pools="linux: {default: true}\n",
            workers=f'build-1: {{pools: [linux], ssh: "127.0.0.1:{server.port}", account: me, '
            f'host_key: "{server.fingerprint_of("ed25519")}"}}\n',
            accounts=f"me: {{type: ssh_key, username: {getpass.getuser()}, "
            f'private_key: {{secret: "file:{server.client_key}"}}}}\n',
        )
        numbers = [deck.deploys(f"p{count % PROJECTS}", f"1.{count}.0") for count in range(DEPLOYMENTS)]
        with a_bot(deck) as pid:
            states = [deck.over(number).state for number in numbers]
            assert states == [TaskState.SUCCESS] * DEPLOYMENTS
            assert "built by" in deck.log(numbers[-1], "build")
            assert traces_of_children(pid) == {"minor faults": 0, "major faults": 0, "alive": 0}


def test_the_check_itself_sees_the_built_in_worker(tmp_path: Path) -> None:
    with a_deck(tmp_path / "deck", real_time=True) as deck:
        configured(deck)
        number = deck.deploys()
        with a_bot(deck) as pid:
            deck.over(number)
            assert traces_of_children(pid)["alive"] == 1
