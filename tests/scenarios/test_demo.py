"""The demo, as somebody uses it who has just cloned the repository."""

from __future__ import annotations

import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.support.demo import Demo, is_card, start_demo, text_of


def _button(message: dict[str, Any], word: str) -> str:
    """The action id of the button with this word on it."""
    for block in message["blocks"]:
        for element in block.get("elements", []):
            if isinstance(element, dict) and word in element.get("text", {}).get("text", ""):
                return str(element["action_id"])
    raise AssertionError(f"no button {word!r} in {message}")


def _approval(demo: Demo, number: int) -> dict[str, Any]:
    card = demo.card(number)
    found: dict[str, Any] = demo.client.wait_for(
        lambda state: next(
            (
                m
                for m in state["messages"]
                if m.get("thread_ts") == card["ts"] and "Proceed" in text_of(m.get("blocks")) and m["ts"] != card["ts"]
            ),
            None,
        )
    )
    return found


def _wait_for_result(demo: Demo, number: int, words: str, timeout: float = 60) -> dict[str, Any]:
    def finished(state: dict[str, Any]) -> Any:
        return next((m for m in state["messages"] if f"#{number}" in text_of(m) and words in text_of(m).lower()), None)

    found: dict[str, Any] = demo.client.wait_for(finished, timeout)
    return found


def _deploy(demo: Demo, version: str, environment: str) -> None:
    """As ana: type it, and create the release when it is asked for."""
    answer = demo.client.types("ana", "deployments", f"/deploy web {version} to {environment}")
    assert answer["ok"], answer
    state = demo.client.state()
    offers = [m for m in state["messages"] if m.get("is_ephemeral") and f"Create release {version}" in text_of(m)]
    if offers:
        offer = offers[-1]
        pressed = demo.client.clicks("ana", _button(offer, "Create release"), channel="deployments", ts=offer["ts"])
        assert pressed["ok"], pressed


def _page(demo: Demo, environment: str) -> str:
    address = next(
        word for word in text_of(demo.client.state()["messages"]).split() if f"/{environment}/current" in word
    )
    address = address.strip("<>|()").split("|")[0]
    with urllib.request.urlopen(address, timeout=10) as response:
        page: str = response.read().decode()
    return page


def _failed_calls(demo: Demo) -> list[dict[str, Any]]:
    return [
        c for c in demo.client.state()["calls"] if not c["ok"] and c["error"] not in {"ratelimited", "rate_limited"}
    ]


@pytest.mark.slow
def test_ana_deploys_ben_proceeds_and_the_new_page_is_up(tmp_path: Path) -> None:
    with start_demo(tmp_path / "demo") as demo:
        _deploy(demo, "1.4.0", "production")
        message = _approval(demo, 1)
        opened = demo.client.clicks("ben", _button(message, "Proceed"), channel="deployments", ts=message["ts"])
        assert opened["ok"], opened
        ben = next(u["id"] for u in demo.client.state()["users"] if u["name"] == "ben")
        modal = demo.client.wait_for(lambda state: (state["modals"].get(ben) or [None])[-1])
        assert "install" in text_of(modal)
        demo.client.submits("ben", modal["id"])
        _wait_for_result(demo, 1, "is done")
        page = _page(demo, "production")
        assert "1.4.0" in page
        assert "production" in page
        assert _failed_calls(demo) == []


@pytest.mark.slow
def test_killed_as_a_whole_it_continues_where_it_was(tmp_path: Path) -> None:
    state = tmp_path / "demo"
    with start_demo(state) as demo:
        port = int(demo.client.base_url.rsplit(":", 1)[1])
        _deploy(demo, "1.0.0", "staging")
        demo.card(1)
        time.sleep(0.5)  # somewhere in the middle of the build
        demo.kill_everything()
    with start_demo(state, port) as demo:
        _wait_for_result(demo, 1, "is done")
        assert "1.0.0" in _page(demo, "staging")
        assert len([m for m in demo.client.state()["messages"] if is_card(m, 1)]) == 1


@pytest.mark.slow
def test_ctrl_c_cancels_what_runs_and_leaves_no_process(tmp_path: Path) -> None:
    with start_demo(tmp_path / "demo") as demo:
        _deploy(demo, "2.0.0", "staging")
        demo.card(1)
        started = demo.descendants()
        assert demo.interrupt() == 0
        assert [p for p in started if p.is_running() and p.status() != "zombie"] == []
