"""The whole bot in this process, and a workspace with four people in it who use it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.sandbox.testing.messages import Message
from bot.sandbox.testing.workspaces import Workspace
from tests.support.sandbox import SandboxClient
from tests.support.served_bot import ServedBot, connect_bot, serve_bot


class BotWorkspace(Workspace):
    """The workspace of a test, its people, and what is behind the bot: its rows and its folder."""

    def __init__(self, served: ServedBot) -> None:
        super().__init__(served.sandbox, timeout=20.0)
        self.sandbox, self.db, self.folder = served.sandbox, served.db, served.folder
        self.ana, self.ben, self.eva, self.mia = self.people("ana", "ben", "eva", "mia")


@contextlib.contextmanager
def serve_workspace(folder: Path, **options: Any) -> Iterator[BotWorkspace]:
    """`serve_bot`, for people."""
    with serve_bot(folder, **options) as served:
        yield BotWorkspace(served)


@contextlib.contextmanager
def connect_workspace(folder: Path, config: Path, sandbox: SandboxClient, **options: Any) -> Iterator[BotWorkspace]:
    """`connect_bot`, for people."""
    with connect_bot(folder, config, sandbox, **options) as served:
        yield BotWorkspace(served)


def number_of(card: Message) -> int:
    """The number of the deployment whose card this is."""
    return int(card.raw["text"].rsplit("(#", 1)[1].rstrip(")"))
