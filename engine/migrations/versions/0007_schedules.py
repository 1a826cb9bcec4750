"""Deployments that begin later, and the time zones of people."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import engine.models.base

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "time_zones",
        sa.Column("slack_user_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("told_at", engine.models.base.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("slack_user_id", name=op.f("pk_time_zones")),
    )
    op.add_column("tasks", sa.Column("reason", sa.Text(), nullable=False, server_default=""))
    for column in ("scheduled_for", "due_at", "expires_at"):
        op.add_column("tasks", sa.Column(column, engine.models.base.UtcDateTime(), nullable=True))
    for column in ("due_at", "expires_at"):
        is_set = sa.text(f"{column} IS NOT NULL")
        op.create_index(f"ix_tasks_{column}", "tasks", [column], sqlite_where=is_set, postgresql_where=is_set)
