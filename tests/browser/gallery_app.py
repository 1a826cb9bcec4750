"""The listeners of the small app behind the browser tests: they note what came and answer as an app would."""

import time
from typing import Any

from slack_sdk.errors import SlackApiError

from tests.browser import gallery
from tests.support.bolt_app import BoltApp

ACTIONS = (
    "proceed",
    "abort",
    "more",
    "environment",
    "fruits",
    "release",
    "person",
    "channel",
    "day",
    "time",
    "moment",
    "checks",
    "radios",
    "card_deploy",
)
RELEASES = ("1.4.0", "1.3.9", "1.3.8")


def newest(bolt: BoltApp, kind: str, timeout: float = 10) -> dict[str, Any]:
    """The newest payload of this kind, once there is one: the page shows its part before the app has noted its own."""
    deadline = time.monotonic() + timeout
    while not bolt.payloads(kind):
        assert time.monotonic() < deadline, f"The app got no {kind}."
        time.sleep(0.01)
    return bolt.payloads(kind)[-1]


def listen(bolt: BoltApp) -> None:
    """Register everything; nobody listens to `unheard`, on purpose."""
    app = bolt.app

    def note_action(ack: Any, body: dict[str, Any]) -> None:
        bolt.seen.append(("action", body))
        ack()

    for action_id in ACTIONS:
        app.action(action_id)(note_action)

    @app.command("/deploy")
    def open_form(ack: Any, body: dict[str, Any], client: Any) -> None:
        bolt.seen.append(("command", body))
        ack()
        if body["text"] == "":
            client.views_open(trigger_id=body["trigger_id"], view=gallery.deploy_form())

    @app.options("release")
    def offer_releases(ack: Any, body: dict[str, Any]) -> None:
        ack(options=[gallery.option(release) for release in RELEASES if body["value"] in release])

    @app.action("push")
    def push(ack: Any, body: dict[str, Any], client: Any) -> None:
        bolt.seen.append(("action", body))
        ack()
        try:
            client.views_push(trigger_id=body["trigger_id"], view=gallery.second_view())
        except SlackApiError as refusal:
            bolt.seen.append(("refusal", {"error": refusal.response["error"]}))

    @app.action("refresh")
    def refresh(ack: Any, body: dict[str, Any], client: Any) -> None:
        bolt.seen.append(("action", body))
        ack()
        client.views_update(view_id=body["view"]["id"], view=gallery.deploy_form(note="Refreshed."))

    @app.view("deploy")
    def submit(ack: Any, body: dict[str, Any]) -> None:
        bolt.seen.append(("view", body))
        reason = body["view"]["state"]["values"]["reason"]["reason"]["value"]
        if len(reason) < 5:
            ack(response_action="errors", errors={"reason": "Say a bit more."})
        else:
            ack()

    @app.view_closed("deploy")
    def closed(ack: Any, body: dict[str, Any]) -> None:
        bolt.seen.append(("closed", body))
        ack()
