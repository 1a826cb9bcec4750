"""The sections of a configuration and where each is written: in foredeck.yml, in a file or a folder of its own."""

from __future__ import annotations

from engine.definitions.fields import Field, Record
from engine.definitions.folders import Folder
from engine.definitions.nodes import Entry, Items, Node, Place, Table
from engine.definitions.readings import Reading

SECTIONS = ("defaults", "people", "teams", "grants", "environments", "built_in_worker", "artifacts", "built_in_feed",
            "worker_pools", "workers", "targets", "bastions", "accounts", "machine_policies", "variable_sets",
            "secret_stores", "freezes")  # fmt: skip

# One file each: `defaults`, `built_in_worker` and the like are one value, and the order of environments must not
# depend on the names of files.
_NEVER_A_FOLDER = ("defaults", "environments", "built_in_worker", "artifacts", "built_in_feed")


class Sections:
    """Finds the sections. One that is written in two places is a problem, and the first place is read."""

    def __init__(self, folder: Folder, main: Record) -> None:
        self._folder = folder
        self._main = main

    @property
    def reading(self) -> Reading:
        """Where problems go."""
        return self._folder.reading

    def field(self, name: str) -> Field:
        """What is written in this section; an empty field when nothing is."""
        places = self._places(name)
        if len(places) > 1:
            message = f"The section {name} is in {' and in '.join(label for label, _ in places)}."
            self.reading.note(places[1][1], name, "section-twice", message, "Keep one of them.")
        written = [field for label, _ in places for field in self._fields_in(label, name)]
        return written[0] if len(written) == 1 else self._joined(name, written)

    def _fields_in(self, label: str, name: str) -> list[Field]:
        if label == f"{name}.yml":
            fields = [self._unwrapped(name, self._folder.field(label, name))]
        elif label == f"{name}/":
            folder = self._folder.folder(name)
            fields = [self._unwrapped(name, folder.field(file, name)) for file in folder.yaml_files()]
        else:
            fields = [self._main.fields[name]]
        for field in fields:
            if not field.is_empty and not isinstance(field.node, Items if name == "grants" else Table):
                self.reading.give_up_on([name])
        return fields

    def _places(self, name: str) -> list[tuple[str, Place]]:
        places = []
        if name in self._main.fields:
            place = self._main.fields[name].place
            places.append((f"{place.file}:{place.line}", place))
        if self._folder.has(f"{name}.yml"):
            places.append((f"{name}.yml", Place(f"{name}.yml", 0, 0)))
        if self._folder.folder(name).yaml_files():
            if name in _NEVER_A_FOLDER:
                place = Place(f"{name}/", 0, 0)
                self.reading.note(place, name, "unknown-file", f"The section {name} is one file.", f"Use {name}.yml.")
            else:
                places.append((f"{name}/", Place(f"{name}/", 0, 0)))
        return places

    def _unwrapped(self, name: str, field: Field | None) -> Field:
        """What the file holds; it is the section, so the section's name is not repeated in it."""
        if field is None:
            self.reading.give_up_on([name])
            return self._nothing(name)
        if isinstance(field.node, Table) and [entry.key.text for entry in field.node.entries] == [name]:
            hint = f"Remove the line `{name}:` and the indentation below it."
            field.wrong("repeated-name", f"This file is the section {name} already.", hint)
            value = field.node.entries[0].value
            return Field(value, value.place, name, self.reading)
        return field

    def _joined(self, name: str, fields: list[Field]) -> Field:
        """Several files as one section, in the order of their names."""
        entries: list[Entry] = []
        items: list[Node] = []
        for field in fields:
            if isinstance(field.node, Table) and name != "grants":
                entries.extend(field.node.entries)
            elif isinstance(field.node, Items) and name == "grants":
                items.extend(field.node.nodes)
            elif not field.is_empty:
                expected = "a list" if name == "grants" else "a mapping"
                field.wrong("type", f"This must be {expected}.", "As the section is written in foredeck.yml.")
        nothing = self._nothing(name)
        node = Items(tuple(items), nothing.place) if name == "grants" else Table(tuple(entries), nothing.place)
        return Field(node, nothing.place, name, self.reading)

    def _nothing(self, name: str) -> Field:
        return Field(None, Place(f"{name}.yml", 0, 0), name, self.reading)
