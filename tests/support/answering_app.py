"""A small Bolt app that does what its input tells it to: the sandbox's own tests of what reaches an app."""

from typing import Any

from slack_bolt import Ack, BoltContext, Respond
from slack_sdk import WebClient

from tests.support.bolt_app import BoltApp

Body = dict[str, Any]


def plain(text: str) -> Body:
    return {"type": "plain_text", "text": text}


def option(value: str) -> Body:
    return {"text": plain(value.title()), "value": value}


def modal(title: str = "Form") -> Body:
    return {
        "type": "modal",
        "callback_id": "form",
        "title": plain(title),
        "submit": plain("Go"),
        "notify_on_close": True,
        "private_metadata": "kept",
        "blocks": [
            {
                "type": "input",
                "block_id": "note",
                "label": plain("Note"),
                "element": {"type": "plain_text_input", "action_id": "text"},
            },
            {
                "type": "input",
                "block_id": "project",
                "label": plain("Project"),
                "optional": True,
                "element": {"type": "external_select", "action_id": "project", "min_query_length": 0},
            },
            {
                "type": "input",
                "block_id": "kind",
                "label": plain("Kind"),
                "dispatch_action": True,
                "element": {
                    "type": "static_select",
                    "action_id": "kind",
                    "options": [option("fast"), option("slow")],
                    "initial_option": option("fast"),
                },
            },
        ],
    }


CARD: list[Body] = [
    {
        "type": "actions",
        "block_id": "row",
        "elements": [
            {"type": "button", "action_id": "proceed", "text": plain("Proceed"), "value": "17", "style": "primary"},
            {"type": "static_select", "action_id": "pick", "options": [option("one"), option("two")]},
        ],
    }
]


def listen(bolt: BoltApp) -> None:
    """A small app that answers as its input tells it to."""
    app = bolt.app

    @app.command("/deploy")
    def command(ack: Ack, body: Body, client: WebClient, respond: Respond) -> None:
        bolt.seen.append(("command", body))
        match body["text"]:
            case "quiet":
                ack()
            case "all":
                ack(text="for all", response_type="in_channel")
            case "wrong":
                ack(blocks=[{"type": "nonsense"}])
            case "late":
                pass
            case "modal":
                ack()
                client.views_open(trigger_id=body["trigger_id"], view=modal())
            case "card":
                ack()
                client.chat_postMessage(channel=body["channel_id"], text="card", blocks=CARD)
            case _:
                ack(text=f"heard: {body['text']}")

    @app.command("/raw")
    def raw(ack: Ack, body: Body) -> None:
        ack(text=body["text"])

    @app.action("proceed")
    @app.action("pick")
    @app.action("kind")
    def action(ack: Ack, body: Body) -> None:
        bolt.seen.append(("action", body))
        ack()

    @app.view("form")
    def submitted(ack: Ack, body: Body, view: Body) -> None:
        bolt.seen.append(("view", body))
        match view["state"]["values"]["note"]["text"]["value"]:
            case "errors":
                ack(response_action="errors", errors={"note": "Not like this."})
            case "update":
                ack(response_action="update", view=modal("Second"))
            case "push":
                ack(response_action="push", view=modal("Above"))
            case "home":
                ack(response_action="push", view={"type": "home", "blocks": []})
            case "nameless":
                ack(response_action="errors", errors={"note": ""})
            case "clear":
                ack(response_action="clear")
            case "broken":
                ack(response_action="update", view={"type": "modal"})
            case _:
                ack()

    @app.view_closed("form")
    def closed(ack: Ack, body: Body) -> None:
        bolt.seen.append(("closed", body))
        ack()

    @app.options("project")
    def options(ack: Ack, body: Body) -> None:
        bolt.seen.append(("options", body))
        ack(options=[option(name) for name in ("web", "api") if body["value"] in name])

    @app.event("message")
    @app.event("app_mention")
    @app.event("app_home_opened")
    def event(body: Body, context: BoltContext) -> None:
        bolt.seen.append(("event", body))
