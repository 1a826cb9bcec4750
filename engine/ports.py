"""The ports: the few places where two real implementations meet the engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from engine.contracts import (
    ActionRequest,
    ActionResult,
    ArtifactLimits,
    BuiltIn,
    Health,
    HealthCheck,
    Progress,
    SshMachine,
)
from engine.package_contracts import Answer, Coming, Ready, Wanted

Clock = Callable[[], datetime]
"""Returns the current time in UTC, with its zone."""


class ArtifactKeeping(Protocol):
    """An artifact that is being kept. Exactly one of `commit` and `discard` ends it."""

    def write(self, data: bytes) -> None:
        """The file goes on with this. Raises OSError."""
        ...

    def commit(self, *, holds_secret: bool) -> None:
        """That was all of it: keep it. One that holds a secret is shown to nobody who does not ask for it."""
        ...

    def discard(self) -> None:
        """It did not come whole: keep nothing."""
        ...


class RunSink(Protocol):
    """Where a worker reports while it follows an action. Every method may be called from the follower's thread only."""

    def launch_confirmed(self) -> None:
        """The ticket is claimed on the machine: commit that, before anything else is reported."""
        ...

    def record(self, progress: Progress) -> None:
        """Commit this progress and its checkpoint as one."""
        ...

    def tell(self, words: str, *, stays: bool = False) -> None:
        """Say what is done for the action before it is launched, as a clause without a full stop. Its step shows that
        until something else is said. `stays`: it is done; the log has it, too, and the step shows it after a success.
        """
        ...

    def artifact_limits(self) -> ArtifactLimits:
        """What may be kept, as of now."""
        ...

    def keep_artifact(self, number: int, name: str) -> ArtifactKeeping:
        """Begin to keep a file that the script named, the `number`th of its run; the same number is the same file, so
        one that is kept again stands once. `name` is masked and fit to be shown.
        """
        ...

    def cancel_requested(self) -> bool:
        """Has somebody asked to cancel? Cheap enough to call several times a second."""
        ...

    def stopping(self) -> bool:
        """Is the bot shutting down? Then detach at once: the script goes on and is followed again later."""
        ...


class Worker(Protocol):
    """Runs an action somewhere. One contract suite holds for all of them."""

    @property
    def slug(self) -> str:
        """What people know it by; `built-in` for the built-in worker."""
        ...

    def ensure_and_follow(self, request: ActionRequest, sink: RunSink) -> ActionResult:
        """Launch the action if its ticket was never claimed, else attach; follow it to its end.

        Blocks. Raises nothing for what can go wrong on a machine: that is an `ActionResult` with evidence.
        """
        ...

    def clean_up(self, ticket: str) -> None:
        """Remove what the action left, after its result is committed; leaves a tombstone. Best effort, never raises."""
        ...

    def check_health(self, check: HealthCheck = ..., stopping: Callable[[], bool] = ...) -> Health:
        """Look whether it can work, within a time limit; given up when the bot is `stopping`. Never raises."""
        ...

    def close(self) -> None:
        """Let go of connections and children; scripts that run go on."""
        ...


class Workers(Protocol):
    """Makes and keeps workers: the built-in one, and one for each machine."""

    def built_in(self, settings: BuiltIn) -> Worker: ...

    def ssh(self, machine: SshMachine) -> Worker: ...

    def apart(self, machine: SshMachine) -> Worker:
        """A worker with a connection of its own, for one look at a machine: whoever asked closes it."""
        ...

    def close(self) -> None: ...


class Feeds(Protocol):
    """Looks into the feeds of packages: folders and addresses. Blocks; call it outside any transaction."""

    def find(self, wanted: Wanted) -> Answer:
        """Is this version there, and with which digest? Raises nothing for what can go wrong with a feed."""
        ...

    def versions(self, wanted: Wanted) -> tuple[str, ...] | None:
        """The versions that a folder or bucket has, in no order; None where that cannot be known now. Never raises."""
        ...


class PackageFiles(Protocol):
    """The packages that are kept beside the rows, by their SHA-256."""

    def digests(self, *, before: datetime) -> Sequence[str]:
        """Of those that were put there before then."""
        ...

    def remove(self, digest: str, *, unless_since: datetime) -> None:
        """Remove this one and what was made of it, unless it was put there again since then. Within the transaction
        that has seen that nobody refers to it.
        """
        ...

    def remove_unused(self, *, since: datetime) -> None:
        """Remove what was made of packages for sending them, and was not wanted since then. It can be made again."""
        ...


class Shelf(Protocol):
    """Has packages ready to be sent to machines. Blocks; call it outside any transaction."""

    def take(self, wanted: Wanted, digest: str, came: Callable[[Coming], None] = ...) -> Ready:
        """The package with this digest. While it is fetched, `came` is told again and again how much of it has come;
        what it raises ends that. Raises ForedeckError when it cannot be had, or is not what it was.
        """
        ...

    def take_whole(self, wanted: Wanted, digest: str) -> Ready:
        """The same as the file that it is, and not as a plain tar."""
        ...

    def require_file(self, wanted: Wanted, ready: Ready, path: str) -> None:
        """Raises ForedeckError when there is no such file in a package that was taken; it names one that is alike."""
        ...
