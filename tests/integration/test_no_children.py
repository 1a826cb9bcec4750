"""With the built-in worker switched off the bot runs nothing that users wrote: /proc shows which children it has."""

from __future__ import annotations

import ast
import getpass
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from engine.orchestration.exclusive import DispatcherLock
from engine.services.views import TaskState
from tests.support.engine import MAIN, Deck, a_deck, until
from tests.support.git_repositories import Repository
from tests.support.openssh import OpenSshServer
from tests.support.packages import an_archive, pushed

REPOSITORY = Path(__file__).parents[2]
WITHOUT, WITH, OF_PACKAGES = 78, 20, 2
PROJECTS = 10
PROCESS = """\
steps:
  - step: build
    run_script: {inline: 'echo "built by $PPID with $(get_octopusvariable Token)"'}
"""
FROM_GIT = "  - {{step: remote, run_script: {{git: {{url: '{url}', ref: main, path: run.sh}}}}}}\n"
INSTALL = "  - {{step: install, deploy_package: {{package: app, root: {root}}}}}\n"

# What Python runs in other processes it tells its audit hooks, whoever asks for it, before it does.
WATCHED = """\
import sys
told = open({told!r}, "a", buffering=1)
STARTS = ("subprocess.Popen", "os.fork", "os.forkpty", "os.exec", "os.posix_spawn", "os.spawn", "os.system")
def hear(event, details):
    if event in STARTS:
        words, folder = (list(map(str, details[1])), str(details[2])) if len(details) > 2 else ([], "")
        told.write(repr((event, words, folder)) + chr(10))
sys.addaudithook(hear)
from bot.cli import main
main()
"""


@contextmanager
def a_bot(deck: Deck, told: Path) -> Iterator[int]:
    """`foredeck serve`, as everybody starts it; its process id. What it starts is `told` there."""
    options = ["serve", "--no-slack", "--state", str(deck.state), "--config", str(deck.config)]
    bot = subprocess.Popen(
        [sys.executable, "-P", "-c", WATCHED.format(told=str(told)), *options],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        cwd="/",
        stderr=subprocess.DEVNULL,
    )
    try:
        until(lambda: DispatcherLock(deck.state).holder() == bot.pid, "the bot to be at work")
        yield bot.pid
    finally:
        bot.terminate()
        bot.wait(10)


def children_of(pid: int) -> list[int]:
    return [
        int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()
    ]


def traces_of_children(pid: int) -> dict[str, int]:
    """What the kernel adds up of the children that ended, see proc(5): any that ever ran has had page faults. And those
    that are there now.
    """
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    faults = {"minor faults": int(after_name[8]), "major faults": int(after_name[10])}
    return {**faults, "alive": len(children_of(pid))}


class Looking(threading.Thread):
    """Looks at the children of a process all the time: what they are, and in which folder."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid, self._over = pid, threading.Event()
        self.seen: set[tuple[tuple[str, ...], str]] = set()

    def run(self) -> None:
        own = Path(f"/proc/{self._pid}/cmdline").read_bytes()
        while not self._over.is_set():
            with suppress(OSError):  # it, or its child, may end just now
                for child in children_of(self._pid):
                    command = Path(f"/proc/{child}/cmdline").read_bytes()
                    if command not in (b"", own):  # else it ends, or has not become what it shall be
                        words = tuple(command.decode().split("\0")[:-1])
                        self.seen.add((words, str(Path(f"/proc/{child}/cwd").readlink())))
            time.sleep(0.01)

    def __enter__(self) -> Looking:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join()


def configured(deck: Deck, repository: str, **sections: str) -> None:
    """Ten projects. The last five read a secret from a store; the last but one has a script from Git, too, and the last
    one installs a package.
    """
    root = deck.folder / "apps"
    files: dict[str, str] = {f"{name}.yml": text for name, text in sections.items()}
    for number in range(PROJECTS):
        folder, has_secret, has_package = f"projects/p{number}", number >= PROJECTS // 2, number == PROJECTS - 1
        files[f"{folder}/project.yml"] = f"slug: p{number}\n" + ("packages: {app: {feed: built-in}}\n" * has_package)
        from_git = FROM_GIT.format(url=repository) * (number == PROJECTS - 2)
        files[f"{folder}/process.yml"] = PROCESS + from_git + (INSTALL.format(root=root) * has_package)
        if has_secret:
            files[f"{folder}/variables.yml"] = 'Token: [{secret: "vault:deep/one"}]\n'
    deck.configured(PROCESS, files=files)


def on_a_worker(deck: Deck, server: OpenSshServer, repository: Repository) -> Path:
    """All of it runs on a worker over SSH. The command of the secret store, which is the platform team's."""
    repository.has({"run.sh": "echo from Git\n", ".gitattributes": "*.sh filter=evil\n"})
    store = deck.folder / "ask-the-vault"
    store.write_text("#!/bin/sh\nsleep 0.03\necho 'hunter22 of '\"$1\"\n")
    store.chmod(0o755)
    (deck.config).mkdir(parents=True, exist_ok=True)
    configured(
        deck,
        repository.url,
        built_in_worker="enabled: false\n",
        foredeck=MAIN.replace("slack_channel: deployments", "slack_channel: deployments, task_cap: 10"),
        worker_pools="linux: {default: true}\n",
        secret_stores=f'vault: {{command: ["{store}", "{{path}}"]}}\n',
        workers=f'build-1: {{pools: [linux], ssh: "127.0.0.1:{server.port}", account: me, '
        f'host_key: "{server.fingerprint_of("ed25519")}"}}\n',
        accounts=f"me: {{type: ssh_key, username: {getpass.getuser()}, "
        f'private_key: {{secret: "file:{server.client_key}"}}}}\n',
    )
    return store


def deployed(deck: Deck, numbers: list[int]) -> None:
    states = [deck.over(number).state for number in numbers]
    assert states == [TaskState.SUCCESS] * len(numbers), deck.task(numbers[-1]).failed_steps


def test_over_a_hundred_deployments_the_bot_has_no_child_but_what_it_is_configured_to_ask(
    tmp_path: Path, own_ssh_server: OpenSshServer
) -> None:
    """None at all in most of them; then a secret store's command, git for the scripts of a repository, and rsync, which
    sends what is new of a package.
    """
    told = tmp_path / "told"
    with a_deck(tmp_path / "deck", real_time=True) as deck:
        store = on_a_worker(deck, own_ssh_server, Repository(tmp_path / "git"))
        plain = [deck.deploys(f"p{count % 5}", f"1.{count}.0") for count in range(WITHOUT)]
        with a_bot(deck, told) as pid:
            deployed(deck, plain)
            assert "built by" in deck.log(plain[-1], "build")
            assert traces_of_children(pid) == {"minor faults": 0, "major faults": 0, "alive": 0}
            with Looking(pid) as looking:
                numbers = [deck.deploys(f"p{5 + count % 4}", f"1.{count}.0") for count in range(WITH)]
                noise = random.Random(7).randbytes(600_000).hex()
                for count in range(OF_PACKAGES):
                    version = f"1.{count}.0"
                    pushed(deck, version, an_archive({"noise": noise, "version": version}), project="p9")
                    numbers.append(deck.deploys("p9", version))
                    deployed(deck, numbers[-1:])
                deployed(deck, numbers)
            assert "with ********" in deck.log(numbers[0], "build")
            assert "from Git" in deck.log(numbers[3], "remote")
            assert traces_of_children(pid)["minor faults"] > 0, "the check itself sees that there were some"
    started = [ast.literal_eval(line) for line in told.read_text().splitlines()]
    assert {event for event, _, _ in started} == {"subprocess.Popen"}
    assert {words[0].rpartition("/")[2] for _, words, _ in started} == {store.name, "git", "rsync"}
    assert {where for _, words, where in started if words[0] == str(store)} == {"/"}
    assert {command[0].rpartition("/")[2] for command, _ in looking.seen} <= {"sh", "git", "rsync"}
    assert {command[1] for command, _ in looking.seen if command[0] == "/bin/sh"} == {str(store)}
    assert not [folder for _, folder in looking.seen if Path(folder).is_relative_to(deck.config)]
