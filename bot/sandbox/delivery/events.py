"""The events of what happened, as Slack words them. Whether the app wants them, and telling it, is not done here."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from bot.sandbox.channels import Channel
from bot.sandbox.json_types import JsonObject
from bot.sandbox.manifest import Manifest
from bot.sandbox.people import TEAM_ID
from bot.sandbox.workspace import Workspace

MESSAGES = {"im": "im", "mpim": "mpim", "private_channel": "groups", "public_channel": "channels"}
CHANNEL_TYPES = {"im": "im", "mpim": "mpim", "private_channel": "group", "public_channel": "channel"}
LINK = re.compile(r"<(https?://[^<>|]+)(?:\|[^<>]*)?>")


@dataclass(frozen=True)
class Event:
    """An event, under which subscription it is told, and whose and where it is."""

    subscription: str
    body: JsonObject
    user: str | None = None
    channel: Channel | None = None


@dataclass(frozen=True)
class Scene:
    """Where things happen."""

    workspace: Workspace
    manifest: Manifest

    def now(self) -> str:
        """The time of an event."""
        return f"{self.workspace.clock.now():.6f}"

    def hears(self, channel: Channel) -> bool:
        """Whether the app is in this conversation."""
        return self.workspace.bot_user_id in channel.members


def of(scene: Scene, kind: str, what: dict[str, Any]) -> Iterator[Event]:
    """All events of one happening."""
    yield from BUILDERS[kind](scene, **what)


def home_opened(scene: Scene, user_id: str, home: JsonObject | None) -> Event:
    """Somebody looks at their App Home."""
    channel = scene.workspace.direct_message(user_id)
    body: JsonObject = {"type": "app_home_opened", "user": user_id, "channel": channel.id, "tab": "home"}
    body["event_ts"] = scene.now()
    if home is not None:
        body["view"] = home
    return Event("app_home_opened", body, user_id, channel)


def uninstalled(scene: Scene) -> Iterator[Event]:
    """The app is removed: its token is dead, and it is told so once more."""
    yield from _tokens_revoked(scene)
    yield Event("app_uninstalled", {"type": "app_uninstalled", "event_ts": scene.now()})


def _tokens_revoked(scene: Scene) -> Iterator[Event]:
    tokens = {"oauth": [], "bot": [scene.workspace.bot_user_id]}
    yield Event("tokens_revoked", {"type": "tokens_revoked", "tokens": tokens, "event_ts": scene.now()})


def _message(scene: Scene, channel: Channel, message: JsonObject) -> Iterator[Event]:
    body = {**message, "channel": channel.id, "event_ts": message["ts"], "channel_type": CHANNEL_TYPES[channel.kind]}
    if message.get("files"):
        body["subtype"] = "file_share"
    is_of_app = message.get("bot_id") == scene.workspace.bot_id
    if scene.hears(channel):
        yield Event(f"message.{MESSAGES[channel.kind]}", body, message.get("user"), channel)
        is_mention = f"<@{scene.workspace.bot_user_id}>" in message.get("text", "") and channel.kind != "im"
        if is_mention and not is_of_app and not body.get("subtype"):
            mention = {key: value for key, value in body.items() if key != "channel_type"}
            yield Event("app_mention", {**mention, "type": "app_mention"}, message["user"], channel)
    links = _links(scene.manifest, message.get("text", "")) if not is_of_app else []
    if links and (scene.hears(channel) or channel.kind == "public_channel"):
        yield Event("link_shared", _link_shared(scene, channel, message, links), message["user"], channel)


def _message_changed(scene: Scene, channel: Channel, message: JsonObject, previous: JsonObject) -> Iterator[Event]:
    body = {"subtype": "message_changed", "message": dict(message), "previous_message": previous}
    yield from _about_message(scene, channel, body, message.get("user"))


def _message_deleted(scene: Scene, channel: Channel, previous: JsonObject) -> Iterator[Event]:
    body = {"subtype": "message_deleted", "deleted_ts": previous["ts"], "previous_message": previous}
    yield from _about_message(scene, channel, body, previous.get("user"))


def _about_message(scene: Scene, channel: Channel, body: JsonObject, user_id: str | None) -> Iterator[Event]:
    if scene.hears(channel):
        ts, channel_type = scene.now(), CHANNEL_TYPES[channel.kind]
        outer = {"type": "message", "hidden": True, "channel": channel.id, "ts": ts, "channel_type": channel_type}
        yield Event(f"message.{MESSAGES[channel.kind]}", {**outer, **body, "event_ts": ts}, user_id, channel)


def _links(manifest: Manifest, text: str) -> list[JsonObject]:
    found = []
    for url in dict.fromkeys(LINK.findall(text)):
        host = (urlsplit(url).hostname or "").lower()
        domain = next((one for one in manifest.unfurl_domains if host == one or host.endswith(f".{one}")), None)
        if domain is not None:
            found.append({"url": url.replace("&amp;", "&"), "domain": domain})
    return found


def _link_shared(scene: Scene, channel: Channel, message: JsonObject, links: list[JsonObject]) -> JsonObject:
    thread: JsonObject = {"thread_ts": message["thread_ts"]} if "thread_ts" in message else {}
    return {
        "type": "link_shared",
        "channel": channel.id,
        "is_bot_user_member": scene.hears(channel),
        "user": message["user"],
        "message_ts": message["ts"],
        **thread,
        "unfurl_id": f"{channel.id}-{message['ts']}",
        "source": "conversations_history",
        "links": links,
        "event_ts": scene.now(),
    }


def _reaction(kind: str) -> Callable[..., Iterator[Event]]:
    def built(scene: Scene, channel: Channel, message: JsonObject, user: str, name: str) -> Iterator[Event]:
        if scene.hears(channel):
            item = {"type": "message", "channel": channel.id, "ts": message["ts"]}
            author = {"item_user": message["user"]} if "user" in message else {}
            body = {"type": kind, "user": user, "reaction": name, "item": item, **author, "event_ts": scene.now()}
            yield Event(kind, body, user, channel)

    return built


def _member(kind: str) -> Callable[..., Iterator[Event]]:
    def built(scene: Scene, channel: Channel, user: str, inviter: str | None = None) -> Iterator[Event]:
        if not scene.hears(channel):
            return
        body: JsonObject = {
            "type": kind,
            "user": user,
            "channel": channel.id,
            "channel_type": "G" if channel.is_private else "C",
            "team": scene.workspace.users[user]["team_id"],
            "event_ts": scene.now(),
        }
        if inviter is not None:
            body["inviter"] = inviter
        yield Event(kind, body, user, channel)

    return built


def _channel(kind: str) -> Callable[..., Iterator[Event]]:
    def built(scene: Scene, channel: Channel, user: str | None = None) -> Iterator[Event]:
        if channel.is_private and not scene.hears(channel):
            return
        shown: Any = channel.id
        if kind in ("created", "rename"):
            shown = {"id": channel.id, "name": channel.name, "created": channel.created}
            if kind == "created":
                shown.update(creator=channel.creator, context_team_id=TEAM_ID)
        by = {"user": user} if user is not None else {}
        family = "group" if channel.is_private else "channel"
        body = {"type": f"{family}_{kind}", "channel": shown, **by, "event_ts": scene.now()}
        yield Event(f"{family}_{kind}", body, user, channel)

    return built


def _usergroup(scene: Scene, group: JsonObject, before: list[str] | None) -> Iterator[Event]:
    kind = "subteam_created" if before is None else "subteam_updated"
    yield Event(kind, {"type": kind, "subteam": dict(group), "event_ts": scene.now()})
    added = [user for user in group["users"] if user not in (before or [])]
    removed = [user for user in before or [] if user not in group["users"]]
    if added or removed:
        body = {
            "type": "subteam_members_changed",
            "subteam_id": group["id"],
            "team_id": TEAM_ID,
            "date_previous_update": group["date_create"],
            "date_update": group["date_update"],
            "added_users": added,
            "added_users_count": len(added),
            "removed_users": removed,
            "removed_users_count": len(removed),
            "event_ts": scene.now(),
        }
        yield Event("subteam_members_changed", body)


def _user(kind: str) -> Callable[..., Iterator[Event]]:
    def built(scene: Scene, user: JsonObject) -> Iterator[Event]:
        cached = {"cache_ts": int(scene.workspace.clock.now())}
        yield Event(kind, {"type": kind, "user": dict(user), **cached, "event_ts": scene.now()}, user["id"])

    return built


BUILDERS: dict[str, Callable[..., Iterator[Event]]] = {
    "message": _message,
    "message_changed": _message_changed,
    "message_deleted": _message_deleted,
    "reaction_added": _reaction("reaction_added"),
    "reaction_removed": _reaction("reaction_removed"),
    "member_joined_channel": _member("member_joined_channel"),
    "member_left_channel": _member("member_left_channel"),
    "channel_created": _channel("created"),
    "channel_rename": _channel("rename"),
    "channel_archive": _channel("archive"),
    "channel_unarchive": _channel("unarchive"),
    "usergroup": _usergroup,
    "tokens_revoked": _tokens_revoked,
    "team_join": _user("team_join"),
    "user_change": _user("user_change"),
}
