"""A response_url: five answers, private or for all, in place of what was clicked or instead of it."""

import json
import urllib.error
import urllib.request
from typing import Any

from tests.support.answering_app import Body
from tests.support.bolt_app import BoltApp
from tests.support.sandbox import SandboxClient

ANA = "U0ANA000000"


def post(url: str, **body: Any) -> tuple[int, str]:
    request = urllib.request.Request(url, data=json.dumps(body).encode(), headers={"content-type": "application/json"})
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_five_answers_and_no_more(sandbox: SandboxClient, bolt: BoltApp) -> None:
    sandbox.types("ana", "deployments", "/deploy quiet")
    url = bolt.payloads("command")[-1]["response_url"]
    assert post(url, text="private") == (200, "ok")
    assert sandbox.shown_to(ANA) == "private"
    assert post(url, text="public", response_type="in_channel") == (200, "ok")
    assert sandbox.messages("deployments")[-1]["text"] == "public"
    status, refusal = post(url, blocks=[{"type": "x"}])
    assert (status, json.loads(refusal)["error"]) == (400, "invalid_blocks")
    for _ in range(3):
        assert post(url, text="more")[0] == 200
    assert post(url, text="too much") == (404, '{"ok":false,"error":"used_url"}')


def test_a_click_may_replace_or_delete_what_was_clicked(sandbox: SandboxClient, bolt: BoltApp, card: Body) -> None:
    sandbox.clicks("ben", "proceed", channel="deployments", ts=card["ts"])
    url = bolt.payloads("action")[-1]["response_url"]
    post(url, replace_original=True, text="decided")
    message = next(known for known in sandbox.messages() if known["ts"] == card["ts"])
    assert (message["text"], message.get("blocks")) == ("decided", None)
    post(url, delete_original=True)
    assert card["ts"] not in [known["ts"] for known in sandbox.messages()]
