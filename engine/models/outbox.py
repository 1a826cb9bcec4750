"""What is to be told in chat, written with the change it tells about, and where it was told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.base import Base


class OutboxRow(Base):
    """Something to post or edit. It goes to `sending` first: after a crash it is looked up before it is sent again."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int | None] = mapped_column(ForeignKey("tasks.id"), index=True)  # None: about no task
    addressee: Mapped[str | None] = mapped_column(Text)  # where it goes instead: a Slack channel, or `@` and a person
    kind: Mapped[str] = mapped_column(String(16))
    message_key: Mapped[str] = mapped_column(String(255))  # which message; an edit of it has the same key
    payload: Mapped[dict[str, Any]]
    priority: Mapped[int]  # lower goes first
    state: Mapped[str] = mapped_column(String(16), default="pending")  # pending, sending, sent, dropped
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]

    __table_args__ = (
        Index(
            "uq_outbox_pending",
            "message_key",
            unique=True,
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
        Index("ix_outbox_state", "state", "priority", "id"),
    )


class PostedMessage(Base):
    """A message that stands in chat, so that it can be edited and answered in its thread."""

    __tablename__ = "posted_messages"

    message_key: Mapped[str] = mapped_column(String(255), primary_key=True)
    task_id: Mapped[int | None] = mapped_column(ForeignKey("tasks.id"), index=True)
    slack_channel: Mapped[str] = mapped_column(String(64))
    ts: Mapped[str] = mapped_column(String(32))
    thread_ts: Mapped[str | None] = mapped_column(String(32))
    digest: Mapped[str] = mapped_column(String(64), default="")  # of what stands there now
    posted_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_posted_messages_ts", "ts"),)


class LogCursor(Base):
    """How far the log of a run has been told in its thread, in bytes of the stored log."""

    __tablename__ = "log_cursors"

    action_run_id: Mapped[int] = mapped_column(ForeignKey("action_runs.id"), primary_key=True)
    position: Mapped[int] = mapped_column(default=0)
    batches: Mapped[int] = mapped_column(default=0)
    told_at: Mapped[datetime | None]
    cut: Mapped[bool] = mapped_column(default=False)  # a message could not show all of its stretch
    closed: Mapped[bool] = mapped_column(default=False)
