"""A retry waits for its back-off."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import engine.models.base

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("action_runs", sa.Column("not_before", engine.models.base.UtcDateTime(), nullable=True))


def downgrade() -> None:
    """Take back."""
    op.drop_column("action_runs", "not_before")
