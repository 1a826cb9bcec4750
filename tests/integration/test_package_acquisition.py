"""Packages are fetched from a real feed before they are needed: told while they come, gone on with, refused."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from engine.package_contracts import amount
from engine.services.views import StepStatus, TaskState
from tests.support.engine import Deck, a_deck, until
from tests.support.packages import an_archive, in_folder, looks

PACKAGE = an_archive({"noise": os.urandom(2_000_000).hex()})
SIZE = amount(len(PACKAGE))
SUM = hashlib.sha256(PACKAGE).hexdigest().encode()
PROCESS = """acquire: {acquire}
steps:
  - step: confirm
    manual_intervention: {{teams: [release-managers], instructions: Good?}}
  - {{step: install, deploy_package: {{package: app, root: {root}}}}}
"""


class Feed:
    """Has every version. Of a package it sends the half, and the rest when it may."""

    def __init__(self) -> None:
        self.may_go_on = threading.Event()
        feed = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                content = SUM if self.path.endswith(".sha256") else PACKAGE
                self.send_response(200)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                try:
                    self.wfile.write(content[: len(content) // 2])
                    if content is PACKAGE:
                        feed.may_go_on.wait(30)
                    self.wfile.write(content[len(content) // 2 :])
                except OSError:
                    pass  # nobody listens any more

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def declared(self) -> str:
        return f'app: {{url: "http://127.0.0.1:{self.server.server_port}/web-{{version}}.tgz"}}'


@pytest.fixture
def feed() -> Iterator[Feed]:
    made = Feed()
    yield made
    made.may_go_on.set()
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def deck(tmp_path: Path) -> Iterator[Deck]:
    with a_deck(tmp_path / "deck", real_time=True) as made:
        yield made


def deploys(deck: Deck, packages: str, acquire: str = "before_approval") -> int:
    """Ana asks for 1.4.0, and its feed has it."""
    root = deck.folder / "apps"
    project = f"slug: web\npackages:\n  {packages}\n"
    deck.configured(PROCESS.format(acquire=acquire, root=root), {"projects/web/project.yml": project})
    number = deck.deploys(version="1.4.0")
    looks(deck, "1.4.0")
    return number


def fetching(deck: Deck, number: int) -> str:
    return deck.task(number).steps[0].detail


def test_it_is_told_while_it_comes_and_goes_on_after_a_restart(deck: Deck, feed: Feed) -> None:
    number = deploys(deck, feed.declared)
    with deck.serving():
        until(lambda: f" % of {SIZE}" in fetching(deck, number), "half of it to be told")
        assert fetching(deck, number).startswith("fetching app 1.4.0 from 127.0.0.1: ")
        assert deck.task(number).pending is None
    feed.may_go_on.set()
    with deck.serving():
        deck.asked(number)
        assert fetching(deck, number) == f"app 1.4.0 was fetched from 127.0.0.1: {SIZE}"
        deck.proceeds(number)
        assert deck.over(number).state is TaskState.SUCCESS
        again = deck.deploys(version="1.4.0")
        deck.asked(again)
        assert fetching(deck, again) == "app 1.4.0 was here already"


def test_a_cancel_does_not_wait_for_a_feed_that_is_silent(deck: Deck, feed: Feed) -> None:
    number = deploys(deck, feed.declared)
    with deck.serving():
        until(lambda: [run.state for run in deck.runs(number)] == ["running"])
        deck.cancels(number)
        over = deck.over(number)
    assert over.state is TaskState.CANCELED
    assert fetching(deck, number) == "Canceled while packages were fetched; nothing was installed."


def test_nobody_is_asked_about_what_cannot_be_had(deck: Deck, tmp_path: Path) -> None:
    builds = in_folder(tmp_path / "builds", "1.4.0")
    number = deploys(deck, f'app: {{folder: {builds}, file: "web-{{version}}.tgz"}}')
    (builds / "web-1.4.0.tgz").unlink()
    with deck.serving():
        over = deck.over(number)
    assert over.state is TaskState.FAILED
    assert over.steps[0].status is StepStatus.FAILED
    assert over.steps[0].detail.endswith("web-1.4.0.tgz is gone. Nobody was asked about confirm.")
    assert over.interruptions == ()
