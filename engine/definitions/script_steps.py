"""Reads `run_script:` — where the text of a script comes from, how it is run, and what it brings along."""

from __future__ import annotations

from dataclasses import dataclass

from engine.definitions.fields import Field, Record
from engine.definitions.folders import LARGEST_FILE
from engine.definitions.nodes import Scalar, shown
from engine.definitions.project_files import ProjectFiles
from engine.definitions.script_modules import NO_MODULES, ScriptModules
from engine.definitions.script_settings import KEYS_OF_A_RUN, read_parameters, read_syntax
from engine.definitions.secret_references import HOW, holds_a_secret
from engine.definitions.step_folders import KEYS as KEYS_OF_A_FOLDER
from engine.definitions.step_folders import read_step_folder
from engine.domain.frozen_folders import FrozenFile, FrozenFolder, files_in
from engine.domain.processes import RunScript

KEYS_OF_A_SCRIPT = ("file", "inline", "syntax", *KEYS_OF_A_RUN, "script_modules", *KEYS_OF_A_FOLDER)
_EXAMPLE = 'Write `{file: install.sh}` or `{inline: "echo hello"}`.'
_NOTHING = RunScript("")


@dataclass(frozen=True)
class ScriptReader:
    """Reads the scripts of one process. `shared`: the names of the modules that the process itself lists."""

    files: ProjectFiles
    modules: ScriptModules = NO_MODULES
    shared: tuple[str, ...] = ()

    def read(self, field: Field) -> RunScript:
        """The script; an empty one after a problem."""
        if isinstance(field.node, Scalar):
            field.wrong("type", "A script is given by `file` or `inline`.", _EXAMPLE)
            return _NOTHING
        record = field.table(KEYS_OF_A_SCRIPT, hints=dict.fromkeys(("body", "script", "source"), _EXAMPLE))
        folder = read_step_folder(record, self.files)
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
        body = self.files.read(where) if file else where.text("`inline: echo hello`", longest=LARGEST_FILE)
        if holds_a_secret(body):
            where.wrong("literal-secret", "There is a key or a token in this script.", f"Use a variable. {HOW}")
        syntax = read_syntax(record, file)
        return RunScript(
            body,
            syntax,
            where.line(longest=300) if file else "inline",
            folder,
            parameters=parameters,
            fails_on_error_output=fails_on_error_output,
            modules=self._modules(record, syntax, folder),
        )

    def _modules(self, record: Record, syntax: str, folder: FrozenFolder | None) -> tuple[FrozenFile, ...]:
        own = self.modules.for_script(record.get("script_modules"), syntax)
        modules = tuple(dict.fromkeys((*self.modules.for_process(self.shared, syntax), *own)))
        beside = files_in(record.whole.reading.contents[folder.digest]) if folder else ()
        for name in {module.path for module in modules} & {file.path for file in beside}:
            message = f"The file {shown(name)} of this folder would lie where the script module of that name does."
            record.fields["folder"].wrong("taken-name", message, "Rename one of them.")
        return modules
