"""Makes the files and the command of an action's script. It writes and starts nothing.

The files are meant for a folder of their own, readable by their owner only; the command runs in that folder. Values
are quoted in a file that the prelude reads and removes: they are in no argument, and in no child's environment.
The files that the step brings along lie beside them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources

from engine.contracts import ActionRequest, LogLevel, Secret, StepFile
from engine.errors import ForedeckError
from workers.files import preparing


class UnusableVariable(ForedeckError, ValueError):
    """A shell cannot hold this variable."""

    message = 'The variable "{name}" cannot be given to a script: {reason}.'
    hint_text = "Store it encoded, for example as base64, and decode it in the script."


class UnknownSyntax(ForedeckError, ValueError):
    """Only Bash can be run."""

    message = 'A script in "{syntax}" cannot be run.'
    hint_text = "Write it in bash, or start the other language from a bash script."


@dataclass(frozen=True)
class Bundle:
    """Files by name, and the command to run in their folder.

    `folder`: the files that the step brings along, ready. `said`: what stands in the script's output before its own.
    """

    files: Mapping[str, bytes]
    command: tuple[str, ...]
    folder: tuple[StepFile, ...] = ()
    said: bytes = b""


def bundle(request: ActionRequest, now: datetime | None = None) -> Bundle:
    """What the action's script needs on a machine, made `now`.

    Raises UnknownSyntax, UnusableVariable or FileUnusable.
    """
    if request.script.syntax != "bash":
        raise UnknownSyntax(syntax=request.script.syntax)
    files = {
        ".foredeck-bootstrap.sh": _packaged("bootstrap.sh"),
        ".foredeck-prelude.sh": _packaged("prelude.sh"),
        # A script edited on Windows would look for the command "true\r".
        "script.sh": request.script.body.replace("\r\n", "\n").encode("utf-8", "replace"),
        ".foredeck-variables": b"".join(_assignment(name, value) for name, value in request.variables.items()),
    }
    prepared = preparing.prepare(request, now)
    said = b"".join(_said(note) for note in prepared.notes)
    return Bundle(files, ("bash", ".foredeck-bootstrap.sh"), prepared.files, said)


def _said(note: preparing.Note) -> bytes:
    """A line of the log as a script would print it, so that it is read once, in its place, like all others."""
    text = note.text.replace("##octopus", "## octopus")
    if note.level is LogLevel.INFO:
        return f"{text}\n".encode()
    return f"##octopus[stdout-{note.level}]\n{text}\n##octopus[stdout-default]\n".encode()


@cache
def _packaged(name: str) -> bytes:
    return resources.files(__package__).joinpath(name).read_bytes()


def _assignment(name: str, value: str | Secret) -> bytes:
    text = value.reveal() if isinstance(value, Secret) else value
    if not name:
        raise UnusableVariable(name=name, reason="it has no name")
    if "\0" in name or "\0" in text:
        raise UnusableVariable(name=name.replace("\0", "␀"), reason="it contains the character NUL")
    try:
        return f"_foredeck_variable {_quoted(name)} {_quoted(text)}\n".encode()
    except UnicodeEncodeError:
        # The error of Python shows the text, so it goes no further.
        shown = name.encode("utf-8", "replace").decode()
        raise UnusableVariable(name=shown, reason="it is not valid text") from None


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
