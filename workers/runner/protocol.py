"""What is said to a runner, and what it answers. Not where the bytes come from, nor what follows from an answer.

launch TICKET NEEDED [NAME SIZE]... + bytes + `go`
                                             ->  launch claimed|taken|cleaned|missing PROGRAM|failed REASON
poll TICKET QUOTA OUT_OFFSET ERR_OFFSET MOMENTS
                                             ->  poll STATE DETAIL OUT_SIZE ERR_SIZE OUT_COUNT ERR_COUNT cut|-
                                                 [NAMES OF KILLED PROCESSES] + the counted bytes of both files
fetch TICKET QUOTA OFFSET SIZE_OF_NAME + name -> fetch file|WHAT_ELSE SIZE COUNT + the counted bytes
give TICKET NAME SIZE + bytes                ->  give ok|failed|gone
stop TICKET REASON GRACE                     ->  stop STATE   (the ending goes on beside; poll tells how it went)
clean TICKET                                 ->  clean STATE
have DIGEST SIZE PLACE                       ->  have present|failed REASON|COUNT PART -[,TOOL]... [EARLIER]
put DIGEST OFFSET SIZE + bytes               ->  put COUNT
seal DIGEST                                  ->  seal ok|wrong
facts                                        ->  lines NAME VALUE up to `end`
ping                                         ->  ping
"""

from __future__ import annotations

import enum
import hashlib
import re
import shlex
from dataclasses import dataclass
from importlib import resources

from workers.runner import folders
from workers.runner.channels import Channel, ChannelBroke, ChannelLost
from workers.scripts import Bundle


def _text(name: str) -> str:
    """A text of the runner without its comments, which the machine would have to read each time."""
    lines = resources.files("workers.runner").joinpath(name).read_text(encoding="utf-8").splitlines()
    return "\n".join(line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#"))


RUNNER = _text("runner.sh").replace("QUICK", shlex.quote(_text("quick.sh"))).encode("ascii")
"""The runner's text; it is sent over the channel, so that nothing has to be installed."""

VERSION = hashlib.sha256(RUNNER).hexdigest()[:12]

# Bash reads counted bytes by itself; what is ASCII has as many characters in any locale. The login shell has
# read .bashrc.
_BOOTSTRAP = (
    '[ -n "$BASH_VERSION" ] && IFS= read -r -d "" -N "$2" runner 2>/dev/null ||'
    ' runner=$(dd bs="$2" count=1 iflag=fullblock 2>/dev/null); eval "$runner"'
)
_IN_BASH = f'command -v bash >/dev/null && exec bash --norc -c {shlex.quote(_BOOTSTRAP)} "$0" "$@"; {_BOOTSTRAP}'
_MOST_NOISE = 2000  # lines that a .bashrc may print before the runner speaks
_NAME = re.compile(r"[A-Za-z0-9._-]+\Z")
_PLACE = re.compile(r"[0-9a-f]{16}\Z")
_TICKET = re.compile(r"[0-9a-f]{32}\Z")
_DIGEST = re.compile(r"[0-9a-f]{64}\Z")


class State(enum.StrEnum):
    """What a runner knows about a ticket."""

    ABSENT = "absent"  # never claimed here
    RUNNING = "running"
    EXITED = "exited"  # detail: the exit code, `canceled`, `timed_out` or `unstarted`
    GONE = "gone"  # no process and no exit code; detail: `rebooted`, `orphaned` (parts still run) or `killed`
    CLEANED = "cleaned"  # it ended here once and only its tombstone is left; detail as for EXITED


@dataclass(frozen=True)
class Polled:
    """The answer to `poll`."""

    state: State
    detail: str
    stdout_size: int
    stderr_size: int
    stdout: bytes
    stderr: bytes
    cut: bool  # output is missing from some point on: the machine's disk was full
    killed: tuple[str, ...]  # processes that had to be killed
    left: tuple[str, ...] = ()  # processes that the script left behind


@dataclass(frozen=True)
class Fetched:
    """The answer to `fetch`: what the file is (`file`, or why it is not read), its size now, and a part of it."""

    what: str
    size: int
    data: bytes


@dataclass(frozen=True)
class Held:
    """The answer to `have`: how much of a package is there, in which file, and what could make a delivery smaller."""

    is_present: bool = False
    failure: str = ""  # `disk-full` or `not-writable`
    count: int = 0  # bytes
    part: str = ""
    tools: tuple[str, ...] = ()  # of rsync, zstd
    earlier: str = ""  # the digest of the one that came for the same place before


def bootstrap(root: str, *, in_bash: bool = True) -> tuple[str, ...]:
    """The command that starts a runner, in bash where there is one; its text has to be sent first. No secret and no
    path of ours is in it.
    """
    return ("sh", "-c", _IN_BASH if in_bash else _BOOTSTRAP, *_arguments(root))


def login_command(root: str) -> str:
    """The same for a login shell of any kind: one that does not understand the first half goes on with the second."""
    bash = ("bash", "--norc", "-c", _BOOTSTRAP, *_arguments(root))
    return f"command -v bash >/dev/null && exec {shlex.join(bash)}; {shlex.join(bootstrap(root))}"


def _arguments(root: str) -> tuple[str, ...]:
    return ("foredeck-runner", "serve", str(len(RUNNER)), VERSION, root)


@dataclass(frozen=True)
class Hello:
    """The first thing a runner says. `failure` is empty when it is ready."""

    root: str
    failure: str = ""


def read_hello(channel: Channel) -> Hello:
    """Skip what a login prints and read the runner's first line. Raises NoRunner, ChannelBroke."""
    noise: list[str] = []
    try:
        while len(noise) < _MOST_NOISE:
            line = channel.receive_line()
            words = line.split(" ", 3)
            if words[:2] == ["foredeck-runner", "ready"]:
                return Hello(root=line.split(" ", 2)[2])
            if words[:2] == ["foredeck-runner", "failed"] and len(words) == 4:
                return Hello(root=words[3], failure=words[2])
            noise.append(line)
    except ChannelLost as lost:
        noise.append(channel.receive_rest().decode("utf-8", "replace"))
        if isinstance(lost, ChannelBroke) and not any(noise):
            raise  # the machine had no time to say anything
    raise NoRunner(" ".join(" ".join(noise).split()))


class NoRunner(Exception):
    """The machine did not start the runner. `said` is what it printed instead; it may be empty."""

    def __init__(self, said: str) -> None:
        self.said = "".join(character for character in said if character.isprintable())[:200]
        super().__init__(self.said)


def launch_request(ticket: str, bundle: Bundle) -> bytes:
    """Files are put into the run's folder with mode 0600, and beside them what the step brings along and its packages,
    which are on the machine already; something is printed, and then the command is run there.
    """
    written: list[bytes] = []
    sent: dict[str, bytes] = {}  # counted
    for name, data in bundle.files.items():
        if folders.is_printable(data):
            written.append(folders.printing(data, _checked(_NAME, name).encode()))
        else:
            sent[f"work/{_checked(_NAME, name)}"] = data
    unpacking, brought = folders.unpacking(bundle.folder)
    if brought:
        sent["brought"] = brought
    if bundle.said:
        written.append(b"printf %s " + folders.quoted(bundle.said.replace(b"\0", b"")) + b"\n")
    for name, value in bundle.environment.items():
        written.append((f"unset {name}\n" if value is None else f"export {name}={shlex.quote(value)}\n").encode())
    start = f"exec {shlex.join(bundle.command)}\n".encode()
    enclosing = folders.enclosing(bundle.enclosures)
    sent = {"command": b"".join([folders.UNFIT, enclosing, unpacking, *written, start]), **sent}
    needed = bundle.command[0] if _NAME.match(bundle.command[0]) else "sh"
    sizes = " ".join(f"{name} {len(data)}" for name, data in sent.items())
    return f"launch {_checked(_TICKET, ticket)} {needed} {sizes}\n".encode() + b"".join(sent.values()) + b"go\n"


def poll_request(ticket: str, quota: int, stdout_offset: int, stderr_offset: int, moments: int = 0) -> bytes:
    """Ask for the state and up to `quota` bytes of each stream. An end is waited for, at most `moments` times 2 ms."""
    return f"poll {_checked(_TICKET, ticket)} {quota} {stdout_offset} {stderr_offset} {moments}\n".encode()


def fetch_request(ticket: str, path: str, quota: int, offset: int) -> bytes:
    """Ask for up to `quota` bytes of a file of the machine. The path may hold anything but NUL."""
    name = path.encode("utf-8", "surrogateescape")
    if not name or b"\0" in name:
        raise ValueError("the path of a file is empty or holds NUL")
    return f"fetch {_checked(_TICKET, ticket)} {quota} {offset} {len(name)}\n".encode() + name


def give_request(ticket: str, name: str, data: bytes) -> bytes:
    """Put a file into the folder of the ticket's script, whole; or NAME.failed, which tells it that this cannot be."""
    return f"give {_checked(_TICKET, ticket)} {_checked(_NAME, name)} {len(data)}\n".encode() + data


def stop_request(ticket: str, reason: str, grace: int) -> bytes:
    """End the whole group: TERM, then KILL after `grace` seconds."""
    return f"stop {_checked(_TICKET, ticket)} {_checked(_NAME, reason)} {grace}\n".encode()


def clean_request(ticket: str) -> bytes:
    """Remove what an ended run left, except its tombstone."""
    return f"clean {_checked(_TICKET, ticket)}\n".encode()


def have_request(digest: str, size: int, place: str) -> bytes:
    """Is this package there, or how many bytes of it? `place` tells which packages are versions of one."""
    return f"have {_checked(_DIGEST, digest)} {size} {_checked(_PLACE, place)}\n".encode()


def put_request(digest: str, offset: int, data: bytes) -> bytes:
    """Bytes of a package, which belong there."""
    return f"put {_checked(_DIGEST, digest)} {offset} {len(data)}\n".encode() + data


def seal_request(digest: str) -> bytes:
    """All of a package was sent: is it what it should be?"""
    return f"seal {_checked(_DIGEST, digest)}\n".encode()


FACTS_REQUEST = b"facts\n"
PING_REQUEST = b"ping\n"


def read_answer(channel: Channel, verb: str) -> list[str]:
    """The words of a one-line answer, without the verb."""
    words = channel.receive_line().split()
    if not words or words[0] != verb:
        raise ChannelLost("something that is no answer came")
    return words[1:]


def read_polled(channel: Channel) -> Polled:
    """The answer to `poll` with its bytes."""
    words = read_answer(channel, "poll")
    try:
        state, detail = State(words[0]), words[1]
        out_size, err_size, out_count, err_count = (int(word) for word in words[2:6])
        cut = words[6] == "cut"
    except (ValueError, IndexError) as error:
        raise ChannelLost("something that is no answer came") from error
    killed, _, left = " ".join(words[7:]).partition("/")
    stdout = channel.receive(out_count)
    stderr = channel.receive(err_count)
    return Polled(state, detail, out_size, err_size, stdout, stderr, cut, tuple(killed.split()), tuple(left.split()))


def read_fetched(channel: Channel) -> Fetched:
    """The answer to `fetch` with its bytes."""
    words = read_answer(channel, "fetch")
    try:
        what, size, count = words[0], int(words[1]), int(words[2])
    except (ValueError, IndexError) as error:
        raise ChannelLost("something that is no answer came") from error
    return Fetched(what, size, channel.receive(count))


def read_held(channel: Channel) -> Held:
    """The answer to `have`."""
    match read_answer(channel, "have"):
        case ["present"]:
            return Held(is_present=True)
        case ["failed", reason]:
            return Held(failure=reason)
        case [count, part, tools, *earlier] if count.isdecimal() and _NAME.match(part):
            known = earlier[0] if earlier and _DIGEST.match(earlier[0]) else ""
            return Held(count=int(count), part=part, tools=tuple(tools.split(",")[1:]), earlier=known)
    raise ChannelLost("something that is no answer came")


def read_facts(channel: Channel) -> dict[str, str]:
    """What the machine says about itself; see `facts` in the runner."""
    facts: dict[str, str] = {}
    while (line := channel.receive_line()) != "end":
        name, _, value = line.partition(" ")
        facts[name] = value[:200]
        if len(facts) > 50:
            raise ChannelLost("something that is no answer came")
    return facts


def _checked(pattern: re.Pattern[str], word: str) -> str:
    if not pattern.match(word):
        raise ValueError("a ticket or a file name has characters that are not allowed")
    return word
