"""Socket Mode as Slack runs it: how many connections, what is repeated and what never, all on the movable clock."""

import contextlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from tests.support.raw_app import open_socket
from tests.support.sandbox import EVERYTHING, JsonObject, SandboxClient, start_sandbox


@pytest.fixture
def sandbox() -> Iterator[SandboxClient]:
    with start_sandbox(EVERYTHING) as started:
        yield started


@pytest.fixture
def socket(sandbox: SandboxClient) -> Iterator[ClientConnection]:
    with open_socket(sandbox) as opened:
        assert received(opened)["type"] == "hello"
        yield opened


@pytest.fixture
def aside() -> Iterator[ThreadPoolExecutor]:
    """Acts that wait for an ack are made beside the test."""
    with ThreadPoolExecutor(4) as executor:
        yield executor


def received(socket: ClientConnection) -> JsonObject:
    frame: JsonObject = json.loads(socket.recv(timeout=10))
    return frame


def let_it_time_out(sandbox: SandboxClient) -> None:
    """Three seconds go by without an ack."""
    before = len(sandbox.state()["deliveries"])
    sandbox.moves_clock(3.1)
    sandbox.wait_for(lambda state: len(state["deliveries"]) > before)


def test_ten_connections_and_no_more(sandbox: SandboxClient) -> None:
    with contextlib.ExitStack() as opened:
        for number in range(1, 11):
            hello = received(opened.enter_context(open_socket(sandbox)))
            assert (hello["type"], hello["num_connections"]) == ("hello", number)
        eleventh = opened.enter_context(open_socket(sandbox))
        assert received(eleventh)["reason"] == "too_many_websockets"
        with pytest.raises(ConnectionClosed):
            eleventh.recv(timeout=10)
        assert sandbox.state()["app"]["connections"] == 10


def test_an_event_comes_three_times_more_and_then_never_again(
    sandbox: SandboxClient, socket: ClientConnection, aside: ThreadPoolExecutor
) -> None:
    writing = aside.submit(sandbox.writes, "ana", "deployments", "hello")
    told = [received(socket)]
    let_it_time_out(sandbox)
    assert writing.result(10)["error"] == "operation_timeout"
    for seconds in (0, 60, 300):
        sandbox.moves_clock(seconds)
        told.append(received(socket))
        let_it_time_out(sandbox)
    assert [envelope["retry_attempt"] for envelope in told] == [0, 1, 2, 3]
    assert [envelope["retry_reason"] for envelope in told] == ["", "timeout", "timeout", "timeout"]
    assert len({envelope["payload"]["event_id"] for envelope in told}) == 1
    assert len({envelope["envelope_id"] for envelope in told}) == 4
    sandbox.moves_clock(3_600)
    with pytest.raises(TimeoutError):
        socket.recv(timeout=0.2)


def test_an_event_that_nobody_was_there_for_comes_when_somebody_is(sandbox: SandboxClient) -> None:
    assert sandbox.writes("ana", "deployments", "hello")["error"] == "no_app_connected"
    sandbox.wait_for(lambda state: len(state["deliveries"]) == 2)  # the second time at once
    with open_socket(sandbox) as socket:
        received(socket)
        sandbox.moves_clock(60)
        envelope = received(socket)
        assert (envelope["retry_attempt"], envelope["retry_reason"]) == (2, "connection_failed")
        socket.send(json.dumps({"envelope_id": envelope["envelope_id"]}))
        sandbox.wait_for(lambda state: state["deliveries"][-1]["ok"])


def test_commands_and_clicks_are_never_repeated(
    sandbox: SandboxClient, socket: ClientConnection, aside: ThreadPoolExecutor
) -> None:
    typing = aside.submit(sandbox.types, "ana", "deployments", "/deploy x")
    assert received(socket)["type"] == "slash_commands"
    let_it_time_out(sandbox)
    assert typing.result(10)["error"] == "operation_timeout"
    choosing = aside.submit(sandbox.post, "shortcuts", user="ana", callback_id="deploy_anything")
    assert received(socket)["type"] == "interactive"
    let_it_time_out(sandbox)
    assert choosing.result(10)["error"] == "operation_timeout"
    sandbox.moves_clock(3_600)
    with pytest.raises(TimeoutError):
        socket.recv(timeout=0.2)
