"""Between Slack and a listener: in time, once, privately, and without a traceback whatever happens."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from slack_sdk import WebClient

from bot import main as root
from bot.listeners import guarding
from bot.listeners.acks import Acknowledgement
from bot.listeners.requests import Answer, Desk, ModalAnswer, Pressed, Searched, Submitted, Typed
from engine.services import configuration
from engine.services.errors import UnknownTask
from engine.times import utc_now
from tests.support.served_bot import write_configuration

TEAM = "T0OURS0000"
COMMAND = {"command": "/deploy", "text": "help", "team_id": TEAM, "user_id": "U0ANA000000", "channel_id": "C1"}
CLICK = {"user": {"id": "U0ANA000000", "team_id": TEAM}, "actions": [{"action_id": "x", "value": "1"}]}
FORM = {"user": {"id": "U0ANA000000", "team_id": TEAM}, "view": {"id": "V1", "private_metadata": "not json"}}


class Acks:
    """Collects what was acked."""

    def __init__(self) -> None:
        self.given: list[dict[str, Any]] = []

    def __call__(self, **payload: Any) -> None:
        self.given.append(payload)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder: Path = tmp_path_factory.mktemp("desk")
    db = root.open_state(folder / "state")
    assert not configuration.load_folder(db, utc_now(), write_configuration(folder)).problems
    yield Desk(db, utc_now, TEAM, "U0BOT", "http://127.0.0.1:9/api/")
    db.close()


@pytest.fixture
def client() -> WebClient:
    """Leads nowhere: what is tested here calls nobody."""
    return WebClient(base_url="http://127.0.0.1:9/api/")


def _break(*_anything: Any) -> Any:
    raise ZeroDivisionError("the secret is swordfish")


def _refuse(*_anything: Any) -> Any:
    raise UnknownTask(number=17)


def test_an_unforeseen_error_is_told_with_a_reference_that_the_log_has_too(
    desk: Desk, client: WebClient, caplog: pytest.LogCaptureFixture
) -> None:
    acks = Acks()
    with caplog.at_level(logging.ERROR):
        guarding.command(desk, _break)(acks, COMMAND, client)
    (told,) = acks.given
    assert told["text"].startswith("Something went wrong on my side; nothing was changed.")
    assert told["response_type"] == "ephemeral"
    assert "swordfish" not in str(told)
    assert "ZeroDivision" not in str(told)
    reference = told["text"].rsplit(" ", 1)[1]
    assert reference in caplog.text


def test_a_refusal_is_told_with_its_way_out(desk: Desk, client: WebClient) -> None:
    acks = Acks()
    guarding.command(desk, _refuse)(acks, COMMAND, client)
    assert acks.given[0]["text"].startswith("There is no deployment #17.")
    assert "The number is on its card." in acks.given[0]["text"]


def test_somebody_whom_nobody_knows_never_reaches_a_listener(desk: Desk, client: WebClient) -> None:
    acks = Acks()
    guarding.command(desk, _break)(acks, {**COMMAND, "user_id": "U0NOBODY"}, client)
    assert "slack: U0NOBODY" in acks.given[0]["text"]
    guarding.command(desk, _break)(acks, {**COMMAND, "team_id": "T0OTHER"}, client)
    assert acks.given[1]["text"].startswith("I answer only members")


def test_a_form_that_breaks_says_so_in_its_place(desk: Desk, client: WebClient) -> None:
    acks = Acks()
    for listener in (_break, _refuse):
        guarding.submission(desk, listener)(acks, FORM, client)
    assert [ack["response_action"] for ack in acks.given] == ["update", "update"]
    assert acks.given[0]["view"]["title"]["text"] == "That went wrong"
    assert acks.given[1]["view"]["title"]["text"] == "Nothing was changed"


def test_a_search_that_breaks_finds_nothing(desk: Desk) -> None:
    acks = Acks()
    for listener in (_break, _refuse):
        guarding.search(desk, listener)(acks, {**FORM, "action_id": "project", "block_id": "project"})
    assert acks.given == [{"options": []}, {"options": []}]


def test_a_click_is_acked_even_when_its_listener_breaks(desk: Desk, client: WebClient) -> None:
    acks = Acks()
    guarding.press(desk, _break)(acks, CLICK, client)
    assert acks.given == [{}]


def test_an_event_is_acked_before_anything_else(desk: Desk) -> None:
    acks = Acks()

    def listener(_desk: Desk, _event: Any) -> None:
        assert acks.given == [{}]
        raise ZeroDivisionError

    guarding.event(desk, listener)(acks, {"type": "subteam_members_changed"})


def test_listeners_see_requests_and_never_payloads(desk: Desk, client: WebClient) -> None:
    seen: list[Any] = []

    def command(_desk: Desk, typed: Typed) -> Answer:
        seen.append(typed)
        return Answer()

    def press(_desk: Desk, pressed: Pressed) -> Answer:
        seen.append(pressed)
        return Answer()

    def submission(_desk: Desk, submitted: Submitted) -> ModalAnswer:
        seen.append(submitted)
        return ModalAnswer()

    def search(_desk: Desk, searched: Searched) -> list[Any]:
        seen.append(searched)
        return []

    guarding.command(desk, command)(Acks(), {**COMMAND, "trigger_id": "t1"}, client)
    guarding.press(desk, press)(Acks(), CLICK, client)
    guarding.submission(desk, submission)(Acks(), FORM, client)
    guarding.search(desk, search)(Acks(), {**FORM, "action_id": "release", "block_id": "release:web", "value": "1."})
    assert [(type(request), request.person.slug) for request in seen] == [
        (Typed, "ana"),
        (Pressed, "ana"),
        (Submitted, "ana"),
        (Searched, "ana"),
    ]
    assert seen[0].key == "t1"
    assert seen[2].facts == {}


def test_what_takes_too_long_is_acked_with_words_and_once_only() -> None:
    acks, late = Acks(), threading.Event()

    def ack(**payload: Any) -> None:
        acks(**payload)
        late.set()

    with Acknowledgement(ack, {"text": "one moment"}, patience=0.01) as acknowledgement:
        assert late.wait(10)
        assert acknowledgement.give(text="the answer") is False
    assert acks.given == [{"text": "one moment"}]


def test_what_is_quick_is_acked_with_its_answer() -> None:
    acks = Acks()
    with Acknowledgement(acks, {"text": "one moment"}) as acknowledgement:
        assert acknowledgement.give(text="the answer")
        assert not acknowledgement.give(text="again")
    assert acks.given == [{"text": "the answer"}]
