"""The queue and what holds it up as people see them: frozen values. Shown by way of `engine.services.views`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.domain.holds import HoldKind
from engine.domain.processes import AD_HOC


@dataclass(frozen=True)
class HoldView:
    """Something that holds deployments up, or did."""

    id: int
    kind: HoldKind
    project: str | None  # None: every project
    environment: str | None  # None: every environment
    by: str
    reason: str
    since: datetime
    until: datetime | None
    ended_at: datetime | None
    ended_by: str | None  # None: it ran out
    slack_channel: str | None = None  # where it is told
    shown: str = ""  # what it is about by name, e.g. "Production of Web shop"; empty: everything

    @property
    def about(self) -> str:
        """What it is about by name."""
        return self.shown or "everything"

    @property
    def what(self) -> str:
        """The same of what can be paused."""
        return self.shown or "the whole queue"


@dataclass(frozen=True)
class QueueEntryView:
    """A task in the queue, in one or two lines."""

    number: int
    project: str  # its name, as is the environment's
    version: str
    environment: str
    requested_by: str
    since: datetime  # when it was asked for; of one that runs, when it began
    why: str  # why it waits, in a few words; empty when it runs

    @property
    def is_script(self) -> bool:
        """Is it a script that somebody runs on machines?"""
        return self.project == AD_HOC


@dataclass(frozen=True)
class QueueView:
    """What runs, what waits for people, and what stands in line; the first of each, and how many there are."""

    project: str | None  # of this project only
    cap: int
    holds: tuple[HoldView, ...]  # what holds any of it up now
    running: tuple[QueueEntryView, ...]
    asking: tuple[QueueEntryView, ...]
    in_line: tuple[QueueEntryView, ...]
    running_count: int
    asking_count: int
    in_line_count: int
    scheduled: tuple[QueueEntryView, ...] = ()  # `since`: when it is to begin
    scheduled_count: int = 0
    looking: tuple[QueueEntryView, ...] = ()  # not in line yet: their packages are looked for
    looking_count: int = 0

    @property
    def is_empty(self) -> bool:
        """Does nothing run and nothing wait?"""
        waiting = self.asking_count or self.in_line_count or self.scheduled_count or self.looking_count
        return not (self.running_count or waiting)
