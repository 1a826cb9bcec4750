"""A task keeps what was answered to its prompts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply. Tasks of before were asked nothing."""
    op.add_column("tasks", sa.Column("form_values", sa.JSON(), server_default="{}", nullable=False))


def downgrade() -> None:
    """Take back."""
    op.drop_column("tasks", "form_values")
