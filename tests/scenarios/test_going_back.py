"""A package goes to a machine behind a real OpenSSH server, and back to the version before it, from chat."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.sandbox.testing.messages import Message
from tests.support import openssh
from tests.support.bot_workspaces import BotWorkspace, serve_workspace
from tests.support.packages import an_archive, push
from tests.support.served_bot import FOREDECK
from tests.support.tcp_proxy import TcpProxy

PROJECT = "slug: web\npackages:\n  app: {feed: built-in}\n"
PROCESS = "steps:\n  - {step: install, target_tags: [web], deploy_package: {package: app, root: ROOT}}\n"
NOISE = {version: os.urandom(2_300_000).hex() for version in ("1.4.0", "1.5.0")}
"""More than 4 MB unpacked: of less nothing is told while it is sent."""


@dataclass
class Shop:
    """A workspace, and the one machine that its bot deploys to over a link that counts."""

    workspace: BotWorkspace
    link: TcpProxy
    place: Path

    def deploys(self, version: str, number: int) -> Message:
        """Ana types it; the card of what becomes this deployment."""
        answer = self.workspace.ana.types(f"/deploy web {version} to staging")
        if answer.buttons:
            answer.button(f"Create release {version} and deploy").click()
        return self.workspace.card(f"web {version} → staging", f"(#{number})")

    def shows(self) -> str:
        """What is current on the machine."""
        return (self.place / "current/index.html").read_text()


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    openssh.require()
    server = openssh.OpenSshServer(tmp_path / "sshd")
    server.start()
    with TcpProxy(server.port) as link:
        machines = (
            f'targets:\n  web-1: {{ssh: "127.0.0.1:{link.port}", account: deploy, environments: [staging], '
            f'tags: [web], host_key: "{server.fingerprint_of("ed25519")}"}}\n'
            f"accounts:\n  deploy: {{type: ssh_key, username: {getpass.getuser()}, "
            f'private_key: {{secret: "file:{server.client_key}"}}}}\n'
        )
        root = tmp_path / "apps"
        options = {"process": PROCESS.replace("ROOT", str(root)), "foredeck": FOREDECK + machines, "project": PROJECT}
        with serve_workspace(tmp_path / "bot", **options) as workspace:
            for version, noise in NOISE.items():
                push(workspace.db, tmp_path / "bot/state", version, an_archive({"index.html": version, "noise": noise}))
            yield Shop(workspace, link, root / "staging/app")
    server.stop()


@pytest.mark.slow
def test_going_back_is_deploying_the_earlier_release_again_and_sends_nothing(shop: Shop) -> None:
    shop.link.hold_after(1_500_000)
    card = shop.deploys("1.4.0", 1)
    card.wait_for("On web-1: sending app 1.4.0: ", "Now: web-1 (sending app 1.4.0: ", " % of 4.4 MB)")
    shop.link.go_on()
    card.wait_for("Done in", "app 1.4.0 was sent to the machine: 4.4 MB")
    shop.deploys("1.5.0", 2).wait_for("Done in")
    assert shop.shows() == "1.5.0"

    before = shop.link.sent
    again = shop.deploys("1.4.0", 3)
    again.wait_for("Done in", "app 1.4.0 was already on the machine: nothing was sent")
    assert shop.link.sent - before < 200_000  # its script and variables, not the package
    assert shop.shows() == "1.4.0"
    assert str((shop.place / "current").readlink()) == "1.4.0_1"
