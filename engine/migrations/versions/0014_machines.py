"""Machines: their health, how it changed, and which are disabled."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import engine.models.base

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "machine_health",
        sa.Column("slug", sa.String(length=255), nullable=False),
        sa.Column("described", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("since", engine.models.base.UtcDateTime(), nullable=False),
        sa.Column("checked_at", engine.models.base.UtcDateTime(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("last_error_at", engine.models.base.UtcDateTime(), nullable=True),
        sa.Column("next_check_at", engine.models.base.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_machine_health")),
    )
    op.create_index("ix_machine_health_next_check_at", "machine_health", ["next_check_at"])
    op.create_table(
        "health_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("machine", sa.String(length=255), nullable=False),
        sa.Column("before", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", engine.models.base.UtcDateTime(), nullable=False),
        sa.Column("slack_channel", sa.Text(), nullable=True),
        sa.Column("bulletin", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_health_changes")),
    )
    op.create_index("ix_health_changes_bulletin", "health_changes", ["bulletin"])
    op.create_index("ix_health_changes_machine", "health_changes", ["machine", "id"])
    op.create_table(
        "disabled_machines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("machine", sa.String(length=255), nullable=False),
        sa.Column("by", sa.String(length=255), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", engine.models.base.UtcDateTime(), nullable=False),
        sa.Column("until", engine.models.base.UtcDateTime(), nullable=True),
        sa.Column("slack_channel", sa.Text(), nullable=True),
        sa.Column("ended_at", engine.models.base.UtcDateTime(), nullable=True),
        sa.Column("ended_by", sa.String(length=255), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disabled_machines")),
    )
    op.create_index(
        "uq_disabled_machines_open",
        "disabled_machines",
        ["machine"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
