"""Emergencies: deployments that pass what holds others up, and who looked at them afterwards."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import engine.models.base

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("tasks", sa.Column("is_emergency", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "emergencies",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("task_id", sa.Integer(), sa.ForeignKey("tasks.id"), nullable=False),
        sa.Column("person", sa.String(length=255), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("passed", sa.JSON(), nullable=False),
        sa.Column("revision_id", sa.Integer(), sa.ForeignKey("revisions.id"), nullable=False),
        sa.Column("declared_at", engine.models.base.UtcDateTime(), nullable=False),
        sa.Column("nag_at", engine.models.base.UtcDateTime(), nullable=True),
        sa.Column("nags", sa.Integer(), nullable=False),
        sa.Column("acknowledged_by", sa.String(length=255), nullable=True),
        sa.Column("acknowledged_at", engine.models.base.UtcDateTime(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.UniqueConstraint("task_id"),
    )
    is_open = sa.text("nag_at IS NOT NULL")
    op.create_index("ix_emergencies_nag_at", "emergencies", ["nag_at"], sqlite_where=is_open, postgresql_where=is_open)
