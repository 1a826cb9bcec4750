"""When each trigger fires next, and what came of each time it did."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.base import Base


class TriggerRow(Base):
    """A trigger of the configuration in force."""

    __tablename__ = "triggers"

    project: Mapped[str] = mapped_column(String(255), primary_key=True)
    slug: Mapped[str] = mapped_column(String(255), primary_key=True)
    cron: Mapped[str] = mapped_column(Text)
    time_zone: Mapped[str] = mapped_column(String(64))
    next_fire_at: Mapped[datetime] = mapped_column(index=True)


class TriggerFire(Base):
    """It fired once for this time, never twice."""

    __tablename__ = "trigger_fires"

    id: Mapped[int] = mapped_column(primary_key=True)
    project: Mapped[str] = mapped_column(String(255))
    slug: Mapped[str] = mapped_column(String(255))
    fire_at: Mapped[datetime]
    fired_at: Mapped[datetime]
    task_id: Mapped[int | None] = mapped_column(ForeignKey("tasks.id"))  # what it deployed
    outcome: Mapped[str] = mapped_column(Text, default="")  # why it deployed nothing

    __table_args__ = (UniqueConstraint("project", "slug", "fire_at", name="uq_trigger_fires_time"),)
