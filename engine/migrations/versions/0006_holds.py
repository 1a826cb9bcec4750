"""Holds: what people do in chat about what may begin; and messages that are about no task."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import engine.models.base

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "holds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("project", sa.String(length=255), nullable=True),
        sa.Column("environment", sa.String(length=255), nullable=True),
        sa.Column("by", sa.String(length=255), nullable=False),
        sa.Column("slack_channel", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", engine.models.base.UtcDateTime(), nullable=False),
        sa.Column("until", engine.models.base.UtcDateTime(), nullable=True),
        sa.Column("ended_at", engine.models.base.UtcDateTime(), nullable=True),
        sa.Column("ended_by", sa.String(length=255), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
    )
    is_open = sa.text("ended_at IS NULL")
    op.create_index("ix_holds_open", "holds", ["kind"], sqlite_where=is_open, postgresql_where=is_open)
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.alter_column("task_id", existing_type=sa.Integer(), nullable=True)
        batch_op.add_column(sa.Column("addressee", sa.Text(), nullable=True))
    with op.batch_alter_table("posted_messages", schema=None) as batch_op:
        batch_op.alter_column("task_id", existing_type=sa.Integer(), nullable=True)
