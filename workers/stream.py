"""What a script prints, on its way to the log: plain text, service messages obeyed, secrets hidden, levels attached.

It follows one action's two streams, each with a parser of its own. It reads no files and stores nothing: the caller
feeds bytes, takes what is certain, and keeps `state()` with it; a stream made from that state goes on exactly there.
A segment may begin or end in the middle of a line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from engine.contracts import Link, LogLevel, LogSegment, OutputVariable, Secret
from engine.ports import Clock
from workers.masking import MaskedText, Masks
from workers.plain_text import PlainText, plain
from workers.service_messages import ServiceMessage, Splitter, Unreadable

_IGNORED = ""  # the level of text that is dropped

_LEVELS: Mapping[str, tuple[str, str]] = {
    "stdout-default": ("stdout", LogLevel.INFO),
    "stdout-verbose": ("stdout", LogLevel.VERBOSE),
    "stdout-highlight": ("stdout", LogLevel.HIGHLIGHT),
    "stdout-wait": ("stdout", LogLevel.WAIT),
    "stdout-warning": ("stdout", LogLevel.WARNING),
    "stdout-error": ("stdout", LogLevel.ERROR),
    "stdout-ignore": ("stdout", _IGNORED),
    "stderr-default": ("stderr", LogLevel.ERROR),
    "stderr-error": ("stderr", LogLevel.ERROR),
    "stderr-progress": ("stderr", LogLevel.VERBOSE),
    "stderr-ignore": ("stderr", _IGNORED),
}

# Octopus's messages that have no effect here. Of the first ones a script may rely on the effect: that is a warning.
_MISSED = {
    **dict.fromkeys((
        "createStepPackageTarget", "create-kubernetestarget", "create-azurewebapptarget",
        "create-azureservicefabrictarget", "create-aws-ecs-target", "delete-target",
    ), "targets stand in foredeck.yml"),
    **dict.fromkeys((
        "create-tokenaccount", "create-userpassaccount", "create-awsaccount", "create-azureaccount",
    ), "accounts stand in foredeck.yml"),
}  # fmt: skip
_UNSUPPORTED = frozenset({
    "foundPackage", "calamari-found-package", "deltaVerification",
    "k8s-manifest-applied", "k8s-status", "argocd-files-updated", "pull-request-created",
    "claude-code-usage", "claude-code-transcript",
    "calamari-timed-operation", "calamari-deployment-metric", "calamari-script-isolation-alert",
})  # fmt: skip

MOST_ARTIFACTS = 200
"""Files that one script may name."""

_LONGEST_BRIEF = 200  # characters of what a script gave, inside a sentence of ours
_BLOCK = 256 * 1024  # bytes read at a time: what fits the processor's cache is read twice as fast


@dataclass(frozen=True)
class Taken:
    """What became certain since the last take; masked, except for the values of output variables."""

    segments: tuple[LogSegment, ...] = ()
    outputs: tuple[OutputVariable, ...] = ()
    links: tuple[Link, ...] = ()
    percentage: int | None = None
    percentage_message: str = ""


@dataclass(frozen=True)
class NamedArtifact:
    """A file that the script named; `name` is masked and fit to be shown, `path` is neither."""

    number: int
    path: str
    name: str


@dataclass(frozen=True)
class AskedFiles:
    """Files on the machine that the script wants to have variables in: their folder, and the file that lists them."""

    folder: str
    listing: str


class _Channel:
    """One of the two streams, from bytes to masked text; `level` is that of the text that comes next."""

    def __init__(self, name: str, masks: Masks, state: Mapping[str, object]) -> None:
        self.name = name
        self.plain = PlainText(_part(state, "plain"))
        self.splitter = Splitter(_part(state, "messages"))
        self.masked = MaskedText(masks, _part(state, "masked"))
        self.level = str(state.get("level", _LEVELS[f"{name}-default"][1]))

    def print(self, text: str) -> None:
        if self.level != _IGNORED:
            self.masked.add(text, self.level)

    def state(self) -> dict[str, object]:
        return {
            "plain": self.plain.state(),
            "messages": self.splitter.state(),
            "masked": self.masked.state(),
            "level": str(self.level),
        }


class LogStream:
    """The two streams of one action. Not for several threads at once."""

    def __init__(self, *, masks: Iterable[str], clock: Clock, state: Mapping[str, object] | None = None) -> None:
        """`masks` are the secrets known from the beginning; those that the script told are in the state."""
        state = state or {}
        self._clock = clock
        learned = state.get("learned", ())
        assert isinstance(learned, list | tuple)  # noqa: S101 - our own state
        self._learned = [str(secret) for secret in learned]
        self._masks = Masks([*masks, *self._learned])
        self._result_message = str(state.get("result_message", ""))
        self._result_is_final = bool(state.get("result_is_final", False))
        named = state.get("artifacts", ())
        assert isinstance(named, list | tuple)  # noqa: S101 - our own state
        self._artifacts = [(str(path), str(name)) for path, name in named]
        asked = state.get("asked_files")
        self._asked_files = AskedFiles(*map(str, asked)) if isinstance(asked, list | tuple) else None
        self._collected = int(str(state.get("collected", 0)))  # of these, from the first on
        self._has_error_output = bool(state.get("has_error_output"))
        channels = _part(state, "channels")
        self._channels = {name: _Channel(name, self._masks, _part(channels, name)) for name in ("stdout", "stderr")}
        self._now = clock()
        self._segments: list[LogSegment] = []
        self._outputs: list[OutputVariable] = []
        self._links: list[Link] = []
        self._percentage: int | None = None
        self._percentage_message = ""

    @property
    def result_message(self) -> str:
        """What the script gave as the reason of its end (`fail_step`), masked; empty when it gave none."""
        return self.mask(plain(self._result_message))

    @property
    def has_error_output(self) -> bool:
        """Was there text on stderr that is no service message? Of whatever level: Octopus counts it so, too."""
        return self._has_error_output

    @property
    def next_artifact(self) -> NamedArtifact | None:
        """The first file that was named and is not collected yet."""
        if self._collected == len(self._artifacts):
            return None
        path, name = self._artifacts[self._collected]
        return NamedArtifact(self._collected, path, self._brief(name.rpartition("/")[2]) or "artifact")

    def artifact_is_collected(self) -> None:
        """Done with it, well or not; the next one is the next."""
        self._collected += 1

    @property
    def asked_files(self) -> AskedFiles | None:
        """What was asked for and not answered yet."""
        return self._asked_files

    def files_are_answered(self) -> None:
        """Done with them."""
        self._asked_files = None

    def holds_secret(self, text: str) -> bool:
        """Is any secret known so far in this text?"""
        return bool(self._masks.covered(text))

    def mask(self, text: str) -> str:
        """This text with all secrets known so far hidden."""
        return self._masks.mask(text)

    def feed(self, stream: str, data: bytes) -> None:
        """Read on in "stdout" or "stderr"."""
        self._now = self._clock()
        channel = self._channels[stream]
        for at in range(0, len(data), _BLOCK):
            self._read(channel, channel.plain.feed(data[at : at + _BLOCK]))
            self._release()

    def finish(self) -> None:
        """Both streams have ended: let go of all that was held back."""
        self._now = self._clock()
        for channel in self._channels.values():
            self._read(channel, channel.plain.feed(b"", final=True))
            for text in channel.splitter.finish():
                self._print(channel, text)
            self._release()
            for level, text in channel.masked.finish():
                self._append(level, channel.name, text)

    def take(self) -> Taken:
        """What became certain since the last take."""
        taken = Taken(
            tuple(self._segments),
            tuple(self._outputs),
            tuple(self._links),
            self._percentage,
            self._percentage_message,
        )
        self._segments, self._outputs, self._links = [], [], []
        self._percentage, self._percentage_message = None, ""
        return taken

    def state(self) -> dict[str, object]:
        """All that the next bytes need, for JSON; it may hold secrets.

        It goes together with a take, with no feed between the two: what is not taken is not in it.
        """
        return {
            "learned": list(self._learned),
            "result_message": self._result_message,
            "result_is_final": self._result_is_final,
            "artifacts": [list(artifact) for artifact in self._artifacts],
            "collected": self._collected,
            "asked_files": self._asked_files and [self._asked_files.folder, self._asked_files.listing],
            "has_error_output": self._has_error_output,
            "channels": {name: channel.state() for name, channel in self._channels.items()},
        }

    def _read(self, channel: _Channel, text: str) -> None:
        for item in channel.splitter.feed(text):
            if isinstance(item, str):
                self._print(channel, item)
            elif isinstance(item, ServiceMessage):
                self._obey(item)
            else:
                self._warn_of(item)

    def _print(self, channel: _Channel, text: str) -> None:
        if channel.name == "stderr" and not self._has_error_output:
            self._has_error_output = bool(text.strip())
        channel.print(text)

    def _release(self) -> None:
        for channel in self._channels.values():
            for level, text in channel.masked.release():
                self._append(level, channel.name, text)

    def _append(self, level: str, stream: str, text: str) -> None:
        self._segments.append(LogSegment(self._now, LogLevel(level), stream, text))

    def _say(self, level: LogLevel, sentence: str) -> None:
        self._release()  # first what was printed before
        self._append(level, "foredeck", self.mask(sentence) + "\n")

    def _brief(self, text: str) -> str:
        """As one line of bearable length; masked before it is cut, or the piece of a secret would show."""
        line = self.mask(" ".join(self.mask(plain(text)).split()))
        return line if len(line) <= _LONGEST_BRIEF else line[:_LONGEST_BRIEF] + "…"

    def _warn_of(self, unreadable: Unreadable) -> None:
        self._say(LogLevel.WARNING, f"Could not parse the service message {self._brief(unreadable.text)}")

    def _obey(self, message: ServiceMessage) -> None:
        if message.name in _LEVELS:
            stream, level = _LEVELS[message.name]
            self._channels[stream].level = level
            return
        match message.name:
            case "setVariable":
                self._set_variable(message)
            case "mask":
                self._learn(message.get("value"))
            case "progress":
                self._set_progress(message)
            case "resultMessage":
                self._set_result_message(message)
            case "set-environmentstate":
                self._set_environment_state(message)
            case "createArtifact":
                self._name_artifact(message)
            case "foredeck-prepareFiles":  # of our own script; another one is not answered
                self._asked_files = AskedFiles(message.get("folder"), message.get("listing"))
            case name if name in _MISSED:
                self._say(
                    LogLevel.WARNING, f"The service message {name} is not supported ({_MISSED[name]}); it was left out."
                )
            case name if name in _UNSUPPORTED:
                self._say(LogLevel.VERBOSE, f"The service message {name} is not supported; it was left out.")
            case name:
                self._say(LogLevel.VERBOSE, f"The service message {self._brief(name)} is not known; it was left out.")

    def _learn(self, secret: str) -> None:
        self._release()  # it is hidden from here on
        if self._masks.add(secret):
            self._learned.append(secret)

    def _set_variable(self, message: ServiceMessage) -> None:
        name, value = message.get("name"), message.get("value")
        sensitive = message.is_true("sensitive")
        if sensitive:
            self._learn(value)
        if not name:
            self._say(LogLevel.WARNING, "The service message setVariable has no name; it was left out.")
        elif self.holds_secret(name):
            said = f"The output variable {self._brief(name)} was left out: its name has a secret in it."
            self._say(LogLevel.WARNING, said)
        elif not sensitive and self.holds_secret(value):
            said = f"The output variable {self._brief(name)} has a secret in it, and is kept as a sensitive one."
            self._say(LogLevel.VERBOSE, said)
            self._outputs.append(OutputVariable(name, Secret(value)))
        else:
            self._outputs.append(OutputVariable(name, Secret(value) if sensitive else value))

    def _set_result_message(self, message: ServiceMessage) -> None:
        """The last one counts; what is `final` comes behind the last one before it, and then counts."""
        if self._result_is_final:
            return
        before, given = self._result_message.rstrip(), message.get("message")
        self._result_is_final = message.is_true("final")
        if self._result_is_final and before:
            given = f"{before}{'' if before.endswith(('.', '!', '?')) else '.'} {given}"
        self._result_message = given

    def _set_progress(self, message: ServiceMessage) -> None:
        text = message.get("percentage").strip()
        if not text.isascii() or not text.removeprefix("-").isdigit() or len(text) > 9:
            self._say(LogLevel.WARNING, f'The progress "{self._brief(text)}" is no whole number; it was left out.')
            return
        self._percentage = min(100, max(0, int(text)))
        self._percentage_message = self._brief(message.get("message"))

    def _name_artifact(self, message: ServiceMessage) -> None:
        path = message.get("path")
        named = (path, message.get("name") or path.rpartition("/")[2])
        if not path or "\0" in path:
            self._say(LogLevel.WARNING, "The service message createArtifact has no path; it was left out.")
        elif named in self._artifacts:
            return  # it is collected at the end, as it is then
        elif len(self._artifacts) == MOST_ARTIFACTS:
            left_out = self._brief(named[1])
            said = f"The artifact {left_out} was not kept: a script may name {MOST_ARTIFACTS} files at most."
            self._say(LogLevel.WARNING, said)
        else:
            self._artifacts.append(named)

    def _set_environment_state(self, message: ServiceMessage) -> None:
        key, value = message.get("key"), message.get("value")
        if message.is_true("sensitive"):
            self._learn(value)
        if message.get("type").strip().lower() != "url":
            self._say(
                LogLevel.VERBOSE, f'The environment state "{self._brief(key)}" is not supported; it was left out.'
            )
        elif not _is_web_address(value):
            self._say(
                LogLevel.WARNING, f'The link "{self._brief(value)}" is no http or https address; it was left out.'
            )
        else:
            self._links.append(Link(self.mask(value), self._brief(key)))


def _is_web_address(text: str) -> bool:
    if not text.isprintable() or any(char.isspace() for char in text):
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _part(state: Mapping[str, object], name: str) -> Mapping[str, object]:
    part = state.get(name, {})
    assert isinstance(part, Mapping)  # noqa: S101 - our own state
    return part
