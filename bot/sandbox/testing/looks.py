"""One look at a sandbox: everything there is at that moment, found by its names."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.sandbox import readings
from bot.sandbox.json_types import JsonObject
from bot.sandbox.testing.errors import NotThere, nothing_like


@dataclass(frozen=True)
class Look:
    """The state of a sandbox, as its control API tells it."""

    state: JsonObject

    def named(self, some_id: str) -> str:
        """`@ben`, `#deployments`, `@sre`, or the id itself."""
        for user in self.state["users"]:
            if user["id"] == some_id:
                return f"@{user['name']}"
        for channel in self.state["channels"]:
            if channel["id"] == some_id:
                return f"#{channel['name']}"
        for group in self.state["usergroups"]:
            if group["id"] == some_id:
                return f"@{group['handle']}"
        return some_id

    def person(self, name: str) -> JsonObject:
        """The person with this name; raises NotThere, which names the others."""
        people: dict[str, JsonObject] = {user["name"]: user for user in self.state["users"] if not user["is_bot"]}
        if name not in people:
            raise NotThere(nothing_like("person", name, people, " in this workspace"))
        return people[name]

    def channel(self, name: str) -> JsonObject:
        """The channel with this name (with or without #) or id; raises NotThere, which names the others."""
        channels: dict[str, JsonObject] = {channel["name"]: channel for channel in self.state["channels"]}
        by_id: dict[str, JsonObject] = {channel["id"]: channel for channel in self.state["channels"]}
        found = channels.get(name.removeprefix("#")) or by_id.get(name)
        if found is None:
            raise NotThere(nothing_like("channel", name, channels, " in this workspace"))
        return found

    def messages(self, channel_id: str | None = None) -> Iterator[JsonObject]:
        """The messages, newest first."""
        for message in reversed(self.state["messages"]):
            if channel_id in (None, message["channel"]):
                yield message

    def message(self, channel_id: str, ts: str) -> JsonObject | None:
        """One message, None when it is gone."""
        return next((message for message in self.messages(channel_id) if message["ts"] == ts), None)

    def lines(self, message: JsonObject) -> list[str]:
        """What a person reads in it."""
        return readings.message_lines(message, self.named)

    def words(self, message: JsonObject) -> str:
        """The same with the text of its notification, for looking for words."""
        text = readings.mrkdwn(str(message.get("text") or ""), self.named)
        return "\n".join([text, *self.lines(message)])

    def is_by_app(self, message: JsonObject) -> bool:
        """Did the app write it?"""
        return bool(message.get("bot_id"))

    def modals(self, user_id: str) -> list[JsonObject]:
        """The forms that this person has open, the top one last."""
        stack: list[JsonObject] = self.state["modals"].get(user_id, [])
        return stack


def is_reply(message: JsonObject) -> bool:
    """Does it stand in a thread, and is not the thread's first message?"""
    return message.get("thread_ts") not in (None, message["ts"])


def contains(words: str, wanted: tuple[str, ...]) -> bool:
    """Are all of these in the words? Line ends and runs of spaces count as one space."""
    spaced = " ".join(words.split())
    return all(" ".join(one.split()) in spaced for one in wanted)
