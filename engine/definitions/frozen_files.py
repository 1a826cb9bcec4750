"""Reads all files below a folder of a project, so that they can be frozen. Nothing outside the project is read."""

from __future__ import annotations

import stat
from dataclasses import dataclass, field
from pathlib import Path

from engine.contracts import TAKEN_NAMES
from engine.definitions.fields import Field
from engine.definitions.nodes import shown
from engine.definitions.secret_references import HOW, holds_a_secret
from engine.domain.frozen_folders import FrozenFile, digest_of

MOST_FILES = 1000
LARGEST_FOLDER = 10 * 1024 * 1024
"""Bytes of all files of a folder together."""

_DEEPEST = 20
_LARGEST_SEARCHED = 1024 * 1024  # for secrets
_LEFT_OUT = frozenset({".git"})


class _Full(Exception):
    """There is more than a step may bring along; that is said already."""


@dataclass
class Freezing:
    """The files found in one folder so far. Problems are noted at `where`, the key that names the folder."""

    where: Field
    project: Path
    files: list[FrozenFile] = field(default_factory=list)
    size: int = 0

    def freeze(self, folder: Path) -> None:
        """Read everything below this folder, links inside the project followed."""
        try:
            self._walk(folder, "", (folder.resolve(),))
        except _Full:
            return
        if not self.files:
            self.where.wrong("empty", "There is no file in this folder.", "Put one there, or remove the key.")

    def _walk(self, folder: Path, below: str, through: tuple[Path, ...]) -> None:
        if len(through) > _DEEPEST:
            self._wrong(below, "too-deep", f"it lies more than {_DEEPEST} folders deep", "Put it further up.")
            raise _Full
        try:
            names = sorted(entry.name for entry in folder.iterdir())
        except OSError as error:
            self._wrong(below, "unreadable", error.strerror or "it cannot be read", "Check its mode.")
            return
        for name in names:
            if name not in _LEFT_OUT:
                self._take(folder / name, f"{below}/{name}" if below else name, through)

    def _take(self, place: Path, path: str, through: tuple[Path, ...]) -> None:
        try:
            path.encode()
            real = place.resolve(strict=True)
            mode = real.stat().st_mode
        except UnicodeEncodeError:
            self._wrong(path, "not-utf-8", "its name is not UTF-8", "Rename it.")
            return
        except (OSError, RuntimeError) as error:
            reason = getattr(error, "strerror", None) or "it cannot be read"
            self._wrong(path, "unreadable", reason, "Check where it leads, and its mode.")
            return
        if not real.is_relative_to(self.project.resolve()):
            self._wrong(path, "outside", "this link leads out of the folder", "Put a copy in its place.")
        elif stat.S_ISDIR(mode):
            if real in through:
                self._wrong(path, "loop", "this link leads back to a folder that it lies in", "Remove it.")
            else:
                self._walk(place, path, (*through, real))
        elif not stat.S_ISREG(mode):
            self._wrong(path, "unreadable", "this is neither a file nor a folder", "Remove it.")
        else:
            self._read(real, path, is_executable=bool(mode & stat.S_IXUSR))

    def _read(self, real: Path, path: str, *, is_executable: bool) -> None:
        if path in TAKEN_NAMES:
            self._wrong(path, "taken-name", "Foredeck puts a file of this name beside the script", "Rename it.")
            return
        try:
            with real.open("rb") as file:
                content = file.read(LARGEST_FOLDER - self.size + 1)
        except OSError as error:
            self._wrong(path, "unreadable", error.strerror or "it cannot be read", "Check its mode.")
            return
        self.size += len(content)
        self.files.append(FrozenFile(path, digest_of(content), is_executable))
        self.where.reading.contents[self.files[-1].digest] = content
        if len(self.files) > MOST_FILES or self.size > LARGEST_FOLDER:
            message = f"A step brings along at most {MOST_FILES} files and {LARGEST_FOLDER >> 20} MB; this is more."
            self.where.wrong("too-large", message, "Leave out what the script can fetch by itself.")
            raise _Full
        if len(content) <= _LARGEST_SEARCHED and holds_a_secret(content.decode("utf-8", "replace")):
            self._wrong(path, "literal-secret", "there is a key or a token in it", f"Use a variable. {HOW}")

    def _wrong(self, path: str, rule: str, what: str, hint: str) -> None:
        self.where.wrong(rule, f"{shown(path)}: {what}.", hint)
