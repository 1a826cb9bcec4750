"""The Events API: only what the manifest subscribes to and the app can see; told again when it is not acked."""

import secrets

from bot.sandbox.channels import Channel
from bot.sandbox.delivery import payloads
from bot.sandbox.delivery.acks import Ack
from bot.sandbox.json_types import JsonObject
from bot.sandbox.people import TEAM_ID
from bot.sandbox.sandbox import Sandbox

RETRY_AFTER = (0.0, 60.0, 300.0)
MESSAGE_EVENTS = {"im": "message.im", "private_channel": "message.groups", "public_channel": "message.channels"}


async def message_posted(sandbox: Sandbox, channel: Channel, message: JsonObject) -> Ack | None:
    """Tell the app of a person's message; None when it is not to hear of it."""
    if sandbox.workspace.bot_user_id not in channel.members:
        return None
    ack = None
    if MESSAGE_EVENTS[channel.kind] in sandbox.manifest.events:
        ack = await tell(sandbox, payloads.message_event(channel, message), message["user"], channel.id)
    is_mention = f"<@{sandbox.workspace.bot_user_id}>" in message["text"] and not channel.is_im
    if is_mention and "app_mention" in sandbox.manifest.events:
        event = {**payloads.message_event(channel, message), "type": "app_mention"}
        event.pop("channel_type")
        ack = await tell(sandbox, event, message["user"], channel.id)
    return ack


async def home_opened(sandbox: Sandbox, user_id: str) -> Ack | None:
    """Tell the app that somebody looks at its App Home."""
    if "app_home_opened" not in sandbox.manifest.events:
        return None
    channel = sandbox.workspace.direct_message(user_id)
    event: JsonObject = {
        "type": "app_home_opened",
        "user": user_id,
        "channel": channel.id,
        "tab": "home",
        "event_ts": f"{sandbox.clock.now():.6f}",
    }
    home = sandbox.modals.homes.get(user_id)
    if home is not None:
        event["view"] = home
    return await tell(sandbox, event, user_id, channel.id)


async def member_joined(sandbox: Sandbox, channel: Channel, user_id: str) -> Ack | None:
    """Tell the app that somebody, perhaps itself, came into a channel that it is in."""
    if "member_joined_channel" not in sandbox.manifest.events or sandbox.workspace.bot_user_id not in channel.members:
        return None
    event = {
        "type": "member_joined_channel",
        "user": user_id,
        "channel": channel.id,
        "channel_type": "G" if channel.is_private else "C",
        "team": TEAM_ID,
        "event_ts": f"{sandbox.clock.now():.6f}",
    }
    return await tell(sandbox, event, user_id, channel.id)


async def group_changed(sandbox: Sandbox, group: JsonObject, before: list[str]) -> Ack | None:
    """Tell the app that a user group has other members than before."""
    if "subteam_members_changed" not in sandbox.manifest.events or group["users"] == before:
        return None
    added = [user for user in group["users"] if user not in before]
    removed = [user for user in before if user not in group["users"]]
    event = {
        "type": "subteam_members_changed",
        "subteam_id": group["id"],
        "team_id": TEAM_ID,
        "date_previous_update": group["date_create"],
        "date_update": group["date_update"],
        "added_users": added,
        "added_users_count": len(added),
        "removed_users": removed,
        "removed_users_count": len(removed),
        "event_ts": f"{sandbox.clock.now():.6f}",
    }
    return await tell(sandbox, event, None, None)


async def tell(sandbox: Sandbox, event: JsonObject, user_id: str | None, channel_id: str | None) -> Ack:
    """Deliver one event; an event without an ack is repeated in the background, three times."""
    payload = payloads.event_callback(sandbox.workspace, event, f"Ev{secrets.token_hex(5).upper()}")
    about = {"user": user_id, "channel": channel_id, "name": event["type"]}
    ack = await sandbox.deliver("events_api", "events_api", payload, about)
    if ack.error is not None and not ack.is_final:
        sandbox.in_background(_again(sandbox, payload, about, ack))
    return ack


async def _again(sandbox: Sandbox, payload: JsonObject, about: JsonObject, failed: Ack) -> None:
    for attempt, seconds in enumerate(RETRY_AFTER, start=1):
        await sandbox.clock.sleep(seconds)
        failed = await sandbox.deliver("events_api", "events_api", payload, about, (attempt, failed.reason))
        if failed.error is None or failed.is_final:
            return
