"""Files that scripts gave to be kept: which run, under which name, with which bytes. The bytes are on the disk."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.base import Base


class Artifact(Base):
    """A file of one action run. After its retention the row stays, with `removed_at`, and the bytes are gone."""

    __tablename__ = "artifacts"

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("tasks.id"), index=True)
    action_run_id: Mapped[int] = mapped_column(ForeignKey("action_runs.id"))
    number: Mapped[int]  # the how manieth that its script named, from 0
    name: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64), index=True)  # SHA-256
    size: Mapped[int]  # bytes
    holds_secret: Mapped[bool] = mapped_column(default=False)  # it is not attached to the thread
    kept_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("action_run_id", "number", name="uq_artifacts_number"),
        Index("ix_artifacts_kept_at", "removed_at", "kept_at"),
    )
