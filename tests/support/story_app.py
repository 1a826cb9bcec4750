"""The app of the story, on Slack's own Bolt for Python: `python -m tests.support.story_app TRANSPORT`.

It knows nothing of Foredeck. Its twin for Node is `node_bolt/app.mjs`; both say the same words. Listeners are written
once, for Bolt's asynchronous app; the synchronous one gets them wrapped."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt import App
from slack_bolt.async_app import AsyncApp
from slack_sdk import WebClient
from slack_sdk.web.async_client import AsyncWebClient

Body = dict[str, Any]
ASYNCHRONOUS = ("aiohttp", "websockets")


def plain(text: str) -> Body:
    """A plain text object."""
    return {"type": "plain_text", "text": text}


def card(words: str, is_open: bool) -> list[Body]:
    """The blocks of the card; the button is there while it is open."""
    section = {"type": "section", "text": {"type": "mrkdwn", "text": words}}
    button = {"type": "button", "action_id": "proceed", "text": plain("Proceed…"), "value": "17", "style": "primary"}
    return [section, {"type": "actions", "elements": [button]}] if is_open else [section]


def form(channel: str, ts: str) -> Body:
    """The form behind the button."""
    note = {"type": "plain_text_input", "action_id": "note"}
    place = {"type": "external_select", "action_id": "place", "min_query_length": 0}
    return {
        "type": "modal",
        "callback_id": "decision",
        "private_metadata": f"{channel} {ts}",
        "title": plain("Proceed"),
        "submit": plain("Proceed"),
        "blocks": [
            {"type": "input", "block_id": "note", "label": plain("Note"), "element": note},
            {"type": "input", "block_id": "place", "label": plain("Place"), "element": place},
        ],
    }


Client = Callable[..., Awaitable[Any]]
"""Calls a method of the Web API by its name in the SDK."""


async def command(ack: Any, body: Body, call: Client) -> None:
    """`/deploy …`: a private answer, and the card."""
    await ack(text="On its way.")
    words = f"*web* 1.4.0, asked for by <@{body['user_id']}>: {body['text']}"
    await call("chat_postMessage", channel=body["channel_id"], text="web 1.4.0", blocks=card(words, is_open=True))


async def pressed(ack: Any, body: Body, call: Client) -> None:
    """The button: the form."""
    await ack()
    view = form(body["channel"]["id"], body["message"]["ts"])
    await call("views_open", trigger_id=body["trigger_id"], view=view)


async def suggested(ack: Any, body: Body, call: Client) -> None:
    """What the select offers."""
    names = [name for name in ("staging", "production") if body["value"] in name]
    await ack(options=[{"text": plain(name.title()), "value": name} for name in names])


async def submitted(ack: Any, body: Body, call: Client) -> None:
    """The form: errors at a field, or the card is updated and a file is added to its thread."""
    values = body["view"]["state"]["values"]
    note, place = values["note"]["note"]["value"], values["place"]["place"]["selected_option"]["value"]
    if note == "no":
        await ack(response_action="errors", errors={"note": "Say why."})
        return
    await ack()
    channel, ts = body["view"]["private_metadata"].split()
    words = f"<@{body['user']['id']}> proceeded to {place}: {note}"
    await call("chat_update", channel=channel, ts=ts, text="proceeded", blocks=card(words, is_open=False))
    await call(
        "files_upload_v2",
        channel=channel,
        thread_ts=ts,
        filename="build.log",
        content="built\n",
        initial_comment="The log.",
    )


async def mentioned(ack: Any, body: Body, call: Client) -> None:
    """A message to the app: an answer in its thread."""
    event = body["event"]
    await call("chat_postMessage", channel=event["channel"], thread_ts=event["ts"], text=f"Heard <@{event['user']}>.")


async def chosen(ack: Any, body: Body, call: Client) -> None:
    """A shortcut of a message: a private answer in its thread."""
    await ack()
    where = {"channel": body["channel"]["id"], "thread_ts": body["message"]["ts"]}
    await call("chat_postEphemeral", **where, user=body["user"]["id"], text=f"Chosen for: {body['message']['text']}")


async def at_home(ack: Any, body: Body, call: Client) -> None:
    """Somebody opens the App Home: it is published."""
    user = body["event"]["user"]
    block = {"type": "section", "text": {"type": "mrkdwn", "text": f"Nothing runs, <@{user}>."}}
    await call("views_publish", user_id=user, view={"type": "home", "blocks": [block]})


async def heard(ack: Any, body: Body, call: Client) -> None:
    """Any other message, which the manifest asks for."""


Listener = Callable[[Any, Body, Client], Awaitable[None]]


def register(app: Any, wrapped: Callable[[Listener], Any]) -> None:
    """Tell the app of all listeners."""
    app.command("/deploy")(wrapped(command))
    app.action("proceed")(wrapped(pressed))
    app.options("place")(wrapped(suggested))
    app.view("decision")(wrapped(submitted))
    app.event("app_mention")(wrapped(mentioned))
    app.shortcut("deploy_message")(wrapped(chosen))
    app.event("app_home_opened")(wrapped(at_home))
    app.event("message")(wrapped(heard))


def synchronous(listener: Listener) -> Any:
    """The listener for Bolt's synchronous app: what it awaits is done at once."""

    def listen(ack: Any, body: Body, client: WebClient) -> None:
        async def acked(**answer: Any) -> None:
            ack(**answer)

        async def call(method: str, **arguments: Any) -> Any:
            return getattr(client, method)(**arguments)

        asyncio.run(listener(acked, body, call))

    return listen


def asynchronous(listener: Listener) -> Any:
    """The listener for Bolt's asynchronous app."""

    async def listen(ack: Any, body: Body, client: AsyncWebClient) -> None:
        async def call(method: str, **arguments: Any) -> Any:
            return await getattr(client, method)(**arguments)

        await listener(ack, body, call)

    return listen


def serve_over_http() -> None:
    """Be called by Slack, at the port that the environment names."""
    client = WebClient(os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"])
    app = App(client=client, signing_secret=os.environ["SLACK_SIGNING_SECRET"])
    register(app, synchronous)
    app.start(int(os.environ["PORT"]), http_server_logger_enabled=False)


def serve_synchronously(transport: str) -> None:
    """Connect with a transport that uses threads, and stay."""
    if transport == "builtin":
        from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler
    else:
        from slack_bolt.adapter.socket_mode.websocket_client import SocketModeHandler  # type: ignore[assignment]
    client = WebClient(os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"])
    app = App(client=client)
    register(app, synchronous)
    SocketModeHandler(app, os.environ["SLACK_APP_TOKEN"]).connect()  # type: ignore[no-untyped-call]
    threading.Event().wait()


async def serve_asynchronously(transport: str) -> None:
    """Connect with a transport that uses asyncio, and stay."""
    if transport == "aiohttp":
        from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
    else:
        from slack_bolt.adapter.socket_mode.websockets import AsyncSocketModeHandler  # type: ignore[assignment]
    app = AsyncApp(client=AsyncWebClient(os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"]))
    register(app, asynchronous)
    await AsyncSocketModeHandler(app, os.environ["SLACK_APP_TOKEN"]).connect_async()
    await asyncio.Event().wait()


def main(transport: str) -> None:
    """Serve the story, until somebody ends the process."""
    if transport == "http":
        serve_over_http()
    elif transport in ASYNCHRONOUS:
        asyncio.run(serve_asynchronously(transport))
    else:
        serve_synchronously(transport)


if __name__ == "__main__":
    main(sys.argv[1])
