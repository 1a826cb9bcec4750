"""What the engine and the package feeds tell each other. Values only, no behaviour."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from engine.contracts import Origin, Secret


@dataclass(frozen=True)
class Wanted:
    """A version of a package, and where it is looked for. Its names are those of `engine.domain.packages.Package`.

    `checksum`: the SHA-256 that the configuration pins, in hexadecimal; empty when it stands beside the package.
    """

    package: str
    version: str
    kind: str
    location: str
    file: str = ""
    checksum: str = ""
    username: str = ""
    secret: Secret | None = None
    paths: tuple[str, ...] = ()  # files that must be in it
    on_machine: bool = False  # machines fetch it themselves
    region: str = ""  # of a bucket

    @property
    def name(self) -> str:
        """As people call it."""
        is_of_git = self.kind == "git"
        return f"{self.version} of {repository_of(self.location)}" if is_of_git else f"{self.package} {self.version}"


@dataclass(frozen=True)
class Found:
    """The feed has it."""

    digest: str  # SHA-256, in hexadecimal
    size: int  # bytes
    format: str  # of workers.packages.formats


@dataclass(frozen=True)
class NotThere:
    """The feed has no such package, or one that cannot be used. `reason`: a clause without a full stop."""

    reason: str


@dataclass(frozen=True)
class Unanswered:
    """The feed did not answer, or with an error of its own; that may pass. `reason`: a clause without a full stop."""

    reason: str


Answer = Found | NotThere | Unanswered


@dataclass(frozen=True)
class Coming:
    """A package that is being fetched. `trouble`: why nothing comes just now, and it is tried again; a clause."""

    size: int = 0  # bytes that have come
    trouble: str = ""


@dataclass(frozen=True)
class Ready:
    """A package that was fetched and looked through, as a plain tar on the bot's machine."""

    path: Path
    digest: str  # SHA-256 of the tar
    size: int  # bytes
    origin: Origin | None = None  # where machines fetch it themselves


def amount(count: int) -> str:
    """Bytes as people read them: `3.4 MB`, `200 MB`."""
    for unit, letters in ((1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "kB")):
        if count >= unit:
            return f"{count / unit:.1f} {letters}" if count < 10 * unit else f"{count / unit:.0f} {letters}"
    return f"{count} bytes" if count != 1 else "1 byte"


def part(done: int, total: int) -> str:
    """How much of it is done: `42 % of 200 MB`; of what is not known how large it is, `84 MB`."""
    return f"{min(100, 100 * done // total)} % of {amount(total)}" if total else amount(done)


def repository_of(url: str) -> str:
    """A Git repository as people read it: `git.example.com/ops/scripts`, or the folder that it is in."""
    parts = urlsplit(url)
    return f"{parts.hostname or ''}{parts.path}".removesuffix("/").removesuffix(".git")
