"""What the engine and a worker tell each other: requests, checkpoints, progress, results. Values only, no behaviour."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path


class LogLevel(enum.StrEnum):
    """How loud a line is; the names are those of the `stdout-*` and `stderr-*` service messages."""

    VERBOSE = "verbose"  # shown only to those who ask for the whole log
    INFO = "info"  # what a script prints
    HIGHLIGHT = "highlight"  # also told in the thread
    WAIT = "wait"  # the script says what it waits for
    WARNING = "warning"  # success with warnings
    ERROR = "error"  # printed on stderr or after `stdout-error`; fails nothing by itself


class Outcome(enum.StrEnum):
    """How following an action ended."""

    SUCCEEDED = "succeeded"  # exit code 0
    FAILED = "failed"  # any other exit code, or it could not be started
    CANCELED = "canceled"  # somebody asked for it; the whole process group was ended
    TIMED_OUT = "timed_out"  # the execution time limit passed; ended like a cancel
    LOST = "lost"  # it was started and its end cannot be known: a person decides
    UNREACHABLE = "unreachable"  # the machine did not answer; nothing is known to have been started
    DETACHED = "detached"  # we stopped following (shutdown); it goes on and will be followed again


@dataclass(frozen=True)
class Secret:
    """A value that does not print. `reveal()` is the only way to its text."""

    _text: str = field(repr=False)

    def reveal(self) -> str:
        """The secret text itself; never log, store or format what this returns."""
        return self._text

    def __str__(self) -> str:
        return "********"

    def __repr__(self) -> str:
        return "Secret(********)"

    def __format__(self, spec: str) -> str:
        return format("********", spec)


@dataclass(frozen=True)
class Script:
    """A script as text; it reaches the machine on stdin or in a 0600 file, never in argv."""

    body: str
    syntax: str = "bash"  # bash, python or powershell
    parameters: tuple[str | Secret, ...] = ()
    """Its arguments. One that variables were put into is a Secret, whatever they hold: none is in an argv."""
    fails_on_error_output: bool = False  # text on stderr fails it, though it exits with 0
    file: str = ""  # where it lies in what the step brings along; then there is no body


TAKEN_NAMES = frozenset({
    "script.sh", "script.py", "script.ps1", ".foredeck-variables", ".foredeck-bootstrap.sh", ".foredeck-start.ps1",
    ".foredeck-prelude.sh", ".foredeck-prelude.py", ".foredeck-prelude.ps1",
})  # fmt: skip
"""What may lie in a script's folder already, so that no file of a step can have that name."""


@dataclass(frozen=True)
class StepFile:
    """A file that a step brings along. `path` is relative, with `/` between its parts, and leads nowhere else."""

    path: str
    content: bytes = field(repr=False)
    executable: bool = False


@dataclass(frozen=True)
class StepFolder:
    """The files that lie in the script's folder when it runs, and the patterns of those that variables are put into."""

    files: tuple[StepFile, ...]
    substitute_in_files: tuple[str, ...] = ()  # `#{…}` in their text
    structured_values: tuple[str, ...] = ()  # values by path, in JSON, YAML, .env, properties, XML
    variables: Mapping[str, str | Secret] | None = None  # as they are written; None: as the request has them
    fail_on_unresolved: bool = False  # what nothing resolves fails the action instead of being warned of


@dataclass(frozen=True)
class Checkpoint:
    """How far an action has been followed. Committed as one; resuming from it gives no gap and no double.

    `stdout_offset`, `stderr_offset`: bytes of the two files on the machine that are consumed.
    `log_length`: bytes of the stored log that are committed (the engine truncates to it on resume).
    `parser`: what the parsers hold between two reads (levels, masks, unfinished message, held-back bytes), JSON-able;
    may hold secrets, so the engine stores it sealed.
    """

    stdout_offset: int = 0
    stderr_offset: int = 0
    log_length: int = 0
    parser: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class LogSegment:
    """A stretch of log of one level from one stream, masked, whole UTF-8, in the order it was read."""

    at: datetime  # UTC, when we read it
    level: LogLevel
    stream: str  # "stdout", "stderr" or "foredeck" (what the worker itself says)
    text: str


@dataclass(frozen=True)
class OutputVariable:
    """Set by a script with `set_octopusvariable`."""

    name: str
    value: str | Secret


@dataclass(frozen=True)
class Link:
    """A place to look at, set by a script with `set_environmenturl`."""

    url: str
    label: str = ""


@dataclass(frozen=True)
class Progress:
    """What was read since the last progress; the engine commits all of it with its checkpoint, or none."""

    checkpoint: Checkpoint  # `log_length` is filled in by the engine
    segments: tuple[LogSegment, ...] = ()
    outputs: tuple[OutputVariable, ...] = ()
    links: tuple[Link, ...] = ()
    percentage: int | None = None  # 0..100, from the `progress` message
    percentage_message: str = ""


OUTPUT_LIMIT = 1 << 30
"""Bytes that a script may print where nothing else is said: a loop that prints for ever must not fill two disks."""


@dataclass(frozen=True)
class Parcel:
    """A file on the bot's machine that has to be on another one before what needs it is launched there."""

    path: Path
    digest: str  # SHA-256, in hexadecimal
    size: int  # bytes
    package: str
    version: str

    @property
    def name(self) -> str:
        """As people call it."""
        return f"{self.package} {self.version}"

    @property
    def series(self) -> str:
        """What its other versions have in common with it: one of them may resemble it."""
        return self.package


@dataclass(frozen=True)
class Enclosure:
    """A parcel as a script finds it. `place`: relative to the script's folder, the folder that it is unpacked into
    (`.`: that folder itself), else the name of the file that it is.
    """

    parcel: Parcel
    place: str
    is_unpacked: bool = True


@dataclass(frozen=True)
class Origin:
    """Where a machine fetches a package itself, and what lies there: the archive as it is."""

    url: str
    digest: str  # SHA-256 of the archive
    size: int  # bytes of it
    format: str  # of workers.packages.formats
    authorization: Secret | None = None  # a header's value


@dataclass(frozen=True)
class PackageFile(Parcel):
    """A package that is to be installed: looked through, as a plain tar on the bot's machine.

    `digest` and `size` are the tar's own. It is installed below `root`/`environment`/`package`.
    """

    environment: str
    root: str  # absolute, or in the home of the account with `~/`
    keep: int | None = None  # so many earlier installations stay; None: all
    scripts: Mapping[str, Script] = field(default_factory=dict)
    """Those of the process, by the moment in which they run: PreDeploy, Deploy, PostDeploy, DeployFailed."""
    custom_folder: str = ""  # where it is copied to; empty: nowhere
    purge: bool = False  # what lies there and not in the package goes
    protect: tuple[str, ...] = ()  # patterns of what stays there as it is
    skip_if_installed: bool = False
    origin: Origin | None = None  # the machine fetches it from there

    @property
    def series(self) -> str:
        """Its installations lie beside each other."""
        return f"{self.root}\n{self.package}"


@dataclass(frozen=True)
class ActionRequest:
    """All that a worker needs to run one action; values are resolved, secrets are `Secret`.

    `ticket`: 32 hex digits (128 random bits), stored before the launch: starting twice is the same as once.
    `launch_confirmed`: the row says that it was launched; from then on only following is allowed.
    """

    ticket: str
    task_id: int
    action_run_id: int
    step_name: str
    script: Script
    variables: Mapping[str, str | Secret]
    folder: StepFolder | None = None
    modules: tuple[StepFile, ...] = ()  # files of functions that lie beside the script; PowerShell imports them
    enclosures: tuple[Enclosure, ...] = ()  # packages that the script uses
    paths: frozenset[str] = frozenset()
    """The variables that hold paths relative to the script's folder; on the machine they become whole ones."""
    package: PackageFile | None = None  # install this; the script is the worker's own then
    prepares: StepFolder | None = None
    """The patterns of files that lie on the machine, into which variables are put when the worker's own script asks."""
    masks: tuple[Secret, ...] = ()  # secrets beyond those in `variables` that must not show either
    time_limit: timedelta | None = None
    output_limit: int = OUTPUT_LIMIT  # bytes of stdout and stderr together; who prints more is ended
    launch_confirmed: bool = False
    started_at: datetime | None = None  # UTC, of the first launch; the time limit counts from it
    checkpoint: Checkpoint = field(default_factory=Checkpoint)


@dataclass(frozen=True)
class ArtifactLimits:
    """Bytes that may still be kept of the files that scripts name as artifacts."""

    file: int  # of one file
    room: int  # of all further files of the task


@dataclass(frozen=True)
class ActionResult:
    """How an action ended, with the evidence."""

    outcome: Outcome
    exit_code: int | None = None
    message: str = ""  # one sentence for a person: what happened and what it means; masked
    hint: str = ""  # one sentence: what to do next


@dataclass(frozen=True)
class KeyLogin:
    """With a private key, in OpenSSH's format or PEM."""

    private_key: Secret
    passphrase: Secret | None = None


@dataclass(frozen=True)
class PasswordLogin:
    """With a password, asked for as such or as the one hidden question."""

    password: Secret


@dataclass(frozen=True)
class AgentLogin:
    """With the keys that an agent holds. `socket`: where it listens; empty: where SSH_AUTH_SOCK of the bot says.
    `public_key`: the `SHA256:…` fingerprint of the one key to offer; empty: all of them, in the agent's order.
    """

    socket: str = ""
    public_key: str = ""


@dataclass(frozen=True)
class Account:
    """Who logs in to a machine, and how."""

    slug: str
    username: str
    login: KeyLogin | PasswordLogin | AgentLogin


@dataclass(frozen=True)
class BuiltIn:
    """How the built-in worker runs scripts. `run_as` is an account of this machine; None: the bot's own.

    `memory`: bytes that each process of a script may have. `processes`: how many that account may have at once.
    """

    run_as: str | None = None
    memory: int | None = None
    processes: int | None = None


@dataclass(frozen=True)
class SshMachine:
    """A machine that is reached over SSH. `host_key`: the pinned `SHA256:…` fingerprints, a space between them. `via`:
    the bastion, another machine, through which the connection to it is made.
    """

    slug: str
    host: str
    port: int
    host_key: str
    account: Account
    via: SshMachine | None = None


class HealthState(enum.StrEnum):
    """How a machine is; Octopus's five states."""

    HEALTHY = "healthy"
    HAS_WARNINGS = "has_warnings"  # it works, and something there wants to be looked at
    UNHEALTHY = "unhealthy"  # it answers, and must not be used: also when its host key or the login is refused
    UNAVAILABLE = "unavailable"  # nothing answers
    UNKNOWN = "unknown"  # not checked yet


@dataclass(frozen=True)
class HealthCheck:
    """How to look. `connection_only`: whoever can be logged in to is healthy. `script` is run after the usual look."""

    script: Script | None = None
    connection_only: bool = False
    time_limit: timedelta = timedelta(minutes=2)  # of the script


USUAL_CHECK = HealthCheck()


@dataclass(frozen=True)
class Health:
    """The answer of a worker to *can you work?*"""

    state: HealthState
    message: str  # one sentence or several: what was found, and what to do
    facts: Mapping[str, str] = field(default_factory=dict)  # e.g. {"shell": "dash", "bash": "5.2.15"}

    @property
    def healthy(self) -> bool:
        """Can a script be started there?"""
        return self.state in {HealthState.HEALTHY, HealthState.HAS_WARNINGS}
