"""Reads how a script is run: its language and its parameters. Not where its text comes from."""

from __future__ import annotations

import json
import shlex
from pathlib import PurePosixPath

from engine.definitions.fields import Field, Record
from engine.definitions.nodes import Scalar, shown
from engine.definitions.readings import suggest
from engine.definitions.secret_references import HOW, holds_a_secret
from engine.domain import templates

SYNTAXES = ("bash", "python", "powershell")
KEYS_OF_A_RUN = ("parameters", "fail_on_error_output")

MOST_PARAMETERS = 200

_BY_SUFFIX = {".sh": "bash", ".bash": "bash", ".py": "python", ".ps1": "powershell", ".psm1": "powershell"}
NEVER_RUN = {".csx": "C#", ".fsx": "F#", ".bat": "batch", ".cmd": "batch", ".rb": "Ruby", ".js": "JavaScript"}


def syntax_of(name: str) -> str | None:
    """The language that a file's name tells."""
    return _BY_SUFFIX.get(PurePosixPath(name).suffix.lower())


def read_syntax(record: Record, file: Field | None) -> str:
    """The language that `syntax` names, else that of the file's name; Bash where neither says anything."""
    field = record.get("syntax")
    name = file.line(longest=300) if file else ""
    suffix, of_file = PurePosixPath(name).suffix.lower(), syntax_of(name)
    if field is None:
        if file and suffix in NEVER_RUN:
            message = f"Scripts in {NEVER_RUN[suffix]} cannot be run."
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


def read_parameters(record: Record) -> tuple[str, ...]:
    """`parameters` — the arguments, one an item; each may hold variables."""
    written = record.get("parameters")
    if written is None:
        return ()
    if isinstance(written.node, Scalar):
        example = f"For example `{_as_list(written.node.text)}`."
        if holds_a_secret(written.node.text):
            example = ""  # not repeated
        written.wrong("type", "Parameters are a list: each item is one argument, with all its spaces.", example)
        return ()
    items = written.items('`["--environment", "#{Octopus.Environment.Name}"]`')
    if len(items) > MOST_PARAMETERS:
        message = f"A script takes {MOST_PARAMETERS} parameters at most."
        written.wrong("too-many", message, "Hand them over in a file of its folder.")
    return tuple(_read_parameter(item) for item in items)


def _read_parameter(item: Field) -> str:
    text = item.text('`"--verbose"`', longest=10_000, may_be_blank=True)
    if holds_a_secret(text):
        item.wrong("literal-secret", "There is a key or a token in this parameter.", f"Use a variable. {HOW}")
    elif "\0" in text:
        item.wrong("text-expected", "A parameter cannot hold the character NUL.")
    elif flaw := templates.evaluate(text, {}, now=None).error:
        item.wrong("template", f"The variables in this parameter cannot be read: {flaw}", "Write `##{` for `#{`.")
    return text


def _as_list(text: str) -> str:
    try:
        words = shlex.split(text)
    except ValueError:
        words = [text]
    return json.dumps(words, ensure_ascii=False)


def _listed() -> str:
    return f"{', '.join(SYNTAXES[:-1])} and {SYNTAXES[-1]}"
