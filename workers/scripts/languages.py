"""The languages of scripts: which files of ours lie beside a script, how its variables are written, what starts it.

Variables are written into one file that the prelude reads and removes: they are in no argument, and in no child's
environment. Parameters are arguments, which every account of the machine can read; so no secret is among them.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

VARIABLES = ".foredeck-variables"
"""The file that holds the variables until the prelude has read it."""

_SWITCH = re.compile(r"-[A-Za-z]\w*(:\$(true|false))?\Z")


@dataclass(frozen=True)
class Language:
    """How scripts of one language are run. `script` is the name of the script's own file."""

    script: str
    preludes: Mapping[str, str]  # the name of a file beside the script: the name of the text in this package
    variables: Callable[[Mapping[str, str]], bytes]
    command: Callable[[Sequence[str]], tuple[str, ...]]  # of the parameters
    start: Callable[[Sequence[str]], Mapping[str, bytes]] = lambda _parameters: {}

    def files(self, body: str, variables: Mapping[str, str], parameters: Sequence[str]) -> dict[str, bytes]:
        """Everything that has to lie in the script's folder."""
        return {
            **{name: _packaged(text) for name, text in self.preludes.items()},
            **self.start(parameters),
            # A script edited on Windows would look for the command "true\r".
            self.script: body.replace("\r\n", "\n").encode("utf-8", "replace"),
            VARIABLES: self.variables(variables),
        }


@cache
def _packaged(name: str) -> bytes:
    return resources.files(__package__).joinpath(name).read_bytes()


def _bash_variables(variables: Mapping[str, str]) -> bytes:
    lines = (f"_foredeck_variable {_for_sh(name)} {_for_sh(value)}\n" for name, value in variables.items())
    return "".join(lines).encode()


def _for_sh(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _powershell_variables(variables: Mapping[str, str]) -> bytes:
    """Lines of base64: what PowerShell reads from JSON would turn texts that look like dates into dates."""
    lines = (f"{_base64(name)} {_base64(value)}\n" for name, value in variables.items())
    return "".join(lines).encode()


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _powershell_start(parameters: Sequence[str]) -> dict[str, bytes]:
    """PowerShell binds `-Name value` only where it is written out; everything else is a quoted value."""
    words = [word if _SWITCH.match(word) else "'" + word.replace("'", "''") + "'" for word in parameters]
    return {".foredeck-start.ps1": f"{' '.join(['. ./script.ps1', *words])}\n".encode()}


LANGUAGES: Mapping[str, Language] = {
    "bash": Language(
        "script.sh",
        {".foredeck-bootstrap.sh": "bootstrap.sh", ".foredeck-prelude.sh": "prelude.sh"},
        _bash_variables,
        lambda parameters: ("bash", ".foredeck-bootstrap.sh", *parameters),
    ),
    "python": Language(
        "script.py",
        {".foredeck-prelude.py": "prelude.py"},
        lambda variables: json.dumps(variables).encode(),
        lambda parameters: ("python3", "-u", "./.foredeck-prelude.py", *parameters),
    ),
    "powershell": Language(
        "script.ps1",
        {".foredeck-prelude.ps1": "prelude.ps1"},
        _powershell_variables,
        lambda _parameters: ("pwsh", "-NoProfile", "-NoLogo", "-NonInteractive", "-File", "./.foredeck-prelude.ps1"),
        _powershell_start,
    ),
}
