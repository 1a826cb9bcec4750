"""What a listener is given and what it gives back. Payloads die here: listeners see requests, not Slack's dicts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.messages.blocks import Element, Message
from engine.contracts import SshMachine
from engine.definitions import Person
from engine.services import Database


@dataclass(frozen=True)
class AskedCheck:
    """Somebody wants to know what a check finds. `replaces`: the private message whose button was pressed."""

    person: str
    machines: tuple[str, ...]
    at: datetime
    response_url: str
    replaces: bool


@dataclass
class Desk:
    """What every listener needs. `command`: the name people use for `/deploy`, learnt from the last one typed."""

    db: Database
    clock: Callable[[], datetime]
    team_id: str
    bot_user_id: str
    api_url: str
    workspace_url: str = ""  # where permalinks begin, e.g. https://example.slack.com/
    command: str = "/deploy"
    release_command: str = "/release"
    groups_changed: Callable[[], None] = lambda: None
    invited_to: Callable[[str], None] = lambda _slack_channel: None
    asked_from: Callable[[int, str], None] = lambda _number, _response_url: None
    check_asked: Callable[[AskedCheck], None] = lambda _asked: None
    host_keys_of: Callable[[SshMachine], Mapping[str, str]] = lambda _machine: {}  # what it shows now, by kind


@dataclass(frozen=True)
class Typed:
    """A slash command."""

    person: Person
    command: str
    text: str
    slack_channel: str  # id
    slack_channel_name: str
    key: str  # unique for this one command
    response_url: str


@dataclass(frozen=True)
class Pressed:
    """A button, or a choice in a modal."""

    person: Person
    action_id: str
    value: str
    slack_channel: str  # id; empty in a modal
    response_url: str
    modal: Mapping[str, Any] = field(default_factory=dict)  # the open view, when it is in one


@dataclass(frozen=True)
class Submitted:
    """A modal was submitted."""

    person: Person
    view_id: str
    facts: Mapping[str, Any]  # from its private metadata: ids only
    state: Mapping[str, Any]


@dataclass(frozen=True)
class Searched:
    """Options are wanted for what was typed into a select."""

    person: Person
    block_id: str
    typed: str
    modal: Mapping[str, Any] = field(default_factory=dict)  # the open view, with what stands in it


@dataclass(frozen=True)
class Answer:
    """What to do about a command or a press: nothing, say something privately, open or refresh a modal."""

    message: Message | None = None
    replaces: bool = False  # the private message whose button was pressed
    opens: Mapping[str, Any] | None = None
    then: Callable[[], Mapping[str, Any]] | None = None  # what takes the place of the opened one, made in a while
    refreshes: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class ModalAnswer:
    """What to do about a submitted modal: close it, show errors at fields, or show something else in its place."""

    errors: Mapping[str, str] = field(default_factory=dict)
    shows: Mapping[str, Any] | None = None
    message: Message | None = None  # told privately in `slack_channel` afterwards
    slack_channel: str = ""


NOTHING = Answer()
CLOSE = ModalAnswer()

CommandListener = Callable[[Desk, Typed], Answer]
PressListener = Callable[[Desk, Pressed], Answer]
SubmissionListener = Callable[[Desk, Submitted], ModalAnswer]
SearchListener = Callable[[Desk, Searched], Sequence[Element]]
EventListener = Callable[[Desk, Mapping[str, Any]], None]
