"""chat.unfurl: what the app shows below a message for the links in it."""

from urllib.parse import urlsplit

from bot.sandbox import messages
from bot.sandbox.blocks.content import checked_blocks, is_readable
from bot.sandbox.channels import Channel
from bot.sandbox.errors import SlackError
from bot.sandbox.json_types import JsonObject
from bot.sandbox.webapi.calls import Call


def unfurl(call: Call) -> JsonObject:
    """chat.unfurl, for a message by its channel and ts; asks its author to sign in where that is wanted."""
    channel, message = _message(call)
    unfurls = call.get("unfurls")
    asks_to_sign_in = call.get("user_auth_required") or call.get("user_auth_message") or call.get("user_auth_blocks")
    if unfurls is None and not asks_to_sign_in:
        raise SlackError("missing_unfurls")
    made = [_attachment(call, url, given, message) for url, given in (unfurls or {}).items()]
    if made:
        urls = {attachment["from_url"] for attachment in made}
        kept = [known for known in message.get("attachments", []) if known.get("from_url") not in urls]
        numbered = [{**attachment, "id": number} for number, attachment in enumerate([*kept, *made], start=1)]
        previous = dict(message)
        message["attachments"] = numbered
        messages.save(call.workspace, channel, message, "message_changed")
        call.workspace.happenings.note("message_changed", channel=channel, message=message, previous=previous)
    if asks_to_sign_in:
        _ask_to_sign_in(call, channel, message)
    return {}


def _message(call: Call) -> tuple[Channel, JsonObject]:
    if call.get("unfurl_id") or call.get("source"):
        if not call.get("source"):
            raise SlackError("missing_source")
        if not call.get("unfurl_id"):
            raise SlackError("missing_unfurl_id")
        if call.get("source") not in ("composer", "conversations_history"):
            raise SlackError("invalid_source")
        channel_id, _, ts = str(call.get("unfurl_id")).partition("-")
    else:
        channel_id, ts = call.get("channel"), call.get("ts")
        if not channel_id:
            raise SlackError("missing_channel")
        if not ts:
            raise SlackError("missing_ts")
    channel = call.workspace.channels.get(channel_id)
    if channel is None or (channel.kind != "public_channel" and not call.is_member(channel)):
        raise SlackError("invalid_unfurl_id" if call.get("unfurl_id") else "cannot_find_channel")
    message = channel.messages.get(ts)
    if message is None:
        raise SlackError("invalid_unfurl_id" if call.get("unfurl_id") else "cannot_find_message")
    return channel, message


def _attachment(call: Call, url: str, given: object, message: JsonObject) -> JsonObject:
    if not isinstance(given, dict) or not given or not is_readable(given):
        raise SlackError("cannot_parse_attachment")
    shown = message["text"].replace("&amp;", "&")
    host = _host(url)
    domains = call.sandbox.manifest.unfurl_domains
    if url not in shown or not any(host == domain or host.endswith(f".{domain}") for domain in domains):
        raise SlackError("cannot_unfurl_url")
    attachment = {**given, "from_url": url, "app_unfurl_url": url, "is_app_unfurl": True}
    if "blocks" in given:
        attachment["blocks"] = checked_blocks(given["blocks"], "message")
    return {**attachment, "app_id": call.workspace.app_id, "bot_id": call.workspace.bot_id}


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:  # a host in brackets that is none
        return ""


def _ask_to_sign_in(call: Call, channel: Channel, message: JsonObject) -> None:
    author = messages.by_slackbot()
    words = call.get("user_auth_message") or f"Sign in to {call.workspace.app_name} to see previews of its links."
    if call.get("user_auth_url"):
        words += f" <{call.get('user_auth_url')}|Sign in>"
    content: JsonObject = {"text": words}
    if call.get("user_auth_blocks"):
        content["blocks"] = checked_blocks(call.get("user_auth_blocks"), "message")
    messages.post_ephemeral(call.workspace, channel, author, content, message["user"], message.get("thread_ts"))
