"""Channels and direct messages, and the order of the messages in them. Who may do what is decided by the callers."""

from bisect import insort
from dataclasses import dataclass, field, fields

from bot.sandbox.json_types import JsonObject
from bot.sandbox.people import TEAM_ID

DERIVED = ("messages", "timeline", "threads", "repliers")


@dataclass
class Channel:
    """A conversation. `user` is the person of a direct message with the app, else None."""

    id: str
    name: str
    creator: str
    created: int
    members: list[str]
    is_private: bool = False
    is_im: bool = False
    user: str | None = None
    topic: str = ""
    is_archived: bool = False
    is_mpim: bool = False
    is_open: bool = True
    purpose: str = ""
    # Who wrote the topic and the purpose, and when, as Slack shows it.
    notes: dict[str, JsonObject] = field(default_factory=dict)
    previous_names: list[str] = field(default_factory=list)
    pins: list[JsonObject] = field(default_factory=list)
    # The other workspaces that the channel is shared with.
    connected_teams: list[str] = field(default_factory=list)
    last_read: str = "0000000000.000000"
    messages: dict[str, JsonObject] = field(default_factory=dict, repr=False)
    timeline: list[str] = field(default_factory=list, repr=False)
    threads: dict[str, list[str]] = field(default_factory=dict, repr=False)
    # For each thread, who answered in it and how often, in the order of their first answers.
    repliers: dict[str, dict[str, int]] = field(default_factory=dict, repr=False)

    @property
    def kind(self) -> str:
        """Slack's word for its type: im, mpim, private_channel, or public_channel."""
        if self.is_im:
            return "im"
        if self.is_mpim:
            return "mpim"
        return "private_channel" if self.is_private else "public_channel"

    def add(self, message: JsonObject) -> None:
        """Take a message in, at its place in time."""
        ts, thread_ts = message["ts"], message.get("thread_ts")
        self.messages[ts] = message
        if thread_ts is None or thread_ts == ts or message.get("subtype") == "thread_broadcast":
            insort(self.timeline, ts)
        if thread_ts is not None and thread_ts != ts:
            insort(self.threads.setdefault(thread_ts, []), ts)
            repliers = self.repliers.setdefault(thread_ts, {})
            repliers[message["user"]] = repliers.get(message["user"], 0) + 1

    def show(self, ts: str) -> None:
        """Show a reply outside its thread, too."""
        insort(self.timeline, ts)

    def remove(self, ts: str) -> None:
        """Take a message out of everything."""
        message = self.messages.pop(ts)
        if ts in self.timeline:
            self.timeline.remove(ts)
        thread_ts = message.get("thread_ts")
        if thread_ts is not None and thread_ts != ts:
            self.threads[thread_ts].remove(ts)
            repliers = self.repliers[thread_ts]
            repliers[message["user"]] -= 1
            if not repliers[message["user"]]:
                del repliers[message["user"]]

    def document(self) -> JsonObject:
        """What the journal keeps; messages are documents of their own."""
        return {kept.name: getattr(self, kept.name) for kept in fields(self) if kept.name not in DERIVED}

    def to_slack(self, viewer: str, num_members: bool = False) -> JsonObject:
        """The conversation object that the Web API answers with, as `viewer` sees it."""
        if self.is_im:
            shown: JsonObject = {
                "id": self.id,
                "created": self.created,
                "is_im": True,
                "is_org_shared": False,
                "is_archived": self.is_archived,
                "context_team_id": TEAM_ID,
                "user": self.user,
                "is_user_deleted": False,
                "is_open": self.is_open,
                "last_read": self.last_read,
                "priority": 0,
            }
        else:
            shown = self._channel_to_slack(viewer)
        if num_members:
            shown["num_members"] = len(self.members)
        return shown

    def _channel_to_slack(self, viewer: str) -> JsonObject:
        return {
            "id": self.id,
            "name": self.name,
            "is_channel": not self.is_private,
            "is_group": self.is_private,
            "is_im": False,
            "is_mpim": self.is_mpim,
            "is_private": self.is_private,
            "created": self.created,
            "is_archived": self.is_archived,
            "is_general": False,
            "unlinked": 0,
            "name_normalized": self.name,
            "is_shared": bool(self.connected_teams),
            "is_org_shared": False,
            "is_ext_shared": bool(self.connected_teams),
            "is_pending_ext_shared": False,
            "pending_shared": [],
            "context_team_id": TEAM_ID,
            "updated": self.created * 1000,
            "creator": self.creator,
            "shared_team_ids": [TEAM_ID, *self.connected_teams],
            "is_member": viewer in self.members,
            **({"last_read": self.last_read} if viewer in self.members else {}),
            "topic": self._note("topic", self.topic),
            "purpose": self._note("purpose", self.purpose),
            "previous_names": self.previous_names,
        }

    def _note(self, name: str, value: str) -> JsonObject:
        return {"value": value, "creator": "", "last_set": 0, **self.notes.get(name, {})}
