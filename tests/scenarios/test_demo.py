"""The demo, as somebody uses it who has just cloned the repository."""

from __future__ import annotations

import urllib.request
from pathlib import Path

import pytest

from bot.sandbox.testing.messages import Message
from tests.support.demo import Demo, start_demo
from tests.support.engine import until


def _deploy(demo: Demo, version: str, environment: str) -> Message:
    """As ana: type it and create the release; its card."""
    answer = demo.workspace.person("ana").types(f"/deploy web {version} to {environment}")
    answer.button(f"Create release {version} and deploy").click()
    return demo.workspace.card(f"{version} → {environment}")


def _page(card: Message) -> str:
    """The page that the card's button opens."""
    with urllib.request.urlopen(card.button("Open 127.0.0.1").url, timeout=10) as response:
        page: str = response.read().decode()
    return page


@pytest.mark.slow
def test_ana_deploys_ben_proceeds_and_the_new_page_is_up(tmp_path: Path) -> None:
    with start_demo(tmp_path / "demo") as demo:
        card = _deploy(demo, "1.4.0", "production")
        ben = demo.workspace.person("ben")
        card.button("Proceed").click(as_=ben)
        assert "install" in ben.modal.text
        ben.modal.submit()
        card.wait_for("Done in")
        assert "1.4.0" in _page(card)
        assert "production" in _page(card)
        assert str((demo.state / "site/production/web/current").readlink()) == "1.4.0"
        ana = demo.workspace.person("ana")
        ana.types("/deploy web")
        assert ana.modal.field("Release").options("7.") == ["Create release 7.1.0", "Create release 7.0.1"]
        assert demo.workspace.failed_calls == []


@pytest.mark.slow
def test_killed_as_a_whole_it_continues_where_it_was(tmp_path: Path) -> None:
    state = tmp_path / "demo"
    with start_demo(state) as demo:
        port = int(demo.client.base_url.rsplit(":", 1)[1])
        card = _deploy(demo, "1.5.0", "staging")
        until(lambda: demo.runs("sleep"), "the backup to be in its middle")
        demo.kill_everything()
    with start_demo(state, port) as demo:
        same = demo.workspace.card("1.5.0 → staging").wait_for("Done in")
        assert same.ts == card.ts
        assert "1.5.0" in _page(same)
        assert len([m for m in demo.workspace.messages() if "1.5.0 → staging: " in m.text and m.thread.ts == m.ts]) == 1


@pytest.mark.slow
def test_ctrl_c_cancels_what_runs_and_leaves_no_process(tmp_path: Path) -> None:
    with start_demo(tmp_path / "demo") as demo:
        _deploy(demo, "7.0.1", "staging")
        started = demo.descendants()
        assert demo.interrupt() == 0
        assert [p for p in started if p.is_running() and p.status() != "zombie"] == []
