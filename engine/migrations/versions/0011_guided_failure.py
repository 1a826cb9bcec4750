"""Guided failure: what people say of failed action runs, and who is on it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import engine.models.base

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("action_runs", sa.Column("guidance", sa.String(length=16), nullable=True))
    op.add_column("interruptions", sa.Column("taken_by", sa.String(length=255), nullable=True))
    op.add_column("interruptions", sa.Column("taken_at", engine.models.base.UtcDateTime(), nullable=True))
    op.create_table(
        "guided_runs",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("interruption_id", sa.Integer(), sa.ForeignKey("interruptions.id"), nullable=False),
        sa.Column("action_run_id", sa.Integer(), sa.ForeignKey("action_runs.id"), nullable=False),
        sa.Column("guidance", sa.String(length=16), nullable=True),
        sa.Column("person", sa.String(length=255), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("revision_id", sa.Integer(), sa.ForeignKey("revisions.id"), nullable=True),
        sa.Column("decided_at", engine.models.base.UtcDateTime(), nullable=True),
        sa.UniqueConstraint("action_run_id"),
    )
    op.create_index("ix_guided_runs_interruption_id", "guided_runs", ["interruption_id"])
