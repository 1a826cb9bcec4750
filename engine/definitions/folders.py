"""The files of a configuration folder: which there are, and their text. It knows names and sizes, not what is in them.

Nothing outside the folder is read: a link that leads out is refused, and so is everything that is not a regular file.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.definitions.fields import Field
from engine.definitions.nodes import Place, parse_yaml, shown
from engine.definitions.readings import Reading, close_to

LARGEST_FILE = 1024 * 1024
"""In bytes, for each YAML file and each script."""

_SUFFIXES = (".yml", ".yaml")


@dataclass(frozen=True)
class Unreadable(Exception):
    """A file that cannot be used: the rule, why, the way out, and the line when one can be named."""

    rule: str
    message: str
    suggestion: str = ""
    line: int = 0


def read_text(path: Path, inside: Path) -> str:
    """The text of this file, which must lie in the folder `inside`, links followed. Raises `Unreadable`."""
    try:
        real = path.resolve(strict=True)
        if not real.is_relative_to(inside.resolve(strict=True)):
            raise Unreadable("outside", "This link leads out of the folder.", "Put a copy of the file in its place.")
        if not real.is_file():
            raise Unreadable("unreadable", "This is not a file.", "Put a file in its place.")
        with real.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        raise Unreadable("unreadable", f"This file cannot be read: {reason}.", "Check the path and its mode.") from None
    except (ValueError, RuntimeError):  # a NUL in the name; a loop of links
        raise Unreadable("unreadable", "This file cannot be read.", "Check the path.") from None
    if len(content) > LARGEST_FILE:
        raise Unreadable(
            "too-large", "This file is larger than 1 MB.", "Divide it, or check that it is the right file."
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = f"This file is not UTF-8 text (line {line})."
        raise Unreadable("not-utf-8", message, "Save it as UTF-8.", line) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise Unreadable("not-text", f"This file holds a zero byte (line {line}), so it is not text.", line=line)
    return text


class Folder:
    """A configuration folder, or a folder in it, and the reading that its problems go to."""

    def __init__(self, root: Path, reading: Reading, below: str = "") -> None:
        self.root = root
        self.reading = reading
        self._below = below

    @property
    def path(self) -> Path:
        """Where it is."""
        return self.root / self._below

    def folder(self, name: str) -> Folder:
        """A folder in this one."""
        return Folder(self.root, self.reading, self.label(name))

    def label(self, name: str = "") -> str:
        """How a file in this folder is called in messages."""
        return f"{self._below}/{name}".strip("/")

    def has(self, name: str) -> bool:
        """Is there something of this name? A link that leads nowhere counts: reading it says so."""
        return os.path.lexists(self.path / name)

    def names(self) -> list[str]:
        """What is in it, hidden names left out, sorted; empty when it is no folder."""
        try:
            return sorted(entry.name for entry in self.path.iterdir() if not entry.name.startswith("."))
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            message = f"This folder cannot be read: {error.strerror or 'no reason given'}."
            self._note(self.label(), "unreadable", message, "Check its path and mode.")
            return []

    def subfolders(self) -> list[str]:
        """The names of the folders in it."""
        return [name for name in self.names() if (self.path / name).is_dir()]

    def yaml_files(self) -> list[str]:
        """The names of the YAML files in it."""
        return [name for name in self.names() if name.endswith(_SUFFIXES) and not (self.path / name).is_dir()]

    def field(self, name: str, path: str) -> Field | None:
        """What this YAML file holds; None after a problem."""
        label = self.label(name)
        try:
            text = read_text(self.path / name, inside=self.root)
        except Unreadable as why:
            self._note(label, why.rule, why.message, why.suggestion, line=why.line, path=path)
            return None
        node, problems = parse_yaml(text, label)
        self.reading.problems.extend(problems)
        if node is None and problems:
            return None
        return Field(node, node.place if node else Place(label, 1, 1), path, self.reading)

    def refuse_strangers(self, known: Sequence[str]) -> None:
        """Every YAML file has a meaning: one that is not known would be read by nobody."""
        for name in self.yaml_files():
            if name in known:
                continue
            as_yml = name.removesuffix(".yaml") + ".yml"
            stems = {Path(other).stem: other for other in known}  # the endings are alike and would hide the rest
            near = as_yml if as_yml in known else stems.get(close_to(Path(name).stem, stems) or "")
            hint = f'Did you mean "{near}"?' if near else f"Known files: {', '.join(known)}."
            self._note(self.label(name), "unknown-file", f"The file {shown(name)} has no meaning here.", hint)

    def refuse_strange_folders(self, known: Sequence[str], later: Sequence[str]) -> None:
        """A folder of YAML files that is named nearly as a section, or as one that nothing implements yet."""
        for name in self.subfolders():
            near = close_to(name, known, cutoff=0.8)
            if name in known or not (near or name in later) or not self.folder(name).yaml_files():
                continue
            hint = f'Did you mean "{near}/"?' if near else "Nothing implements it yet: remove it."
            self._note(self.label(f"{name}/"), "unknown-folder", f"The folder {shown(name)} is read by nobody.", hint)

    def _note(self, label: str, rule: str, message: str, suggestion: str, *, line: int = 0, path: str = "") -> None:
        self.reading.note(Place(label, line, 1 if line else 0), path, rule, message, suggestion)
