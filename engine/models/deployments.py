"""Releases, tasks, action runs and what they leave behind."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.base import Base

# Written as the query has it: SQLite uses a partial index only for the same words.
_IN_LINE: dict[str, Any] = {"sqlite_where": text("in_line = 1"), "postgresql_where": text("in_line")}


def _where(condition: str) -> dict[str, Any]:
    """Only these rows are in an index."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


class Release(Base):
    """A version of a project with its process and variables frozen."""

    __tablename__ = "releases"

    id: Mapped[int] = mapped_column(primary_key=True)
    project: Mapped[str] = mapped_column(String(255))
    version: Mapped[str] = mapped_column(String(349))
    revision_id: Mapped[int] = mapped_column(ForeignKey("revisions.id"))
    process: Mapped[dict[str, Any]]
    variables: Mapped[list[Any]]
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(255))
    runbook: Mapped[str | None] = mapped_column(String(255))  # it is a snapshot of this runbook, and no release
    is_draft: Mapped[bool] = mapped_column(default=False, server_default="0")  # of a runbook: tried before publishing
    refused: Mapped[str] = mapped_column(Text, default="", server_default="")  # why it is none: a package is nowhere

    __table_args__ = (UniqueConstraint("project", "version"), Index("ix_releases_runbook", "project", "runbook"))


class Task(Base):
    """The durable run of a deployment. Its id is the number on the card."""

    __tablename__ = "tasks"

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(16))
    release_id: Mapped[int] = mapped_column(ForeignKey("releases.id"))
    revision_id: Mapped[int] = mapped_column(ForeignKey("revisions.id"))
    project: Mapped[str] = mapped_column(String(255))
    version: Mapped[str] = mapped_column(String(349))
    environment: Mapped[str] = mapped_column(String(255))
    runbook: Mapped[str | None] = mapped_column(String(255))  # it runs this, and deploys nothing
    plan: Mapped[dict[str, Any]]
    # What was answered to prompts, by the variable's name in lower case.
    form_values: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    place: Mapped[str] = mapped_column(Text)  # project/environment: only one task holds it at a time
    holds_place: Mapped[bool] = mapped_column(default=False)
    advance_due: Mapped[bool] = mapped_column(default=True)  # somebody wrote something it has to look at
    in_line: Mapped[bool] = mapped_column(default=False)  # queued, its time has come, and nobody is asked about it
    rank: Mapped[int] = mapped_column(default=3)  # engine.domain.queueing.Rank
    line: Mapped[int] = mapped_column(BigInteger, default=0)  # the order within the rank; its id at first
    requested_by: Mapped[str] = mapped_column(String(255))
    request_key: Mapped[str | None] = mapped_column(String(255), unique=True)  # the same press twice is one task
    slack_channel: Mapped[str | None] = mapped_column(Text)  # where its card goes
    typed_in: Mapped[str | None] = mapped_column(Text)  # where it was asked for, when in Slack
    reason: Mapped[str] = mapped_column(Text, default="")  # why somebody asked for it
    queued_at: Mapped[datetime]
    scheduled_for: Mapped[datetime | None]  # when it was to begin, where somebody said that
    due_at: Mapped[datetime | None]  # it stands in line from then on; empty once it does
    expires_at: Mapped[datetime | None]  # what has not begun by then does not run; empty once it began
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    cancel_requested_at: Mapped[datetime | None]
    cancel_requested_by: Mapped[str | None] = mapped_column(String(255))
    overrides: Mapped[bool] = mapped_column(default=False)  # somebody who may let it pass freezes
    is_emergency: Mapped[bool] = mapped_column(default=False)  # it passes what holds others up, and approvals
    is_partial: Mapped[bool] = mapped_column(default=False)  # steps were left out when it was asked for
    awaits_packages: Mapped[bool] = mapped_column(default=False, server_default="0")  # of its release: are they there?
    ended_because: Mapped[str] = mapped_column(Text, default="")  # why it ended, where nobody asked for that
    changed_at: Mapped[datetime]

    __table_args__ = (
        Index(
            "uq_tasks_place_held",
            "place",
            unique=True,
            sqlite_where=text("holds_place"),
            postgresql_where=text("holds_place"),
        ),
        Index("ix_tasks_state", "state"),
        Index("ix_tasks_place", "place", "state"),
        Index("ix_tasks_advance_due", "advance_due"),
        Index("ix_tasks_line", "rank", "line", **_IN_LINE),
        Index("ix_tasks_line_place", "place", "rank", "line", **_IN_LINE),
        Index("ix_tasks_release_id", "release_id"),
        Index("ix_tasks_due_at", "due_at", **_where("due_at IS NOT NULL")),
        Index("ix_tasks_expires_at", "expires_at", **_where("expires_at IS NOT NULL")),
        CheckConstraint(
            "state IN ('Queued','Executing','Failed','Canceled','TimedOut','Success','Cancelling')", name="state"
        ),
    )


class ActionRun(Base):
    """One attempt of one action on one machine, with how far it was followed.

    While it is `running` it is also the lease of its `worker`, and its lock there: who has how much to do, and who is
    in whose way, is read from these rows.
    """

    __tablename__ = "action_runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("tasks.id"))
    step: Mapped[int]
    action: Mapped[int]
    machine: Mapped[str] = mapped_column(String(255), default="")
    attempt: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Text, default="")  # why it was skipped, failed, lost …
    hint: Mapped[str] = mapped_column(Text, default="")
    worker: Mapped[str | None] = mapped_column(String(255))
    ticket: Mapped[str | None] = mapped_column(String(32), unique=True)
    launch_confirmed_at: Mapped[datetime | None]
    exit_code: Mapped[int | None]
    percentage: Mapped[int | None]
    percentage_message: Mapped[str] = mapped_column(Text, default="")
    has_warnings: Mapped[bool] = mapped_column(default=False)
    stdout_offset: Mapped[int] = mapped_column(default=0)
    stderr_offset: Mapped[int] = mapped_column(default=0)
    log_length: Mapped[int] = mapped_column(default=0)
    parser: Mapped[str] = mapped_column(Text, default="")  # sealed
    queued_at: Mapped[datetime]
    not_before: Mapped[datetime | None]  # a retry waits for its back-off
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    cleaned_up: Mapped[bool] = mapped_column(default=False)
    isolation: Mapped[str] = mapped_column(String(8), default="none", server_default="none")  # domain.isolation
    waits_for: Mapped[str | None] = mapped_column(Text)  # while queued: the machines it stands in line for, " " between
    line: Mapped[int | None]  # its place there; lower is earlier
    guidance: Mapped[str | None] = mapped_column(
        String(16)
    )  # engine.domain.guidance: what a person said of its failure

    __table_args__ = (
        UniqueConstraint("task_id", "step", "action", "machine", "attempt", name="uq_action_runs_attempt"),
        Index("ix_action_runs_state", "state"),
    )


class Output(Base):
    """An output variable that a step set. A sensitive value is stored sealed."""

    __tablename__ = "outputs"

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("tasks.id"), index=True)
    step_name: Mapped[str] = mapped_column(Text)
    machine: Mapped[str] = mapped_column(String(255), default="")
    name: Mapped[str] = mapped_column(Text)
    value: Mapped[str] = mapped_column(Text)
    sensitive: Mapped[bool] = mapped_column(default=False)
    set_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("task_id", "step_name", "machine", "name", name="uq_outputs_name"),)


class TaskLink(Base):
    """A place to look at that a script named."""

    __tablename__ = "task_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("tasks.id"), index=True)
    url: Mapped[str] = mapped_column(Text)
    label: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (UniqueConstraint("task_id", "url"),)


class Highlight(Base):
    """A line that a script highlighted; also told in the thread."""

    __tablename__ = "highlights"

    id: Mapped[int] = mapped_column(primary_key=True)
    action_run_id: Mapped[int] = mapped_column(ForeignKey("action_runs.id"), index=True)
    text: Mapped[str] = mapped_column(Text)


class Interruption(Base):
    """A person is asked. Decisions 1..n answer it, by its policy."""

    __tablename__ = "interruptions"

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("tasks.id"), index=True)
    action_run_id: Mapped[int] = mapped_column(ForeignKey("action_runs.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    step_name: Mapped[str] = mapped_column(Text)
    instructions: Mapped[str] = mapped_column(Text, default="")
    teams: Mapped[list[Any]]
    minimum: Mapped[int] = mapped_column(default=1)
    requester_may: Mapped[bool] = mapped_column(default=True)
    raised_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    taken_by: Mapped[str | None] = mapped_column(String(255))  # who is on it; of guided failures only
    taken_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_interruptions_state", "state"),)


class GuidedRun(Base):
    """A failed action run that a guided failure asks about, and what was said of it. One person, one answer a run."""

    __tablename__ = "guided_runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    interruption_id: Mapped[int] = mapped_column(ForeignKey("interruptions.id"), index=True)
    action_run_id: Mapped[int] = mapped_column(ForeignKey("action_runs.id"), unique=True)
    guidance: Mapped[str | None] = mapped_column(String(16))
    person: Mapped[str | None] = mapped_column(String(255))
    note: Mapped[str] = mapped_column(Text, default="")
    revision_id: Mapped[int | None] = mapped_column(ForeignKey("revisions.id"))
    decided_at: Mapped[datetime | None]


class Decision(Base):
    """One person's answer to an interruption."""

    __tablename__ = "decisions"

    id: Mapped[int] = mapped_column(primary_key=True)
    interruption_id: Mapped[int] = mapped_column(ForeignKey("interruptions.id"), index=True)
    number: Mapped[int]  # 1..n
    person: Mapped[str] = mapped_column(String(255))
    verdict: Mapped[str] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(Text, default="")
    revision_id: Mapped[int] = mapped_column(ForeignKey("revisions.id"))
    decided_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("interruption_id", "person"),
        UniqueConstraint("interruption_id", "number", name="uq_decisions_number"),
    )
