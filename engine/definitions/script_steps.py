"""Reads `run_script:` — where the text of a script comes from, how it is run, and what it brings along."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.definitions.fields import Field, Record
from engine.definitions.folders import LARGEST_FILE
from engine.definitions.nodes import Scalar, shown
from engine.definitions.project_files import ProjectFiles
from engine.definitions.script_modules import NO_MODULES, ScriptModules
from engine.definitions.script_packages import read_origin, read_path, read_uses
from engine.definitions.script_repositories import read_git
from engine.definitions.script_settings import KEYS_OF_A_RUN, SYNTAXES, read_parameters, read_syntax
from engine.definitions.secret_references import HOW, holds_a_secret
from engine.definitions.step_folders import KEYS as KEYS_OF_A_FOLDER
from engine.definitions.step_folders import read_step_folder
from engine.domain.frozen_folders import FrozenFile, FrozenFolder, files_in
from engine.domain.processes import RunScript
from engine.domain.script_sources import Origin, PackageUse

KEYS_OF_A_SCRIPT = ("file", "inline", "package", "git", "syntax", *KEYS_OF_A_RUN, "script_modules", "packages",
                    *KEYS_OF_A_FOLDER)  # fmt: skip
_EXAMPLE = 'Write `{file: install.sh}` or `{inline: "echo hello"}`.'
_NOTHING = RunScript("")


@dataclass(frozen=True)
class ScriptReader:
    """Reads the scripts of one process. `shared`: the names of the modules that the process itself lists. `packages`:
    the slugs of the project's; None where there is no release.
    """

    files: ProjectFiles
    modules: ScriptModules = NO_MODULES
    shared: tuple[str, ...] = ()
    packages: Sequence[str] | None = None

    @property
    def shared_files(self) -> tuple[FrozenFile, ...]:
        """The modules that the process lists, in every language: a package's scripts may be in any."""
        return tuple(file for syntax in SYNTAXES for file in self.modules.for_process(self.shared, syntax))

    def read(self, field: Field) -> RunScript:
        """The script; an empty one after a problem."""
        if isinstance(field.node, Scalar):
            field.wrong("type", "A script is given by `file` or `inline`.", _EXAMPLE)
            return _NOTHING
        record = field.table(KEYS_OF_A_SCRIPT, hints=dict.fromkeys(("body", "script", "source"), _EXAMPLE))
        folder = read_step_folder(record, self.files)
        uses, (origin, file, inline) = read_uses(record, self.packages), self._where(record)
        if file is None and inline is None:
            return _NOTHING
        fails = record.get("fail_on_error_output")
        syntax = read_syntax(record, file)
        modules = self._modules(record, syntax)
        _refuse_same_names(record, folder, modules, uses)
        return RunScript(
            "" if origin else read_body(self.files, file, inline or field),
            syntax,
            self._source(file, is_elsewhere=origin is not None),
            folder,
            parameters=read_parameters(record),
            fails_on_error_output=fails.flag() if fails else None,
            modules=modules,
            packages=uses,
            origin=origin,
        )

    def _where(self, record: Record) -> tuple[Origin | None, Field | None, Field | None]:
        """Where the script comes from, if it is not in the project's folder; its file, or its text. Neither after a
        problem.
        """
        git, file, inline, package = (record.get(key) for key in ("git", "file", "inline", "package"))
        if git:
            for other, named in (("file", file), ("inline", inline), ("package", package)):
                if named:
                    named.wrong("one-of", f"`{other}` and `git` exclude each other.", "Name the file by `git.path`.")
            repository, path = read_git(git)
            return repository, path, None
        origin = read_origin(record, self.packages)
        if inline and package:
            inline.wrong("one-of", "`inline` and `package` exclude each other.", "Name a `file` of the package.")
        elif file and inline:
            record.whole.wrong("one-of", "`file` and `inline` exclude each other.", _EXAMPLE)
            return None, None, None
        elif not record.has("file", "inline", "git"):
            record.whole.wrong("one-of", "There is neither `file` nor `inline`.", _EXAMPLE)
        return origin, file, inline

    def _source(self, file: Field | None, *, is_elsewhere: bool) -> str:
        if file is None:
            return "inline"
        return read_path(file) if is_elsewhere else file.line(longest=300)

    def _modules(self, record: Record, syntax: str) -> tuple[FrozenFile, ...]:
        own = self.modules.for_script(record.get("script_modules"), syntax)
        return tuple(dict.fromkeys((*self.modules.for_process(self.shared, syntax), *own)))


def read_body(files: ProjectFiles, file: Field | None, inline: Field) -> str:
    """The text of a script: what is in its file, where it has one, else what is written."""
    body = files.read(file) if file else inline.text("`inline: echo hello`", longest=LARGEST_FILE)
    if holds_a_secret(body):
        message = "There is a key or a token in this script."
        (file or inline).wrong("literal-secret", message, f"Use a variable. {HOW}")
    return body


def _refuse_same_names(
    record: Record, folder: FrozenFolder | None, modules: Iterable[FrozenFile], uses: Iterable[PackageUse]
) -> None:
    """Of two things that would lie in the same place one would be lost."""
    beside = files_in(record.whole.reading.contents[folder.digest]) if folder else ()
    tops = {file.path.partition("/")[0] for file in beside}
    for name in sorted({module.path for module in modules} & tops):
        message = f"The file {shown(name)} of this folder would lie where the script module of that name does."
        record.fields["folder"].wrong("taken-name", message, "Rename one of them.")
    for name in sorted({use.name for use in uses if use.is_unpacked} & tops):
        message = f"{shown(name)} of this folder would lie where the package of that name does."
        record.fields["folder"].wrong("taken-name", message, "Rename it, or give the package another `name`.")
