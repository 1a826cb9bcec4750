"""What people do with messages: write, edit, delete, react, share a file."""

import base64
import binascii
import uuid

from bot.sandbox import messages, reactions, sharing
from bot.sandbox.channels import Channel
from bot.sandbox.control import actors, written
from bot.sandbox.delivery import feed
from bot.sandbox.errors import ControlError, SlackError
from bot.sandbox.json_types import JsonObject
from bot.sandbox.sandbox import Sandbox

FILE_BYTES = 3_000_000


async def write(sandbox: Sandbox, body: JsonObject) -> JsonObject:
    """`POST /sandbox/messages {user, channel, text, thread_ts?, broadcast?}`."""
    person, channel, thread_ts = _place(sandbox, body)
    content = written.content(sandbox.workspace, _text(body))
    author, is_broadcast = _by_client_of(person), bool(thread_ts and body.get("broadcast"))
    message = messages.post(sandbox.workspace, channel, author, content, thread_ts, is_broadcast)
    return await told(ts=message["ts"], channel=channel.id)


async def edit(sandbox: Sandbox, body: JsonObject) -> JsonObject:
    """`POST /sandbox/edits {user, channel, ts, text}`: a person's own message gets other words."""
    person, channel, message = _own(sandbox, body)
    content = written.content(sandbox.workspace, _text(body))
    if content["text"] != message["text"]:  # else only the ids of its blocks would change
        messages.edit(sandbox.workspace, channel, message, {"blocks": [], **content}, person["id"])
    return await told(ts=message["ts"], channel=channel.id)


async def delete(sandbox: Sandbox, body: JsonObject) -> JsonObject:
    """`POST /sandbox/deletions {user, channel, ts}`: a person's own message is gone."""
    _, channel, message = _own(sandbox, body)
    messages.delete(sandbox.workspace, channel, message)
    return await told(channel=channel.id)


async def react(sandbox: Sandbox, body: JsonObject) -> JsonObject:
    """`POST /sandbox/reactions {user, channel, ts, name, is_there?}`: put a reaction on a message, or take it away."""
    person = actors.user(sandbox, body)
    channel = actors.channel(sandbox, body, person)
    message = actors.message(sandbox, body, channel, person)
    if message.get("is_ephemeral"):
        raise ControlError("unknown_message", "Nobody can react to what only one person sees.")
    name = actors.text(body, "name").strip(":")
    act = reactions.put if body.get("is_there", True) else reactions.take_away
    try:
        act(sandbox.workspace, channel, message, person["id"], name)
    except SlackError as refusal:
        raise ControlError(refusal.error, f"The reaction {name!r} cannot be set so: {refusal.error}.") from refusal
    return await told(ts=message["ts"], channel=channel.id)


async def share(sandbox: Sandbox, body: JsonObject) -> JsonObject:
    """`POST /sandbox/files {user, channel, name, content | base64, text?, thread_ts?}`: a person shares a file."""
    person, channel, thread_ts = _place(sandbox, body)
    file = _added(sandbox, body, person)
    content = written.content(sandbox.workspace, actors.text(body, "text", ""))
    author = _by_client_of(person)
    message = sharing.share(sandbox.workspace, channel, author, content, [file], thread_ts)
    return await told(ts=message["ts"], channel=channel.id, file=file["id"])


async def upload(sandbox: Sandbox, body: JsonObject) -> JsonObject:
    """`POST /sandbox/uploads {user, name, content | base64}`: a person adds a file that a form will take along."""
    return {"ok": True, "file": _added(sandbox, body, actors.user(sandbox, body))["id"]}


async def told(**fields: object) -> JsonObject:
    """The answer, after the app has heard of it, if it wants to."""
    ack = await feed.heard()
    return {"ok": True, **fields, "ack_ms": ack.ms if ack else None, "error": ack.error if ack else None}


def _place(sandbox: Sandbox, body: JsonObject) -> tuple[JsonObject, Channel, str | None]:
    person = actors.user(sandbox, body)
    channel = actors.channel(sandbox, body, person)
    thread_ts = actors.optional_text(body, "thread_ts")
    if channel.is_archived:
        raise ControlError("is_archived", f"{channel.name} is archived.")
    if thread_ts is not None and thread_ts not in channel.messages:
        raise ControlError("unknown_message", f"There is no message {thread_ts} in {channel.name}.")
    return person, channel, thread_ts


def _own(sandbox: Sandbox, body: JsonObject) -> tuple[JsonObject, Channel, JsonObject]:
    person = actors.user(sandbox, body)
    channel = actors.channel(sandbox, body, person)
    message = actors.message(sandbox, body, channel, person)
    if message.get("user") != person["id"] or message.get("subtype") not in (None, "thread_broadcast"):
        raise ControlError("not_your_message", f"That is no message of {person['name']}'s own.")
    return person, channel, message


def _text(body: JsonObject) -> str:
    text = actors.text(body, "text")
    if not text.strip():
        raise ControlError("invalid_arguments", "text must not be empty")
    return text


def _by_client_of(person: JsonObject) -> JsonObject:
    """Slack's clients give each message that a person sends an id of their own."""
    return {"client_msg_id": str(uuid.uuid4()), **messages.by_person(person)}


def _added(sandbox: Sandbox, body: JsonObject, person: JsonObject) -> JsonObject:
    name = actors.text(body, "name")
    content = _content(body)
    if not name.strip() or len(name) > 255:
        raise ControlError("invalid_arguments", "name must have 1 to 255 characters")
    return sandbox.uploads.add(name, content, person)


def _content(body: JsonObject) -> bytes:
    try:
        if body.get("base64") is not None:
            content = base64.b64decode(actors.text(body, "base64"), validate=True)
        else:
            content = actors.text(body, "content").encode()
    except (binascii.Error, ValueError) as error:
        raise ControlError("invalid_arguments", "content must be text, or base64 be base64") from error
    if len(content) > FILE_BYTES:
        raise ControlError("invalid_arguments", f"a file may have {FILE_BYTES:,} bytes here")
    return content
