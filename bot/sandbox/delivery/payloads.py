"""The payloads that Slack sends, with every key it sends. They are built here and judged nowhere."""

from urllib.parse import quote

from bot.sandbox.channels import Channel
from bot.sandbox.json_types import JsonObject
from bot.sandbox.people import TEAM_DOMAIN, TEAM_ID
from bot.sandbox.workspace import Workspace

VERIFICATION_TOKEN = "sandbox-verification-token"  # noqa: S105 - Slack's retired token; nothing trusts it


def slash_command(
    workspace: Workspace, user: JsonObject, channel: Channel, command: str, text: str, trigger_id: str, url: str
) -> JsonObject:
    """The form of a slash command; all its values are strings."""
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": TEAM_ID,
        "team_domain": TEAM_DOMAIN,
        "channel_id": channel.id,
        "channel_name": channel.name,
        "user_id": user["id"],
        "user_name": user["name"],
        "command": command,
        "text": text,
        "api_app_id": workspace.app_id,
        "is_enterprise_install": "false",
        "response_url": url,
        "trigger_id": trigger_id,
    }


def interaction(workspace: Workspace, kind: str, user: JsonObject) -> JsonObject:
    """What every interaction begins with."""
    return {**_interaction(kind, user), "api_app_id": workspace.app_id}


def _interaction(kind: str, user: JsonObject) -> JsonObject:
    return {
        "type": kind,
        "team": {"id": TEAM_ID, "domain": TEAM_DOMAIN},
        "user": {"id": user["id"], "username": user["name"], "name": user["name"], "team_id": user["team_id"]},
        "token": VERIFICATION_TOKEN,
        "enterprise": None,
        "is_enterprise_install": False,
    }


def shortcut(kind: str, callback_id: str, user: JsonObject, action_ts: str, trigger_id: str) -> JsonObject:
    """A shortcut: `message_action` of a message, or `shortcut` from anywhere. Slack names no app in them."""
    payload = {key: value for key, value in _interaction(kind, user).items() if key != "api_app_id"}
    return {**payload, "callback_id": callback_id, "action_ts": action_ts, "trigger_id": trigger_id}


def in_message(
    channel: Channel, message: JsonObject, state: JsonObject, attachment: JsonObject | None = None
) -> JsonObject:
    """Where something happened: a message, also one that only one person sees, or one of its attachments."""
    is_ephemeral = bool(message.get("is_ephemeral"))
    container: JsonObject = {
        "type": "message",
        "message_ts": message["ts"],
        "channel_id": channel.id,
        "is_ephemeral": is_ephemeral,
    }
    if "thread_ts" in message:
        container["thread_ts"] = message["thread_ts"]
    if attachment is not None:
        container.update(_in_attachment(attachment))
    where: JsonObject = {"container": container, "channel": {"id": channel.id, "name": channel.name}}
    if not is_ephemeral:  # Slack keeps no such message, so it cannot say what was in it
        where["message"] = message
    if attachment is not None and attachment.get("is_app_unfurl"):
        where["app_unfurl"] = attachment
    return {**where, "state": {"values": state}}


def _in_attachment(attachment: JsonObject) -> JsonObject:
    is_unfurl = bool(attachment.get("is_app_unfurl"))
    named = {"type": "message_attachment", "attachment_id": attachment["id"], "is_app_unfurl": is_unfurl}
    return {**named, **({"app_unfurl_url": attachment["app_unfurl_url"]} if is_unfurl else {})}


def in_view(view: JsonObject) -> JsonObject:
    """Where something happened: a modal or the App Home."""
    return {"container": {"type": "view", "view_id": view["id"]}, "view": view}


def event_callback(workspace: Workspace, event: JsonObject, event_id: str, is_shared: bool) -> JsonObject:
    """The outer envelope of the Events API."""
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": TEAM_ID,
        "context_team_id": TEAM_ID,
        "context_enterprise_id": None,
        "api_app_id": workspace.app_id,
        "event": event,
        "type": "event_callback",
        "event_id": event_id,
        "event_time": int(workspace.clock.now()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": TEAM_ID,
                "user_id": workspace.bot_user_id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": is_shared,
        "event_context": f"4-{quote(event_id)}",
    }
