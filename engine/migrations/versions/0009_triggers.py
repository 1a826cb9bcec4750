"""Triggers: when each fires next, and what came of each time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import engine.models.base

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "triggers",
        sa.Column("project", sa.String(length=255), nullable=False),
        sa.Column("slug", sa.String(length=255), nullable=False),
        sa.Column("cron", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("next_fire_at", engine.models.base.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("project", "slug", name=op.f("pk_triggers")),
    )
    op.create_index("ix_triggers_next_fire_at", "triggers", ["next_fire_at"])
    op.create_table(
        "trigger_fires",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project", sa.String(length=255), nullable=False),
        sa.Column("slug", sa.String(length=255), nullable=False),
        sa.Column("fire_at", engine.models.base.UtcDateTime(), nullable=False),
        sa.Column("fired_at", engine.models.base.UtcDateTime(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_trigger_fires_task_id_tasks")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trigger_fires")),
        sa.UniqueConstraint("project", "slug", "fire_at", name="uq_trigger_fires_time"),
    )
