"""The scripts and texts beside a project's configuration, named by `file:`. Nothing outside the project is read."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from engine.definitions.fields import Field
from engine.definitions.folders import Unreadable, read_text
from engine.definitions.nodes import shown
from engine.definitions.readings import close_to


class ProjectFiles:
    """The files in a project's folder, or in its folder `scripts`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, field: Field) -> str:
        """The text of the file that is named here; empty after a problem."""
        name = field.line("install.sh", longest=300)
        if not name:
            return ""
        if name.startswith(("/", "~")) or ".." in PurePosixPath(name).parts:
            message = f"The file {shown(name)} would lie outside the project's folder."
            field.wrong("outside", message, "Name a file in the folder, relative to it.")
            return ""
        places = [place for place in (self._folder / name, self._folder / "scripts" / name) if place.is_file()]
        if len(places) > 1:
            message = f"The file {shown(name)} is in the project's folder and in its folder scripts."
            field.wrong("ambiguous-file", message, f"Keep one of them, or write {shown(f'scripts/{name}')}.")
            return ""
        return self._read(field, name, places[0] if places else self._folder / name)

    def _read(self, field: Field, name: str, place: Path) -> str:
        if not place.is_symlink() and not place.exists():
            hint = f'Did you mean "{near}"?' if (near := close_to(name, self._names())) else "Check the name."
            field.wrong("missing-file", f"There is no file {shown(name)} in the project's folder.", hint)
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
