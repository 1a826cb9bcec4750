"""Emergencies: who passed what over, why, and who looked at it afterwards. One row a deployment; nothing is deleted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.base import Base


class Emergency(Base):
    """Until somebody else has acknowledged it, people are asked to, again and again."""

    __tablename__ = "emergencies"

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("tasks.id"), unique=True)
    person: Mapped[str] = mapped_column(String(255))
    reason: Mapped[str] = mapped_column(Text)
    passed: Mapped[list[Any]]  # what was passed over, as it was shown before
    revision_id: Mapped[int] = mapped_column(ForeignKey("revisions.id"))
    declared_at: Mapped[datetime]
    nag_at: Mapped[datetime | None]  # somebody is asked then to acknowledge it; empty once somebody has
    nags: Mapped[int] = mapped_column(default=0)
    acknowledged_by: Mapped[str | None] = mapped_column(String(255))
    acknowledged_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        Index(
            "ix_emergencies_nag_at",
            "nag_at",
            sqlite_where=text("nag_at IS NOT NULL"),
            postgresql_where=text("nag_at IS NOT NULL"),
        ),
    )
