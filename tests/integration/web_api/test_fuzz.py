"""Anything may arrive at the Web API: the answer is Slack-shaped, never a failure of the sandbox itself."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.sandbox.webapi.methods import METHODS
from tests.support.block_kit import BLOCKS, ELEMENTS, RICH, around, modal
from tests.support.sandbox import EVERYTHING
from tests.support.web_api import ANA, APP, DEPLOYMENTS, Answer, InProcess

FORM, JSON, PARTS = "application/x-www-form-urlencoded", "application/json", "multipart/form-data; boundary=b"
# Each run tries the same, so that a failure here is never a matter of luck.
BOUNDED = settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def slack() -> Iterator[InProcess]:
    with InProcess(EVERYTHING) as made:
        yield made


scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20),
    st.sampled_from([
        "", " ", "0", "-1", "1e9", "now", "true", "[]", "{}", "null", "[{}]", "1.000000", "9" * 30, "C1", "#", "@",
        "\x00", "\ud800", "😀" * 20, DEPLOYMENTS, ANA, APP, "#deployments", "bmV4dDox", "https://e.com", "1.2.abc",
    ]),
)  # fmt: skip
known_objects = st.sampled_from([*BLOCKS.values(), *map(around, [*ELEMENTS.values(), *RICH.values()]), modal()])
keys = st.sampled_from([
    "type", "text", "blocks", "elements", "element", "accessory", "options", "value", "title", "tasks", "rows",
    "child_blocks", "label", "event_type", "event_payload", "id", "submit", "private_metadata", "block_id", "action_id",
    "initial_option", "actions", "confirm", "external_id", "focus_on_load", "max_selected_items",
])  # fmt: skip
anything = st.recursive(
    scalars | known_objects,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys | st.text(max_size=5), inner, max_size=5),
    max_leaves=12,
)


def mutated(value: Any, put: Any) -> st.SearchStrategy[Any]:
    """`value` with something else at one place."""
    if isinstance(value, dict) and value:
        return st.sampled_from(sorted(value)).flatmap(
            lambda key: mutated(value[key], put).map(lambda new: {**value, key: new})
        )
    if isinstance(value, list) and value:
        return mutated(value[0], put).map(lambda new: [new, *value[1:]])
    return st.just(put)


nearly_right = st.tuples(known_objects, anything).flatmap(lambda pair: mutated(*pair))


# What stands for something that is there: put in when the call is made.
THERE = ("{ts}", "{reply}", "{trigger}", "{pushing}", "{view}", "{file}", "{group}")
times = st.sampled_from(["{ts}", "{reply}", "0", "now", "1.000000", "1.", ".5", "9" * 400, "4000000000"])
BY_KIND: dict[str, st.SearchStrategy[Any]] = {
    "boolean": st.booleans() | st.sampled_from(["true", "0", "off"]),
    "integer": st.integers(-2, 1100) | st.integers() | st.sampled_from(["10", 4_000_000_000]),
    "timestamp": times,
    "json_array": st.lists(known_objects | known_objects | nearly_right, max_size=3),
    "json_object": nearly_right | st.fixed_dictionaries({"event_type": scalars, "event_payload": anything}),
    "csv": st.lists(st.sampled_from([ANA, "{file}", DEPLOYMENTS, ""]), max_size=3),
    "string": st.text(max_size=300) | st.sampled_from(["tada", "x", "new-name", "composer", "Release 7"]),
}
BY_NAME: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(
        ("channel", "channel_id", "channels"), st.sampled_from([*[DEPLOYMENTS] * 7, "#deployments", ANA, "C1"])
    ),
    **dict.fromkeys(("user", "users", "user_id"), st.sampled_from([ANA, APP, f"{ANA},{APP}", "U1"])),
    **dict.fromkeys(("trigger_id", "interactivity_pointer"), st.sampled_from(["{trigger}", "{pushing}", "1.2.a"])),
    "thread_ts": times,
    "view_id": st.just("{view}"),
    "view": st.lists(nearly_right, max_size=2).map(lambda inner: modal(*inner))
    | st.just({"type": "home", "blocks": []}),
    "files": st.lists(st.fixed_dictionaries({"id": st.just("{file}")}, optional={"title": anything}), max_size=2),
    "file": st.just("{file}"),
    "usergroup": st.just("{group}"),
    "types": st.sampled_from(["im", "public_channel,mpim", "images", "all", "x"]),
    "unfurls": st.dictionaries(st.sampled_from(["x", "https://e.com"]), nearly_right | anything, max_size=2),
}


@st.composite
def calls(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """A method and arguments for it: most of them are what it wants, some are not."""
    method = METHODS[draw(st.sampled_from(sorted(METHODS)))]
    arguments: dict[str, Any] = {}
    for name, rule in method.arguments.items():
        if draw(st.integers(0, 9)) < (0 if rule.get("required") else 6):
            continue
        right = BY_NAME.get(name, BY_KIND[rule["kind"]])
        arguments[name] = draw(anything if draw(st.integers(0, 29)) == 0 else right)
    return method.name, arguments


def there(slack: InProcess, value: Any, found: dict[str, str]) -> Any:
    """The arguments with what is there put in."""
    if isinstance(value, str):
        return found.get(value, value)
    if isinstance(value, dict):
        return {key: there(slack, inner, found) for key, inner in value.items()}
    return [there(slack, inner, found) for inner in value] if isinstance(value, list) else value


def made_ready(slack: InProcess) -> dict[str, str]:
    """Undo what the last call may have closed; returns what can be named."""
    workspace, sandbox = slack.sandbox.workspace, slack.sandbox
    sandbox.revoked.clear()
    channel = workspace.channels[DEPLOYMENTS]
    channel.is_archived, channel.name, channel.members = False, "deployments", [*{*channel.members, ANA, APP}]
    ts = str(slack.call("chat.postMessage", channel=DEPLOYMENTS, text="x https://e.com")["ts"])
    reply = str(slack.call("chat.postMessage", channel=DEPLOYMENTS, text="y", thread_ts=ts)["ts"])
    trigger = sandbox.triggers.new(ANA)
    view = slack.call("views.open", trigger_id=trigger, view=modal())["view"]["id"]
    ticket = slack.call("files.getUploadURLExternal", filename="a.txt", length=1)
    sandbox.uploads.store(ticket["upload_url"].rsplit("/", 1)[1], b"x")
    group = slack.within(lambda: workspace.set_usergroup("managers", "managers", [ANA])["id"])
    triggers = (sandbox.triggers.new(ANA), sandbox.triggers.new(ANA, view))
    return dict(zip(THERE, (ts, reply, *triggers, view, ticket["file_id"], group), strict=True))


def check(answer: Answer, asked: object) -> None:
    body = answer.json
    assert answer.status == 200, asked
    assert isinstance(body["ok"], bool), asked
    assert body["ok"] or (isinstance(body["error"], str) and body["error"] != "internal_error"), asked


def token(slack: InProcess, method: str) -> str:
    credentials = slack.sandbox.credentials
    return credentials.app_token if METHODS[method].token == "app" else credentials.bot_token


@BOUNDED
@given(call=calls(), as_form=st.booleans())
def test_no_arguments_make_a_method_fail(slack: InProcess, call: tuple[str, dict[str, Any]], as_form: bool) -> None:
    method, given = call
    arguments = there(slack, given, made_ready(slack))
    if as_form:
        pairs = {name: value if isinstance(value, str) else json.dumps(value) for name, value in arguments.items()}
        body, kind = urlencode(pairs, errors="replace").encode(), FORM
    else:
        body, kind = json.dumps(arguments).encode(), JSON
    check(slack.request(f"/api/{method}", body, kind, token(slack, method)), call)


@BOUNDED
@given(blocks=st.lists(nearly_right | known_objects, max_size=4), kind=st.sampled_from(["blocks", "message", "view"]))
def test_no_blocks_make_the_validator_fail(slack: InProcess, blocks: list[Any], kind: str) -> None:
    given = {"blocks": blocks, "message": {"text": "x", "blocks": blocks}, "view": modal(*blocks)}[kind]
    check(slack.request("/api/blocks.validate", json.dumps({kind: given}).encode(), JSON), blocks)
    if kind == "blocks":
        post = {"channel": DEPLOYMENTS, "text": "x", "blocks": blocks}
        answer = slack.request("/api/chat.postMessage", json.dumps(post).encode(), JSON, token(slack, "auth.test"))
        check(answer, blocks)


@BOUNDED
@given(
    body=st.binary(max_size=200) | st.sampled_from([b"[" * 100_000, b'{"a":', b"%zz=%", b"--b\r\n\r\n", b"\xff\xfe"]),
    kind=st.sampled_from([FORM, JSON, PARTS, "multipart/form-data", "text/plain", "", "x/y; charset=klingon"]),
    method=st.sampled_from(["chat.postMessage", "views.open", "files.info", "chat.nothing", "", "../x", "a/b", "%00"]),
    verb=st.sampled_from(["GET", "POST"]),
)
def test_no_body_makes_the_door_fail(slack: InProcess, body: bytes, kind: str, method: str, verb: str) -> None:
    check(slack.request(f"/api/{method}", body, kind, token(slack, "auth.test"), verb), (body, kind, method))


@BOUNDED
@given(junk=st.text(max_size=40), query=st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3))
def test_no_token_and_no_query_makes_it_fail(slack: InProcess, junk: str, query: dict[str, str]) -> None:
    asked = urlencode({**query, "token": junk}, errors="replace")
    check(slack.request(f"/api/auth.test?{asked}", b"", JSON), (junk, query))
