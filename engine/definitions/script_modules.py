"""Reads the folder `script_modules/`: functions of the platform team, which the scripts of all projects may use."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from engine.contracts import TAKEN_NAMES
from engine.definitions.fields import Field
from engine.definitions.folders import Folder, Unreadable, read_text
from engine.definitions.nodes import Place, shown
from engine.definitions.readings import Reading, suggest
from engine.definitions.script_settings import NEVER_RUN, syntax_of
from engine.definitions.secret_references import HOW, holds_a_secret
from engine.domain.frozen_folders import FrozenFile, digest_of

FOLDER = "script_modules"

_SUFFIXES = {"bash": ".sh", "python": ".py", "powershell": ".psm1"}
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-_][A-Za-z0-9]+)*")
_LONGEST = 50


@dataclass(frozen=True)
class ScriptModules:
    """The modules by name and language, each as the file that lies beside a script."""

    files: Mapping[str, Mapping[str, FrozenFile]] = field(default_factory=dict)

    def named(self, written: Field | None) -> tuple[str, ...]:
        """The names in a list; what is no module is told."""
        names: list[str] = []
        for item in written.one_or_many("`[tools]`") if written else ():
            name = item.text("`tools`")
            if name in names:
                item.wrong("duplicate-item", f"{shown(name)} is in this list twice.", "Keep one of them.")
            elif name and name not in self.files:
                hint = suggest(name, self.files, "script modules") if self.files else _HOW_TO_DECLARE
                item.wrong("dangling-reference", f"There is no script module {shown(name)}.", hint)
            elif name:
                names.append(name)
        return tuple(names)

    def for_process(self, names: Iterable[str], syntax: str) -> tuple[FrozenFile, ...]:
        """Those of them that are in the language of a script."""
        return tuple(self.files[name][syntax] for name in names if syntax in self.files[name])

    def for_script(self, written: Field | None, syntax: str) -> tuple[FrozenFile, ...]:
        """Those that a script itself names; one that is in another language is told."""
        names = self.named(written)
        for name in names:
            if written and syntax not in self.files[name]:
                others = " and ".join(sorted(self.files[name]))
                message = f"The script module {shown(name)} is in {others}, and the script in {syntax}."
                written.wrong("syntax", message, "Remove it from the list, or write one in that language.")
        return self.for_process(names, syntax)


NO_MODULES = ScriptModules()
_HOW_TO_DECLARE = f"Put a file into {FOLDER}/, for example {FOLDER}/tools.sh."


def read_script_modules(root: Folder) -> ScriptModules:
    """`script_modules/tools.sh` is the module `tools` for scripts in Bash."""
    folder, found = root.folder(FOLDER), dict[str, dict[str, FrozenFile]]()
    folder.refuse_strangers(())
    for file in folder.names():
        path, place = PurePosixPath(file), Place(folder.label(file), 0, 0)
        syntax = syntax_of(file)
        if path.suffix in NEVER_RUN:
            message = f"Scripts in {NEVER_RUN[path.suffix]} cannot be run."
            folder.reading.note(place, "", "syntax", message, "Write it in Bash, Python or PowerShell.")
        if syntax is None or (folder.path / file).is_dir():
            continue
        by_syntax = found.setdefault(path.stem, {})
        if syntax in by_syntax:
            message = f"The script module {shown(path.stem)} is there twice in {syntax}."
            folder.reading.note(place, "", "duplicate-key", message, "Keep one of the files.")
        elif (frozen := _read(folder, file, syntax)) is not None:
            by_syntax[syntax] = frozen
    _refuse_alike(found, folder)
    return ScriptModules({name: by_syntax for name, by_syntax in found.items() if by_syntax})


def _read(folder: Folder, file: str, syntax: str) -> FrozenFile | None:
    reading, place = folder.reading, Place(folder.label(file), 0, 0)
    name = PurePosixPath(file).stem
    if flaw := _flaw_of(name, syntax):
        reading.note(place, "", "script-module", *flaw)
    try:
        text = read_text(folder.path / file, inside=folder.root)
    except Unreadable as why:
        reading.note(Place(place.file, why.line, 1 if why.line else 0), "", why.rule, why.message, why.suggestion)
        return None
    if holds_a_secret(text):
        reading.note(place, "", "literal-secret", "There is a key or a token in this module.", f"Use a variable. {HOW}")
    content = text.replace("\r\n", "\n").encode()
    frozen = FrozenFile(f"{name}{_SUFFIXES[syntax]}", digest_of(content))
    reading.contents[frozen.digest] = content
    return frozen


def _flaw_of(name: str, syntax: str) -> tuple[str, str] | None:
    """Why no module can be called so, and the way out."""
    if len(name) > _LONGEST or not _NAME.fullmatch(name):
        return (
            f"{shown(name)} cannot be the name of a script module.",
            "It begins with a letter, and goes on with letters, digits, single hyphens and underscores.",
        )
    if f"{name}{_SUFFIXES[syntax]}" in TAKEN_NAMES:
        return f"{shown(name)} is what the script itself is called when it runs.", "Rename the file."
    if syntax == "python" and not name.isidentifier():
        return "Python cannot import a module whose name has a hyphen.", f"Call it {name.replace('-', '_')}.py."
    if syntax == "python" and name in sys.stdlib_module_names:
        return f"It would hide the module {name} of Python itself.", "Rename the file."
    return None


def _refuse_alike(names: Iterable[str], folder: Folder) -> None:
    """A machine's disk, or a tired person, may not tell names apart that differ in their case only."""
    first: dict[str, str] = {}
    for name in names:
        if (other := first.setdefault(name.casefold(), name)) != name:
            _note(folder.reading, folder.label(), f"{shown(other)} and {shown(name)} differ in their case only.")


def _note(reading: Reading, label: str, message: str) -> None:
    reading.note(Place(label, 0, 0), "", "duplicate-key", message, "Rename one of them.")
