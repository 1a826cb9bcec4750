"""Forms: what they show, filling them in by the labels of their fields, and sending them off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.sandbox import readings
from bot.sandbox.elements import STATE_KEYS, places
from bot.sandbox.json_types import JsonObject
from bot.sandbox.testing import elements
from bot.sandbox.testing.elements import Button, Field, InView
from bot.sandbox.testing.errors import NotDone, NotThere, nothing_like, with_transcript
from bot.sandbox.testing.looks import Look, contains

if TYPE_CHECKING:
    from bot.sandbox.testing.people import Person

__tracebackhide__ = True  # pytest shows the line of the test, not ours


@dataclass(frozen=True)
class Modal:
    """A form that somebody has open. What it says is looked up each time."""

    person: Person
    id: str

    @property
    def raw(self) -> JsonObject:
        """The view as Slack's JSON; raises NotThere when it is closed."""
        return self._in(self.person.workspace.look())

    @property
    def title(self) -> str:
        """What stands on top."""
        return readings.plain(self.raw["title"])

    @property
    def text(self) -> str:
        """All its words from top to bottom, with what is entered."""
        look = self.person.workspace.look()
        return "\n".join(readings.view_lines(self._in(look), look.named))

    @property
    def values(self) -> dict[str, str]:
        """What is entered, by the labels of the fields."""
        look = self.person.workspace.look()
        view = self._in(look)
        states = view["state"]["values"]
        return {
            self._field(place).label: readings.chosen(states[place.block_id][place.action_id], look.named)
            for place in places(view["blocks"])
            if place.kind in STATE_KEYS
        }

    @property
    def is_open(self) -> bool:
        """Can the person still see it?"""
        return any(view["id"] == self.id for view in self.person.workspace.look().modals(self.person.id))

    def wait_for(self, *words: str, timeout: float | None = None) -> Modal:
        """Wait until it says all this; itself."""

        def found(look: Look) -> bool:
            views = [view for view in look.modals(self.person.id) if view["id"] == self.id]
            return bool(views) and contains("\n".join(readings.view_lines(views[0], look.named)), words)

        quoted = " and ".join(f"“{word}”" for word in words)
        self.person.workspace.until(found, f"{quoted} in the form of {self.person.name}", timeout)
        return self

    def field(self, wanted: str) -> Field:
        """The field with this label; raises NotThere, which names the others."""
        return elements.find(self._where, self.raw["blocks"], wanted)

    def button(self, wanted: str) -> Button:
        """A button within the form, which is not the one that sends it; raises NotThere, which names the others."""
        there = list(elements.pressed(self.raw["blocks"]))
        place = elements.labelled(there, wanted)
        if place is None:
            labels = [elements.label(one.element) for one in there]
            raise NotThere(nothing_like("button", wanted, labels, f" within the form “{self.title}”"))
        return Button(self._where, place)

    def submit(self, values: Mapping[str, Any] | None = None) -> None:
        """Fill these fields in, by their labels, and send the form off; what is left out keeps its value.

        Raises NotDone when Slack or the app holds it back, with the errors at its fields."""
        title = self.title
        errors = self.try_submit(values)
        if errors:
            told = "; ".join(f"{label}: {words}" for label, words in errors.items())
            sentence = f"The form “{title}” was not taken from {self.person.name}. {told}"
            raise NotDone(with_transcript(sentence, self.person.workspace.transcript))

    def try_submit(self, values: Mapping[str, Any] | None = None) -> dict[str, str]:
        """The same, and what is wrong by the labels of the fields; nothing when it was taken."""
        view, workspace = self.raw, self.person.workspace
        entered: dict[str, dict[str, Any]] = {}
        for label, value in (values or {}).items():
            place = elements.find(self._where, view["blocks"], label).place
            entered.setdefault(place.block_id, {})[place.action_id] = value
        answer = workspace.control.submits(self.person.id, self.id, entered)
        response = answer.get("response") or {}
        if response.get("response_action") == "errors":
            labels = {place.block_id: self._field(place).label for place in places(view["blocks"]) if place.is_input}
            return {labels.get(block, block): words for block, words in response["errors"].items()}
        workspace.done(answer, f"Sending “{readings.plain(view['title'])}” as {self.person.name}")
        return {}

    def close(self) -> None:
        """Close it without sending it."""
        workspace = self.person.workspace
        workspace.done(workspace.control.closes(self.person.id, self.id), f"Closing the form of {self.person.name}")

    @property
    def _where(self) -> InView:
        return InView(self.person, self.id)

    def _field(self, place: elements.Place) -> Field:
        return elements.field(self._where, place)

    def _in(self, look: Look) -> JsonObject:
        for view in look.modals(self.person.id):
            if view["id"] == self.id:
                return view
        sentence = f"The form that {self.person.name} had open is closed."
        raise NotThere(with_transcript(sentence, self.person.workspace.transcript))
