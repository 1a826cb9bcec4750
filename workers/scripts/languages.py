"""The languages of scripts: which files of ours lie beside a script, how its variables are written, what starts it.

Variables and parameters are written into files that the prelude reads and removes: they are in no argument of a
process, which every account of the machine could read, and in no child's environment.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

from engine.contracts import Script, Secret

VARIABLES = ".foredeck-variables"
"""The file that holds the variables until the prelude has read it."""

_SWITCH = re.compile(r"-[A-Za-z]\w*(:\$(true|false))?\Z")

Parameters = Sequence[str | Secret]


@dataclass(frozen=True)
class Told:
    """What a script is told: variables, its parameters, and which of the variables hold `paths`: those are relative to
    its folder, and are made whole where it runs.
    """

    variables: Mapping[str, str]
    parameters: Parameters = ()
    paths: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Language:
    """How scripts of one language are run. `script` is the name of the script's own file."""

    script: str
    preludes: Mapping[str, str]  # the name of a file beside the script: the name of the text in this package
    variables: Callable[[Told], bytes]
    command: tuple[str, ...]
    start: Callable[[str, Parameters, Sequence[str]], bytes] | None = None
    """What .foredeck-start.ps1 says, of the script's path, parameters and modules; else the command has the path."""
    quick_command: tuple[str, ...] = ()
    """Of the script's own file, when that needs less, with `environment` set (or removed) for it."""
    environment: Mapping[str, str | None] = field(default_factory=dict)

    def files(self, script: Script, told: Told, modules: Sequence[str] = ()) -> dict[str, bytes]:
        """Everything that has to lie in the script's folder beside what it brings along, such as its `modules`."""
        files = self.preludes_and_variables(told)
        if self.start:
            files[".foredeck-start.ps1"] = self.start(f"./{script.file or self.script}", told.parameters, modules)
        if not script.file:
            # A script edited on Windows would look for the command "true\r".
            files[self.script] = script.body.replace("\r\n", "\n").encode("utf-8", "replace")
        return files

    def command_for(self, script: Script) -> tuple[tuple[str, ...], Mapping[str, str | None]]:
        """The command that runs it, in its folder, and what is set in its environment."""
        if script.file and not self.start:
            return (*self.command, f"./{script.file}"), {}
        return (self.quick_command, self.environment) if self.quick_command else (self.command, {})

    def preludes_and_variables(self, told: Told) -> dict[str, bytes]:
        """What has to lie beside any script."""
        return {**{name: _packaged(text) for name, text in self.preludes.items()}, VARIABLES: self.variables(told)}


@cache
def _packaged(name: str) -> bytes:
    return resources.files(__package__).joinpath(name).read_bytes()


def text_of(parameter: str | Secret) -> str:
    """What reaches the script."""
    return parameter.reveal() if isinstance(parameter, Secret) else parameter


def _bash_variables(told: Told) -> bytes:
    """`set --` in a file that is sourced without arguments sets the parameters of who sources it: the script's own."""
    lines = []
    for name, value in told.variables.items():
        folder = '"$PWD"/' if name in told.paths else ""
        lines.append(f"_foredeck_variable {_for_sh(name)} {folder}{_for_sh(value)}\n")
    if told.parameters:
        lines.append(f"set -- {' '.join(_for_sh(text_of(parameter)) for parameter in told.parameters)}\n")
    return "".join(lines).encode()


def _python_variables(told: Told) -> bytes:
    parts: list[object] = [dict(told.variables), [text_of(parameter) for parameter in told.parameters]]
    return json.dumps([*parts, sorted(told.paths)] if told.paths else parts).encode()


def _for_sh(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _powershell_variables(told: Told) -> bytes:
    """Lines of base64: what PowerShell reads from JSON would turn texts that look like dates into dates. A third word
    marks a path.
    """
    lines = []
    for name, value in told.variables.items():
        words = (name, value, "path") if name in told.paths else (name, value)
        lines.append(f"{' '.join(map(_base64, words))}\n")
    return "".join(lines).encode()


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _powershell_start(script: str, parameters: Parameters, modules: Sequence[str]) -> bytes:
    """Imports the modules and runs the script. PowerShell binds `-Name value` only where it is written out; everything
    else is a quoted value. So the name of a parameter is what the process itself says, never what came of a variable.
    """
    words = [
        word if isinstance(word, str) and _SWITCH.match(word) else _for_powershell(text_of(word)) for word in parameters
    ]
    lines = [f"Import-Module {_for_powershell(f'./{module}')} -DisableNameChecking" for module in modules]
    return "\n".join([*lines, " ".join([".", _for_powershell(script), *words]), ""]).encode()


def _for_powershell(text: str) -> str:
    """PowerShell takes curly quotes for straight ones, so these are doubled, too."""
    return "'" + re.sub("(['\u2018-\u201b])", r"\1\1", text) + "'"


LANGUAGES: Mapping[str, Language] = {
    "bash": Language(
        "script.sh",
        {".foredeck-bootstrap.sh": "bootstrap.sh", ".foredeck-prelude.sh": "prelude.sh"},
        _bash_variables,
        ("bash", ".foredeck-bootstrap.sh"),
        quick_command=("bash", "./script.sh"),
        # In POSIX mode Bash would not look at BASH_ENV.
        environment={"BASH_ENV": "./.foredeck-prelude.sh", "POSIXLY_CORRECT": None},
    ),
    "python": Language(
        "script.py",
        {".foredeck-prelude.py": "prelude.py"},
        _python_variables,
        ("python3", "-u", "./.foredeck-prelude.py"),
    ),
    "powershell": Language(
        "script.ps1",
        {".foredeck-prelude.ps1": "prelude.ps1"},
        _powershell_variables,
        ("pwsh", "-NoProfile", "-NoLogo", "-NonInteractive", "-File", "./.foredeck-prelude.ps1"),
        start=_powershell_start,
    ),
}
