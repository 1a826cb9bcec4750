"""Starts a sandbox and a bot on a configuration folder, with a state of their own; ends both with what they began."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.sandbox.options import SandboxOptions
from bot.sandbox.server import SandboxServer
from bot.sandbox.testing.control import Control
from bot.sandbox.testing.errors import NotStarted
from bot.sandbox.testing.rehearsals import Rehearsal
from bot.sandbox.testing.workspaces import DEFAULT_CHANNEL, DEFAULT_TIMEOUT, Workspace

__tracebackhide__ = True  # pytest shows the line of the test, not ours

START_SECONDS = 60.0
STOP_SECONDS = 15.0
FOREDECK = [sys.executable, "-P", "-m", "bot.cli"]


@dataclass(frozen=True)
class Setting:
    """What a workspace is started with."""

    configuration: Path
    people: Mapping[str, str]
    """What somebody of the configuration is called in the sandbox, where that is another name."""
    scripts: Mapping[str, str] | None
    manifest: Path | None = None
    timeout: float = DEFAULT_TIMEOUT
    record: Path | None = None
    """Where the transcript is appended when the workspace has ended."""


def check(configuration: Path) -> None:
    """Raises NotStarted with everything that is wrong with the folder."""
    if not (configuration / "foredeck.yml").is_file():
        raise NotStarted(
            f"There is no foredeck.yml in {configuration}. Name the folder of the configuration by the ini option "
            "foredeck_config, or by a fixture foredeck_configuration."
        )
    checked = subprocess.run([*FOREDECK, "check", str(configuration)], capture_output=True, text=True, check=False)
    if checked.returncode:
        raise NotStarted(f"The configuration in {configuration} is broken:\n{checked.stderr}")


@contextlib.contextmanager
def started(setting: Setting, folder: Path) -> Iterator[Workspace]:
    """A sandbox and a bot that keep everything in this folder, which must be empty."""
    transcript = folder / "transcript.txt"
    server = SandboxServer(SandboxOptions(manifest=setting.manifest, record=transcript))
    with _recorded(transcript, setting.record), server:
        workspace = Workspace(Control(server.url), timeout=setting.timeout)
        rehearsal = Rehearsal(setting.configuration, folder / "configuration", setting.scripts)
        _move_in(workspace, rehearsal, setting.people)
        with _bot(workspace.control, folder):
            workspace.begin()
            yield workspace


@contextlib.contextmanager
def _recorded(transcript: Path, record: Path | None) -> Iterator[None]:
    """Append the transcript in one piece at the end, under the test that began it: others may run at the same time."""
    begun_by = os.environ.get("PYTEST_CURRENT_TEST", "a workspace").removesuffix(" (setup)").removesuffix(" (call)")
    try:
        yield
    finally:
        if record is not None and transcript.exists():
            with record.open("a", encoding="utf-8") as file:
                file.write(f"{begun_by}\n{transcript.read_text(encoding='utf-8').rstrip()}\n\n")


def _move_in(workspace: Workspace, rehearsal: Rehearsal, people: Mapping[str, str]) -> None:
    """Let those in whom the configuration names, and open its channels."""

    def slack_id(slug: str, name: str) -> str:
        return workspace.add_person(people.get(slug, slug), real_name=name).id

    def group_id(slug: str, members: list[str]) -> str:
        return workspace.set_group(slug, *(workspace.add_person(people.get(one, one)) for one in members))

    rehearsal.write(slack_id, group_id)
    look = workspace.look()
    known = {channel["name"] for channel in look.state["channels"]}
    app = look.named(look.state["app"]["bot_user_id"]).removeprefix("@")
    everybody = [user["name"] for user in look.state["users"] if not user["is_bot"]]
    for name in sorted(rehearsal.channels - known):
        workspace.add_channel(name, app, *everybody)
    for name in everybody:
        workspace.invite(name, DEFAULT_CHANNEL)
    workspace.default_channel = rehearsal.default_channel or DEFAULT_CHANNEL


@contextlib.contextmanager
def _bot(control: Control, folder: Path) -> Iterator[None]:
    """`foredeck serve` as a child, from its connection until its end; what it left running ends with it."""
    state, log = folder / "state", folder / "bot.log"
    leash = [sys.executable, "-P", "-m", "bot.demo.leash", str(os.getpid())]  # it ends with us, however we end
    command = [*leash, *FOREDECK, "serve", "--state", str(state), "--config", str(folder / "configuration")]
    with log.open("wb") as output:
        bot = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=_env_vars(control), cwd=folder
        )
    try:
        _wait_until_connected(bot, control, log)
        yield
    finally:
        bot.terminate()
        try:
            bot.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            bot.kill()
            bot.wait()
        _end_everything_in(folder)
        shutil.rmtree(state, ignore_errors=True)


def _env_vars(control: Control) -> dict[str, str]:
    """Ours, but for what would lead the bot to another workspace or state."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SLACK_", "FOREDECK_"))}
    return {
        **kept,
        "SLACK_API_URL": control.api_url,
        "SLACK_BOT_TOKEN": control.bot_token,
        "SLACK_APP_TOKEN": control.app_token,
        "FOREDECK_MOVES_CLOCK": "1",  # rate limits are on, and nobody waits for them
    }


def _wait_until_connected(bot: subprocess.Popen[bytes], control: Control, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not control.state()["app"]["connections"]:
        if bot.poll() is not None or time.monotonic() > deadline:
            raise NotStarted(f"The bot did not start. Its log ends with:\n{log.read_text()[-3000:]}")
        time.sleep(0.02)


def _end_everything_in(folder: Path) -> None:
    """Scripts outlive the bot on purpose; here nothing may. Theirs are the processes that work in the folder."""
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (process / "cwd").readlink().is_relative_to(folder) and int(process.name) != os.getpid():
                os.kill(int(process.name), signal.SIGKILL)
