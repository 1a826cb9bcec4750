"""People: what they type, write and press, and what only they see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.sandbox import readings
from bot.sandbox.json_types import JsonObject
from bot.sandbox.testing.errors import NotDone, NotThere, nothing_like
from bot.sandbox.testing.looks import Look, contains
from bot.sandbox.testing.messages import Message
from bot.sandbox.testing.modals import Modal

if TYPE_CHECKING:
    from bot.sandbox.testing.elements import Button
    from bot.sandbox.testing.workspaces import Workspace

__tracebackhide__ = True  # pytest shows the line of the test, not ours


@dataclass(frozen=True)
class Answer:
    """What somebody saw right after typing a command. `message` is None when there was no answer."""

    text: str
    message: Message | None = None

    @property
    def buttons(self) -> list[str]:
        """The labels of its buttons."""
        return self.message.buttons if self.message is not None else []

    @property
    def raw(self) -> JsonObject:
        """The answer as Slack's JSON; empty when there was none."""
        return self.message.raw if self.message is not None else {}

    def button(self, label: str) -> Button:
        """A button of the answer."""
        if self.message is None:
            raise NotDone(f"There was no answer, so it has no button “{label}”.")
        return self.message.button(label)


@dataclass(frozen=True)
class Person:
    """Somebody in the workspace."""

    workspace: Workspace
    id: str
    name: str

    def types(self, line: str, in_: str | None = None) -> Answer:
        """Type a slash command into a channel and send it; raises NotDone when it fails as Slack shows it."""
        channel = in_ or self.workspace.default_channel
        answer = self.workspace.control.types(self.id, channel, line)
        self.workspace.done(answer, f"“{line}”, typed by {self.name},")
        payload: JsonObject = answer["response"] or {}
        if not any(payload.get(key) for key in ("text", "blocks", "attachments")):
            return Answer("")
        look = self.workspace.look()
        is_public = payload.get("response_type") == "in_channel"
        for message in look.messages(look.channel(channel)["id"]):
            if look.is_by_app(message) and message.get("visible_to") == (None if is_public else self.id):
                return Answer(look.words(message), Message(self.workspace, message["channel"], message["ts"]))
        return Answer("")

    def writes(self, text: str, in_: str | None = None, thread: Message | None = None) -> Message:
        """Write a message, into a channel or into a thread."""
        channel = thread.channel_id if thread is not None else in_ or self.workspace.default_channel
        written = self.workspace.control.writes(self.id, channel, text, thread.ts if thread is not None else None)
        self.workspace.done(written, f"“{text}”, written by {self.name},")
        return Message(self.workspace, written["channel"], written["ts"])

    def mentions(self, text: str, in_: str | None = None, thread: Message | None = None) -> Message:
        """Write a message to the app: its name, then the text."""
        look = self.workspace.look()
        app = look.named(look.state["app"]["bot_user_id"])
        return self.writes(f"{app} {text}", in_, thread)

    def clicks(self, button: Button) -> None:
        """Press a button."""
        button.click(as_=self)

    def chooses(self, shortcut: str, on: Message | None = None) -> None:
        """Choose a shortcut of the app by its name or callback id: one of a message with `on`, else a global one."""
        known = self.workspace.look().state["shortcuts"]
        found = next((one for one in known if shortcut in (one["name"], one["callback_id"])), None)
        if found is None:
            raise NotThere(nothing_like("shortcut", shortcut, [one["name"] for one in known]))
        where = {"channel": on.channel_id, "ts": on.ts} if on is not None else {}
        answer = self.workspace.control.post("shortcuts", user=self.id, callback_id=found["callback_id"], **where)
        self.workspace.done(answer, f"Choosing the shortcut “{shortcut}” as {self.name}")

    def opens_home(self) -> str:
        """Open the App Home; all its words as soon as the app has published them."""
        self.workspace.done(self.workspace.control.post("homes", user=self.id), f"Opening the App Home as {self.name}")

        def found(look: Look) -> str | None:
            home = look.state["homes"].get(self.id)
            return "\n".join(readings.view_lines(home, look.named)) if home else None

        return self.workspace.until(found, f"the App Home of {self.name}")

    def private(self, *words: str, timeout: float | None = None) -> Message:
        """The newest message that only this person sees and that has all these words, as soon as there is one."""

        def found(look: Look) -> Message | None:
            for message in look.messages():
                if message.get("visible_to") == self.id and contains(look.words(message), words):
                    return Message(self.workspace, message["channel"], message["ts"])
            return None

        quoted = " and ".join(f"“{word}”" for word in words)
        return self.workspace.until(found, f"a message that only {self.name} sees, with {quoted}", timeout)

    @property
    def modal(self) -> Modal:
        """The form that this person has open, as soon as there is one."""

        def found(look: Look) -> Modal | None:
            stack = look.modals(self.id)
            return Modal(self, stack[-1]["id"]) if stack else None

        return self.workspace.until(found, f"a form that {self.name} has open")

    def modal_with(self, *words: str, timeout: float | None = None) -> Modal:
        """The form on top that says all this, as soon as there is one: it may come on top of another."""

        def found(look: Look) -> Modal | None:
            stack = look.modals(self.id)
            says = bool(stack) and contains("\n".join(readings.view_lines(stack[-1], look.named)), words)
            return Modal(self, stack[-1]["id"]) if says else None

        quoted = " and ".join(f"“{word}”" for word in words)
        return self.workspace.until(found, f"{quoted} in a form of {self.name}", timeout)

    @property
    def has_modal(self) -> bool:
        """Is a form open for this person now?"""
        return bool(self.workspace.look().modals(self.id))
