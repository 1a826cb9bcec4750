"""Makes the files and the command of an action's script. It writes and starts nothing.

The files are meant for a folder of their own, readable by their owner only; the command runs in that folder. The files
that the step brings along lie beside them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from engine.contracts import ActionRequest, Enclosure, LogLevel, Secret, StepFile
from engine.errors import ForedeckError
from workers.files import preparing
from workers.scripts.languages import LANGUAGES, Told, text_of


class UnusableVariable(ForedeckError, ValueError):
    """A script cannot hold this variable."""

    message = 'The variable "{name}" cannot be given to a script: {reason}.'
    hint_text = "Store it encoded, for example as base64, and decode it in the script."


class UnknownSyntax(ForedeckError, ValueError):
    """Nobody here knows how to run this language."""

    message = 'A script in "{syntax}" cannot be run.'
    hint_text = "Write it in bash, python or powershell, or start the other language from one of them."


@dataclass(frozen=True)
class Bundle:
    """Files by name, and the command to run in their folder, with what is set (or removed) in its environment.

    `folder`: the files that the step brings along, ready. `said`: what stands in the script's output before its own.
    """

    files: Mapping[str, bytes]
    command: tuple[str, ...]
    folder: tuple[StepFile, ...] = ()
    said: bytes = b""
    enclosures: tuple[Enclosure, ...] = ()
    environment: Mapping[str, str | None] = field(default_factory=dict)


def bundle(request: ActionRequest, now: datetime | None = None) -> Bundle:
    """What the action's script needs on a machine, made `now`.

    Raises UnknownSyntax, UnusableVariable or FileUnusable.
    """
    script = request.script
    language = LANGUAGES.get(script.syntax)
    if language is None:
        raise UnknownSyntax(syntax=script.syntax)
    for number, parameter in enumerate(script.parameters, 1):
        _text(f"parameter {number}", text_of(parameter))
    modules = [module.path for module in request.modules]
    told = Told(usable(request.variables), script.parameters, request.paths)
    files = language.files(script, told, modules)
    prepared = preparing.prepare(request, now)
    said = b"".join(said_of(note) for note in prepared.notes)
    files_of_the_step = (*prepared.files, *request.modules)
    command, environment = language.command_for(script)
    return Bundle(files, command, files_of_the_step, said, request.enclosures, environment)


def usable(variables: Mapping[str, str | Secret]) -> dict[str, str]:
    """The variables as text that a script can hold. Raises UnusableVariable."""
    return {name: _text(name, value) for name, value in variables.items()}


def said_of(note: preparing.Note) -> bytes:
    """A line of the log as a script would print it, so that it is read once, in its place, like all others."""
    text = note.text.replace("##octopus", "## octopus")
    if note.level is LogLevel.INFO:
        return f"{text}\n".encode()
    return f"##octopus[stdout-{note.level}]\n{text}\n##octopus[stdout-default]\n".encode()


def _text(name: str, value: str | Secret) -> str:
    text = value.reveal() if isinstance(value, Secret) else value
    if not name:
        raise UnusableVariable(name=name, reason="it has no name")
    if "\0" in name or "\0" in text:
        raise UnusableVariable(name=name.replace("\0", "␀"), reason="it contains the character NUL")
    try:
        f"{name}{text}".encode()
    except UnicodeEncodeError:
        # The error of Python shows the text, so it goes no further.
        shown = name.encode("utf-8", "replace").decode()
        raise UnusableVariable(name=shown, reason="it is not valid text") from None
    return text
