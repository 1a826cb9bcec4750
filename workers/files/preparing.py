"""Makes the files of a step's folder ready: variables in text, then values in structures, each with what is said of it.

It writes nothing: what it makes is sent to the machine with the script, and what it says stands first in the log.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from engine.contracts import ActionRequest, LogLevel, Secret, StepFile, StepFolder
from engine.domain import file_patterns
from workers.files import structures
from workers.files.evaluating import Evaluator
from workers.files.structures import NotInFormat
from workers.files.texts import LARGEST, LARGEST_RESULT, LARGEST_TOGETHER, FileUnusable, Unparseable, Unwritable, decode
from workers.files.values import NotEvaluated, Values

_MOST_NAMED = 5
_TOO_LARGE = "Leave it out of the pattern, or divide it."
_LOOK = "Set the variable, correct its name, or write `##{` where the text itself is meant."


@dataclass(frozen=True)
class Note:
    """A line of the log."""

    level: LogLevel
    text: str


@dataclass(frozen=True)
class Prepared:
    """The files as they reach the machine, and what there is to say of them."""

    files: tuple[StepFile, ...] = ()
    notes: tuple[Note, ...] = ()


def prepare(request: ActionRequest, now: datetime | None = None) -> Prepared:
    """The files that this action brings along, with its variables put in. Raises FileUnusable.

    `now`: what the filters on dates take for the current time.
    """
    if request.folder is None:
        return Prepared()
    folder = request.folder
    variables = request.variables if folder.variables is None else folder.variables
    return prepare_files(replace(folder, variables=variables), now)


def prepare_files(folder: StepFolder, now: datetime | None = None) -> Prepared:
    """The files of this folder, with its variables put in. Raises FileUnusable."""
    preparation = _Preparation(folder.files, folder.variables or {}, now, is_strict=folder.fail_on_unresolved)
    return preparation.run(folder.substitute_in_files, folder.structured_values)


def wanted(folder: StepFolder, paths: Iterable[str], now: datetime | None = None) -> tuple[str, ...]:
    """Those of the paths that `prepare_files` would look at, for files that have to be got first."""
    preparation = _Preparation((), folder.variables or {}, now, is_strict=False)
    return preparation.wanted((*folder.substitute_in_files, *folder.structured_values), tuple(paths))


def check_size(path: str, size: int) -> None:
    """Raises FileUnusable where a file is too large to have variables put in."""
    if size > LARGEST:
        what = f"Variables are put into files of up to {LARGEST >> 20} MB; this one has {size:,} bytes."
        raise FileUnusable(file=shown(path), what=what, way_out=_TOO_LARGE)


class _Preparation:
    """One action's files."""

    def __init__(
        self,
        files: Iterable[StepFile],
        variables: Mapping[str, str | Secret],
        now: datetime | None,
        *,
        is_strict: bool,
    ) -> None:
        self._files = {file.path: file for file in files}
        self._evaluator = Evaluator(variables, now)
        self._is_strict = is_strict
        self._notes: list[Note] = []

    def run(self, substitute_in_files: Iterable[str], structured_values: Iterable[str]) -> Prepared:
        """Text first, structures then, as Octopus does it."""
        for path in self._select(substitute_in_files, "substitute_in_files"):
            self._substitute(path)
        for path in self._select(structured_values, "structured_values"):
            self._replace_values(path)
        return Prepared(tuple(self._files.values()), tuple(self._notes))

    def wanted(self, patterns: Iterable[str], paths: Sequence[str]) -> tuple[str, ...]:
        """Those of the paths that any of the patterns matches."""
        evaluated = (self._evaluator.evaluate(pattern).text or "" for pattern in patterns)
        return tuple(dict.fromkeys(path for pattern in evaluated for path in file_patterns.select(pattern, paths)))

    def _select(self, patterns: Iterable[str], key: str) -> list[str]:
        chosen: dict[str, None] = {}
        for written in patterns:
            pattern = self._evaluated_pattern(written, key)
            found = file_patterns.select(pattern, self._files)
            if not found:
                self._say(LogLevel.WARNING, f"No file matches the pattern {shown(pattern)} of {key}.")
            chosen.update(dict.fromkeys(found))
        return list(chosen)

    def _evaluated_pattern(self, written: str, key: str) -> str:
        if "#{" not in written:
            return written
        evaluation = self._evaluator.evaluate(written)
        if evaluation.unresolved:
            self._complain(f"The pattern {shown(written)} of {key}", evaluation.unresolved)
        if evaluation.text is None and evaluation.error:
            raise FileUnusable(
                file=f"The pattern {shown(written)} of {key}",
                what=f"Its variables cannot be put in: {evaluation.error}.",
                way_out=_LOOK,
            )
        return evaluation.text or ""

    def _substitute(self, path: str) -> None:
        data = self._checked(path)
        try:
            encoded = decode(data)
        except Unparseable as flaw:
            raise _not_text(path, flaw) from None
        if "#{" not in encoded.text:
            return
        evaluation = self._evaluator.evaluate(encoded.text)
        if evaluation.error and (evaluation.text is None or self._is_strict):
            what = f"Its variables cannot be put in: {evaluation.error}."
            raise FileUnusable(file=shown(path), what=what, way_out="Correct the `#{…}` that is named.")
        if evaluation.error:
            self._say(LogLevel.WARNING, f"{shown(path)}: not all variables can be put in: {evaluation.error}.")
        if evaluation.unresolved:
            self._complain(shown(path), evaluation.unresolved)
        try:
            self._put(path, encoded.encode(evaluation.text or ""))
        except Unwritable as why:
            raise FileUnusable(file=shown(path), what=f"It cannot be written: {why}.", way_out="Use UTF-8.") from None
        self._say(LogLevel.VERBOSE, f"Put variables into {shown(path)}.")

    def _replace_values(self, path: str) -> None:
        data = self._checked(path)
        values = Values(self._evaluator)
        try:
            written, replaced = structures.replace(path, data, values)
        except NotInFormat as error:
            raise _not_in_format(path, error) from None
        except Unwritable as why:
            what = f"It cannot be written: {why}."
            raise FileUnusable(file=shown(path), what=what, way_out="Change the value, or where it is kept.") from None
        except NotEvaluated as why:
            raise FileUnusable(file=shown(path), what=str(why), way_out="Correct the variable.") from None
        for reason in replaced.left:
            self._say(LogLevel.WARNING, f"{shown(path)}: {reason}; it was left as it is.")
        if values.unresolved:
            self._complain(shown(path), values.unresolved)
        if not replaced.paths:
            self._say(LogLevel.INFO, f"No structured variables matched in {shown(path)}; it was left as it is.")
            return
        self._put(path, written)
        self._say(LogLevel.VERBOSE, f"Replaced in {shown(path)}: {_listed(replaced.paths, 20)}.")

    def _checked(self, path: str) -> bytes:
        content = self._files[path].content
        check_size(path, len(content))
        return content

    def _put(self, path: str, content: bytes) -> None:
        if len(content) > LARGEST_RESULT:
            what = f"With its variables put in it is larger than {LARGEST_RESULT >> 20} MB."
            raise FileUnusable(file=shown(path), what=what, way_out="Look at the values of the variables.")
        self._files[path] = replace(self._files[path], content=content)
        if sum(len(file.content) for file in self._files.values()) > LARGEST_TOGETHER:
            what = f"With its variables put in, the files of the step are larger than {LARGEST_TOGETHER >> 20} MB."
            raise FileUnusable(file=shown(path), what=what, way_out="Look at the values of the variables.")

    def _complain(self, where: str, tokens: Iterable[str]) -> None:
        """Tokens that nothing resolves: an error when it is wanted so, else a warning."""
        named = _listed([f"#{{{token}}}" if not token.startswith("#{") else token for token in tokens], _MOST_NAMED)
        if self._is_strict:
            raise FileUnusable(file=where, what=f"There is no value for {named}.", way_out=_LOOK)
        self._say(LogLevel.WARNING, f"{where}: there is no value for {named}; it was left as it is.")

    def _say(self, level: LogLevel, text: str) -> None:
        self._notes.append(Note(level, text))


def shown(text: str) -> str:
    """A name as it is quoted in a sentence: on one line, and not longer than one."""
    one_line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return f'"{one_line[:200]}…"' if len(one_line) > 200 else f'"{one_line}"'


def _listed(names: Iterable[str], most: int) -> str:
    names = [name if len(name) <= 100 else name[:100] + "…" for name in names]
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def _not_text(path: str, flaw: Unparseable) -> FileUnusable:
    return FileUnusable(
        file=f"{shown(path)}, line {flaw.line}",
        what=f"No variables can be put into this file: {flaw.what}.",
        way_out="Leave it out of substitute_in_files, or save it as UTF-8.",
    )


def _not_in_format(path: str, error: NotInFormat) -> FileUnusable:
    return FileUnusable(
        file=f"{shown(path)}, line {error.flaw.line}, column {error.flaw.column}",
        what=f"This is not valid {error.name}: {error.flaw.what}.",
        way_out="Correct the file, or leave it out of structured_values.",
    )
