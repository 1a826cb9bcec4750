"""The workspace of a test: its people and channels, what the app shows in it, and waiting for that."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

from bot.sandbox.json_types import JsonObject
from bot.sandbox.testing.control import Control
from bot.sandbox.testing.errors import NotDone, NotSeen, indented, with_transcript
from bot.sandbox.testing.looks import Look, contains, is_reply
from bot.sandbox.testing.messages import Message
from bot.sandbox.testing.people import Person

__tracebackhide__ = True  # pytest shows the line of the test, not ours

T = TypeVar("T")

DEFAULT_TIMEOUT = 30.0
DEFAULT_CHANNEL = "deployments"


class Workspace:
    """A sandbox with an app in it. `timeout`: seconds that everything is waited for unless it says otherwise."""

    def __init__(self, control: Control, *, channel: str = DEFAULT_CHANNEL, timeout: float = DEFAULT_TIMEOUT) -> None:
        self.control = control
        self.timeout = timeout
        self.default_channel = channel
        self._before: set[str] = set()  # deliveries that are none of the test's business

    # Who and where

    def person(self, name: str) -> Person:
        """Somebody in it."""
        return Person(self, self.look().person(name)["id"], name)

    def people(self, *names: str) -> tuple[Person, ...]:
        """Several of them, in this order."""
        return tuple(self.person(name) for name in names)

    def add_person(self, name: str, **flags: bool | str) -> Person:
        """Somebody new, or a change of somebody: `is_stranger`, `is_restricted` (a guest), `deleted`; `real_name`."""
        return Person(self, self.done(self.control.post("users", name=name, **flags))["user"]["id"], name)

    def add_channel(self, name: str, *members: Person | str, is_private: bool = False) -> None:
        """A new channel; the app is in it only when it is among the members. Without members: everybody but the app."""
        names = [getattr(member, "name", member) for member in members]
        self.done(self.control.post("channels", name=name, members=names, is_private=is_private))

    def invite(self, who: Person | str, channel: str) -> None:
        """Somebody, or the app by its name, joins a channel."""
        name = getattr(who, "name", who)
        self.done(self.control.post("members", channel=channel, user=name, is_member=True))

    def set_group(self, handle: str, *members: Person | str) -> str:
        """A user group with exactly these members; its id."""
        names = [getattr(member, "name", member) for member in members]
        return str(self.done(self.control.post("usergroups", handle=handle, users=names))["usergroup"]["id"])

    # What is shown

    def card(self, *words: str, timeout: float | None = None) -> Message:
        """The app's newest message outside of threads that has all these words, as soon as there is one."""

        def found(look: Look) -> Message | None:
            for message in look.messages():
                is_public = not message.get("is_ephemeral") and not is_reply(message)
                if look.is_by_app(message) and is_public and contains(look.words(message), words):
                    return Message(self, message["channel"], message["ts"])
            return None

        return self.until(found, f"a card with {_quoted(words)}", timeout, _cards)

    def reply(self, *words: str, timeout: float | None = None) -> Message:
        """The newest message in any thread that has all these words, as soon as there is one."""

        def found(look: Look) -> Message | None:
            for message in look.messages():
                if is_reply(message) and contains(look.words(message), words):
                    return Message(self, message["channel"], message["ts"])
            return None

        return self.until(found, f"a reply with {_quoted(words)}", timeout)

    def messages(self, channel: str | None = None) -> list[Message]:
        """What is in a channel, with its threads, oldest first; private answers are not among them."""
        look = self.look()
        channel_id = look.channel(channel or self.default_channel)["id"]
        found = [m for m in look.messages(channel_id) if not m.get("is_ephemeral")]
        return [Message(self, channel_id, m["ts"]) for m in reversed(found)]

    @property
    def failed_calls(self) -> list[JsonObject]:
        """The app's calls of the Web API that failed, each with `method` and `error`."""
        return [call for call in self.look().state["calls"] if not call["ok"]]

    @property
    def failed_deliveries(self) -> list[JsonObject]:
        """What the app did not acknowledge in time, each with `kind`, `name` and `error`."""
        return [
            known for known in self.look().state["deliveries"] if not known["ok"] and known["id"] not in self._before
        ]

    def begin(self) -> None:
        """From here on failed deliveries count; before, no app was there to take them."""
        self._before = {known["id"] for known in self.look().state["deliveries"]}

    @property
    def transcript(self) -> str:
        """What happened so far, for people to read."""
        return self.control.transcript()

    # Looking, waiting, acting; for the other classes here and for questions that have no word of their own

    def look(self) -> Look:
        """Everything, as it is now."""
        return Look(self.control.state())

    def until(
        self,
        found: Callable[[Look], T | None],
        what: str,
        timeout: float | None = None,
        instead: Callable[[Look], list[str]] | None = None,
    ) -> T:
        """The first thing that `found` gives which is not false; `what` says what that is.

        Raises NotSeen after `timeout` seconds, which shows what is there `instead`, and the transcript."""
        seconds = self.timeout if timeout is None else timeout
        began = time.monotonic()
        seen: Any = self.control.looks_for(lambda state: found(Look(state)), seconds)
        if seen:
            return seen  # type: ignore[no-any-return]
        sentence = f"Waited {time.monotonic() - began:.1f} s for {what}; it did not come."
        if instead is not None:
            sentence += "\n" + indented(instead(self.look()))
        raise NotSeen(with_transcript(sentence, self.transcript))

    def done(self, answer: JsonObject, deed: str = "That") -> JsonObject:
        """The control API's answer to an act; raises NotDone when Slack or the app refused it."""
        if answer["ok"]:
            return answer
        why = str(answer.get("message") or _EXPLAINED.get(answer["error"], answer["error"]))
        raise NotDone(with_transcript(f"{deed} was not done: {why}", self.transcript))


_EXPLAINED = {
    "operation_timeout": "the app did not acknowledge within three seconds (operation_timeout).",
    "no_app_connected": "no app is connected (dispatch_failed).",
}


def _cards(look: Look) -> list[str]:
    """What there is instead of a card that did not come."""
    cards = [m for m in look.messages() if look.is_by_app(m) and not m.get("is_ephemeral") and not is_reply(m)]
    if not cards:
        return ["The app has posted none."]
    return ["There is:", *(f"- {' / '.join(look.lines(m)[:2])}, in {look.named(m['channel'])}" for m in cards[:10])]


def _quoted(words: tuple[str, ...]) -> str:
    return " and ".join(f"“{word}”" for word in words) or "any words"
