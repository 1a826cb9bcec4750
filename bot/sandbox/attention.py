"""Each person's attention: what they have read, which threads they follow, what notified them. It decides nothing."""

from collections import deque

from bot.sandbox.changes import Changes
from bot.sandbox.ids import random_id
from bot.sandbox.journal import Journal
from bot.sandbox.json_types import JsonObject

NOTIFICATIONS_KEPT = 1_000


def place_of(channel_id: str, thread_ts: str | None) -> str:
    """How a read mark names a channel, or a thread in it."""
    return channel_id if thread_ts is None else f"{channel_id} {thread_ts}"


class Attention:
    """All of it, for all people. Every change goes to the journal and to who looks on."""

    def __init__(self, journal: Journal, changes: Changes) -> None:
        self._journal = journal
        self._changes = changes
        # The `ts` up to which a person has read a place.
        self.reads: dict[str, dict[str, str]] = {key: dict(marks) for key, marks in journal.all("reads")}
        self._follows = {key: set(document["users"]) for key, document in journal.all("follows")}
        self.notifications: deque[JsonObject] = deque(
            sorted((document for _, document in journal.all("notification")), key=lambda known: str(known["ts"])),
            maxlen=NOTIFICATIONS_KEPT,
        )

    @property
    def follows(self) -> dict[str, list[str]]:
        """Who follows which thread, by place."""
        return {place: sorted(users) for place, users in self._follows.items()}

    def is_followed(self, channel_id: str, thread_ts: str) -> bool:
        """Whether it is settled who follows this thread, be it nobody."""
        return place_of(channel_id, thread_ts) in self._follows

    def followers(self, channel_id: str, thread_ts: str) -> set[str]:
        """Who is told of replies there."""
        return self._follows.get(place_of(channel_id, thread_ts), set())

    def follow(self, channel_id: str, thread_ts: str, users: set[str]) -> None:
        """Let these people follow the thread as well."""
        known = self.followers(channel_id, thread_ts)
        if not users <= known or not self.is_followed(channel_id, thread_ts):
            self._keep_followers(place_of(channel_id, thread_ts), known | users)

    def unfollow(self, channel_id: str, thread_ts: str, user_id: str) -> None:
        """Tell this person no more of replies there."""
        known = self.followers(channel_id, thread_ts)
        if user_id in known:
            self._keep_followers(place_of(channel_id, thread_ts), known - {user_id})

    def read(self, user_id: str, place: str, ts: str) -> None:
        """The person has seen this place up to `ts`; an earlier one makes it unread again from there."""
        marks = self.reads.setdefault(user_id, {})
        if marks.get(place) == ts:
            return
        marks[place] = ts
        self._journal.put("reads", user_id, marks)
        self._changes.publish("read", user=user_id, place=place, ts=ts)

    def notify(self, user_id: str, reason: str, channel_id: str, message: JsonObject) -> None:
        """Write down that a message notified somebody."""
        if len(self.notifications) == NOTIFICATIONS_KEPT:
            self._journal.drop("notification", self.notifications[0]["id"])
        notification = {
            "id": random_id("N0"),
            "user": user_id,
            "reason": reason,
            "channel": channel_id,
            "ts": message["ts"],
            "thread_ts": message.get("thread_ts"),
        }
        self.notifications.append(notification)
        self._journal.put("notification", notification["id"], notification)
        self._changes.publish("notification", notification=notification)

    def _keep_followers(self, place: str, users: set[str]) -> None:
        self._follows[place] = users
        self._journal.put("follows", place, {"users": sorted(users)})
        self._changes.publish("follow", place=place, users=sorted(users))
