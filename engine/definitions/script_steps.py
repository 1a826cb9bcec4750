"""Reads `run_script:` — where the text of a script comes from, how it is run, and what it brings along."""

from __future__ import annotations

from engine.definitions.fields import Field
from engine.definitions.folders import LARGEST_FILE
from engine.definitions.nodes import Scalar
from engine.definitions.project_files import ProjectFiles
from engine.definitions.script_settings import KEYS_OF_A_RUN, read_parameters, read_syntax
from engine.definitions.secret_references import HOW, holds_a_secret
from engine.definitions.step_folders import KEYS as KEYS_OF_A_FOLDER
from engine.definitions.step_folders import read_step_folder
from engine.domain.processes import RunScript

KEYS_OF_A_SCRIPT = ("file", "inline", "syntax", *KEYS_OF_A_RUN, *KEYS_OF_A_FOLDER)
_EXAMPLE = 'Write `{file: install.sh}` or `{inline: "echo hello"}`.'
_NOTHING = RunScript("")


def read_script(field: Field, files: ProjectFiles) -> RunScript:
    """The script; an empty one after a problem."""
    if isinstance(field.node, Scalar):
        field.wrong("type", "A script is given by `file` or `inline`.", _EXAMPLE)
        return _NOTHING
    record = field.table(KEYS_OF_A_SCRIPT, hints=dict.fromkeys(("body", "script", "source"), _EXAMPLE))
    folder = read_step_folder(record, files)
    parameters = read_parameters(record)
    fails = record.get("fail_on_error_output")
    fails_on_error_output = fails.flag() if fails else None
    file, inline = record.get("file"), record.get("inline")
    if (file is None) == (inline is None):
        if file or not record.has("file", "inline"):
            what = "`file` and `inline` exclude each other." if file else "There is neither `file` nor `inline`."
            field.wrong("one-of", what, _EXAMPLE)
        return _NOTHING
    where = file or inline or field
    body = files.read(where) if file else where.text("`inline: echo hello`", longest=LARGEST_FILE)
    if holds_a_secret(body):
        where.wrong("literal-secret", "There is a key or a token in this script.", f"Use a variable. {HOW}")
    return RunScript(
        body,
        read_syntax(record, file),
        where.line(longest=300) if file else "inline",
        folder,
        parameters=parameters,
        fails_on_error_output=fails_on_error_output,
    )
