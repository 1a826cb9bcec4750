"""Reads the scripts of the process that run while a package is installed, beside those that lie in the package."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.fields import Field, Record
from engine.definitions.nodes import Scalar
from engine.definitions.project_files import ProjectFiles
from engine.definitions.script_settings import read_syntax
from engine.definitions.script_steps import read_body
from engine.domain.installs import Convention, ConventionScript

KEYS = {
    "pre_deploy": Convention.PRE_DEPLOY,
    "deploy": Convention.DEPLOY,
    "post_deploy": Convention.POST_DEPLOY,
    "deploy_failed": Convention.DEPLOY_FAILED,
}
KEYS_OF_A_CONVENTION = ("file", "inline", "syntax")

_EXAMPLE = 'Write `{file: stop.sh}` or `{inline: "systemctl stop shop"}`.'


def read_convention_scripts(record: Record, files: ProjectFiles) -> tuple[ConventionScript, ...]:
    """Those that are written, in the order in which they run."""
    return tuple(_read_all(record, files))


def _read_all(record: Record, files: ProjectFiles) -> Iterator[ConventionScript]:
    for key, convention in KEYS.items():
        if (field := record.get(key)) and (script := _read(field, files, convention)):
            yield script


def _read(field: Field, files: ProjectFiles, convention: Convention) -> ConventionScript | None:
    if isinstance(field.node, Scalar):
        field.wrong("type", "A script is given by `file` or `inline`.", _EXAMPLE)
        return None
    record = field.table(KEYS_OF_A_CONVENTION, hints=dict.fromkeys(("body", "script", "source"), _EXAMPLE))
    file, inline = record.get("file"), record.get("inline")
    if (file is None) == (inline is None):
        if file or not record.has("file", "inline"):
            what = "`file` and `inline` exclude each other." if file else "There is neither `file` nor `inline`."
            field.wrong("one-of", what, _EXAMPLE)
        return None
    body = read_body(files, file, inline or field)
    source = file.line(longest=300) if file else "inline"
    return ConventionScript(convention, body, read_syntax(record, file), source)
