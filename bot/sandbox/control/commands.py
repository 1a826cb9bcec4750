"""`POST /sandbox/commands`: a person types a slash command."""

import re

from bot.sandbox import messages
from bot.sandbox.blocks.content import checked_content
from bot.sandbox.channels import Channel
from bot.sandbox.control import actors
from bot.sandbox.control.written import handle_of
from bot.sandbox.delivery import payloads
from bot.sandbox.errors import ControlError, SlackError
from bot.sandbox.json_types import JsonObject
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.workspace import Workspace

# What a command's text calls a person, a group or a channel, when it stands alone between spaces.
MENTION = re.compile(r"(?<!\S)([@#])([\w.-]+)")
ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


async def type_command(sandbox: Sandbox, body: JsonObject) -> JsonObject:
    """Deliver the command and show what Slack would show: the app's answer, or that the command failed."""
    person = actors.user(sandbox, body)
    channel = actors.channel(sandbox, body, person)
    name = actors.text(body, "command")
    command = sandbox.manifest.commands.get(name if name.startswith("/") else f"/{name}")
    if command is None or person.get("is_stranger"):  # the commands of an app are there for its own workspace only
        _tell(sandbox.workspace, channel, person, f"{name} is not a valid command.")
        raise ControlError("unknown_command", f"The app's manifest has no command {name!r}.")
    thread_ts = actors.optional_text(body, "thread_ts")
    if thread_ts is not None:
        shown = f"{command.command} is not supported in threads. Sorry!"
        _tell(sandbox.workspace, channel, person, shown, thread_ts)
        raise ControlError("not_supported_in_threads", shown)
    text = actors.text(body, "text", "").strip()
    payload = payloads.slash_command(
        sandbox.workspace,
        person,
        channel,
        command.command,
        escaped(sandbox.workspace, text) if command.should_escape else text,
        sandbox.triggers.new(person["id"]),
        sandbox.response_urls.new(channel.id, person["id"]),
    )
    about = {"user": person["id"], "channel": channel.id, "name": command.command}
    ack = await sandbox.deliver("slash_commands", "slash_commands", payload, about)
    if ack.error is not None:
        shown = "dispatch_failed" if ack.error == "no_app_connected" else ack.error
        _tell(sandbox.workspace, channel, person, f'{command.command} failed with the error "{shown}"')
        return actors.outcome(ack)
    try:
        _answer(sandbox.workspace, channel, person, ack.payload or {})
    except SlackError as refusal:
        _tell(sandbox.workspace, channel, person, f'{command.command} failed with the error "{refusal.error}"')
        return {**actors.outcome(ack), "ok": False, "error": refusal.error, **refusal.fields}
    return actors.outcome(ack)


def escaped(workspace: Workspace, text: str) -> str:
    """The text as an app gets it with should_escape: entities, and ids where people, groups and channels were named."""

    def replaced(match: re.Match[str]) -> str:
        sign, name = match.groups()
        if sign == "@":
            user = workspace.user(name)
            named = f"<@{user['id']}|{user['name']}>" if user is not None else handle_of(workspace, name)
            return named or match.group()
        channel = workspace.channel(name)
        return f"<#{channel.id}|{channel.name}>" if channel is not None else match.group()

    return MENTION.sub(replaced, text.translate(ENTITIES))


def _answer(workspace: Workspace, channel: Channel, person: JsonObject, payload: JsonObject) -> None:
    """Show what came with the ack: to the person, or to all when it says `in_channel`."""
    if not any(payload.get(key) for key in ("text", "blocks", "attachments")):
        return
    content, author = checked_content(payload), messages.by_app(workspace)
    if payload.get("response_type") == "in_channel":
        messages.post(workspace, channel, author, content)
    else:
        messages.post_ephemeral(workspace, channel, author, content, person["id"])


def _tell(workspace: Workspace, channel: Channel, person: JsonObject, text: str, thread_ts: str | None = None) -> None:
    author = messages.by_slackbot()
    messages.post_ephemeral(workspace, channel, author, {"text": text}, person["id"], thread_ts)
