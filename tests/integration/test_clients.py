"""Slack's own clients do not notice the difference: one story on each of their transports looks the same to people."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.sandbox.testing.workspaces import Workspace
from tests.support.sandbox import EVERYTHING, REPOSITORY, SandboxClient, start_sandbox

NODE_APP = REPOSITORY / "tests" / "support" / "node_bolt"
TRANSPORTS = ["builtin", "websocket_client", "aiohttp", "websockets", "node"]

SEEN = """\
@ana types in #deployments: /deploy web to production
only @ana sees in #deployments, from @foredeck:
  On its way.
@foredeck posts in #deployments:
  *web* 1.4.0, asked for by @ana: web to production
  [Proceed…]
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
@ana writes in #deployments:
  @foredeck hello
@foredeck posts in #deployments, in the thread of “@foredeck hello”:
  Heard @ana."""


@pytest.fixture(params=TRANSPORTS)
def workspace(request: pytest.FixtureRequest) -> Iterator[Workspace]:
    """A workspace with the app of the story, connected by this transport."""
    with start_sandbox(EVERYTHING) as sandbox, _connected(sandbox, request.param):
        yield Workspace(sandbox)


@contextlib.contextmanager
def _connected(sandbox: SandboxClient, transport: str) -> Iterator[None]:
    env_vars = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(REPOSITORY),
        "SLACK_API_URL": sandbox.api_url,
        "SLACK_BOT_TOKEN": sandbox.bot_token,
        "SLACK_APP_TOKEN": sandbox.app_token,
        "SLACK_SIGNING_SECRET": sandbox.signing_secret,
    }
    command = _node() if transport == "node" else [sys.executable, "-m", "tests.support.story_app", transport]
    with subprocess.Popen(command, env=env_vars) as process:
        try:
            sandbox.wait_for_app()
            yield
        finally:
            process.kill()


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
    assert (workspace.failed_calls, workspace.failed_deliveries) == ([], [])
    assert sorted(_seen(workspace.transcript)) == sorted(SEEN.splitlines())


def _seen(transcript: str) -> list[str]:
    """What people did and saw, without times and without what goes on between the app and Slack."""
    lines = [line[23:] for line in transcript.splitlines()[1:]]
    return [line for line in lines if not line.startswith("  the app ")]
