"""Anything may arrive at the control API, the socket and a response URL: a clear answer, never a failure of ours."""

import asyncio
import json
import random
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from slack_sdk import WebClient
from websockets.asyncio.client import connect

from bot.sandbox.control.endpoint import ACTS
from tests.support.raw_app import RawApp, start_raw_app
from tests.support.sandbox import EVERYTHING, JsonObject, SandboxClient, start_sandbox

JUNK: list[Any] = [
    None, True, False, 0, -1, 10**30, 1.5, 1e308, "", " ", "x", "C0DEPLOYMEN", "U0ANA000000", "1.000000", "[]",
    "\x00", "../..", "\ud800", "😀" * 50, [], {}, [[]], [None], {"a": {}}, [{"id": 7}],
    {"type": "modal", "title": 7, "blocks": 7},
]  # fmt: skip
CHANNEL, ANA = "C0DEPLOYMEN", "U0ANA000000"
TITLE = {"type": "plain_text", "text": "x"}
OPTIONS = [{"text": TITLE, "value": "one"}]
ELEMENTS: list[JsonObject] = [
    {"type": "button", "text": TITLE},
    {"type": "overflow", "options": OPTIONS},
    {"type": "static_select", "options": OPTIONS},
    {"type": "multi_static_select", "options": OPTIONS},
    {"type": "external_select", "min_query_length": 0},
    {"type": "users_select"},
    {"type": "multi_users_select"},
    {"type": "conversations_select"},
    {"type": "channels_select"},
    {"type": "radio_buttons", "options": OPTIONS},
    {"type": "checkboxes", "options": OPTIONS},
    {"type": "datepicker"},
    {"type": "timepicker"},
    {"type": "datetimepicker"},
]
INPUTS: list[JsonObject] = [
    *ELEMENTS[2:],
    {"type": "plain_text_input"},
    {"type": "number_input", "is_decimal_allowed": True, "min_value": "1", "max_value": "5"},
    {"type": "email_text_input"},
    {"type": "url_text_input"},
    {"type": "rich_text_input"},
    {"type": "file_input"},
]
FIELDS = [
    "user",
    "channel",
    "ts",
    "thread_ts",
    "text",
    "command",
    "action_id",
    "block_id",
    "value",
    "view_id",
    "values",
    "callback_id",
    "name",
    "kind",
    "members",
    "users",
    "handle",
    "is_private",
    "is_member",
    "inviter",
    "content",
    "base64",
    "seconds",
    "only",
    "method",
    "error",
    "times",
    "retry_after",
    "status",
    "ms",
    "reason",
    "is_there",
    "is_archived",
    "broadcast",
    "real_name",
    "deleted",
    "is_stranger",
    "all",
    "query",
    "is_following",
    "connections",
]


@pytest.fixture(scope="module")
def app() -> Iterator[RawApp]:
    with start_sandbox(EVERYTHING) as sandbox, start_raw_app(sandbox) as started:
        yield started


@pytest.fixture(scope="module")
def right(app: RawApp) -> dict[str, list[JsonObject]]:
    """Right bodies for each act, which are spoilt then."""
    blocks = [
        {
            "type": "actions",
            "block_id": "row",
            "elements": [{**e, "action_id": f"a{i}"} for i, e in enumerate(ELEMENTS)],
        }
    ]
    ts = app.client.chat_postMessage(channel=CHANNEL, text="card", blocks=blocks)["ts"]
    mine = app.sandbox.writes("ana", "deployments", "x")["ts"]
    app.sandbox.types("ana", "deployments", "/deploy")
    fields = [
        {"type": "input", "block_id": f"b{i}", "optional": True, "label": TITLE, "element": {**e, "action_id": f"a{i}"}}
        for i, e in enumerate(INPUTS)
    ]
    # It stays open whatever is sent.
    app.answers["view_submission"] = {"response_action": "errors", "errors": {"b0": "no"}}
    form = {"type": "modal", "title": TITLE, "submit": TITLE, "blocks": fields}
    trigger_id = app.payloads("slash_commands")[-1]["trigger_id"]
    view = app.client.views_open(trigger_id=trigger_id, view=form)["view"]
    where, ana = {"channel": "deployments", "ts": ts}, {"user": "ana"}
    return {
        "suggestions": [{**ana, **where, "action_id": "a4", "value": "w"}],
        "clicks": [
            *(
                {**ana, **where, "action_id": f"a{i}", "value": value}
                for i in range(14)
                for value in ("one", "x", 7, None)
            ),
            *({**ana, "view_id": view["id"], "action_id": f"a{i}", "value": "x"} for i in range(len(INPUTS))),
        ],
        "submissions": [{**ana, "view_id": view["id"]}]
        + [
            {**ana, "view_id": view["id"], "values": {f"b{i}": {f"a{i}": value}}}
            for i in range(len(INPUTS))
            for value in ("one", "x", 7, None, ["one"], {})
        ],
        "closes": [{**ana, "view_id": view["id"]}],
        "commands": [{**ana, "channel": "deployments", "command": "/deploy", "text": "x"}],
        "shortcuts": [{**ana, "callback_id": "deploy_anything"}, {**ana, **where, "callback_id": "deploy_message"}],
        "messages": [{**ana, "channel": "deployments", "text": "@ben <x> https://x.example", "thread_ts": mine}],
        "edits": [{**ana, "channel": "deployments", "ts": mine, "text": "y"}],
        "deletions": [{**ana, "channel": "deployments", "ts": mine}],
        "reactions": [{**ana, **where, "name": "eyes"}, {**ana, **where, "name": "eyes", "is_there": False}],
        "files": [{**ana, "channel": "deployments", "name": "a.log", "content": "x", "text": "y"}],
        "uploads": [{**ana, "name": "a.txt", "content": "x"}],
        "reads": [{**ana, **where}],
        "follows": [{**ana, "channel": "deployments", "thread_ts": mine}],
        "faults": [{"kind": "slow", "method": "api.test", "ms": 1, "times": 1}, {"kind": "lost_ack", "name": "x"}],
        "clock": [{"seconds": 1, "only": "rate_limits"}],
        "channels": [{"name": f"c{number}", "members": ["ana"]} for number in range(30)],
        "people": [{"name": f"p{number}", "kind": "guest"} for number in range(30)],
        "users": [{"name": f"q{number}", "deleted": True} for number in range(30)],
        "usergroups": [{"handle": "g", "name": "G", "users": ["ana"]}],
        "members": [{"channel": "deployments", "user": "ben", "is_member": value} for value in (True, False)],
        "changes": [{**ana, "channel": "deployments", "is_archived": value} for value in (False, True)],
        "home": [ana],
        "homes": [ana],
    }


def answer_of(request: urllib.request.Request) -> bytes:
    """What came back, also when it was refused."""
    try:
        with urllib.request.urlopen(request) as response:
            return bytes(response.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.read()


def send(sandbox: SandboxClient, act: str, body: JsonObject) -> tuple[int, JsonObject]:
    request = urllib.request.Request(
        f"{sandbox.base_url}/sandbox/{act}", json.dumps(body).encode(), {"content-type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=20) as response:
        return response.status, json.load(response)


# First what needs the workspace as it was, last what changes it for all others.
FIRST = ("suggestions", "submissions", "clicks", "closes")
LAST = ("deletions", "changes", "people", "users", "members")
REST = sorted(set(ACTS) - {*FIRST, *LAST, "uninstall", "disconnects"})


@pytest.mark.parametrize("act", [*FIRST, *REST, *LAST])
def test_no_junk_makes_an_act_fail(app: RawApp, right: dict[str, list[JsonObject]], act: str) -> None:
    chance, went_well = random.Random(act), 0
    bodies = right[act]
    for number, body in enumerate([*bodies, *chance.choices(bodies, k=60)]):
        spoilt = dict(body)
        if number >= len(bodies):
            spoilt[chance.choice(list(spoilt))] = chance.choice(JUNK)
            spoilt[chance.choice(FIELDS)] = chance.choice(JUNK)
        if act == "clock":
            spoilt["only"] = "rate_limits"  # a year more would end what the other tests wait for
        status, answer = send(app.sandbox, act, spoilt)
        assert status == 200
        assert isinstance(answer["ok"], bool)
        assert answer.get("error") != "internal_error", (act, spoilt)
        went_well += answer["ok"]
        app.sandbox.clear_faults()
    assert went_well, "the junk stands among what is right"


@pytest.mark.parametrize("body", [b"", b"\xff", b"[]", b"7", b"[" * 50_000, b'{"user":', b'{"a":NaN}'])
@pytest.mark.parametrize("path", ["commands", "faults", "clock", "people", "files"])
def test_no_body_makes_the_door_fail(app: RawApp, path: str, body: bytes) -> None:
    request = urllib.request.Request(
        f"{app.sandbox.base_url}/sandbox/{path}", body, {"content-type": "application/json"}
    )
    with urllib.request.urlopen(request) as response:
        assert json.load(response)["error"] == "invalid_arguments"


@pytest.mark.parametrize(
    "body", [b"", b"\xff", b"[]", b"{", b"7", *(json.dumps({"text": junk, "blocks": junk}).encode() for junk in JUNK)]
)
def test_no_junk_makes_a_response_url_fail(app: RawApp, body: bytes) -> None:
    app.sandbox.types("ana", "deployments", "/deploy")
    request = urllib.request.Request(app.payloads("slash_commands")[-1]["response_url"], body)
    assert answer_of(request) not in (b"", b"Internal Server Error")


@pytest.mark.parametrize("response_type", ["in_channel", "ephemeral"])
def test_no_thread_that_is_none_makes_a_response_url_fail(app: RawApp, response_type: str) -> None:
    app.sandbox.types("ana", "deployments", "/deploy")
    for junk in [junk for junk in JUNK if junk not in (None, "")]:
        body = json.dumps({"text": "x", "response_type": response_type, "thread_ts": junk}).encode()
        answer = answer_of(urllib.request.Request(app.payloads("slash_commands")[-1]["response_url"], body))
        assert answer in (b'{"ok":false,"error":"thread_not_found"}', b"invalid_payload"), (junk, answer)


def test_no_frame_ends_the_connection_or_the_server(app: RawApp) -> None:
    chance = random.Random(7)
    frames: list[str | bytes] = ["", "{", "[]", "7", "null", "\x00", "x" * 100_000, b"", b"\xff\xfe", b"{}"]
    frames += [json.dumps({"envelope_id": junk, "payload": other}) for junk in JUNK for other in JUNK[::5]]
    frames += [chance.randbytes(50) for _ in range(50)]

    async def flood() -> None:
        opened = WebClient(token=app.sandbox.app_token, base_url=app.sandbox.api_url)
        url = str(opened.apps_connections_open(app_token=app.sandbox.app_token)["url"])
        async with connect(url) as socket:
            assert json.loads(await socket.recv())["type"] == "hello"
            for frame in frames:
                await socket.send(frame)
            pong = await socket.ping()
            await asyncio.wait_for(pong, 5)

    asyncio.run(flood())
    assert app.sandbox.state()["app"]["connections"] >= 1
