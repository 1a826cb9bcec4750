"""The versions of packages that are known, and those that releases were made with."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.base import Base

_IS_OPEN: dict[str, Any] = {"sqlite_where": text("digest IS NULL"), "postgresql_where": text("digest IS NULL")}


class PackageVersion(Base):
    """A version that a feed has. In the built-in feed it never changes; of other feeds it is what was seen last."""

    __tablename__ = "package_versions"

    id: Mapped[int] = mapped_column(primary_key=True)
    project: Mapped[str] = mapped_column(String(255))
    package: Mapped[str] = mapped_column(String(255))
    feed: Mapped[str] = mapped_column(String(16))  # engine.domain.packages.FeedKind
    version: Mapped[str] = mapped_column(String(349))
    digest: Mapped[str | None] = mapped_column(String(64))  # SHA-256; None: nobody has looked into it yet
    size: Mapped[int | None] = mapped_column(BigInteger)  # bytes
    format: Mapped[str] = mapped_column(String(16), default="")
    added_at: Mapped[datetime]
    added_by: Mapped[str] = mapped_column(String(255), default="")

    __table_args__ = (UniqueConstraint("project", "package", "feed", "version", name="uq_package_versions_version"),)


class ReleasePackage(Base):
    """A package of a release. Without a digest its feed is still being asked."""

    __tablename__ = "release_packages"

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("releases.id"))
    package: Mapped[str] = mapped_column(String(255))
    version: Mapped[str] = mapped_column(String(349))
    source: Mapped[dict[str, Any]]  # where it came from when the release was made
    digest: Mapped[str | None] = mapped_column(String(64))
    size: Mapped[int | None] = mapped_column(BigInteger)
    format: Mapped[str] = mapped_column(String(16), default="")
    attempts: Mapped[int] = mapped_column(default=0)  # how often its feed did not answer
    trouble: Mapped[str] = mapped_column(Text, default="")  # why it did not
    not_before: Mapped[datetime | None]  # it is asked again from then on

    __table_args__ = (
        UniqueConstraint("release_id", "package", name="uq_release_packages_package"),
        Index("ix_release_packages_open", "release_id", **_IS_OPEN),
    )
