"""The transcript: what people did, what they saw, and what the app called, as lines of text while it happens.

A line is the time (UTC), how long it took where that is known, and what happened; after those 23 columns the same story
gives the same lines. It has no ids, no tokens and no addresses with secrets in them."""

import contextlib
import datetime as dt
import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

from bot.sandbox import deeds, elements, readings
from bot.sandbox.errors import SandboxUnusable
from bot.sandbox.json_types import JsonObject
from bot.sandbox.workspace import Workspace

log = logging.getLogger(__name__)

KEPT = 5_000
"""So many lines can be asked for; a file has all of them."""

HIDDEN = "(a token)"


class Transcript:
    """Hears every change and delivery; keeps the newest lines, and writes all of them to a file if there is one."""

    def __init__(self, workspace: Workspace, secrets: Iterable[str], file: Path | None = None) -> None:
        self._workspace = workspace
        self._secrets = tuple(secrets)
        self._lines: deque[str] = deque(maxlen=KEPT)
        self._shown: dict[tuple[str, str], list[str]] = {}  # what each message or view showed last
        self._file = _opened(file) if file is not None else None
        self._hears: Mapping[str, Callable[[JsonObject], None]] = {
            "message": self._posted,
            "message_changed": self._edited,
            "message_deleted": self._deleted,
            "ephemeral": self._told,
            "ephemeral_changed": self._edited,
            "modal": self._modal,
            "modal_closed": self._modal_closed,
            "home": self._home,
            "notification": self._notified,
            "call": self._called,
        }
        at = dt.datetime.fromtimestamp(workspace.clock.now(), dt.UTC)
        self._write(f"Transcript of a sandbox with the app {workspace.app_name}, from {at:%Y-%m-%d %H:%M:%S} UTC")

    @property
    def text(self) -> str:
        """The newest lines."""
        return "\n".join(self._lines) + "\n"

    def hear(self, kind: str, fields: JsonObject) -> None:
        """A change that everybody is told of."""
        if kind in self._hears:
            with _never_in_the_way():
                self._hears[kind](fields)

    def begin(self, kind: str, payload: JsonObject) -> None:
        """A delivery begins, because somebody did something."""
        with _never_in_the_way():
            first, *rest = deeds.lines(kind, payload, self.named, self._begun)
            self._note(first, rest)

    def end(self, error: str | None, ms: float | None, answer: JsonObject | None) -> None:
        """The delivery is acknowledged, or it failed."""
        if error is not None:
            self._note(f"  the app did not acknowledge: {error}")
            return
        with _never_in_the_way():
            self._note(f"  the app acknowledged{deeds.answered(answer or {})}", ms=ms)

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def named(self, some_id: str) -> str:
        """`@ben`, `#deployments`, `@sre`, or the id itself."""
        workspace = self._workspace
        if some_id in workspace.users:
            return f"@{workspace.users[some_id]['name']}"
        if some_id in workspace.channels:
            return f"#{workspace.channels[some_id].name}"
        if some_id in workspace.usergroups:
            return f"@{workspace.usergroups[some_id]['handle']}"
        return some_id

    # What is heard

    def _posted(self, fields: JsonObject) -> None:
        message = fields["message"]
        lines = self._remember(message)
        verb = "writes" if "bot_id" not in message else "posts"
        also = ", also sent to the channel" if message.get("subtype") == "thread_broadcast" else ""
        self._note(f"{self._author(message)} {verb} in {self._place(message)}{also}:", lines)

    def _edited(self, fields: JsonObject) -> None:
        message = fields["message"]
        before = self._shown.get((message["channel"], message["ts"]))
        lines = self._remember(message)
        if lines != before:  # else only its replies or reactions were counted anew
            only = f" (only {self.named(message['visible_to'])} sees it)" if "visible_to" in message else ""
            self._note(f"{self._author(message)} changes “{_first(before)}”{only}:", lines)

    def _deleted(self, fields: JsonObject) -> None:
        message = fields["message"]
        before = self._shown.pop((message["channel"], message["ts"]), None)
        self._note(f"“{_first(before)}” is deleted")

    def _told(self, fields: JsonObject) -> None:
        message = fields["message"]
        only = f"only {self.named(message['visible_to'])} sees in {self._place(message)}"
        self._note(f"{only}, from {self._author(message)}:", self._remember(message))

    def _modal(self, fields: JsonObject) -> None:
        if not fields["views"]:
            return
        view = fields["views"][-1]
        key = (fields["user"], view["id"])
        # As it was opened: what somebody types is told when it is sent.
        untouched = {**view, "state": {"values": elements.initial_values(view["blocks"])}}
        lines = readings.view_lines(untouched, self.named)
        before, self._shown[key] = self._shown.get(key), lines
        if before is None:
            self._note(f"{self.named(fields['user'])} sees a form:", lines)
        elif before != lines:
            self._note(f"the form of {self.named(fields['user'])} changes:", lines)

    def _modal_closed(self, fields: JsonObject) -> None:
        below = f"; below it is “{readings.plain(fields['views'][-1]['title'])}”" if fields["views"] else ""
        self._note(f"the form of {self.named(fields['user'])} is closed{below}")

    def _home(self, fields: JsonObject) -> None:
        self._note(f"the App Home of {self.named(fields['user'])}:", readings.view_lines(fields["view"], self.named))

    def _notified(self, fields: JsonObject) -> None:
        told = fields["notification"]
        self._note(f"  {self.named(told['user'])} is notified: {told['reason'].replace('_', ' ')}")

    def _called(self, fields: JsonObject) -> None:
        call = fields["call"]
        self._note(f"  the app called {call['method']}{'' if call['ok'] else ': ' + str(call['error'])}", ms=call["ms"])

    # Words

    def _remember(self, message: JsonObject) -> list[str]:
        key, lines = (message["channel"], message["ts"]), readings.message_lines(message, self.named)
        self._shown[key] = lines
        while len(self._shown) > KEPT:
            del self._shown[next(iter(self._shown))]
        return lines

    def _author(self, message: JsonObject) -> str:
        return self.named(message.get("user", "")) or str(message.get("username") or "somebody")

    def _begun(self, channel: str, ts: str) -> str:
        return _first(self._shown.get((channel, ts)))

    def _place(self, message: JsonObject) -> str:
        channel = self.named(message["channel"])
        parent = message.get("thread_ts")
        if parent is None or parent == message["ts"]:
            return channel
        return f"{channel}, in the thread of “{self._begun(message['channel'], parent)}”"

    def _note(self, line: str, rest: Iterable[str] = (), ms: float | None = None) -> None:
        at = dt.datetime.fromtimestamp(self._workspace.clock.now(), dt.UTC)
        took = f"{ms:.0f} ms" if ms is not None else ""
        self._write(
            f"{at:%H:%M:%S}.{at.microsecond // 1000:03} {took:>8}  {line}", *(f"{'':23}  {one}" for one in rest)
        )

    def _write(self, *lines: str) -> None:
        for line in lines:
            for secret in self._secrets:
                line = line.replace(secret, HIDDEN)  # noqa: PLW2901 - the same line, without it
            self._lines.append(line)
            if self._file is not None:
                self._file.write(f"{line}\n")


@contextlib.contextmanager
def _never_in_the_way() -> Iterator[None]:
    """What an app sends may have any shape; what cannot be told must not hinder that it is done."""
    try:
        yield
    except (AttributeError, KeyError, TypeError, ValueError):
        log.exception("The transcript lacks something that it could not tell.")


def _first(lines: Any) -> str:
    """What a message is called in other lines: how it begins."""
    words = lines[0] if lines else "a message"
    return words if len(words) <= 60 else f"{words[:59]}…"


def _opened(path: Path) -> TextIO:
    try:
        return path.open("a", encoding="utf-8", buffering=1)
    except OSError as error:
        raise SandboxUnusable(f"The transcript {path} cannot be written: {error.strerror}.") from error
