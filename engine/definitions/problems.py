"""What is wrong with a configuration folder, as values: where, which rule, and the way out. It finds nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from engine.errors import ForedeckError

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong. It never holds a value that may be a secret."""

    file: str  # relative to the configuration folder
    line: int  # 1 is the first; 0 when it is about the file as a whole
    column: int  # 1 is the first; 0 as above
    path: str  # e.g. "projects.web.process.steps[2].manual_intervention.teams[0]"; may be empty
    rule: str  # the rule's short name, e.g. "dangling-reference"
    message: str  # one sentence
    suggestion: str = ""  # one sentence: the way out
    severity: Severity = "error"

    @property
    def is_error(self) -> bool:
        """Does it make the folder unusable?"""
        return self.severity == "error"

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        parts = [f"{place}:"]
        if self.severity == "warning":
            parts.append("warning:")
        if path := self._path_in_file():
            parts.append(f"{path}:")
        parts.append(self.message)
        if self.suggestion:
            parts.append(self.suggestion)
        return " ".join(parts)

    def _path_in_file(self) -> str:
        """The path without what the file's name says already."""
        folders, _, name = self.file.rpartition("/")
        section = ".".join(filter(None, (folders.replace("/", "."), name.partition(".")[0])))
        for prefix in (section, folders.replace("/", ".")):
            if prefix not in ("", "foredeck") and f"{self.path}.".startswith(f"{prefix}."):
                return self.path[len(prefix) + 1 :]
        return self.path


class InvalidDefinitions(ForedeckError):
    """The configuration folder cannot be used; `problems` holds every reason at once."""

    message = "The configuration has {count}."
    hint_text = "Correct what is listed and check it again with `foredeck check`."

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        super().__init__(count="1 problem" if count == 1 else f"{count} problems")

    def __str__(self) -> str:
        return "\n".join([super().__str__(), *map(str, self.problems)])


class StoredDefinitionsUnreadable(ForedeckError):
    """A stored revision is damaged, or was written in another version's form."""

    message = "The stored configuration revision cannot be read: {reason}."
    hint_text = "Load the configuration folder again with `foredeck reload`."
