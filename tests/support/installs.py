"""Packages installed on one machine by a worker alone, without the engine. For tests only."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.contracts import ActionRequest, ActionResult, LogLevel, PackageFile, Script, Secret
from engine.ports import Worker
from tests.support.packages import an_archive
from tests.support.run_sinks import MemorySink, a_request
from workers.packages.archives import make_plain

WEB = {
    "Octopus.Project.Id": "web",
    "Octopus.Environment.Id": "staging",
    "Octopus.Action.Id": "install",
    "Octopus.Deployment.Id": "17",
}


@dataclass
class Installed:
    """How an installation ended."""

    result: ActionResult
    sink: MemorySink

    @property
    def log(self) -> str:
        """All that was printed."""
        return self.sink.text()

    @property
    def folder(self) -> str:
        """Where later steps are told that it is."""
        return [str(one.value) for one in self.sink.outputs if one.name == "Package.InstallationDirectoryPath"][-1]

    def told(self, level: LogLevel) -> str:
        """What was said at this level."""
        return "".join(segment.text for segment in self.sink.segments if segment.level is level)


@dataclass
class Machine:
    """A worker, and the folder on its machine below which packages are installed."""

    worker: Worker
    folder: Path

    @property
    def root(self) -> Path:
        """Below it lie environments, packages and versions."""
        return self.folder / "apps"

    @property
    def place(self) -> Path:
        """Where the package `app` lies."""
        return self.root / "staging" / "app"

    @property
    def current(self) -> str:
        """The folder that the link leads to."""
        return str((self.place / "current").readlink())

    def asks(
        self,
        files: Mapping[str, str] | None = None,
        *,
        version: str = "1.4.0",
        variables: Mapping[str, str | Secret] | None = None,
        scripts: Mapping[str, str | Script] | None = None,
        **more: object,
    ) -> ActionRequest:
        """What the engine would ask for: a package of these files; `more` is of `PackageFile` or `ActionRequest`."""
        self.folder.mkdir(exist_ok=True)
        archive, plain = self.folder / "sent.tgz", self.folder / "sent.tar"
        archive.write_bytes(an_archive(files))
        make_plain(archive, plain)
        digest = hashlib.sha256(plain.read_bytes()).hexdigest()
        of_package = {field.name for field in dataclasses.fields(PackageFile)} - {"path", "digest", "size"}
        told = {
            "package": "app",
            "version": version,
            "environment": "staging",
            "root": str(self.root),
            "scripts": {
                name: script if isinstance(script, Script) else Script(script)
                for name, script in (scripts or {}).items()
            },
            **{name: value for name, value in more.items() if name in of_package},
        }
        package = PackageFile(plain, digest, plain.stat().st_size, **told)  # type: ignore[arg-type]
        of_request = {name: value for name, value in more.items() if name not in of_package}
        return a_request("", package=package, variables={**WEB, **(variables or {})}, **of_request)

    def installs(self, files: Mapping[str, str] | None = None, **more: object) -> Installed:
        """Install it, and wait for its end."""
        request, sink = self.asks(files, **more), MemorySink()  # type: ignore[arg-type]
        return Installed(self.worker.ensure_and_follow(request, sink), sink)
