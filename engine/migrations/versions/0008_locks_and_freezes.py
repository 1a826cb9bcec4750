"""Locks nag their owners; deployments may pass a freeze."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import engine.models.base

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("holds", sa.Column("nag_at", engine.models.base.UtcDateTime(), nullable=True))
    op.add_column("tasks", sa.Column("overrides", sa.Boolean(), nullable=False, server_default=sa.false()))
