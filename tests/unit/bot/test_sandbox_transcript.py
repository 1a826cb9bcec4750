"""The transcript: everything can be read, nothing secret is in it, and it is kept from start to start."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.sandbox import readings
from bot.sandbox.changes import Changes
from bot.sandbox.clock import Clock
from bot.sandbox.errors import SandboxUnusable
from bot.sandbox.journal import Journal
from bot.sandbox.manifest import Manifest
from bot.sandbox.transcripts import Transcript
from bot.sandbox.workspace import Workspace
from tests.browser import gallery
from tests.support.block_kit import BLOCKS, ELEMENTS, RICH, around

NAMES = {"U0BEN000000": "@ben", "C0DEPLOYMEN": "#deployments"}


def named(some_id: str) -> str:
    return NAMES.get(some_id, some_id)


def read(*blocks: dict[str, Any]) -> list[str]:
    return readings.block_lines(list(blocks), named)


@pytest.fixture
def workspace() -> Workspace:
    return Workspace(Clock(), Journal(None), Changes(), Manifest())


@pytest.mark.parametrize(
    "least", [*BLOCKS.values(), *ELEMENTS.values(), *RICH.values()], ids=lambda least: least["type"]
)
def test_every_block_and_element_can_be_read(least: dict[str, Any]) -> None:
    lines = read(least if least["type"] in BLOCKS else around(least))
    assert lines
    assert all(lines), "no empty lines"
    assert "{" not in "".join(lines)


def test_a_card_reads_from_top_to_bottom() -> None:
    lines = read(*gallery.card(smoke_test="in_progress"))
    assert [line[0] for line in lines if line[0] in "○◐●✖"], "its steps, by their signs"
    assert lines[-1].startswith("[")


def test_mentions_links_and_dates_read_as_people_see_them() -> None:
    text = "<@U0BEN000000> in <#C0DEPLOYMEN|other>, <!here>: <https://example.com|here> &lt;b&gt; <!date^1^{date}|then>"
    assert readings.mrkdwn(text, named) == "@ben in #deployments, @here: here <b> then"


def test_no_token_is_in_it_whatever_the_app_writes(workspace: Workspace, tmp_path: Path) -> None:
    transcript = Transcript(workspace, ["xoxb-secret"], tmp_path / "transcript.txt")
    message = {"channel": "C0DEPLOYMEN", "ts": "1.000001", "user": "U0ANA000000", "text": "it is xoxb-secret"}
    transcript.hear("message", {"message": message})
    transcript.close()
    assert "@ana writes in #deployments:" in transcript.text
    assert "it is (a token)" in transcript.text
    assert transcript.text == (tmp_path / "transcript.txt").read_text()


def test_what_is_no_change_to_people_is_not_told(workspace: Workspace) -> None:
    transcript = Transcript(workspace, [])
    message = {"channel": "C0DEPLOYMEN", "ts": "1.000001", "user": "U0ANA000000", "text": "hello"}
    transcript.hear("message", {"message": message})
    before = transcript.text
    transcript.hear("message_changed", {"message": {**message, "reply_count": 1}})
    assert transcript.text == before
    transcript.hear("message_changed", {"message": {**message, "text": "bye"}})
    assert transcript.text.splitlines()[-2][23:] == "@ana changes “hello”:"


def test_what_cannot_be_told_hinders_nothing(workspace: Workspace, caplog: pytest.LogCaptureFixture) -> None:
    transcript = Transcript(workspace, [])
    transcript.hear("message", {"message": {"ts": "1.000001"}})
    transcript.begin("block_actions", {})
    assert "The transcript lacks something" in caplog.text


def test_the_next_start_appends(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "transcript.txt"
    for _ in range(2):
        Transcript(workspace, [], file).close()
    assert [line.partition(",")[0] for line in file.read_text().splitlines()] == 2 * [
        "Transcript of a sandbox with the app Foredeck"
    ]


def test_a_file_that_cannot_be_written_is_said_at_the_start(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(SandboxUnusable, match=r"The transcript .* cannot be written: No such file or directory\."):
        Transcript(workspace, [], tmp_path / "nowhere" / "transcript.txt")
