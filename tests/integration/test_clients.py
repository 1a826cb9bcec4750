"""Slack's own clients do not notice the difference: one story on each of their transports looks the same to people."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from bot.sandbox.testing.workspaces import Workspace
from tests.support.sandbox import EVERYTHING, REPOSITORY, SandboxClient, start_sandbox

NODE_APP = REPOSITORY / "tests" / "support" / "node_bolt"
TRANSPORTS = ["builtin", "websocket_client", "aiohttp", "websockets", "http", "node", "node-http"]

SEEN = """\
@ana types in #deployments: /deploy web to production
only @ana sees in #deployments, from @foredeck:
  On its way.
@foredeck posts in #deployments:
  *web* 1.4.0, asked for by @ana: web to production
  [Proceed…]
  @ana is notified: mention
@ben presses [Proceed…] on “*web* 1.4.0, asked for by @ana: web to production”
@ben sees a form:
  Proceed
  Note:
  Place:
  [Proceed]
@ben types “prod” into Place
@ben types “production” into Place
@ben submits “Proceed”
    Note: no
    Place: Production
@ben submits “Proceed”
    Note: it is quiet
    Place: Production
the form of @ben is closed
@foredeck changes “*web* 1.4.0, asked for by @ana: web to production”:
  @ben proceeded to production: it is quiet
@foredeck posts in #deployments, in the thread of “@ben proceeded to production: it is quiet”:
  The log.
  file build.log (6 bytes)
  @ana is notified: thread
@ana writes in #deployments:
  @foredeck hello
@foredeck posts in #deployments, in the thread of “@foredeck hello”:
  Heard @ana.
  @ana is notified: mention
@ana chooses the shortcut deploy_message on “@foredeck hello”
only @ana sees in #deployments, in the thread of “@foredeck hello”, from @foredeck:
  Chosen for: @foredeck hello
the App Home of @ana:
  Nothing runs, @ana."""


@pytest.fixture(params=TRANSPORTS)
def workspace(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workspace]:
    """A workspace with the app of the story, connected by this transport."""
    transport: str = request.param
    port = _free_port() if transport in ("http", "node-http") else None
    manifest = _called_at(port, tmp_path / "manifest.json") if port else EVERYTHING
    with start_sandbox(manifest) as sandbox, _serving(sandbox, transport, port):
        yield Workspace(sandbox)


@contextlib.contextmanager
def _serving(sandbox: SandboxClient, transport: str, port: int | None) -> Iterator[None]:
    env_vars = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(REPOSITORY),
        "SLACK_API_URL": sandbox.api_url,
        "SLACK_BOT_TOKEN": sandbox.bot_token,
        "SLACK_APP_TOKEN": sandbox.app_token,
        "SLACK_SIGNING_SECRET": sandbox.signing_secret,
        **({"PORT": str(port)} if port else {}),
    }
    is_node = transport.startswith("node")
    command = _node() if is_node else [sys.executable, "-m", "tests.support.story_app", transport]
    with subprocess.Popen(command, env=env_vars, stdout=subprocess.DEVNULL) as process:
        try:
            if port is None:
                sandbox.wait_for_app()
            else:
                sandbox.wait_for(lambda _: _listens(port))
            yield
        finally:
            process.kill()


def _called_at(port: int, path: Path) -> Path:
    """The manifest of an app that Slack calls at this port, where Bolt's own server listens."""
    url = f"http://127.0.0.1:{port}/slack/events"
    document = YAML(typ="safe").load(EVERYTHING)
    document["settings"]["socket_mode_enabled"] = False
    document["settings"]["event_subscriptions"]["request_url"] = url
    document["settings"]["interactivity"].update(request_url=url, message_menu_options_url=url)
    for command in document["features"]["slash_commands"]:
        command["url"] = url
    path.write_text(json.dumps(document))
    return path


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _node() -> list[str]:
    """How Node's app is started; `make test` installs what it needs, and elsewhere it is left out."""
    node = shutil.which("node", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if node is None or not (NODE_APP / "node_modules" / "@slack" / "bolt").is_dir():
        missing = "Node 20 or @slack/bolt is missing: tests/support/node_packages.sh installs it"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    return [node, str(NODE_APP / "app.mjs")]


def test_the_story_looks_the_same_on_every_transport(workspace: Workspace) -> None:
    ana, ben = workspace.people("ana", "ben")
    assert ana.types("/deploy web to production").text.startswith("On its way.")
    card = workspace.card("asked for by @ana")
    card.button("Proceed").click(as_=ben)
    modal = ben.modal
    assert modal.field("Place").options("prod") == ["Production"]
    assert modal.try_submit({"Note": "no", "Place": "production"}) == {"Note": "Say why."}
    modal.submit({"Note": "it is quiet"})
    card.wait_for("@ben proceeded to production: it is quiet")
    shared = card.thread.wait_for("The log.")
    assert workspace.control.download(shared.files[0]["url_private"]) == b"built\n"
    asked = ana.mentions("hello")
    assert asked.thread.wait_for("Heard @ana.").mentions == {"ana"}
    ana.chooses("Deploy this", on=asked)
    ana.private("Chosen for: @foredeck hello")
    assert ana.opens_home() == "Nothing runs, @ana."
    assert (workspace.failed_calls, workspace.failed_deliveries) == ([], [])
    assert sorted(_seen(workspace.transcript)) == sorted(SEEN.splitlines())


def _seen(transcript: str) -> list[str]:
    """What people did and saw, without times and without what goes on between the app and Slack."""
    lines = [line[23:] for line in transcript.splitlines()[1:]]
    return [line for line in lines if not line.startswith("  the app ")]
