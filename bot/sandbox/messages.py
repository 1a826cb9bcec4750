"""The life of a message: posted, edited, deleted, answered in a thread, or shown to one person only.

The callers have checked that it may be done; here it is done as Slack does it."""

from bot.sandbox import notifications
from bot.sandbox.attention import place_of
from bot.sandbox.channels import Channel
from bot.sandbox.json_types import JsonObject
from bot.sandbox.people import SLACKBOT, TEAM_ID
from bot.sandbox.workspace import Workspace

EPHEMERALS_KEPT = 1_000
TOMBSTONE = "This message was deleted."


def by_app(workspace: Workspace) -> JsonObject:
    """The keys that say that the app wrote it."""
    bot = workspace.users[workspace.bot_user_id]
    return {
        "user": workspace.bot_user_id,
        "bot_id": workspace.bot_id,
        "app_id": workspace.app_id,
        "team": TEAM_ID,
        "bot_profile": {
            "id": workspace.bot_id,
            "app_id": workspace.app_id,
            "user_id": workspace.bot_user_id,
            "name": bot["real_name"],
            "icons": {},
            "deleted": False,
            "updated": bot["updated"],
            "team_id": TEAM_ID,
        },
    }


def by_person(person: JsonObject) -> JsonObject:
    """The keys that say that a person wrote it; somebody from elsewhere brings their own workspace's id."""
    elsewhere = {"user_team": person["team_id"], "source_team": person["team_id"]}
    return {"user": person["id"], "team": person["team_id"], **(elsewhere if person["team_id"] != TEAM_ID else {})}


def by_slackbot() -> JsonObject:
    """The keys that say that Slack itself wrote it."""
    return {"user": SLACKBOT, "username": "Slackbot", "team": TEAM_ID}


def post(
    workspace: Workspace,
    channel: Channel,
    author: JsonObject,
    content: JsonObject,
    thread_ts: str | None = None,
    broadcast: bool = False,
) -> JsonObject:
    """Put a message into a channel, or into the thread of `thread_ts`; `content` is text, blocks, files, metadata, …"""
    message: JsonObject = {**author, "type": "message", "ts": workspace.next_ts(), **content}
    if thread_ts is not None:
        message["thread_ts"] = thread_ts
        parent = channel.messages.get(thread_ts)
        if parent is not None:
            message["parent_user_id"] = parent["user"]
        if broadcast:
            message["subtype"] = "thread_broadcast"
            message["root"] = _summary(parent)
    channel.add(message)
    save(workspace, channel, message, "message")
    if thread_ts is not None:
        _count_replies(workspace, channel, thread_ts)
    _call_attention(workspace, channel, message)
    workspace.happenings.note("message", channel=channel, message=message)
    return message


def edit(workspace: Workspace, channel: Channel, message: JsonObject, content: JsonObject, editor: str) -> None:
    """Replace the given parts of a message. It is marked as edited when its words changed."""
    worded = ("text", "blocks", "attachments")
    changed = any(message.get(key) != content[key] for key in worded if key in content)
    previous = dict(message)
    workspace.remember_blocks(channel.id, message)
    message.update(content)
    for key in [key for key in ("blocks", "attachments", "metadata", "files") if key in content and not content[key]]:
        del message[key]
    if changed:
        message["edited"] = {"user": editor, "ts": workspace.next_ts()}
    save(workspace, channel, message, "message_changed")
    if changed:
        workspace.happenings.note("message_changed", channel=channel, message=message, previous=previous)


def broadcast(workspace: Workspace, channel: Channel, message: JsonObject) -> None:
    """Show a reply that is in a thread in its channel, too."""
    message.update(subtype="thread_broadcast", root=_summary(channel.messages.get(message["thread_ts"])))
    channel.show(message["ts"])
    save(workspace, channel, message, "message_changed")


def delete(workspace: Workspace, channel: Channel, message: JsonObject) -> None:
    """Remove a message; one with replies leaves a tombstone, as in Slack."""
    ts, thread_ts, previous = message["ts"], message.get("thread_ts"), dict(message)
    if channel.threads.get(ts):
        kept = {key: message[key] for key in ("ts", "thread_ts", "reply_count", "reply_users", "latest_reply")}
        message.clear()
        message.update(type="message", subtype="tombstone", user=SLACKBOT, hidden=True, text=TOMBSTONE, **kept)
        save(workspace, channel, message, "message_changed")
        workspace.happenings.note("message_changed", channel=channel, message=message, previous=previous)
        return
    channel.remove(ts)
    workspace.journal.drop("message", f"{channel.id} {ts}")
    workspace.changes.publish("message_deleted", message={"channel": channel.id, "ts": ts, "thread_ts": thread_ts})
    if thread_ts is not None and thread_ts != ts:
        _count_replies(workspace, channel, thread_ts)
    workspace.happenings.note("message_deleted", channel=channel, previous=previous)


def post_ephemeral(
    workspace: Workspace,
    channel: Channel,
    author: JsonObject,
    content: JsonObject,
    visible_to: str,
    thread_ts: str | None = None,
) -> JsonObject:
    """Show a message to one person only. It is in no history and does not survive."""
    message: JsonObject = {**author, "type": "message", "ts": workspace.next_ts(), **content}
    message.update(is_ephemeral=True, visible_to=visible_to)
    if thread_ts is not None:
        message["thread_ts"] = thread_ts
    workspace.ephemerals[channel.id, message["ts"]] = message
    while len(workspace.ephemerals) > EPHEMERALS_KEPT:
        del workspace.ephemerals[next(iter(workspace.ephemerals))]
    workspace.changes.publish("ephemeral", message={**message, "channel": channel.id})
    return message


def edit_ephemeral(workspace: Workspace, channel: Channel, message: JsonObject, content: JsonObject) -> None:
    """Replace what one person sees; only the app's response_url can do this."""
    workspace.remember_blocks(channel.id, message)
    for key in ("text", "blocks", "attachments"):
        message.pop(key, None)
    message.update(content)
    workspace.changes.publish("ephemeral_changed", message={**message, "channel": channel.id})


def delete_ephemeral(workspace: Workspace, channel: Channel, message: JsonObject) -> None:
    """Take away what one person sees."""
    workspace.ephemerals.pop((channel.id, message["ts"]), None)
    gone = {key: message[key] for key in ("ts", "visible_to", "is_ephemeral")}
    workspace.changes.publish("message_deleted", message={**gone, "channel": channel.id})


def save(workspace: Workspace, channel: Channel, message: JsonObject, kind: str) -> None:
    """Keep a new or changed message and tell who looks on."""
    workspace.journal.put("message", f"{channel.id} {message['ts']}", message)
    workspace.changes.publish(kind, message={**message, "channel": channel.id})


def begin_following(workspace: Workspace, channel: Channel, root_ts: str) -> None:
    """Let who wrote the first message of a new thread follow it; who was named in it does so already."""
    root = channel.messages.get(root_ts)
    if root is not None and not workspace.attention.is_followed(channel.id, root_ts):
        workspace.attention.follow(channel.id, root_ts, {str(root.get("user"))} & set(_people(workspace, channel)))


def _call_attention(workspace: Workspace, channel: Channel, message: JsonObject) -> None:
    """Notify people of a new message. Who replies in a thread or is named there follows it from then on."""
    thread_ts = message.get("thread_ts")
    people = _people(workspace, channel)
    named = notifications.mentions(message).users & set(people)
    if thread_ts is not None:
        begin_following(workspace, channel, thread_ts)
    if thread_ts is not None or named:
        author = {str(message.get("user"))} & set(people)
        workspace.attention.follow(channel.id, thread_ts or message["ts"], named | author)
    followers = workspace.attention.followers(channel.id, thread_ts) if thread_ts is not None else set()
    told = notifications.reasons(message, people, channel.is_im, workspace.usergroups, followers)
    for user_id, reason in told.items():
        workspace.attention.notify(user_id, reason, channel.id, message)
    if message.get("user") in people:
        workspace.attention.read(message["user"], place_of(channel.id, thread_ts), message["ts"])


def _people(workspace: Workspace, channel: Channel) -> list[str]:
    return [member for member in channel.members if workspace.is_active_person(member)]


def _summary(parent: JsonObject | None) -> JsonObject:
    if parent is None:
        return {}
    return {key: parent[key] for key in ("user", "type", "ts", "text", "thread_ts", "bot_id") if key in parent}


def _count_replies(workspace: Workspace, channel: Channel, thread_ts: str) -> None:
    parent = channel.messages.get(thread_ts)
    if parent is None:
        return
    replies = channel.threads.get(thread_ts, [])
    for key in ("thread_ts", "reply_count", "reply_users", "reply_users_count", "latest_reply"):
        parent.pop(key, None)
    if replies:
        users = list(channel.repliers[thread_ts])
        parent.update(
            thread_ts=thread_ts,
            reply_count=len(replies),
            reply_users_count=len(users),
            latest_reply=replies[-1],
            reply_users=users[:5],
            is_locked=False,
            subscribed=True,
        )
    save(workspace, channel, parent, "message_changed")
