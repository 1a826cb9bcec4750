"""Configuration as rows: revisions, the state of the folder, and the members of Slack's user groups."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.base import Base


class Revision(Base):
    """A configuration that was loaded and is good. The newest one is in force."""

    __tablename__ = "revisions"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[str] = mapped_column(Text)
    difference: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(Text)
    commit: Mapped[str | None] = mapped_column(String(64))
    author: Mapped[str | None] = mapped_column(Text)
    loaded_at: Mapped[datetime]
    loaded_by: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (Index("ix_revisions_digest", "digest"),)


class Content(Base):
    """What a frozen file of a revision or a release holds, or the list of a folder's files; never changed."""

    __tablename__ = "contents"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class FolderState(Base):
    """What the last look at the configuration folder found; one row a folder."""

    __tablename__ = "folder_states"

    source: Mapped[str] = mapped_column(Text, primary_key=True)
    checked_at: Mapped[datetime]
    problems: Mapped[list[Any]]


class TimeZone(Base):
    """The time zone of a member of the workspace, as Slack told it."""

    __tablename__ = "time_zones"

    slack_user_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    told_at: Mapped[datetime]


class GroupMembers(Base):
    """The members of a Slack user group, as last told by Slack."""

    __tablename__ = "group_members"

    slack_group: Mapped[str] = mapped_column(String(32), primary_key=True)
    members: Mapped[list[Any]]
    fetched_at: Mapped[datetime]
