"""Isolation: what runs on a machine together, and who stands in line for it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply. What runs on targets meanwhile is alone there from now on."""
    op.add_column("action_runs", sa.Column("isolation", sa.String(length=8), nullable=False, server_default="none"))
    op.add_column("action_runs", sa.Column("waits_for", sa.Text(), nullable=True))
    op.add_column("action_runs", sa.Column("line", sa.Integer(), nullable=True))
    op.execute("UPDATE action_runs SET isolation = 'full' WHERE machine != '' AND state IN ('running', 'lost')")
