"""What people press and choose: buttons, selects and inputs, found by the words that are on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from bot.sandbox import elements, readings
from bot.sandbox.elements import EXTERNAL, PRESSED, STATE_KEYS, Place, blocks_of
from bot.sandbox.json_types import JsonObject
from bot.sandbox.testing.errors import NotDone, NotThere, nothing_like

if TYPE_CHECKING:
    from bot.sandbox.testing.people import Person
    from bot.sandbox.testing.workspaces import Workspace

__tracebackhide__ = True  # pytest shows the line of the test, not ours

__all__ = [
    "Button",
    "Field",
    "InMessage",
    "InView",
    "Place",
    "blocks_of",
    "field",
    "find",
    "label",
    "labelled",
    "pressed",
]


class Where(Protocol):
    """A place with elements, as the control API names it."""

    @property
    def workspace(self) -> Workspace:
        """The workspace it is in."""

    @property
    def fields(self) -> JsonObject:
        """channel and ts, or view_id."""

    def who(self, as_: Person | None) -> Person:
        """Who acts."""


@dataclass(frozen=True)
class InMessage:
    """In a message; `only_for` is the id of the person who alone sees it."""

    workspace: Workspace
    channel_id: str
    ts: str
    only_for: str | None = None

    @property
    def fields(self) -> JsonObject:
        """As the control API names it."""
        return {"channel": self.channel_id, "ts": self.ts}

    def who(self, as_: Person | None) -> Person:
        """The one given, else the only one who sees it."""
        if as_ is not None:
            return as_
        if self.only_for is None:
            raise TypeError("Everybody sees this: say who acts, for example .click(as_=ben).")
        return self.workspace.person(self.workspace.look().named(self.only_for).removeprefix("@"))


@dataclass(frozen=True)
class InView:
    """In a form that somebody has open."""

    person: Person
    view_id: str

    @property
    def workspace(self) -> Workspace:
        """The workspace it is in."""
        return self.person.workspace

    @property
    def fields(self) -> JsonObject:
        """As the control API names it."""
        return {"view_id": self.view_id}

    def who(self, as_: Person | None) -> Person:
        """Whose form it is; nobody else can act in it."""
        return as_ or self.person


@dataclass(frozen=True)
class Button:
    """A button."""

    where: Where
    place: Place

    @property
    def label(self) -> str:
        """What is on it."""
        return label(self.place.element)

    @property
    def confirm(self) -> str:
        """What it asks before it counts; nothing when it does not ask."""
        asked = self.place.element.get("confirm") or {}
        return "\n".join(readings.plain(asked[key]) for key in ("title", "text") if key in asked)

    @property
    def style(self) -> str:
        """`primary`, `danger`, or nothing."""
        return str(self.place.element.get("style") or "")

    @property
    def url(self) -> str:
        """What it opens, when it opens a page."""
        return str(self.place.element.get("url") or "")

    def click(self, as_: Person | None = None) -> None:
        """Press it and say yes to what it asks; raises NotDone when the app does not take it.

        `as_` may be left out where only one person can press it: in a private message and in a form."""
        who = self.where.who(as_)
        answer = who.workspace.control.clicks(
            who.id, self.place.action_id, block_id=self.place.block_id, **self.where.fields
        )
        who.workspace.done(answer, f"Pressing [{self.label}] as {who.name}")


@dataclass(frozen=True)
class Field:
    """A select, an input, or a menu."""

    where: Where
    place: Place

    @property
    def label(self) -> str:
        """What stands above or in it."""
        return _label_of_field(self.place)

    def options(self, typed: str = "", *, as_: Person | None = None) -> list[str]:
        """What it offers; an external select after somebody typed this."""
        if self.place.kind not in EXTERNAL:
            return [readings.plain(option["text"]) for option in elements.options_of(self.place.element)]
        who = self.where.who(as_)
        answer = who.workspace.control.suggestions(
            who.id, self.place.action_id, typed, block_id=self.place.block_id, **self.where.fields
        )
        who.workspace.done(answer, f"Typing into {self.label} as {who.name}")
        groups = [option for group in answer["option_groups"] for option in group["options"]]
        return [readings.plain(option["text"]) for option in [*answer["options"], *groups]]

    def choose(self, value: Any, *, as_: Person | None = None) -> None:
        """Choose or enter this: an option by its words or value, a person or channel by name, a date as 2026-11-25."""
        who = self.where.who(as_)
        answer = who.workspace.control.clicks(
            who.id, self.place.action_id, block_id=self.place.block_id, value=value, **self.where.fields
        )
        if answer["error"] == "invalid_arguments":
            offered = self.options(as_=as_) if self.place.kind not in EXTERNAL else []
            if offered:
                raise NotThere(nothing_like("option", str(value), offered, f" in {self.label}"))
        who.workspace.done(answer, f"Choosing “{value}” for {self.label} as {who.name}")


def label(element: JsonObject) -> str:
    """The words on an element that is pressed."""
    return readings.plain(element.get("text")) or str(element.get("alt_text") or element.get("action_id"))


def pressed(blocks: list[JsonObject]) -> Iterator[Place]:
    """Everything to press in these blocks."""
    return (place for place in elements.places(blocks) if place.kind in PRESSED and place.kind != "overflow")


def labelled(places: Iterable[Place], wanted: str) -> Place | None:
    """The first with exactly this label or action id; else the first whose label is this but for case and `…`; else the
    only one whose label begins with it."""
    known = list(places)
    for place in known:
        if wanted in (label(place.element), place.action_id):
            return place
    folded = [(_folded(label(place.element)), place) for place in known]
    for words, place in folded:
        if words == _folded(wanted):
            return place
    beginning = [place for words, place in folded if words.startswith(_folded(wanted))]
    return beginning[0] if len(beginning) == 1 else None


def find(where: Where, blocks: list[JsonObject], wanted: str) -> Field:
    """The select, input or menu with this label, placeholder or action id; raises NotThere, which names the others."""
    places = [place for place in elements.places(blocks) if place.kind in STATE_KEYS or place.kind == "overflow"]
    for place in places:
        if wanted in (place.action_id, place.block_id) or _folded(_label_of_field(place)) == _folded(wanted):
            return Field(where, place)
    raise NotThere(nothing_like("field", wanted, map(_label_of_field, places), " here"))


def field(where: Where, place: Place) -> Field:
    """The field that stands there."""
    if place.kind not in STATE_KEYS:
        raise NotDone(f"Nothing can be entered into a {place.kind}.")
    return Field(where, place)


def _label_of_field(place: Place) -> str:
    above = readings.plain(place.block.get("label")) if place.is_input else ""
    return above or readings.plain(place.element.get("placeholder")) or place.action_id


def _folded(words: str) -> str:
    return " ".join(words.casefold().rstrip("….").split())
