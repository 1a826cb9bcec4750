"""What a Python script finds when it starts: Octopus's helper functions, and the deployment's variables.

It runs on the machine, with any Python from 3.6 on: `python3 -u ./.foredeck-prelude.py` reads the variables and
parameters that lie beside it, removes their file and becomes the script, `./script.py` or what FOREDECK_SCRIPT names:
`__name__`, `__file__`, `sys.argv`, tracebacks and the exit code are its own.
"""

import sys

if __name__ == "__main__" and not getattr(sys.flags, "safe_path", False):
    del sys.path[0]  # what the script brings along, such as a types.py, is not meant for us

import base64
import builtins
import io
import json
import os
import types
from typing import Any, Dict, Optional

_SCRIPT = os.environ.pop("FOREDECK_SCRIPT", sys.argv[1] if sys.argv[1:] else "./script.py")
_VARIABLES = os.path.join(os.path.dirname(__file__), ".foredeck-variables")


class _Variables(Dict[str, str]):
    """A dict whose names may be written in any case."""

    def _own(self, name: str) -> str:
        if dict.__contains__(self, name) or not isinstance(name, str):
            return name
        caseless = name.casefold()
        return next((known for known in self if known.casefold() == caseless), name)

    def __getitem__(self, name: str) -> str:
        return str(dict.__getitem__(self, self._own(name)))

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and dict.__contains__(self, self._own(name))

    def get(self, name: str, default: Any = None) -> Any:
        """The value, or the default when there is no such variable."""
        return dict.get(self, self._own(name), default)


octopusvariables = _Variables()
"""All variables by name; what the script sets itself is in it from then on."""


def encode(value: str) -> str:
    """As service messages want it: base64 of UTF-8."""
    return base64.b64encode(str(value).encode("utf-8", "replace")).decode("ascii")


def _say(line: str) -> None:
    # One write, so that lines of several threads do not mix.
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _tell(_verb: str, **attributes: Any) -> None:
    words = [f"{name}='{encode(value)}'" for name, value in attributes.items() if value is not None]
    _say("##octopus[{}]".format(" ".join([_verb, *words])))


def get_octopusvariable(key: str) -> str:
    """The value of a variable; empty when there is no such variable."""
    return str(octopusvariables.get(key, ""))


def set_octopusvariable(name: str, value: str, sensitive: bool = False) -> None:
    """An output variable for later steps; a sensitive one is masked from then on."""
    octopusvariables[name] = str(value)
    _tell("setVariable", name=name, value=value, sensitive="True" if sensitive else None)


def createartifact(path: str, fileName: Optional[str] = None) -> None:
    """A file to keep with the deployment."""
    path = os.path.abspath(path)
    size = os.path.getsize(path) if os.path.isfile(path) else 0
    _tell("createArtifact", path=path, name=fileName or os.path.basename(path), length=str(size))


def updateprogress(progress: int, message: Optional[str] = None) -> None:
    """How far the step is, in percent."""
    _tell("progress", percentage=progress, message=message or "")


def failstep(message: Optional[str] = None) -> None:
    """Ends the script as failed, with exit code 255 as in Octopus."""
    if message is not None:
        _tell("resultMessage", message=message)
    sys.exit(-1)


def _print(level: str, message: object) -> None:
    _say(f"##octopus[stdout-{level}]\n{message}\n##octopus[stdout-default]")


def printverbose(message: object) -> None:
    """A line that only those see who ask for the whole log."""
    _print("verbose", message)


def printhighlight(message: object) -> None:
    """A line that is also told in the thread."""
    _print("highlight", message)


def printwait(message: object) -> None:
    """What the script waits for."""
    _print("wait", message)


def printwarning(message: object) -> None:
    """A warning: the step succeeds with warnings."""
    _print("warning", message)


def set_environmentstate(key: str, value: str, sensitive: bool = False) -> None:
    """Something to know about what was deployed."""
    _tell("set-environmentstate", key=key, value=value, type="State", sensitive="True" if sensitive else None)


def set_environmenturl(url: str, label: str = "") -> None:
    """A link to what was deployed; URL and label in either order."""
    if label.startswith(("http://", "https://")):
        url, label = label, url
    _tell("set-environmentstate", key=label, value=url, type="Url")


def report_kubernetes_manifest(manifest: str, namespace: Optional[str] = None) -> None:
    """What was applied to a cluster, as YAML."""
    _tell("k8s-manifest-applied", manifest=manifest, ns=namespace)


_FOR_SCRIPTS = (
    octopusvariables, encode, get_octopusvariable, set_octopusvariable, createartifact, updateprogress, failstep,
    printverbose, printhighlight, printwait, printwarning, set_environmentstate, set_environmenturl,
    report_kubernetes_manifest,
)  # fmt: skip


def _hide_ourselves(kind: Any, error: Any, trace: Any) -> None:
    """An error's traceback begins in the script."""
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    sys.__excepthook__(kind, error.with_traceback(trace), trace)


def _become_the_script() -> None:
    with open(_VARIABLES, encoding="utf-8") as file:
        variables, parameters, *paths = json.load(file)
    for name in paths[0] if paths else ():
        variables[name] = os.path.abspath(variables[name])
    octopusvariables.update(variables)
    os.remove(_VARIABLES)
    main = types.ModuleType("__main__")
    main.__file__ = _SCRIPT
    names = {getattr(helper, "__name__", "octopusvariables"): helper for helper in _FOR_SCRIPTS}
    for name, helper in names.items():
        setattr(builtins, name, helper)  # modules that the script imports may use them, too
        setattr(main, name, helper)
    sys.modules["__main__"] = main
    sys.argv[:] = [_SCRIPT, *parameters]
    # What it imports lies beside it, or where the modules of its process do.
    sys.path[:0] = dict.fromkeys(os.path.dirname(os.path.abspath(name)) for name in (_SCRIPT, __file__))
    sys.excepthook = _hide_ourselves
    with open(_SCRIPT, "rb") as source:
        code = compile(source.read(), _SCRIPT, "exec")
    exec(code, main.__dict__)


def _print_utf_8() -> None:
    """The log is UTF-8 whatever the machine's locale."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if hasattr(stream, "reconfigure"):  # from Python 3.7 on
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
        else:
            setattr(sys, name, io.TextIOWrapper(stream.buffer, "utf-8", "backslashreplace", write_through=True))


if __name__ == "__main__":
    _print_utf_8()
    _become_the_script()
