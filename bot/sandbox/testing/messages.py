"""Messages as people see them: their words, their buttons, their threads. A card is a message with a thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.sandbox import notifications
from bot.sandbox.json_types import JsonObject
from bot.sandbox.testing import elements
from bot.sandbox.testing.elements import Button, InMessage
from bot.sandbox.testing.errors import NotThere, nothing_like, with_transcript
from bot.sandbox.testing.looks import Look, contains, is_reply

if TYPE_CHECKING:
    from bot.sandbox.testing.people import Person
    from bot.sandbox.testing.workspaces import Workspace

__tracebackhide__ = True  # pytest shows the line of the test, not ours


@dataclass(frozen=True)
class Message:
    """One message. What it says is looked up each time, so it is always as it is now."""

    workspace: Workspace
    channel_id: str
    ts: str

    @property
    def raw(self) -> JsonObject:
        """The message as Slack's JSON; raises NotThere when it was deleted."""
        return self._in(self.workspace.look())

    @property
    def text(self) -> str:
        """All its words: the text that notifications show, then what a person reads from top to bottom."""
        look = self.workspace.look()
        return look.words(self._in(look))

    @property
    def lines(self) -> list[str]:
        """What a person reads from top to bottom."""
        look = self.workspace.look()
        return look.lines(self._in(look))

    @property
    def channel(self) -> str:
        """The name of the channel it is in."""
        return self.workspace.look().named(self.channel_id).removeprefix("#")

    @property
    def mentions(self) -> set[str]:
        """The names of those it mentions."""
        look = self.workspace.look()
        return {look.named(user).removeprefix("@") for user in notifications.mentions(self._in(look)).users}

    @property
    def notified(self) -> dict[str, str]:
        """Whom it notified when it was posted, by name, and why: `mention`, `group_mention`, `thread`, `broadcast` or
        `direct_message`."""
        look = self.workspace.look()
        return {
            look.named(one["user"]).removeprefix("@"): one["reason"]
            for one in look.state["notifications"]
            if (one["channel"], one["ts"]) == (self.channel_id, self.ts)
        }

    @property
    def files(self) -> list[JsonObject]:
        """The files in it, each with `name`, `size` and `url_private`."""
        files: list[JsonObject] = self.raw.get("files", [])
        return files

    @property
    def is_broadcast(self) -> bool:
        """Is it a reply that was also sent to the channel?"""
        return self.raw.get("subtype") == "thread_broadcast"

    @property
    def is_gone(self) -> bool:
        """Was it deleted?"""
        return self.workspace.look().message(self.channel_id, self.ts) is None

    @property
    def thread(self) -> Thread:
        """Its thread, also when nobody has answered yet; a reply's thread is the one it stands in."""
        return Thread(self.workspace, self.channel_id, str(self.raw.get("thread_ts") or self.ts))

    def wait_for(self, *words: str, timeout: float | None = None) -> Message:
        """Wait until it says all this; itself."""

        def found(look: Look) -> bool:
            message = look.message(self.channel_id, self.ts)
            return message is not None and contains(look.words(message), words)

        quoted = " and ".join(f"“{word}”" for word in words)
        name = self._name()
        self.workspace.until(found, f"{quoted} in {name}", timeout, self._instead)
        return self

    @property
    def buttons(self) -> list[str]:
        """The labels of its buttons, without those of its thread."""
        return [elements.label(place.element) for place in _places(self.raw)]

    def button(self, label: str, timeout: float | None = None) -> Button:
        """Its button with this label, else the one in its thread, as soon as there is one. `Proceed` means also
        `Proceed…`. Raises NotThere, which names the buttons that there are."""
        seconds = self.workspace.timeout if timeout is None else timeout
        found: Button | None = self.workspace.control.looks_for(lambda s: self._button(Look(s), label), seconds)
        if found is not None:
            return found
        look = self.workspace.look()
        there = [elements.label(place.element) for m in self._with_replies(look) for place in _places(m)]
        missing = nothing_like("button", label, there, f" on {self._name()}")
        raise NotThere(with_transcript(missing, self.workspace.transcript))

    def choose(self, what: str, value: str, *, as_: Person) -> None:
        """Choose an option in one of its selects, found by its placeholder or action id."""
        elements.find(self._in_message(self.raw), elements.blocks_of(self.raw), what).choose(value, as_=as_)

    def _button(self, look: Look, label: str) -> Button | None:
        for message in self._with_replies(look):
            place = elements.labelled(_places(message), label)
            if place is not None:
                return Button(self._in_message(message), place)
        return None

    def _with_replies(self, look: Look) -> list[JsonObject]:
        """Itself, then its thread from the newest reply to the oldest."""
        replies = [
            m
            for m in look.messages(self.channel_id)
            if is_reply(m) and m["thread_ts"] == self.ts and not m.get("is_ephemeral")
        ]
        own = look.message(self.channel_id, self.ts)
        return [*([own] if own is not None else []), *replies]

    def _in_message(self, message: JsonObject) -> InMessage:
        return InMessage(self.workspace, self.channel_id, message["ts"], message.get("visible_to"))

    def _in(self, look: Look) -> JsonObject:
        found = look.message(self.channel_id, self.ts)
        if found is None:
            raise NotThere(with_transcript("The message was deleted.", self.workspace.transcript))
        return found

    def _name(self) -> str:
        look = self.workspace.look()
        message = look.message(self.channel_id, self.ts)
        lines = look.lines(message) if message is not None else []
        return f"“{lines[0]}”" if lines else "the message"

    def _instead(self, look: Look) -> list[str]:
        message = look.message(self.channel_id, self.ts)
        return ["It was deleted."] if message is None else ["It says:", *look.lines(message)]


@dataclass(frozen=True)
class Thread:
    """The replies to a message."""

    workspace: Workspace
    channel_id: str
    ts: str

    @property
    def replies(self) -> list[Message]:
        """All of them, oldest first; private answers are not among them."""
        return [Message(self.workspace, self.channel_id, m["ts"]) for m in self._in(self.workspace.look())]

    def wait_for(self, *words: str, timeout: float | None = None) -> Message:
        """The newest reply that has all these words, as soon as there is one."""

        def found(look: Look) -> Message | None:
            for message in reversed(self._in(look)):
                if contains(look.words(message), words):
                    return Message(self.workspace, self.channel_id, message["ts"])
            return None

        quoted = " and ".join(f"“{word}”" for word in words)
        return self.workspace.until(found, f"a reply with {quoted}", timeout, self._instead)

    def _in(self, look: Look) -> list[JsonObject]:
        found = [
            m
            for m in look.messages(self.channel_id)
            if is_reply(m) and m["thread_ts"] == self.ts and not m.get("is_ephemeral")
        ]
        return list(reversed(found))

    def _instead(self, look: Look) -> list[str]:
        said = ["The thread has:", *(f"- {' / '.join(look.lines(m))}" for m in self._in(look))]
        return said if len(said) > 1 else ["The thread is empty."]


def _places(message: JsonObject) -> list[elements.Place]:
    return list(elements.pressed(elements.blocks_of(message)))
