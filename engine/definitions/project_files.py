"""The scripts, texts and folders beside a project's configuration, named by `file:` and `folder:`. Nothing outside the
project is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from engine.definitions.fields import Field
from engine.definitions.folders import Unreadable, read_text
from engine.definitions.frozen_files import Freezing
from engine.definitions.nodes import shown
from engine.definitions.readings import close_to
from engine.domain.frozen_folders import FrozenFile


@dataclass(frozen=True)
class FoundFolder:
    """A folder of the project: its name, its files, and the bytes of all of them."""

    name: str
    files: tuple[FrozenFile, ...] = ()
    size: int = 0


class ProjectFiles:
    """The files in a project's folder, or in its folder `scripts`."""

    def __init__(self, folder: Path, called: str = "the project's folder") -> None:
        self._folder = folder
        self._called = called

    def read(self, field: Field) -> str:
        """The text of the file that is named here; empty after a problem."""
        name = field.line("install.sh", longest=300)
        if not name or self._leads_out(field, name, "file"):
            return ""
        places = [place for place in (self._folder / name, self._folder / "scripts" / name) if place.is_file()]
        if len(places) > 1:
            message = f"The file {shown(name)} is in {self._called} and in its folder scripts."
            field.wrong("ambiguous-file", message, f"Keep one of them, or write {shown(f'scripts/{name}')}.")
            return ""
        return self._read(field, name, places[0] if places else self._folder / name)

    def freeze(self, field: Field) -> FoundFolder:
        """All files in the folder that is named here, kept with the reading; none after a problem."""
        written = field.line("files/", longest=300)
        name = str(PurePosixPath(written)) if written else ""
        if not name or self._leads_out(field, name, "folder"):
            return FoundFolder(name)
        folder = self._folder / name
        if name == ".":
            field.wrong("outside", "This would be the project's folder itself.", "Make a folder in it for the files.")
        elif folder.is_dir() and not folder.resolve().is_relative_to(self._folder.resolve()):
            message = f"{shown(name)}: This link leads out of the folder."
            field.wrong("outside", message, "Put a copy of the folder in its place.")
        elif not folder.is_dir():
            near = close_to(name, [str(path.relative_to(self._folder)) for path in self._folders()])
            hint = f'Did you mean "{near}"?' if near else "Check the name."
            field.wrong("missing-folder", f"There is no folder {shown(name)} in the project's folder.", hint)
        else:
            freezing = Freezing(field, self._folder)
            freezing.freeze(folder)
            return FoundFolder(name, tuple(freezing.files), freezing.size)
        return FoundFolder(name)

    def _leads_out(self, field: Field, name: str, kind: str) -> bool:
        if name.startswith(("/", "~")) or ".." in PurePosixPath(name).parts:
            message = f"The {kind} {shown(name)} would lie outside {self._called}."
            field.wrong("outside", message, f"Name a {kind} in the folder, relative to it.")
            return True
        return False

    def _folders(self) -> list[Path]:
        try:
            return [path for path in self._folder.iterdir() if path.is_dir()][:500]
        except OSError:
            return []

    def _read(self, field: Field, name: str, place: Path) -> str:
        if not place.is_symlink() and not place.exists():
            hint = f'Did you mean "{near}"?' if (near := close_to(name, self._names())) else "Check the name."
            field.wrong("missing-file", f"There is no file {shown(name)} in {self._called}.", hint)
            return ""
        try:
            text = read_text(place, inside=self._folder)
        except Unreadable as why:
            field.wrong(why.rule, f"{shown(name)}: {why.message}", why.suggestion)
            return ""
        if not text.strip():
            field.wrong("empty", f"The file {shown(name)} is empty.", "Write something into it.")
        elif "\r\n" in text:
            message = f"The lines of {shown(name)} end as on Windows; Bash stumbles over that."
            field.wrong("line-endings", message, "Save it with Unix line endings.", severity="warning")
        return text

    def _names(self) -> list[str]:
        """The files one may have meant; two levels are enough for a suggestion."""
        try:
            found = [path for pattern in ("*", "*/*") for path in self._folder.glob(pattern) if path.is_file()]
        except OSError:
            return []
        return [str(path.relative_to(self._folder)) for path in found if path.suffix not in (".yml", ".yaml")][:500]
