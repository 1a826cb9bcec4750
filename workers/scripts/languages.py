"""The languages of scripts: which files of ours lie beside a script, how its variables are written, what starts it.

Variables and parameters are written into files that the prelude reads and removes: they are in no argument of a
process, which every account of the machine could read, and in no child's environment.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from engine.contracts import Secret

VARIABLES = ".foredeck-variables"
"""The file that holds the variables until the prelude has read it."""

_SWITCH = re.compile(r"-[A-Za-z]\w*(:\$(true|false))?\Z")

Parameters = Sequence[str | Secret]


@dataclass(frozen=True)
class Language:
    """How scripts of one language are run. `script` is the name of the script's own file."""

    script: str
    preludes: Mapping[str, str]  # the name of a file beside the script: the name of the text in this package
    variables: Callable[[Mapping[str, str], Parameters], bytes]
    command: tuple[str, ...]
    start: Callable[[Parameters, Sequence[str]], Mapping[str, bytes]] = lambda _parameters, _modules: {}

    def files(
        self, body: str, variables: Mapping[str, str], parameters: Parameters, modules: Sequence[str] = ()
    ) -> dict[str, bytes]:
        """Everything that has to lie in the script's folder beside what it brings along, such as its `modules`."""
        return {
            **self.preludes_and_variables(variables, parameters),
            **self.start(parameters, modules),
            # A script edited on Windows would look for the command "true\r".
            self.script: body.replace("\r\n", "\n").encode("utf-8", "replace"),
        }

    def preludes_and_variables(self, variables: Mapping[str, str], parameters: Parameters = ()) -> dict[str, bytes]:
        """What has to lie beside any script."""
        return {
            **{name: _packaged(text) for name, text in self.preludes.items()},
            VARIABLES: self.variables(variables, parameters),
        }


@cache
def _packaged(name: str) -> bytes:
    return resources.files(__package__).joinpath(name).read_bytes()


def text_of(parameter: str | Secret) -> str:
    """What reaches the script."""
    return parameter.reveal() if isinstance(parameter, Secret) else parameter


def _bash_variables(variables: Mapping[str, str], parameters: Parameters) -> bytes:
    """`set --` in a file that is sourced without arguments sets the parameters of who sources it: the script's own."""
    lines = [f"_foredeck_variable {_for_sh(name)} {_for_sh(value)}\n" for name, value in variables.items()]
    words = [_for_sh(text_of(parameter)) for parameter in parameters]
    return "".join([*lines, f"set -- {' '.join(words)}\n"] if words else lines).encode()


def _python_variables(variables: Mapping[str, str], parameters: Parameters) -> bytes:
    return json.dumps([dict(variables), [text_of(parameter) for parameter in parameters]]).encode()


def _for_sh(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _powershell_variables(variables: Mapping[str, str], _parameters: Parameters) -> bytes:
    """Lines of base64: what PowerShell reads from JSON would turn texts that look like dates into dates."""
    lines = (f"{_base64(name)} {_base64(value)}\n" for name, value in variables.items())
    return "".join(lines).encode()


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _powershell_start(parameters: Parameters, modules: Sequence[str]) -> dict[str, bytes]:
    """Imports the modules and runs the script. PowerShell binds `-Name value` only where it is written out; everything
    else is a quoted value. So the name of a parameter is what the process itself says, never what came of a variable.
    """
    words = [
        word if isinstance(word, str) and _SWITCH.match(word) else _for_powershell(text_of(word)) for word in parameters
    ]
    lines = [f"Import-Module {_for_powershell(f'./{module}')} -DisableNameChecking" for module in modules]
    return {".foredeck-start.ps1": "\n".join([*lines, " ".join([". ./script.ps1", *words]), ""]).encode()}


def _for_powershell(text: str) -> str:
    """PowerShell takes curly quotes for straight ones, so these are doubled, too."""
    return "'" + re.sub("(['\u2018-\u201b])", r"\1\1", text) + "'"


LANGUAGES: Mapping[str, Language] = {
    "bash": Language(
        "script.sh",
        {".foredeck-bootstrap.sh": "bootstrap.sh", ".foredeck-prelude.sh": "prelude.sh"},
        _bash_variables,
        ("bash", ".foredeck-bootstrap.sh"),
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
        _powershell_start,
    ),
}
