"""What is known of each machine: its health, what changed about it, and who took it out of use."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.base import Base


class MachineHealth(Base):
    """A worker or a target of the configuration in force, as the last check found it."""

    __tablename__ = "machine_health"

    slug: Mapped[str] = mapped_column(String(255), primary_key=True)
    described: Mapped[str] = mapped_column(String(64))  # a digest of how it is reached: another one is another machine
    state: Mapped[str] = mapped_column(String(16))  # engine.contracts.HealthState
    since: Mapped[datetime]  # it is in this state
    checked_at: Mapped[datetime | None]
    why: Mapped[str] = mapped_column(Text, default="")
    facts: Mapped[dict[str, Any]]
    last_error: Mapped[str] = mapped_column(Text, default="")  # also when it is well again
    last_error_at: Mapped[datetime | None]
    next_check_at: Mapped[datetime] = mapped_column(index=True)


class HealthChange(Base):
    """A machine went from one state to another. Those of one burst are told together, in one message."""

    __tablename__ = "health_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    machine: Mapped[str] = mapped_column(String(255))
    before: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    why: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]
    slack_channel: Mapped[str | None] = mapped_column(Text)  # where it is told
    bulletin: Mapped[int | None]  # the first change of its burst; None: it is no news

    __table_args__ = (
        Index("ix_health_changes_bulletin", "bulletin"),
        Index("ix_health_changes_machine", "machine", "id"),
    )


class MachineReturn(Base):
    """A target can be used again, or for the first time, and a trigger waits for that. Gone once it was looked at."""

    __tablename__ = "machine_returns"

    id: Mapped[int] = mapped_column(primary_key=True)
    project: Mapped[str] = mapped_column(String(255))
    trigger: Mapped[str] = mapped_column(String(255))
    machine: Mapped[str] = mapped_column(String(255))
    due_at: Mapped[datetime] = mapped_column(index=True)  # others may come with it


class DisabledMachine(Base):
    """While `ended_at` is empty, nothing begins on this machine. Rows stay: they say who did what and why."""

    __tablename__ = "disabled_machines"

    id: Mapped[int] = mapped_column(primary_key=True)
    machine: Mapped[str] = mapped_column(String(255))
    by: Mapped[str] = mapped_column(String(255))
    reason: Mapped[str] = mapped_column(Text, default="")
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    slack_channel: Mapped[str | None] = mapped_column(Text)  # where it is told
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(255))  # None: it ran out

    __table_args__ = (
        Index(
            "uq_disabled_machines_open",
            "machine",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )


class TrustedKey(Base):
    """Somebody trusts another host key than the configuration pins. It counts as long as the configuration pins what it
    pinned then. Rows stay: they say who did what and why.
    """

    __tablename__ = "trusted_keys"

    id: Mapped[int] = mapped_column(primary_key=True)
    machine: Mapped[str] = mapped_column(String(255), index=True)
    configured: Mapped[str] = mapped_column(Text)  # the fingerprints that the configuration pinned
    before: Mapped[str] = mapped_column(Text)  # those that counted until then
    fingerprint: Mapped[str] = mapped_column(String(64))  # the one that counts since
    by: Mapped[str] = mapped_column(String(255))
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
