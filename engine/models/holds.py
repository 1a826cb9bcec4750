"""What people do in chat about what may begin: rows with who, why and how long. Nothing rewrites the configuration."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.base import Base


class HoldRow(Base):
    """While `ended_at` is empty, nothing that it covers begins."""

    __tablename__ = "holds"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))  # engine.domain.holds.HoldKind
    project: Mapped[str | None] = mapped_column(String(255))
    environment: Mapped[str | None] = mapped_column(String(255))
    by: Mapped[str] = mapped_column(String(255))
    slack_channel: Mapped[str | None] = mapped_column(Text)  # where it is told
    reason: Mapped[str] = mapped_column(Text, default="")
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    source: Mapped[str | None] = mapped_column(String(255))  # the freeze of the configuration whose window it is
    is_lenient: Mapped[bool] = mapped_column(default=False)  # what is asked for waits instead of being refused
    nag_at: Mapped[datetime | None]  # its owner is asked then whether it is still needed, if it holds anybody up
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(255))  # None: it ran out

    __table_args__ = (
        Index("ix_holds_source", "source", "since"),
        Index(
            "ix_holds_open",
            "kind",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )
