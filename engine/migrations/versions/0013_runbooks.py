"""Runbooks: snapshots of them beside the releases, and tasks that run one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("releases", sa.Column("runbook", sa.String(length=255), nullable=True))
    op.add_column("releases", sa.Column("is_draft", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("tasks", sa.Column("runbook", sa.String(length=255), nullable=True))
    op.create_index("ix_releases_runbook", "releases", ["project", "runbook"])
