"""Reads how a script is run: its language and its parameters. Not where its text comes from."""

from __future__ import annotations

from pathlib import PurePosixPath

from engine.definitions.fields import Field, Record
from engine.definitions.nodes import shown
from engine.definitions.readings import suggest

SYNTAXES = ("bash", "python", "powershell")

_BY_SUFFIX = {".sh": "bash", ".bash": "bash", ".py": "python", ".ps1": "powershell"}
_NEVER_RUN = {".csx": "C#", ".fsx": "F#", ".bat": "batch", ".cmd": "batch", ".rb": "Ruby", ".js": "JavaScript"}


def read_syntax(record: Record, file: Field | None) -> str:
    """The language that `syntax` names, else that of the file's name; Bash where neither says anything."""
    field = record.get("syntax")
    suffix = PurePosixPath(file.line(longest=300)).suffix.lower() if file else ""
    of_file = _BY_SUFFIX.get(suffix)
    if field is None:
        if file and suffix in _NEVER_RUN:
            message = f"Scripts in {_NEVER_RUN[suffix]} cannot be run."
            file.wrong("syntax", message, f"The known languages are {_listed()}; a script in one of them may start it.")
        return of_file or "bash"
    word = field.text("bash")
    if word and word not in SYNTAXES:
        hint = suggest(word.lower(), SYNTAXES, "languages")
        field.wrong("syntax", f"Scripts in {shown(word)} cannot be run.", hint)
        return "bash"
    if word and of_file and word != of_file:
        message = f"The file is named as a script in {of_file}, and `syntax` says {word}."
        field.wrong("syntax", message, "Remove `syntax`, or rename the file.")
    return word or "bash"


def _listed() -> str:
    return f"{', '.join(SYNTAXES[:-1])} and {SYNTAXES[-1]}"
