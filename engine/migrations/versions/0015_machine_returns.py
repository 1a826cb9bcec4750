"""Targets that can be used again, for the triggers that wait for that."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import engine.models.base

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "machine_returns",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project", sa.String(length=255), nullable=False),
        sa.Column("trigger", sa.String(length=255), nullable=False),
        sa.Column("machine", sa.String(length=255), nullable=False),
        sa.Column("due_at", engine.models.base.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_machine_returns")),
    )
    op.create_index("ix_machine_returns_due_at", "machine_returns", ["due_at"])
