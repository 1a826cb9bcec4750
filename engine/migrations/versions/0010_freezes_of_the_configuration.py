"""Holds that are windows of the configuration's freezes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("holds", sa.Column("source", sa.String(length=255), nullable=True))
    op.add_column("holds", sa.Column("is_lenient", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("ix_holds_source", "holds", ["source", "since"])
