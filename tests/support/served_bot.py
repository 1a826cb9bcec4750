"""The whole bot in this process: sandbox, database, dispatcher with real workers, Slack side. For integration tests."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot import main as root
from bot.announcing.moved_paces import MovedPace
from bot.app import SlackBot
from bot.settings import SlackSettings
from engine.database import Database
from engine.ports import Clock
from engine.services import configuration
from engine.times import utc_now
from tests.support.migrated import lay_migrated
from tests.support.sandbox import JsonObject, SandboxClient, start_sandbox

FOREDECK = """
foredeck: 1
defaults: {slack_channel: deployments}
people:
  ana: {name: Ana, slack: U0ANA000000}
  ben: {name: Ben, slack: U0BEN000000}
  eva: {name: Eva, slack: U0EVA000000}
teams:
  web-devs: {people: [ana]}
  release-managers: {people: [ben, eva]}
grants:
  - {team: web-devs, roles: [deployment_creator, release_creator], when: {project: web}}
  - {team: release-managers, roles: [project_contributor], when: {project: web}}
environments:
  staging: {}
  production: {}
"""

PROCESS = """
steps:
  - step: build
    run_script: {inline: "echo building #{Octopus.Release.Number}"}
  - step: confirm
    when: {environment: production}
    manual_intervention: {teams: [release-managers], instructions: "Look at **staging** first."}
  - step: install
    run_script: {inline: "echo installed"}
"""


@dataclass
class ServedBot:
    """What a test talks to."""

    sandbox: SandboxClient
    db: Database
    folder: Path
    ids: dict[str, str] = field(default_factory=lambda: {n: f"U0{n.upper():0<9}" for n in ("ana", "ben", "eva", "mia")})

    def says(self, user: str, line: str, channel: str = "deployments") -> JsonObject:
        """Type a command; returns the private answer (the ack's payload), empty when there is none."""
        answer = self.sandbox.types(user, channel, line)
        assert answer["ok"], answer
        return answer["response"] or {}

    def card(self, number: int = 1, containing: str = "", timeout: float = 20.0) -> JsonObject:
        """The card of this deployment, as soon as its text contains this."""

        def found(state: JsonObject) -> JsonObject | None:
            return next(
                (
                    m
                    for m in state["messages"]
                    if f"(#{number})" in m["text"] and _is_card(m) and containing in m["text"]
                ),
                None,
            )

        message: JsonObject = self.sandbox.wait_for(found, timeout)
        return message

    def reply(self, containing: str, timeout: float = 20.0) -> JsonObject:
        """The first message of any thread whose text contains this."""

        def found(state: JsonObject) -> JsonObject | None:
            replies = (m for m in state["messages"] if m.get("thread_ts") and m["thread_ts"] != m["ts"])
            return next((m for m in replies if containing in m["text"]), None)

        message: JsonObject = self.sandbox.wait_for(found, timeout)
        return message

    def private(self, user: str, containing: str, timeout: float = 20.0) -> JsonObject:
        """The first message that only this person sees and that contains this."""

        def found(state: JsonObject) -> JsonObject | None:
            told = (m for m in state["messages"] if m.get("is_ephemeral") and m["visible_to"] == self.ids[user])
            return next((m for m in told if containing in m["text"]), None)

        message: JsonObject = self.sandbox.wait_for(found, timeout)
        return message

    def presses(self, user: str, message: JsonObject, action_id: str) -> JsonObject:
        """Press a button of this message."""
        answer = self.sandbox.clicks(user, action_id, channel=message["channel"], ts=message["ts"])
        assert answer["ok"], answer
        return answer

    def modal(self, user: str) -> JsonObject:
        """The modal that this person has open, as soon as there is one."""
        views = self.sandbox.wait_for(lambda state: state["modals"].get(self.ids[user]))
        top: JsonObject = views[-1]
        return top

    def failed_calls(self) -> list[Any]:
        """The Web API calls that failed."""
        return [call for call in self.sandbox.state()["calls"] if not call["ok"]]


def write_configuration(
    folder: Path,
    *,
    process: str = PROCESS,
    foredeck: str = FOREDECK,
    variables: str = "",
    project: str = "slug: web\n",
    files: Mapping[str, str] | None = None,
) -> Path:
    """A configuration with the project `web` and these other files of its; returns its folder."""
    config = folder / "config"
    (config / "projects" / "web").mkdir(parents=True)
    for name, content in (files or {}).items():
        (config / "projects" / "web" / name).write_text(content)
    (config / "foredeck.yml").write_text(foredeck)
    (config / "projects" / "web" / "project.yml").write_text(project)
    (config / "projects" / "web" / "process.yml").write_text(process)
    if variables:
        (config / "projects" / "web" / "variables.yml").write_text(variables)
    return config


class TurnedClock:
    """The machine's clock, turned forward by a test."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return utc_now() + self.ahead

    def passes(self, **span: float) -> None:
        """Time goes by, as in `timedelta(**span)`."""
        self.ahead += timedelta(**span)


@contextlib.contextmanager
def serve_bot(
    folder: Path,
    *,
    process: str = PROCESS,
    foredeck: str = FOREDECK,
    variables: str = "",
    project: str = "slug: web\n",
    files: Mapping[str, str] | None = None,
    is_impatient: bool = False,
    clock: Clock = utc_now,
) -> Iterator[ServedBot]:
    """Start all of it and stop it again."""
    config = write_configuration(
        folder, process=process, foredeck=foredeck, variables=variables, project=project, files=files
    )
    with (
        start_sandbox() as sandbox,
        connect_bot(folder, config, sandbox, is_impatient=is_impatient, clock=clock) as served,
    ):
        yield served


@contextlib.contextmanager
def connect_bot(
    folder: Path, config: Path, sandbox: SandboxClient, *, is_impatient: bool = False, clock: Clock = utc_now
) -> Iterator[ServedBot]:
    """Start a bot on this sandbox; its state is kept in the folder. An impatient one posts faster than Slack allows."""
    lay_migrated(root.State(folder / "state").database)
    db = root.open_state(folder / "state")
    loaded = configuration.load_folder(db, utc_now(), config)
    assert not loaded.problems, loaded.problems
    pace = MovedPace(sandbox.api_url, post_seconds=0.0 if is_impatient else None)
    settings = SlackSettings(sandbox.bot_token, sandbox.app_token, sandbox.api_url)
    slack_bot = SlackBot(settings, db, clock, pace, host_keys_of=root.host_keys_of)
    with root.dispatching(folder / "state", db, clock):
        slack_bot.start()
        try:
            sandbox.wait_for_app()
            yield ServedBot(sandbox, db, folder)
        finally:
            slack_bot.stop()
    db.close()


def _is_card(message: JsonObject) -> bool:
    return any(block["type"] == "header" for block in message.get("blocks", []))
